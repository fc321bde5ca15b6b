/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/root.h"
#include "tests/probes/tree.h"

static struct tree tree;
static struct root *root;

static const char *in_tree(const char *path)
{
    static char full[4096];
    snprintf(full, sizeof full, "%s%s", tree.path, path);
    return full;
}

static void make_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s%s", tree.path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd);
}

static int set_up(void **state)
{
    (void)state;
    struct error e;
    tree_make(&tree);
    tree_file(&tree, "/sys/block/sda/size", "1024 \t\r\n\n");
    tree_file(&tree, "/empty", "");
    tree_bytes(&tree, "/binary", "a\0b\n", 4);
    tree_file(&tree, "/outside/secret", "inside of the tree\n");
    tree_link(&tree, "/absolute", "/outside/secret");
    tree_link(&tree, "/upwards", "../../../../../../../../outside/secret");
    tree_link(&tree, "/relative", "sys/block/sda/size");
    tree_link(&tree, "/class/sda", "../sys/block/sda");
    tree_link(&tree, "/dangling", "/nowhere");
    tree_link(&tree, "/loop", "loop");
    tree_link(&tree, "/ping", "pong");
    tree_link(&tree, "/pong", "ping");
    tree_fifo(&tree, "/fifo");
    tree_link(&tree, "/to-fifo", "fifo");
    make_socket("/socket");
    return root_open(tree.path, &root, &e);
}

static int tear_down(void **state)
{
    (void)state;
    root_close(&root);
    root_close(&root);
    tree_remove(&tree);
    return 0;
}

struct expectation {
    const char *path;
    int code;
    const char *text; /* what is read, or what the error says */
};

static void check_lines(const struct expectation *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *text = NULL;
        struct error e = {0};
        SCRATCH_ARENA(arena);
        int code = root_read_line(root, cases[i].path, arena, &text, &e);
        if (code != cases[i].code)
            fail_msg("%s: %s, not %s", cases[i].path, error_name(code), error_name(cases[i].code));
        assert_string_equal(code ? e.text : text, cases[i].text);
        assert_int_equal(code, code ? e.code : 0);
    }
}

static void reads_lines(void **state)
{
    (void)state;
    static const struct expectation cases[] = {
        {"/sys/block/sda/size", 0, "1024"},
        {"sys/block/sda/size", 0, "1024"},
        {"//sys/./block/sda/size", 0, "1024"},
        {"/empty", 0, ""},
        {"/class/sda/size", 0, "1024"},
        {"/relative", 0, "1024"},
        {"/absolute", 0, "inside of the tree"},
        {"/upwards", 0, "inside of the tree"},
        {"/../../../outside/secret", 0, "inside of the tree"},
        {"/dangling", -ENOENT, "open /dangling: ENOENT"},
        {"/missing", -ENOENT, "open /missing: ENOENT"},
        {"/empty/x", -ENOTDIR, "open /empty/x: ENOTDIR"},
        {"/loop", -ELOOP, "open /loop: ELOOP"},
        {"/ping", -ELOOP, "open /ping: ELOOP"},
        {"/sys", -EISDIR, "read /sys: EISDIR"},
        {"/binary", -EILSEQ, "read /binary: binary content where text is expected"},
        {"/fifo", -EOPNOTSUPP, "open /fifo: neither a regular file nor a directory"},
        {"/to-fifo", -EOPNOTSUPP, "open /to-fifo: neither a regular file nor a directory"},
        {"/socket", -EOPNOTSUPP, "open /socket: neither a regular file nor a directory"},
    };
    check_lines(cases, sizeof cases / sizeof *cases);
}

/* /dev/zero has no end and a tape would rewind: a device is not opened. Only root can make one. */
static void opens_no_device(void **state)
{
    (void)state;
    if (mknod(in_tree("/zero"), S_IFCHR | 0666, makedev(1, 5)) < 0)
        skip();
    static const struct expectation zero[] = {
        {"/zero", -EOPNOTSUPP, "open /zero: neither a regular file nor a directory"}};
    check_lines(zero, 1);
}

static void may_not_read_all(void **state)
{
    (void)state;
    static const struct expectation locked[] = {{"/locked", -EACCES, "open /locked: EACCES"}};
    bool is_root = geteuid() == 0;
    tree_file(&tree, "/locked", "x");
    assert_int_equal(chmod(in_tree("/locked"), 0), 0);
    assert_int_equal(chmod(tree.path, 0755), 0);
    if (is_root)
        assert_int_equal(seteuid(65534), 0);
    check_lines(locked, 1);
    if (is_root)
        assert_int_equal(seteuid(0), 0);
}

static void bounds_what_it_reads(void **state)
{
    (void)state;
    static const struct {
        size_t size, limit;
        int code;
    } cases[] = {{0, 0, 0},          {1, 0, -EFBIG},    {100, 100, 0},
                 {101, 100, -EFBIG}, {50000, 50000, 0}, {50001, 50000, -EFBIG}};
    static char content[50001];
    SCRATCH_ARENA(arena);
    memset(content, 'x', sizeof content);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = NULL;
        size_t length = 0;
        struct error e;
        tree_bytes(&tree, "/sized", content, cases[i].size);
        assert_int_equal(root_read(root, "/sized", cases[i].limit, arena, &text, &length, &e),
                         cases[i].code);
        if (cases[i].code == 0) {
            assert_int_equal(length, cases[i].size);
            assert_int_equal(strlen(text), cases[i].size);
        }
    }
    char *text;
    size_t length;
    assert_int_equal(root_read(root, "/binary", 100, arena, &text, &length, NULL), 0);
    assert_int_equal(length, 4);
    assert_memory_equal(text, "a\0b\n", 5);
    tree_bytes(&tree, "/line", content, 4097);
    assert_int_equal(root_read_line(root, "/line", arena, &text, NULL), -EFBIG);
}

static void follows_links(void **state)
{
    (void)state;
    static const struct expectation links[] =
        {
            {"/absolute", 0, "/outside/secret"},
            {"/loop", 0, "loop"},
            {"/class/sda", 0, "../sys/block/sda"},
            {"/empty", -ENOENT, ""},
            {"/missing", -ENOENT, ""},
        },
                                    ends[] = {
                                        {"/class/sda", 0, "/sys/block/sda"},
                                        {"/class/sda/size", 0, "/sys/block/sda/size"},
                                        {"/upwards", 0, "/outside/secret"},
                                        {"/", 0, "/"},
                                        {"/fifo", 0, "/fifo"},
                                        {"/dangling", -ENOENT, ""},
                                        {"/loop", -ELOOP, ""},
                                    };
    SCRATCH_ARENA(arena);
    char *text;
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        assert_int_equal(root_readlink(root, links[i].path, arena, &text, NULL), links[i].code);
        if (!links[i].code)
            assert_string_equal(text, links[i].text);
    }
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        assert_int_equal(root_resolve(root, ends[i].path, arena, &text, NULL), ends[i].code);
        if (!ends[i].code)
            assert_string_equal(text, ends[i].text);
        /* What cannot be looked at is not said to be missing. */
        assert_int_equal(root_exists(root, ends[i].path), ends[i].code != -ENOENT);
    }
}

static void lists(void **state)
{
    (void)state;
    static const char *const expected[] = {"sda", "sda1", "sda2", "sda10", "sdaa"};
    char **names;
    size_t count;
    SCRATCH_ARENA(arena);
    for (size_t i = 5; i-- > 0;) {
        char path[64];
        snprintf(path, sizeof path, "/list/%s", expected[i]);
        tree_file(&tree, path, "");
    }
    assert_int_equal(root_list(root, "/list", arena, &names, &count, NULL), 0);
    assert_int_equal(count, 5);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(names[i], expected[i]);
    assert_int_equal(mkdir(in_tree("/none"), 0755), 0);
    assert_int_equal(root_list(root, "/none", arena, &names, &count, NULL), 0);
    assert_int_equal(count, 0);
    assert_int_equal(root_list(root, "/missing", arena, &names, &count, NULL), -ENOENT);
    assert_int_equal(root_list(root, "/empty", arena, &names, &count, NULL), -ENOTDIR);
    assert_int_equal(root_list(root, "/fifo", arena, &names, &count, NULL), -EOPNOTSUPP);
    assert_int_equal(count, 0);
}

static void opens(void **state)
{
    (void)state;
    struct root *other;
    struct error e;
    assert_string_equal(root_path(root), tree.path);
    assert_false(root_is_live(root));
    assert_int_equal(root_open("/", &other, &e), 0);
    assert_true(root_is_live(other));
    root_close(&other);
    assert_int_equal(root_open("/usr/..", &other, &e), 0);
    assert_true(root_is_live(other));
    root_close(&other);
    assert_int_equal(root_open(in_tree("/missing"), &other, &e), -ENOENT);
    assert_null(other);
    assert_int_equal(root_open(in_tree("/empty"), &other, &e), -ENOTDIR);
    assert_int_equal(root_open_fd(open(in_tree("/empty"), O_RDONLY), "x", &other, &e), -ENOTDIR);
    assert_null(other);
}

static void gives_descriptors(void **state)
{
    (void)state;
    char byte;
    int fd = root_descriptor(root, "/relative", O_RDONLY, NULL);
    assert_true(fd >= 0);
    assert_int_equal(read(fd, &byte, 1), 1);
    assert_int_equal(byte, '1');
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    close(fd);
    assert_int_equal(root_descriptor(root, "/fifo", O_RDONLY, NULL), -EOPNOTSUPP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_lines),
        cmocka_unit_test(opens_no_device),
        cmocka_unit_test(may_not_read_all),
        cmocka_unit_test(bounds_what_it_reads),
        cmocka_unit_test(follows_links),
        cmocka_unit_test(lists),
        cmocka_unit_test(opens),
        cmocka_unit_test(gives_descriptors),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
