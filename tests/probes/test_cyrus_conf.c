/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "probes/cyrus_conf.h"
#include "tests/probes/tree.h"

static void read_text(const char *text, struct arena *arena, struct cyrus_conf *conf)
{
    struct cyrus_conf_keys *keys = cyrus_conf_keys_new(arena);
    cyrus_conf_take(keys, text, strlen(text), NULL, NULL);
    cyrus_conf_finish(keys, conf);
}

static void test_partitions(void **state)
{
    SCRATCH_ARENA(arena);
    struct cyrus_conf conf;

    (void)state;
    read_text("# a comment: not read\n"
              "configdirectory: /var/lib/cyrus\n"
              "partition-default: /var/spool/cyrus\r\n"
              "  Partition-News :/news \n"
              "partition-default: /var/spool/other\n"
              "metapartition-default: /meta\n"
              "metapartition_files: header index cache\n"
              "archivepartition-default: /archive\n"
              "unixhierarchysep: no\n"
              "a line of no form\n",
              arena, &conf);
    assert_string_equal(conf.configdirectory, "/var/lib/cyrus");
    assert_int_equal(conf.count, 2);
    assert_string_equal(conf.partitions[0].mail, "/news");
    assert_string_equal(conf.partitions[0].meta, "/news");
    assert_null(conf.partitions[0].archive);
    assert_string_equal(conf.partitions[1].mail, "/var/spool/other");
    assert_string_equal(conf.partitions[1].meta, "/meta");
    assert_string_equal(conf.partitions[1].archive, "/archive");
    assert_false(conf.partitions[1].unixhierarchysep);
}

/* Only where cyrus.index is in it does a metapartition matter. */
static void test_metapartition(void **state)
{
    static const struct {
        const char *text, *meta;
    } cases[] = {
        {"partition-a: /a\nmetapartition-a: /m\n", "/a"},
        {"partition-a: /a\nmetapartition-a: /m\nmetapartition_files: squat\n", "/a"},
        {"partition-a: /a\nmetapartition-a: /m\nmetapartition_files: squat,index\n", "/m"},
        {"partition-a: /a\nmetapartition-a: /m\nmetadir-index-a: /i\n", "/i"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        struct cyrus_conf conf;
        read_text(cases[i].text, arena, &conf);
        assert_int_equal(conf.count, 1);
        assert_string_equal(conf.partitions[0].meta, cases[i].meta);
        assert_true(conf.partitions[0].unixhierarchysep);
    }
}

static void test_files(void **state)
{
    SCRATCH_ARENA(arena);
    struct cyrus_conf conf;
    struct error e = {0};
    struct tree tree;
    char path[128], text[256];

    (void)state;
    tree_make(&tree);
    snprintf(text, sizeof text, "configdirectory: /c\n@include: %s/more\n", tree.path);
    tree_file(&tree, "/imapd.conf", text);
    tree_file(&tree, "/more", "partition-default: /p\n");
    snprintf(path, sizeof path, "%s/imapd.conf", tree.path);
    assert_true(cyrus_conf_is(path));
    assert_int_equal(cyrus_conf_read(path, arena, &conf, &e), 0);
    assert_int_equal(conf.count, 1);
    snprintf(text, sizeof text, "@include: %s/more\n", tree.path);
    tree_file(&tree, "/more", text); /* a circle ends */
    assert_int_equal(cyrus_conf_read(path, arena, &conf, &e), 0);
    assert_int_equal(conf.count, 0);
    tree_drop(&tree, "/more");
    assert_true(cyrus_conf_read(path, arena, &conf, &e) < 0);
    assert_non_null(strstr(e.text, "more: ENOENT"));
    tree_file(&tree, "/other", "key: value\n");
    snprintf(path, sizeof path, "%s/other", tree.path);
    assert_false(cyrus_conf_is(path));
    assert_true(cyrus_conf_read(path, arena, &conf, &e) < 0);
    tree_remove(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_partitions),
                                       cmocka_unit_test(test_metapartition),
                                       cmocka_unit_test(test_files)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
