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
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/recording.h"
#include "agent/recording_tree.h"

static char directory[64];

static int set_up(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/forewarn-test-XXXXXX");
    return mkdtemp(directory) ? 0 : -1;
}

static const char *file(void)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/recording", directory);
    return path;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(file());
    return rmdir(directory);
}

static struct recording *append(int64_t max_bytes)
{
    struct recording *recording;
    struct error e = {0};
    if (recording_append(directory, max_bytes, &recording, &e) < 0)
        fail_msg("%s", e.text);
    return recording;
}

static void put(struct recording *recording, enum root_kind kind, const char *path,
                const char *text)
{
    struct error e = {0};
    if (recording_put(recording, 0, kind, path, text, strlen(text), &e) < 0)
        fail_msg("%s", e.text);
}

static void end(struct recording *recording)
{
    struct error e = {0};
    recording_owner_done(recording, 0, NULL);
    if (recording_end(recording, &e) < 0)
        fail_msg("%s", e.text);
}

/* A long text, so that differences are worth it; the number stands within. */
static const char *long_text(int number)
{
    static char text[4096];
    size_t n = 0;
    for (int i = 0; i < 100; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "attribute %d is %d\n", i,
                              i == 50 ? number : i * 7919);
    return text;
}

static void record_looks(struct recording *recording, int from, int count)
{
    for (int i = from; i < from + count; i++) {
        recording_begin(recording, &(struct recording_look){.at_ms = 1000 * i, .holds_ms = 5});
        put(recording, ROOT_DIRECTORY, "/sys/block", "");
        put(recording, ROOT_LINK, "/sys/block/sda", "../devices/sda");
        put(recording, ROOT_FILE, "/smart/sda.json", long_text(i));
        if (i % 2)
            put(recording, ROOT_FILE, "/sys/devices/sda/size", "8\n");
        end(recording);
    }
}

static const char *content(const struct recording *recording, const char *path)
{
    const struct recorded *entry = recording_state_find(recording_state(recording), path);
    return entry ? entry->data : "(not there)";
}

static void expect_looks(int count)
{
    struct recording *recording;
    struct recording_look look;
    struct error e = {0};

    assert_int_equal(recording_open(directory, &recording, &e), 0);
    for (int i = 1; i <= count; i++) {
        assert_int_equal(recording_next(recording, &look, &e), 1);
        assert_int_equal(look.at_ms, 1000 * i);
        assert_int_equal(look.holds_ms, 5);
        assert_string_equal(content(recording, "/smart/sda.json"), long_text(i));
        assert_string_equal(content(recording, "/sys/block/sda"), "../devices/sda");
        assert_string_equal(content(recording, "/sys/devices/sda/size"),
                            i % 2 ? "8\n" : "(not there)");
    }
    assert_int_equal(recording_next(recording, &look, &e), 0);
    recording_close(&recording);
}

static void test_read_back(void **state)
{
    struct recording *recording = append(0);
    (void)state;
    record_looks(recording, 1, 4);
    recording_close(&recording);
    expect_looks(4);
}

/* Somebody else goes on: only what changed is written. */
static void test_go_on(void **state)
{
    struct recording *recording = append(0);
    (void)state;
    record_looks(recording, 1, 2);
    int64_t first = recording_bytes(recording);
    recording_close(&recording);
    recording = append(0);
    record_looks(recording, 3, 2);
    assert_in_range(recording_bytes(recording) - first, 1, 400);
    recording_close(&recording);
    expect_looks(4);
}

/* A crash within a look: it alone is lost, and the next writer goes on behind the one before. */
static void test_torn(void **state)
{
    struct recording *recording = append(0);
    struct stat st;
    (void)state;
    record_looks(recording, 1, 3);
    recording_close(&recording);
    assert_int_equal(stat(file(), &st), 0);
    for (int cut = 1; cut < 40; cut += 13) {
        assert_int_equal(truncate(file(), st.st_size - cut), 0);
        expect_looks(2);
        recording = append(0);
        record_looks(recording, 3, 1);
        recording_close(&recording);
        expect_looks(3);
        assert_int_equal(stat(file(), &st), 0);
    }
}

static void test_garbage(void **state)
{
    struct recording *recording = append(0);
    struct recording_look look;
    struct error e = {0};
    (void)state;
    record_looks(recording, 1, 2);
    int64_t bytes = recording_bytes(recording);
    recording_close(&recording);
    int fd = open(file(), O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "x", 1, bytes - 2), 1);
    close(fd);
    assert_int_equal(recording_open(directory, &recording, &e), 0);
    assert_int_equal(recording_next(recording, &look, &e), 1);
    assert_int_equal(recording_next(recording, &look, &e), 0);
    assert_int_equal(e.code, -EBADMSG);
    assert_non_null(strstr(e.text, "its sum is wrong"));
    recording_close(&recording);
}

static void test_no_recording(void **state)
{
    struct recording *recording;
    struct error e = {0};
    (void)state;
    assert_int_equal(recording_open(directory, &recording, &e), -ENOENT);
    int fd = open(file(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "something else\nand more of it\n", 30), 30);
    close(fd);
    assert_int_equal(recording_open(directory, &recording, &e), -EINVAL);
    assert_int_equal(recording_append(directory, 0, &recording, &e), -EINVAL);
    assert_null(recording);
}

static void test_bounded(void **state)
{
    struct recording *recording = append(1000);
    struct error e = {0};
    (void)state;
    record_looks(recording, 1, 1);
    int64_t bytes = recording_bytes(recording);
    recording_begin(recording, &(struct recording_look){.at_ms = 2000});
    for (int i = 0; i < 900; i++) {
        char path[32], text[32];
        snprintf(path, sizeof path, "/f%d", i);
        snprintf(text, sizeof text, "%d", i * 7919);
        put(recording, ROOT_FILE, path, text);
    }
    assert_int_equal(recording_end(recording, &e), -EFBIG);
    assert_int_equal(recording_bytes(recording), bytes);
    recording_close(&recording);
}

static void test_two_writers(void **state)
{
    struct recording *recording = append(0), *other;
    struct error e = {0};
    (void)state;
    assert_int_equal(recording_append(directory, 0, &other, &e), -EBUSY);
    recording_close(&recording);
}

static void test_paths(void **state)
{
    static const struct {
        const char *path;
        bool good;
    } cases[] = {{"/", true},    {"/a", true},       {"/a/b.c/...", true}, {"", false},
                 {"a", false},   {"/a/../b", false}, {"/..", false},       {"/a/.", false},
                 {"//a", false}, {"/a/", false},     {"/a//b", false},     {"../a", false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (recording_path_is_good(cases[i].path) != cases[i].good)
            fail_msg("%s", cases[i].path);
}

/* What two have seen is gone when neither sees it any more. */
static void test_owners(void **state)
{
    struct recording *recording = append(0);
    struct error e = {0};
    (void)state;
    recording_begin(recording, &(struct recording_look){.at_ms = 1});
    recording_put(recording, 0, ROOT_FILE, "/both", "1", 1, &e);
    recording_put(recording, 1, ROOT_FILE, "/both", "1", 1, &e);
    recording_owner_done(recording, 0, NULL);
    recording_owner_done(recording, 1, NULL);
    recording_end(recording, &e);
    recording_begin(recording, &(struct recording_look){.at_ms = 2});
    recording_owner_done(recording, 0, NULL);
    assert_string_equal(content(recording, "/both"), "1");
    recording_owner_done(recording, 1, NULL);
    assert_string_equal(content(recording, "/both"), "(not there)");
    recording_end(recording, &e);
    recording_close(&recording);
}

static void expect_file(const struct recording_tree *tree, const char *path, const char *expected)
{
    char full[256], text[4096] = "(not there)";
    snprintf(full, sizeof full, "%s%s", tree->path, path);
    int fd = open(full, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        ssize_t n = read(fd, text, sizeof text - 1);
        text[n < 0 ? 0 : n] = '\0';
        close(fd);
    }
    assert_string_equal(text, expected);
}

static void test_tree(void **state)
{
    struct recording *recording = append(0);
    struct recording_tree tree;
    struct error e = {0};
    struct stat st;
    (void)state;
    assert_int_equal(recording_tree_make(&tree, &e), 0);
    for (int i = 1; i <= 3; i++) {
        record_looks(recording, i, 1);
        assert_int_equal(recording_tree_apply(&tree, recording, &e), 0);
        expect_file(&tree, "/smart/sda.json", long_text(i));
        expect_file(&tree, "/sys/block/sda/size", i % 2 ? "8\n" : "(not there)");
    }
    recording_tree_remove(&tree);
    assert_int_equal(lstat(tree.path, &st), -1);
    recording_close(&recording);
}

/* A recording that somebody made to be written through its links. */
static void test_hostile_tree(void **state)
{
    struct recording *recording = append(0);
    struct recording_tree tree;
    struct error e = {0};
    char victim[128];
    struct stat st;
    (void)state;
    snprintf(victim, sizeof victim, "%s/victim", directory);
    assert_int_equal(recording_tree_make(&tree, &e), 0);
    recording_begin(recording, &(struct recording_look){.at_ms = 1});
    put(recording, ROOT_LINK, "/out", directory);
    put(recording, ROOT_FILE, "/out/victim", "written");
    assert_int_equal(recording_tree_apply(&tree, recording, &e), -ENOTDIR);
    assert_int_equal(lstat(victim, &st), -1);
    recording_tree_remove(&tree);
    recording_close(&recording);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_read_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_go_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_torn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_garbage, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_recording, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bounded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_two_writers, set_up, tear_down),
        cmocka_unit_test(test_paths),
        cmocka_unit_test_setup_teardown(test_owners, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tree, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hostile_tree, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
