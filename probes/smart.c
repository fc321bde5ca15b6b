/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "probes/blockstat.h"
#include "probes/boot_memory.h"
#include "probes/probers.h"
#include "probes/registry.h"
#include "probes/smart_round.h"

/* What stays from one round to the next. */
struct state {
    struct smart_memory *memory;
    struct blockstat_state *counters;
};

static const char counters_name[] = "blockstat.memory";

void smart_keep_counters(const struct probe_run *run, const struct blockstat_state *counters)
{
    boot_memory_save(run, counters_name, blockstat_state_render(counters));
}

static int open_probe(struct probe_run *run, struct error *e)
{
    struct state *state = calloc(1, sizeof *state);
    (void)e;
    if (!state)
        abort();
    state->memory = smart_memory_new();
    json_t *counters = boot_memory_load(run, counters_name);
    state->counters = blockstat_state_parse(counters);
    json_decref(counters);
    run->state = state;
    struct error why = {0};
    if (run->state_directory && smart_memory_load(state->memory, run->state_directory, &why) < 0)
        probe_finding(run, "note", false, "", run->state_directory,
                      "part of what was known of the disks is lost: %s", why.text);
    return 0;
}

static void close_probe(struct probe_run *run)
{
    struct state *state = run->state;
    if (state) {
        smart_keep_counters(run, state->counters);
        smart_memory_free(&state->memory);
        blockstat_state_free(&state->counters);
    }
    free(state);
    run->state = NULL;
}

/* The kernel's counters; a recorded tree may have none. */
static void count(struct smart_round *round)
{
    struct error e = {0};
    if (blockstat_poll(round->run, &round->disks, round->counters, &e) < 0 && round->disks.count)
        probe_finding(round->run, "unreadable", true, "", "", "%s", e.text);
}

/* For the rest of a round that cost another process its life: that one has said who they are. */
static int find_again(struct smart_round *round, struct error *e)
{
    struct batch unheard;
    batch_init(&unheard);
    int code = disks_find(round->run->root, round->arena, &unheard, &round->disks, e);
    batch_free(&unheard);
    if (code < 0)
        round->disks = (struct disks){0};
    for (size_t i = 0; i < round->disks.count; i++)
        smart_memory_see(round->memory, &round->disks.disk[i], round->now_ms);
    return root_is_live(round->run->root) ? code : 0;
}

/*
 * The identities and what the kernel knows go off before any disk is touched: of a disk that hangs
 * they are all there is. A recorded tree may have no sysfs at all.
 */
static int discover(struct smart_round *round, bool live, struct error *e)
{
    static const char target[] = "disks";
    struct error why = {0};
    if (!probe_begin(round->run, target))
        return find_again(round, e);
    int code = disks_find(round->run->root, round->arena, &round->run->batch, &round->disks, &why);
    if (code < 0) {
        round->disks = (struct disks){0};
        if (!live && code != -ENOENT)
            probe_finding(round->run, "unreadable", true, "", "/sys/block", "%s", why.text);
    }
    for (size_t i = 0; i < round->disks.count; i++)
        smart_report_info(round, &round->disks.disk[i]);
    count(round);
    probe_end(round->run, target);
    if (blockstat_waits(round->counters)) /* the disk that it waits for may cost this process */
        smart_keep_counters(round->run, round->counters);
    return live && code < 0 ? error_set(e, code, "%s", why.text) : 0;
}

static int poll_probe(struct probe_run *run, struct error *e)
{
    struct state *state = run->state;
    SCRATCH_ARENA(arena);
    bool live = root_is_live(run->root);
    struct smart_round round = {
        .run = run,
        .arena = arena,
        .memory = state->memory,
        .counters = state->counters,
        .state_directory = run->state_directory,
        .now_ms = clock_wall_ms(run->clock),
    };
    int code = discover(&round, live, e);
    if (code < 0)
        return code;
    code = live ? smart_live(&round) : smart_recorded(&round);
    smart_report_vanished(&round);
    return code;
}

const struct prober smart_prober = {
    .probe = &smart_probe,
    .open = open_probe,
    .poll = poll_probe,
    .close = close_probe,
};
