/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "probes/mailindex_baseline.h"
#include "tests/probes/tree.h"

static void test_keeps(void **state)
{
    struct tree tree;
    struct mailindex_baseline *baseline;
    struct error e = {0};
    struct buf buf = {0};
    struct stat st;
    char path[128];

    (void)state;
    tree_make(&tree);
    snprintf(path, sizeof path, "%s/baseline", tree.path);
    uint64_t key = mailindex_baseline_key("/var/vmail/a", "dovecot.index");
    assert_true(key != mailindex_baseline_key("/var/vmail/a", "dovecot.map.index"));
    assert_true(key != mailindex_baseline_key("/var/vmail/b", "dovecot.index"));
    assert_int_equal(mailindex_baseline_open(path, &baseline, &e), 0);
    assert_int_equal(mailindex_baseline_get(baseline, key, &buf, &e), 0);
    assert_int_equal(mailindex_baseline_put(baseline, key, "abc", 3, &e), 0);
    assert_int_equal(mailindex_baseline_put(baseline, key + 1, "", 0, &e), 0);
    assert_int_equal(mailindex_baseline_close(&baseline, &e), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);

    assert_int_equal(mailindex_baseline_open(path, &baseline, &e), 0);
    assert_int_equal(mailindex_baseline_count(baseline), 2);
    assert_int_equal(mailindex_baseline_get(baseline, key, &buf, &e), 1);
    assert_int_equal(buf.length, 3);
    assert_memory_equal(buf.data, "abc", 3);
    assert_int_equal(mailindex_baseline_get(baseline, key + 1, &buf, &e), 1);
    assert_int_equal(buf.length, 0);
    assert_int_equal(mailindex_baseline_close(&baseline, &e), 0);
    buf_free(&buf);
    tree_remove(&tree);
}

static void test_refuses(void **state)
{
    struct tree tree;
    struct mailindex_baseline *baseline;
    struct error e = {0};
    char path[128];

    (void)state;
    tree_make(&tree);
    tree_file(&tree, "/text", "this is somebody's file, and none of a database at all");
    snprintf(path, sizeof path, "%s/text", tree.path);
    assert_int_equal(mailindex_baseline_open(path, &baseline, &e), -EBADMSG);
    assert_null(baseline);
    snprintf(path, sizeof path, "%s/none/baseline", tree.path);
    assert_true(mailindex_baseline_open(path, &baseline, &e) < 0);
    assert_non_null(strstr(e.text, "baseline"));
    tree_remove(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_keeps),
                                       cmocka_unit_test(test_refuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
