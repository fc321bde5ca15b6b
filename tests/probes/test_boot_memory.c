/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probes/boot_memory.h"
#include "tests/probes/tree.h"

static const char boot_path[] = "/proc/sys/kernel/random/boot_id";

struct host {
    struct tree tree;
    struct root *root;
    struct probe_run run;
};

static int set_up(void **state)
{
    static struct host host;
    tree_make(&host.tree);
    tree_file(&host.tree, boot_path, "one\n");
    *state = &host;
    if (root_open(host.tree.path, &host.root, NULL) < 0)
        return -1;
    host.run = (struct probe_run){.root = host.root, .state_directory = host.tree.path};
    return 0;
}

static int tear_down(void **state)
{
    struct host *host = *state;
    root_close(&host->root);
    tree_remove(&host->tree);
    return 0;
}

/* The number that is remembered, -1 for nothing. */
static int remembered(const struct host *host)
{
    json_t *memory = boot_memory_load(&host->run, "x");
    int number = memory ? (int)json_integer_value(memory) : -1;
    json_decref(memory);
    return number;
}

static void remembers(void **state)
{
    const struct host *host = *state;
    assert_int_equal(remembered(host), -1);
    boot_memory_save(&host->run, "x", json_integer(7));
    assert_int_equal(remembered(host), 7);
    boot_memory_save(&host->run, "x", json_integer(8));
    assert_int_equal(remembered(host), 8);
}

static void forgets_at_boot(void **state)
{
    const struct host *host = *state;
    boot_memory_save(&host->run, "x", json_integer(7));
    tree_file(&host->tree, boot_path, "two\n");
    assert_int_equal(remembered(host), -1);
    boot_memory_save(&host->run, "x", json_integer(8));
    assert_int_equal(remembered(host), 8);
}

static void takes_nothing_else(void **state)
{
    static const char *const texts[] = {"",
                                        "{",
                                        "[]",
                                        "7",
                                        "{\"boot_id\": 1, \"memory\": 7}",
                                        "{\"memory\": 7}",
                                        "{\"boot_id\": \"one\"}"};
    const struct host *host = *state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        tree_file(&host->tree, "/x.json", texts[i]);
        assert_int_equal(remembered(host), -1);
    }
    tree_file(&host->tree, "/x.json", "{\"boot_id\": \"one\", \"memory\": 9}");
    assert_int_equal(remembered(host), 9);
    tree_drop(&host->tree, "/x.json");
    tree_fifo(&host->tree, "/x.json");
    assert_int_equal(remembered(host), -1);
}

static void has_nowhere_to_keep_it(void **state)
{
    struct host *host = *state;
    host->run.state_directory = NULL;
    boot_memory_save(&host->run, "x", json_integer(7));
    assert_int_equal(remembered(host), -1);
    host->run.state_directory = "/nonexistent";
    boot_memory_save(&host->run, "x", json_integer(7));
    assert_int_equal(remembered(host), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(remembers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(forgets_at_boot, set_up, tear_down),
        cmocka_unit_test_setup_teardown(takes_nothing_else, set_up, tear_down),
        cmocka_unit_test_setup_teardown(has_nowhere_to_keep_it, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
