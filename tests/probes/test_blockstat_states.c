/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/blockstat.h"
#include "tests/probes/shared.h"

/*
 * A recorded outage: from 24.38 s on sdf answers nothing. The kernel's first word of it is a reset
 * at 161.5 s; md gives the disk up at 222.9 s. Each t-SECONDS of the recording is one look.
 */
static const double hangs_at = 24.38, first_word_at = 161.5, given_up_at = 222.9;

struct replay {
    struct blockstat_state *state;
    struct clock_sim clock;
    double first_outstanding, half_a_minute, first_timeout;
    size_t looks;
};

static double value_of(const struct batch *batch, const struct metric *metric, const char *disk)
{
    for (size_t i = 0; i < batch->sample_count; i++)
        if (batch->samples[i].metric == metric && strcmp(batch->samples[i].values[0], disk) == 0)
            return batch->samples[i].value;
    fail_msg("%s of %s is missing", metric->name, disk);
    return 0;
}

static void remember_first(double *first, bool holds, double at)
{
    if (!*first && holds)
        *first = at;
}

static void judge(struct replay *replay, const struct batch *batch, const struct disks *disks,
                  double at)
{
    for (size_t i = 0; i < disks->count; i++) {
        const char *disk = disks->disk[i].disk;
        double requests = value_of(batch, &blockstat_outstanding, disk);
        /* not known from one look at a recording */
        double seconds = replay->looks ? value_of(batch, &blockstat_outstanding_seconds, disk) : 0;
        if (strcmp(disk, "sdf") != 0) { /* the disks that are well never make one wait */
            if (seconds > 5)
                fail_msg("at %.2f: %s has %g requests out for %g s", at, disk, requests, seconds);
            continue;
        }
        remember_first(&replay->first_outstanding, requests > 0, at);
        remember_first(&replay->half_a_minute, seconds >= 30, at);
        remember_first(&replay->first_timeout, value_of(batch, &blockstat_io_timeouts, disk) > 0,
                       at);
        if (replay->first_outstanding && at < given_up_at && requests < 1)
            fail_msg("at %.2f: nothing is outstanding", at);
    }
}

static void look(struct replay *replay, const struct root *whole, const char *name)
{
    char path[8192];
    struct root *root;
    struct disks disks;
    struct error e;
    double at = strtod(name + 2, NULL);
    SCRATCH_ARENA(arena);

    snprintf(path, sizeof path, "%s/%s", root_path(whole), name);
    assert_int_equal(root_open(path, &root, &e), 0);
    replay->clock.monotonic_ns = (int64_t)(at * 1e9);
    struct probe_run run = {.root = root, .clock = &replay->clock.clock};
    batch_init(&run.batch);
    assert_int_equal(disks_find(root, arena, &run.batch, &disks, &e), 0);
    assert_int_equal(blockstat_poll(&run, &disks, replay->state, &e), 0);
    assert_int_equal(run.batch.finding_count, 0);
    judge(replay, &run.batch, &disks, at);
    replay->looks++;
    batch_free(&run.batch);
    root_close(&root);
}

static void a_disk_that_hangs(void **state)
{
    (void)state;
    struct tree tree;
    struct root *root;
    struct error e;
    struct replay replay = {.state = blockstat_state_new()};
    char path[4096], **names;
    size_t count;
    SCRATCH_ARENA(arena);

    shared_state(&tree, "incident-hung-disk", path);
    clock_sim_init(&replay.clock, 0);
    assert_int_equal(root_open(path, &root, &e), 0);
    assert_int_equal(root_list(root, "/", arena, &names, &count, &e), 0);
    for (size_t i = 0; i < count; i++)
        if (strncmp(names[i], "t-", 2) == 0)
            look(&replay, root, names[i]);
    printf("%zu looks: requests outstanding %.1f s after the disk hung (%.0f s before the kernel's "
           "first word), for 30 s after %.1f s, first timeout after %.1f s\n",
           replay.looks, replay.first_outstanding - hangs_at,
           first_word_at - replay.first_outstanding, replay.half_a_minute - hangs_at,
           replay.first_timeout - hangs_at);
    assert_true(replay.looks > 100);
    assert_true(replay.first_outstanding - hangs_at < 10);
    assert_true(replay.half_a_minute > 0 && first_word_at - replay.half_a_minute > 100);
    blockstat_state_free(&replay.state);
    root_close(&root);
    tree_remove(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_disk_that_hangs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
