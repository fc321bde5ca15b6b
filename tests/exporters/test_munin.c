/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "exporters/munin.h"
#include "tests/exporters/fixture.h"

/* More of the fixture's host: sdx (0x1) sleeps, sda (0x4) is read, 0x9 cannot be read. */
static const char more[] = "forewarn_disk_temperature_celsius{disk=\"0x4\"} 31\n"
                           "forewarn_disk_temperature_celsius{disk=\"0x1\"} 20\n"
                           "forewarn_disk_info{disk=\"0x9 #\\\",device=\"\",model=\"a#b\"} 1\n"
                           "forewarn_disk_readable{disk=\"0x9 #\\\"} 0\n";

static char *render(const char *graph, bool config)
{
    struct buf series = {0}, out = {0};
    buf_printf(&series, "%s%s", fixture_series, more);
    struct store *store = fixture_store(series.data);
    const struct munin_graph *found = munin_find(graph);
    assert_non_null(found);
    buf_add(&out, "", 0);
    (config ? munin_config : munin_fetch)(found, store, FIXTURE_AT_MS, &out);
    store_free(&store);
    buf_free(&series);
    return out.data;
}

static void test_graphs(void **state)
{
    static const struct {
        const char *graph;
        bool config;
        const char *expected;
    } table[] = {
        {"temperature", false, "f_0x9___.value U\nf_0x4.value 31\nf_0x2.value U\nf_0x1.value U\n"},
        {"pending", false, "f_0x9___.value U\nf_0x4.value 0\nf_0x3.value 24\n"},
        {"wear", false, "f_0x9___.value U\nf_0x2.value 12.5\n"},
        {"redundancy", false, "f_md0.value 1\nf_md2.value 0\n"},
        {"sync", false, "f_md0.value 100\nf_md2.value 41.5\n"},
        {"sync_speed", false, "f_md0.value 0\nf_md2.value 52428800\n"},
        {"pending", true,
         "graph_title Pending sectors\ngraph_args --base 1000 -l 0\ngraph_vlabel sectors\n"
         "graph_category disk\ngraph_info Sectors that a disk cannot read now.\n"
         "graph_scale no\n"
         "f_0x9___.label 0x9 //\nf_0x9___.info a/b, serial , bay unknown\n"
         "f_0x4.label sda\nf_0x4.info TESTDISK 4000, serial T1, bay 1\n"
         "f_0x3.label sdb\nf_0x3.info TESTDISK 4000, serial T2, bay unknown\n"},
        {"sync", true,
         "graph_title Progress of checks and rebuilds\ngraph_args --base 1000 -l 0 -u 100\n"
         "graph_vlabel % done\ngraph_category disk\ngraph_info 100 where none runs.\n"
         "f_md0.label md0\nf_md0.info raid1\nf_md2.label md2\nf_md2.info raid5\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char *text = render(table[i].graph, table[i].config);
        assert_string_equal(text, table[i].expected);
        free(text);
    }
    assert_null(munin_find("x"));
}

/* The selector names all that graphs are made of. */
static void test_selector(void **state)
{
    (void)state;
    for (const struct munin_graph *graph = munin_graphs; graph->name; graph++)
        assert_non_null(strstr(munin_selector, graph->metric + strlen("forewarn_disk_") -
                                                   (strcmp(graph->key, "array") == 0 ? 2 : 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_graphs),
        cmocka_unit_test(test_selector),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
