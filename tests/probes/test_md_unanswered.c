/* SPDX-License-Identifier: Apache-2.0 */
/* What the probe says of members whose disks answer nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "probes/probers.h"
#include "tests/probes/md_run.h"
#include "tests/probes/tree.h"

/*
 * A disk of a member that has requests and completes none is known from the next round on. Of a
 * member on several disks nothing is said: the others would be blamed.
 */
static void a_member_that_answers_nothing(void **state)
{
    static const char *const files[][2] = {
        {"/sys/block/md0/md/level", "raid1\n"},
        {"/sys/block/md0/md/dev-sda1/state", "in_sync\n"},
        {"/sys/block/md0/md/dev-sda1/slot", "0\n"},
        {"/sys/block/sda/sda1/partition", "1\n"},
        {"/sys/block/sda/size", "8\n"},
        {"/sys/block/sdb/size", "8\n"},
        {"/sys/block/md0/md/dev-dm-0/state", "in_sync\n"},
        {"/sys/block/md0/md/dev-dm-0/slot", "1\n"},
        {"/sys/block/dm-0/size", "8\n"},
        {"/sys/block/dm-0/slaves/sda/x", ""},
        {"/sys/block/dm-0/slaves/sdb/x", ""},
        {"/sys/block/sda/inflight", "0 2\n"},
        {"/sys/block/sda/stat", "10 0 80 5 20 1 160 9 2 7 14\n"},
        {"/proc/sys/kernel/random/boot_id", "one\n"},
    };
    static const char series[] =
        "member_unanswered_seconds{array=\"md0\",slot=\"0\",device=\"sda1\"}";
    static const struct {
        const char *stat;
        double seconds;
    } looks[] = {
        {"10 0 80 5 20 1 160 9 2 7 14\n", 0},
        {"10 0 80 5 20 1 160 9 2 7 14\n", 15},
        {"11 0 80 5 20 1 160 9 2 7 14\n", 0},
    };
    struct clock_sim clock;
    struct tree tree;
    (void)state;

    tree_make(&tree);
    clock_sim_init(&clock, 1000000);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        tree_file(&tree, files[i][0], files[i][1]);
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) { /* each by another process */
        struct md_run run;
        struct root *root;
        struct error e;
        tree_file(&tree, "/sys/block/sda/stat", looks[i].stat);
        probe_run_open(&run, &md_prober);
        md_prober.close(&run.run);
        assert_int_equal(root_open(tree.path, &root, &e), 0);
        run.run.root = root;
        run.run.clock = &clock.clock;
        run.run.state_directory = tree.path;
        md_prober.open(&run.run, NULL);
        root_close(&root);
        assert_int_equal(md_run_poll(&run, tree.path), 0);
        assert_float_equal(md_seen_value(&run.seen, series), looks[i].seconds, 0.01);
        for (size_t n = 0; n < run.seen.count; n++)
            assert_null(
                strstr(run.seen.lines[n], "member_unanswered_seconds{array=\"md0\",slot=\"1\""));
        assert_int_equal(root_open(tree.path, &root, &e), 0);
        run.run.root = root;
        md_run_close(&run);
        root_close(&root);
        clock_sim_advance(&clock, 15000);
    }
    tree_remove(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_member_that_answers_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
