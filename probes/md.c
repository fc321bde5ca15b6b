/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "probes/blockstat.h"
#include "probes/boot_memory.h"
#include "probes/md_mdstat.h"
#include "probes/md_memory.h"
#include "probes/md_metrics.h"
#include "probes/md_report.h"
#include "probes/md_sysfs.h"
#include "probes/md_waits.h"
#include "probes/probers.h"
#include "probes/registry.h"

static const char mdstat_path[] = "/proc/mdstat";

enum { MDSTAT_LIMIT = 1024 * 1024 };

/* What stays from one round to the next. */
struct state {
    struct md_memory *memory;
    struct blockstat_state *requests;
    bool waited; /* requests are kept for the next round only where some disk waits */
};

static const char requests_name[] = "md.requests";

/* One round. arena holds what all arrays share, array_arena what one of them takes. */
struct round {
    struct probe_run *run;
    struct md_memory *memory;
    struct arena *arena, *array_arena;
    struct md_mdstat mdstat;
    bool mdstat_read;
    char **names; /* in sysfs */
    size_t name_count;
    int mdstat_code, sysfs_code;
    struct disks disks;
    double *unanswered_s; /* beside disks.disk */
    struct md_waits waits;
};

static void read_mdstat(struct round *round)
{
    struct probe_run *run = round->run;
    struct error e = {0};
    char *text;
    size_t length;

    if (!probe_begin(run, mdstat_path)) {
        round->mdstat_code = -ETIMEDOUT;
        return;
    }
    round->mdstat_code =
        root_read(run->root, mdstat_path, MDSTAT_LIMIT, round->arena, &text, &length, &e);
    if (round->mdstat_code == 0) {
        md_mdstat_parse(round->arena, text, length, &round->mdstat);
        round->mdstat_read = true;
    } else if (round->mdstat_code != -ENOENT ||
               root_readlink(run->root, mdstat_path, round->arena, &text, NULL) == 0) {
        /* Not there is well; a link that leads nowhere is not. */
        probe_finding(run, "unreadable", round->name_count == 0, "", mdstat_path, "%s",
                      round->mdstat_code == -EOPNOTSUPP
                          ? "neither a file nor a directory, so it is not opened"
                      : round->mdstat_code == -EFBIG ? "longer than md ever writes"
                                                     : error_name(round->mdstat_code));
    }
    probe_end(run, mdstat_path);
}

static void list_sysfs(struct round *round)
{
    struct error e = {0};
    bool more;

    round->sysfs_code =
        md_sysfs_list(round->run->root, round->arena, &round->names, &round->name_count, &more, &e);
    if (round->sysfs_code < 0 && round->sysfs_code != -ENOENT)
        probe_finding(round->run, "unreadable", true, "", "/sys/block",
                      "cannot be listed (%s), so only /proc/mdstat tells of arrays",
                      error_name(round->sysfs_code));
    if (more)
        probe_finding(round->run, "unsupported", true, "", "/sys/block",
                      "more than %d arrays: the rest is not looked at", MD_MAX_ARRAYS);
}

static bool in_sysfs(const struct round *round, const char *name)
{
    for (size_t i = 0; i < round->name_count; i++)
        if (strcmp(round->names[i], name) == 0)
            return true;
    return false;
}

static const struct md_array *in_mdstat(const struct round *round, const char *name)
{
    for (size_t i = 0; i < round->mdstat.count; i++)
        if (strcmp(round->mdstat.arrays[i].name, name) == 0)
            return &round->mdstat.arrays[i];
    return NULL;
}

/* What mdstat lacks matters less where sysfs tells the same. */
static void tell_problems(struct round *round)
{
    const struct md_mdstat *mdstat = &round->mdstat;
    struct batch *batch = &round->run->batch;
    size_t kept = mdstat->problem_count < MD_MAX_PROBLEMS ? mdstat->problem_count : MD_MAX_PROBLEMS;

    for (size_t i = 0; i < kept; i++) {
        const struct md_problem *p = &mdstat->problems[i];
        const char *place = p->line ? arena_printf(round->arena, "line %zu: ", p->line) : "";
        batch_finding(batch, &(struct finding){
                                 .kind = p->kind,
                                 .blind = p->blind && (p->array[0] ? !in_sysfs(round, p->array)
                                                                   : round->name_count == 0),
                                 .target = p->array,
                                 .file = mdstat_path,
                                 .offset = p->line ? (int64_t)p->offset : -1,
                                 .message = arena_printf(round->arena, "%s%s: '%s'", place, p->text,
                                                         p->quoted),
                             });
    }
    if (mdstat->problem_count > kept)
        probe_finding(round->run, "malformed", round->name_count == 0, "", mdstat_path,
                      "%zu more lines that cannot be read", mdstat->problem_count - kept);
    if (round->mdstat_read && !mdstat->complete)
        probe_finding(round->run, "malformed", round->name_count == 0, "", mdstat_path,
                      "ends before its last line (unused devices), so arrays may be missing");
}

/* What is amiss with an array that its numbers do not say. */
static void tell_array(struct round *round, const struct md_array *array,
                       const struct md_summary *summary)
{
    struct probe_run *run = round->run;
    const char *name = array->name;

    if (array->state == MD_STATE_UNKNOWN)
        probe_finding(run, "unreadable", true, name, "", "its state is not known");
    if (summary->running && summary->level->safety == MD_SAFETY_UNKNOWN)
        probe_finding(run, "unsupported", true, name, "",
                      "its level '%s' is not known here, so its redundancy cannot be told",
                      array->level);
    if (!array->in_sysfs && round->name_count > 0)
        probe_finding(run, "conflict", false, name, mdstat_path,
                      "listed here but not in /sys/block");
    if (!array->in_mdstat && round->mdstat_read && round->mdstat.complete && summary->running)
        probe_finding(run, "conflict", false, name, mdstat_path,
                      "in /sys/block but not listed here");
    for (size_t i = 0; i < array->member_count; i++)
        if (array->members[i].bad.cut)
            probe_finding(run, "note", false, name, "",
                          "the list of bad blocks of %s is longer than md shows: there are more",
                          array->members[i].device);
}

/* For how long a member's disk has answered nothing; of one on several it is not known which. */
static void tell_unanswered(struct round *round, const struct md_array *array,
                            const struct md_place *places)
{
    for (size_t i = 0; array->in_sysfs && i < array->member_count; i++) {
        const struct disk *disk =
            places[i].disk_count == 1 ? disks_by_identity(&round->disks, places[i].disks[0]) : NULL;
        double seconds = disk ? round->unanswered_s[disk - round->disks.disk] : NAN;
        if (!isnan(seconds))
            BATCH_SAMPLE(&round->run->batch, &md_member_unanswered, seconds, array->name,
                         places[i].slot, array->members[i].device);
    }
}

static void look_at(struct round *round, const char *name, bool sysfs)
{
    struct probe_run *run = round->run;
    struct arena *arena = round->array_arena;
    const struct md_array *mdstat = in_mdstat(round, name);
    struct md_array array;
    struct md_summary summary;

    if (!sysfs || !md_sysfs_read(run, arena, name, &array)) {
        if (!mdstat)
            return; /* stopped meanwhile */
        array = *mdstat;
    } else if (mdstat) {
        md_merge(&array, mdstat);
    }
    md_memory_array(round->memory, name, array.uuid);
    md_summarize(arena, &array, &summary);
    const struct md_place *places =
        md_places(arena, run->root, &round->disks, round->memory, &array, &summary);
    md_report_array(&run->batch, &array, &summary);
    md_report_members(&run->batch, arena, round->memory, &array, &summary, places);
    tell_unanswered(round, &array, places);
    md_waits_add(&round->waits, &array, &summary, places);
    tell_array(round, &array, &summary);
}

static void look(struct round *round, const char *name, bool sysfs)
{
    if (!probe_begin(round->run, name)) {
        md_memory_keep(round->memory, name);
        return;
    }
    look_at(round, name, sysfs);
    probe_end(round->run, name);
    arena_reset(round->array_arena);
}

/* Findings on disks are the smart probe's to tell. */
static void find_disks(struct round *round, struct blockstat_state *requests)
{
    struct batch unheard;
    struct error e = {0};

    if (round->name_count == 0 && round->mdstat.count == 0)
        return;
    batch_init(&unheard);
    if (disks_find(round->run->root, round->arena, &unheard, &round->disks, &e) < 0)
        round->disks = (struct disks){0};
    batch_free(&unheard);
    round->unanswered_s = ARENA_ARRAY(round->arena, double, round->disks.count + 1);
    blockstat_wait(round->run, &round->disks, requests, round->unanswered_s);
}

static void look_at_all(struct round *round)
{
    for (size_t i = 0; i < round->name_count; i++)
        look(round, round->names[i], true);
    for (size_t i = 0; i < round->mdstat.count; i++) {
        const char *name = round->mdstat.arrays[i].name;
        if (in_sysfs(round, name) || in_mdstat(round, name) != &round->mdstat.arrays[i])
            continue;
        /* It may have been made since /sys/block was listed. */
        const char *path = arena_printf(round->arena, "/sys/block/%s/md", name);
        look(round, name, round->name_count > 0 && root_exists(round->run->root, path));
    }
    md_waits_report(&round->waits, &round->run->batch);
}

static bool failed(int code)
{
    return code < 0 && code != -ENOENT;
}

static int md_poll(struct probe_run *run, struct error *e)
{
    struct state *state = run->state;
    SCRATCH_ARENA(arena);
    SCRATCH_ARENA(array_arena);
    struct round round = {
        .run = run,
        .memory = state->memory,
        .arena = arena,
        .array_arena = array_arena,
        .mdstat = {.unused = ""},
        .waits = {.arena = arena},
    };

    list_sysfs(&round);
    read_mdstat(&round);
    tell_problems(&round);
    find_disks(&round, state->requests);
    md_memory_begin(round.memory);
    look_at_all(&round);
    md_memory_end(round.memory);
    if (failed(round.sysfs_code) && failed(round.mdstat_code))
        return error_set(e, round.sysfs_code, "md: neither /sys/block nor %s can be read: %s",
                         mdstat_path, error_name(round.sysfs_code));
    return 0;
}

static int md_open(struct probe_run *run, struct error *e)
{
    struct state *state = calloc(1, sizeof *state);
    struct error why = {0};
    (void)e;
    if (!state)
        abort();
    json_t *requests = boot_memory_load(run, requests_name);
    state->memory = md_memory_new();
    state->requests = blockstat_state_parse(requests);
    state->waited = blockstat_waits(state->requests);
    json_decref(requests);
    run->state = state;
    if (run->state_directory && md_memory_load(state->memory, run->state_directory, &why) < 0)
        probe_finding(run, "note", false, "", run->state_directory,
                      "what was known of members is lost: %s", why.text);
    return 0;
}

/*
 * What is known is for the next round, which may be another process. It is written last, when all
 * is reported: the disk that it goes to may be the one that just failed.
 */
static void md_close(struct probe_run *run)
{
    struct state *state = run->state;
    struct error e = {0};

    if (!state)
        return;
    if (state->waited || blockstat_waits(state->requests))
        boot_memory_save(run, requests_name, blockstat_state_render(state->requests));
    if (run->state_directory && md_memory_save(state->memory, run->state_directory, &e) < 0)
        log_warning("what is known of members is not kept: %s", e.text);
    md_memory_free(&state->memory);
    blockstat_state_free(&state->requests);
    free(state);
    run->state = NULL;
}

const struct prober md_prober = {
    .probe = &md_probe,
    .open = md_open,
    .poll = md_poll,
    .close = md_close,
};
