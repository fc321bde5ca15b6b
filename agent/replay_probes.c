/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/replay_probes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/local_probe.h"
#include "agent/self.h"
#include "core/log.h"
#include "probes/registry.h"

/* How long a probe whose files do not change is not asked again. */
enum { UNCHANGED_MS = 60 * 60 * 1000, SAMPLES_INTERVAL_MS = 60 * 1000 };

static const struct metric *const no_metrics[] = {NULL};

static void add(struct replay_probes *all, const struct probe *probe)
{
    if (all->count < REPLAY_MAX_PROBES)
        all->at[all->count++] =
            (struct replay_probe){.probe = *probe, .looked_ms = INT64_MIN, .due = true};
}

int replay_probes_open(struct replay_probes *all, const char *directory, struct error *e)
{
    *all = (struct replay_probes){.arena = arena_new()};
    /* Beside what paths on a host can be: no name in a recording begins so. */
    char *state = arena_printf(all->arena, "%s/.replay-state", directory);
    if (mkdir(state, 0700) < 0)
        return error_set(e, -errno, "mkdir %s: %s", state, error_name(errno));
    all->state_directory = state;
    for (size_t i = 0; probes[i]; i++)
        add(all, probes[i]);
    return 0;
}

void replay_probes_close(struct replay_probes *all)
{
    for (size_t i = 0; i < all->count; i++)
        seen_free(&all->at[i].seen);
    if (all->arena)
        arena_free(&all->arena);
}

/* "nfslock" of "/samples/nfslock.om"; "" of other paths. */
static const char *samples_of(const char *path, struct arena *arena)
{
    static const char folder[] = "/samples/", end[] = ".om";
    size_t n = strlen(path), skip = strlen(folder);
    if (strncmp(path, folder, skip) != 0 || n < skip + strlen(end) ||
        strcmp(path + n - strlen(end), end) != 0)
        return "";
    return arena_strndup(arena, path + skip, n - skip - strlen(end));
}

static struct replay_probe *find(struct replay_probes *all, const char *name)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->at[i].probe.name, name) == 0)
            return &all->at[i];
    return NULL;
}

static void take_samples_file(struct replay_probes *all, const char *name)
{
    const struct probe made = {.name = arena_strdup(all->arena, name),
                               .what = "recorded samples",
                               .interval_ms = SAMPLES_INTERVAL_MS,
                               .metrics = no_metrics};
    if (!find(all, name))
        add(all, &made);
    struct replay_probe *probe = find(all, name);
    if (probe)
        probe->due = true;
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* What the kernel tells of: an array or a member of one, and disks that come and go. */
static unsigned wakes_for(const char *path, bool comes_or_goes)
{
    if (strcmp(path, "/proc/mdstat") == 0 || strstr(path, "/md/"))
        return PROBE_WAKE_ARRAY;
    if (comes_or_goes && begins(path, "/sys/block/") && !strchr(path + strlen("/sys/block/"), '/'))
        return PROBE_WAKE_DISK;
    return 0;
}

struct change {
    struct replay_probes *probes;
    uint64_t number;
    unsigned wakes;
};

static void note_change(struct recorded *entry, void *arg)
{
    struct change *change = arg;
    SCRATCH_ARENA(arena);

    if (entry->change != change->number)
        return;
    change->wakes |= wakes_for(entry->path, true);
    const char *name = samples_of(entry->path, arena);
    if (*name)
        take_samples_file(change->probes, name);
}

void replay_probes_changed(struct replay_probes *all, const struct recording *recording)
{
    struct change change = {all, recording_number(recording), 0};
    size_t gone_count;
    char *const *gone = recording_gone(recording, &gone_count);

    recording_state_walk(recording_state(recording), note_change, &change);
    for (size_t i = 0; i < gone_count; i++)
        change.wakes |= wakes_for(gone[i], true);
    for (size_t i = 0; i < all->count; i++) {
        all->at[i].changed = true;
        all->at[i].due |= (all->at[i].probe.wakes & change.wakes) != 0;
    }
}

static bool is_due(const struct replay_probe *probe, int64_t t_ms)
{
    if (probe->due || !probe->seen)
        return true;
    int64_t age_ms = t_ms - probe->looked_ms;
    return age_ms >= probe->probe.interval_ms && (probe->changed || age_ms >= UNCHANGED_MS);
}

void replay_probes_look(struct replay_probes *all, const struct root *root,
                        const struct clock *clock, int64_t t_ms)
{
    for (size_t i = 0; i < all->count; i++) {
        struct replay_probe *probe = &all->at[i];
        const struct local_probe local = {&probe->probe, root, clock, all->state_directory};
        if (!is_due(probe, t_ms))
            continue;
        seen_free(&probe->seen);
        probe->seen = local_probe_look(&local);
        if (!probe->seen->result.up)
            log_warning("%s: %s", probe->probe.name, probe->seen->result.error);
        probe->looked_ms = t_ms;
        probe->due = probe->changed = false;
    }
}

size_t replay_probes_seen(const struct replay_probes *all, const struct seen **seen)
{
    for (size_t i = 0; i < all->count; i++)
        seen[i] = all->at[i].seen;
    return all->count;
}

void replay_probes_forget(struct replay_probes *all)
{
    for (size_t i = 0; i < all->count; i++)
        seen_free(&all->at[i].seen);
}

void replay_probes_report(const struct replay_probes *all, struct batch *batch)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct replay_probe *probe = &all->at[i];
        /* One that is not asked again because nothing changed is as good as one that looked. */
        BATCH_SAMPLE(batch, &self_probe_interval, UNCHANGED_MS / 1000.0, probe->probe.name);
        BATCH_SAMPLE(batch, &self_probe_last_round, (double)probe->looked_ms / 1000,
                     probe->probe.name);
    }
}
