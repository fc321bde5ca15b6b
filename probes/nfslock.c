/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/nfslock.h"

#include <errno.h>
#include <stdlib.h>

#include "probes/boot_memory.h"
#include "probes/nfslock_callbacks.h"
#include "probes/nfslock_handoff.h"
#include "probes/nfslock_memory.h"
#include "probes/nfslock_metrics.h"
#include "probes/probers.h"
#include "probes/registry.h"

struct state {
    struct nfslock_memory before, now;
    bool looked; /* before is of this process, and newer than what was kept */
};

static const char memory_name[] = "nfslock.memory";

static int nfslock_open(struct probe_run *run, struct error *e)
{
    (void)e;
    struct state *state = calloc(1, sizeof *state);
    if (!state)
        abort();
    state->before.arena = arena_new();
    state->now.arena = arena_new();
    run->state = state;
    json_t *memory = boot_memory_load(run, memory_name);
    nfslock_memory_parse(memory, &state->before);
    json_decref(memory);
    return 0;
}

/* Written when what was seen has been reported, as the disk that it goes to may hang. */
static void keep(struct probe_run *run, const struct nfslock_memory *memory)
{
    boot_memory_save(run, memory_name, nfslock_memory_render(memory));
}

static void nfslock_close(struct probe_run *run)
{
    struct state *state = run->state;
    if (state->looked) /* else another may have looked meanwhile: this one was asked a question */
        keep(run, &state->before);
    arena_free(&state->before.arena);
    arena_free(&state->now.arena);
    free(state);
    run->state = NULL;
}

static void begin_look(struct state *state)
{
    struct arena *arena = state->now.arena;
    arena_reset(arena);
    state->now = (struct nfslock_memory){.arena = arena};
}

static void end_look(struct state *state)
{
    struct nfslock_memory old = state->before;
    state->before = state->now;
    state->now = old;
}

static int nfslock_poll(struct probe_run *run, struct error *e)
{
    SCRATCH_ARENA(arena);
    struct state *state = run->state;
    struct nfs_mounts mounts;
    struct nfs_connections connections;
    struct nfs_addresses addresses;
    struct nfslock_settings settings;

    if (nfslock_settings_read(run->settings, arena, &settings, e) < 0)
        return e->code;
    if (!nfs_mounts_read(run, arena, &mounts) && root_is_live(run->root))
        return error_set(e, -ENOENT, "nfslock: what is mounted cannot be read");
    begin_look(state);
    nfs_connections_read(run->root, arena, &connections);
    nfs_addresses_find(run, arena, &mounts, &connections, &addresses);
    nfslock_report_mounts(&run->batch, &mounts);
    nfslock_poll_stats(run, &mounts, &connections, &state->before, &state->now);
    nfslock_poll_host(run, mounts.count > 0, &state->before, &state->now);
    nfslock_poll_paths(run, &connections, &addresses);
    nfslock_poll_callbacks(run, &mounts, &settings);
    if (settings.lock_test_count) /* which may cost this process */
        keep(run, &state->now);
    nfslock_poll_handoff(run, &mounts, &settings);
    end_look(state);
    state->looked = true;
    return 0;
}

static int nfslock_ask_host(struct probe_run *run, const char *target, struct error *e)
{
    SCRATCH_ARENA(arena);
    struct nfslock_settings settings;

    if (nfslock_settings_read(run->settings, arena, &settings, e) < 0)
        return e->code;
    return nfslock_look_at(run, target, &settings, e);
}

const struct prober nfslock_prober = {
    .probe = &nfslock_probe,
    .open = nfslock_open,
    .poll = nfslock_poll,
    .close = nfslock_close,
    .ask = nfslock_ask_host,
};
