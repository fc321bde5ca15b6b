/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "probes/mailindex_file.h"
#include "tests/probes/tree.h"

static int read_one(const struct mailindex_dir *dir, const char *name, size_t limit,
                    struct mailindex_bytes *bytes)
{
    struct mailindex_io io = {0};
    struct error e = {0};
    return mailindex_read(dir, name, limit, &io, bytes, &e);
}

static void opens_with_care(void **state)
{
    struct tree tree;
    struct mailindex_dir dir;
    struct mailindex_bytes bytes = {0};
    struct error e = {0};
    (void)state;

    tree_make(&tree);
    tree_file(&tree, "/store/file", "12345");
    tree_file(&tree, "/store/sub/file", "x");
    tree_file(&tree, "/outside", "secret");
    tree_fifo(&tree, "/store/fifo");
    tree_link(&tree, "/store/out", "../outside");
    tree_link(&tree, "/store/absolute", "/etc/passwd");
    tree_link(&tree, "/store/in", "sub/file");
    tree_link(&tree, "/store/loop", "loop");
    char path[128];
    snprintf(path, sizeof path, "%s/store", tree.path);
    assert_int_equal(mailindex_dir_open(path, &dir, &e), 0);

    assert_int_equal(read_one(&dir, "file", 5, &bytes), 0);
    assert_int_equal(bytes.length, 5);
    assert_memory_equal(bytes.data, "12345", 5);
    assert_int_equal(read_one(&dir, "in", 5, &bytes), 0);
    assert_int_equal(bytes.length, 1);
    assert_int_equal(read_one(&dir, "file", 4, &bytes), -EFBIG);
    assert_int_equal(read_one(&dir, "fifo", 5, &bytes), -EOPNOTSUPP);
    assert_int_equal(read_one(&dir, "sub", 5, &bytes), -EOPNOTSUPP);
    assert_int_equal(read_one(&dir, "out", 99, &bytes), -EXDEV);
    assert_int_equal(read_one(&dir, "absolute", 99, &bytes), -EXDEV);
    assert_int_equal(read_one(&dir, "../outside", 99, &bytes), -EXDEV);
    assert_int_equal(read_one(&dir, "loop", 99, &bytes), -ELOOP);
    assert_int_equal(read_one(&dir, "nothing", 99, &bytes), -ENOENT);
    mailindex_bytes_free(&bytes);
    mailindex_dir_close(&dir);
    tree_remove(&tree);
}

/* Reading a file and a directory leaves their times alone. */
static void leaves_no_trace(void **state)
{
    static const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 2000}};
    struct tree tree;
    struct mailindex_dir dir;
    struct mailindex_bytes bytes = {0};
    struct mailindex_io io = {0};
    struct error e = {0};
    struct stat st;
    (void)state;

    tree_make(&tree);
    tree_file(&tree, "/file", "12345");
    assert_int_equal(mailindex_dir_open(tree.path, &dir, &e), 0);
    assert_int_equal(utimensat(dir.fd, "file", old, 0), 0);
    assert_int_equal(utimensat(AT_FDCWD, tree.path, old, 0), 0);
    assert_int_equal(mailindex_read(&dir, "file", 99, &io, &bytes, &e), 0);
    DIR *list = mailindex_dir_list(&dir, &io);
    assert_non_null(list);
    while (readdir(list))
        continue;
    closedir(list);
    assert_false(io.atime_touched);
    assert_int_equal(fstatat(dir.fd, "file", &st, 0), 0);
    assert_int_equal(st.st_atim.tv_sec, 1000);
    assert_int_equal(stat(tree.path, &st), 0);
    assert_int_equal(st.st_atim.tv_sec, 1000);
    mailindex_bytes_free(&bytes);
    mailindex_dir_close(&dir);
    tree_remove(&tree);
}

static void knows_a_file_again(void **state)
{
    struct tree tree;
    struct mailindex_dir dir;
    struct mailindex_stamp a, b;
    struct error e = {0};
    (void)state;

    tree_make(&tree);
    tree_file(&tree, "/file", "12345");
    assert_int_equal(mailindex_dir_open(tree.path, &dir, &e), 0);
    assert_int_equal(mailindex_stamp_of(&dir, "file", &a), 0);
    assert_int_equal(linkat(dir.fd, "file", dir.fd, "other", 0), 0);
    assert_int_equal(mailindex_stamp_of(&dir, "file", &b), 0);
    assert_true(mailindex_stamp_same(&a, &b));
    tree_file(&tree, "/file", "123456");
    assert_int_equal(mailindex_stamp_of(&dir, "file", &b), 0);
    assert_false(mailindex_stamp_same(&a, &b));
    assert_int_equal(mailindex_stamp_of(&dir, "nothing", &b), -ENOENT);
    mailindex_dir_close(&dir);
    tree_remove(&tree);
}

static void keeps_pace(void **state)
{
    struct tree tree;
    struct mailindex_dir dir;
    struct mailindex_bytes bytes = {0};
    struct mailindex_io io = {.bytes_per_second = 50 * 1000};
    struct error e = {0};
    struct timespec begun, now;
    char content[10 * 1000];
    (void)state;

    tree_make(&tree);
    memset(content, 'x', sizeof content);
    tree_bytes(&tree, "/file", content, sizeof content);
    assert_int_equal(mailindex_dir_open(tree.path, &dir, &e), 0);
    clock_gettime(CLOCK_MONOTONIC, &begun);
    assert_int_equal(mailindex_read(&dir, "file", sizeof content, &io, &bytes, &e), 0);
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t ms = (now.tv_sec - begun.tv_sec) * 1000 + (now.tv_nsec - begun.tv_nsec) / 1000000;
    assert_true(ms >= 150); /* 10 kB of 50 kB/s are 200 ms */
    assert_int_equal(io.bytes, sizeof content);
    mailindex_bytes_free(&bytes);
    mailindex_dir_close(&dir);
    tree_remove(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_with_care),
        cmocka_unit_test(leaves_no_trace),
        cmocka_unit_test(knows_a_file_again),
        cmocka_unit_test(keeps_pace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
