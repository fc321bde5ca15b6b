/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/blockstat.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "probes/blockstat_fs.h"
#include "probes/blockstat_state.h"
#include "probes/md_span.h"

enum { MAX_STATES = 8 };

/* What is read of one disk: of each of its paths, numbers added up. */
struct reading {
    struct blockstat_counts counts;
    bool has_requests, has_errors, has_timeouts, has_in_flight;
    uint64_t errors;
    double command_timeout; /* negative: not known */
    int write_protected, removable;
    const char *states[MAX_STATES];
    size_t state_count;
};

struct reader {
    struct probe_run *run;
    struct arena *arena; /* of one disk */
    const char *device, *directory;
    bool requests_only;
};

static const char *read_text(struct reader *r, const char *name)
{
    struct error e;
    char *text;
    const char *path = arena_printf(r->arena, "%s/%s", r->directory, name);
    int code = root_read_line(r->run->root, path, r->arena, &text, &e);
    if (code == 0)
        return text;
    /* An attribute that is not there, or a device that is gone, is no finding. */
    if (code != -ENOENT && code != -ENOTDIR && code != -ENODEV && code != -ENXIO)
        probe_finding(r->run, "unreadable", true, r->device, path, "%s", e.text);
    return "";
}

static bool malformed(struct reader *r, const char *name, const char *text)
{
    if (*text)
        probe_finding(r->run, "malformed", true, r->device,
                      arena_printf(r->arena, "%s/%s", r->directory, name),
                      "'%s' is not what is expected here", span_quote(r->arena, span_of(text), 40));
    return false;
}

static bool read_number(struct reader *r, const char *name, uint64_t *number)
{
    const char *text = read_text(r, name);
    return blockstat_number(text, number) || malformed(r, name, text);
}

/*
 * SCSI devices count commands. Issued is read before done, so that what completes between the two
 * is not taken for stuck.
 */
static bool read_commands(struct reader *r, struct blockstat_counts *counts)
{
    return read_number(r, "device/iorequest_cnt", &counts->requests) &&
           read_number(r, "device/iodone_cnt", &counts->done);
}

/* For others there is what the block layer counts: what is not in flight is done. */
static bool read_block_layer(struct reader *r, struct blockstat_counts *counts)
{
    const char *text = read_text(r, "stat");
    if (!blockstat_parse_stat(text, &counts->done))
        return malformed(r, "stat", text);
    counts->requests = counts->done + counts->in_flight;
    return true;
}

static void read_requests(struct reader *r, struct reading *reading)
{
    struct blockstat_counts counts = {0};
    uint64_t errors;
    bool has_commands = read_commands(r, &counts);
    const char *text = read_text(r, "inflight");
    bool has_in_flight =
        blockstat_parse_inflight(text, &counts.in_flight) || malformed(r, "inflight", text);
    if (has_commands || (has_in_flight && read_block_layer(r, &counts)))
        reading->has_requests = true;
    if (read_number(r, "device/iotmo_cnt", &counts.timeouts))
        reading->has_timeouts = true;
    if (read_number(r, "device/ioerr_cnt", &errors))
        reading->has_errors = true;
    reading->has_in_flight |= has_in_flight;
    reading->errors += errors;
    reading->counts.requests += counts.requests;
    reading->counts.done += counts.done;
    reading->counts.timeouts += counts.timeouts;
    reading->counts.in_flight += counts.in_flight;
}

static void read_device(struct reader *r, struct reading *reading)
{
    uint64_t number;
    if (read_number(r, "device/timeout", &number))
        reading->command_timeout = (double)number;
    else if (read_number(r, "queue/io_timeout", &number))
        reading->command_timeout = (double)number / 1000;
    if (read_number(r, "ro", &number))
        reading->write_protected = number != 0;
    if (read_number(r, "removable", &number))
        reading->removable = number != 0;
    const char *state = read_text(r, "device/state");
    for (size_t i = 0; i < reading->state_count; i++)
        if (strcmp(reading->states[i], state) == 0)
            return;
    if (*state && reading->state_count < MAX_STATES)
        reading->states[reading->state_count++] = state;
}

static void read_path(struct reader *r, const char *directory, struct reading *reading)
{
    r->directory = directory;
    read_requests(r, reading);
    if (!r->requests_only)
        read_device(r, reading);
}

static void read_disk(struct probe_run *run, struct arena *arena, const struct disk *disk,
                      bool requests_only, struct reading *reading)
{
    struct reader r = {
        .run = run, .arena = arena, .device = disk->device, .requests_only = requests_only};
    *reading = (struct reading){.command_timeout = -1, .write_protected = -1, .removable = -1};
    read_path(&r, disk->sysfs, reading);
    char *paths = arena_strdup(arena, disk->paths);
    for (char *path; (path = strsep(&paths, " "));)
        if (*path)
            read_path(&r, arena_printf(arena, "/sys/block/%s", path), reading);
}

int64_t blockstat_errors(const struct root *root, const struct disk *disk)
{
    SCRATCH_ARENA(arena);
    const char *path = arena_printf(arena, "%s/device/ioerr_cnt", disk->sysfs);
    char *text;
    uint64_t errors;
    if (root_read_line(root, path, arena, &text, NULL) < 0 || !blockstat_number(text, &errors) ||
        errors > INT64_MAX)
        return -1;
    return (int64_t)errors;
}

/* Of a device that came back they are counted anew. */
static uint64_t without_ours(struct blockstat_remembered *known, uint64_t errors)
{
    if (errors < known->errors || errors < known->ours)
        known->ours = 0;
    known->errors = errors;
    return errors - known->ours;
}

static void add_samples(struct batch *batch, const char *disk, const struct reading *reading)
{
    if (reading->has_errors)
        BATCH_SAMPLE(batch, &blockstat_io_errors, (double)reading->errors, disk);
    if (reading->has_timeouts)
        BATCH_SAMPLE(batch, &blockstat_io_timeouts, (double)reading->counts.timeouts, disk);
    if (reading->has_in_flight)
        BATCH_SAMPLE(batch, &blockstat_in_flight, (double)reading->counts.in_flight, disk);
    if (reading->command_timeout >= 0)
        BATCH_SAMPLE(batch, &blockstat_command_timeout, reading->command_timeout, disk);
    if (reading->write_protected >= 0)
        BATCH_SAMPLE(batch, &blockstat_write_protected, reading->write_protected, disk);
    if (reading->removable >= 0)
        BATCH_SAMPLE(batch, &blockstat_removable, reading->removable, disk);
    for (size_t i = 0; i < reading->state_count; i++)
        BATCH_SAMPLE(batch, &blockstat_device_state, 1, disk, reading->states[i]);
}

/* One look at all disks, as it grows. */
struct look {
    struct probe_run *run;
    const struct disks *disks;
    struct arena *scratch;
    struct blockstat_remembered *now; /* beside disks->disk, as the next two */
    struct blockstat_outstanding *outstanding;
    bool *has_requests;
    double *seconds; /* the same; NULL: all is reported */
};

static void look_at(struct look *look, size_t i, bool again)
{
    const struct disk *disk = &look->disks->disk[i];
    struct reading reading;
    read_disk(look->run, look->scratch, disk, look->seconds || again, &reading);
    reading.errors = without_ours(&look->now[i], reading.errors);
    if (!again && !look->seconds)
        add_samples(&look->run->batch, disk->disk, &reading);
    look->has_requests[i] = reading.has_requests;
    if (reading.has_requests)
        blockstat_step(&look->now[i].memory, &reading.counts, clock_monotonic_ns(look->run->clock),
                       &look->outstanding[i]);
    arena_reset(look->scratch);
}

/* Looks once more at the disks that had requests out and have completed none since. */
static bool look_again(struct look *look, bool first)
{
    const struct timespec pause = {.tv_nsec = (long)BLOCKSTAT_PAUSE_MS * 1000000};
    bool any = false;
    nanosleep(&pause, NULL);
    for (size_t i = 0; i < look->disks->count; i++) {
        struct blockstat_outstanding *outstanding = &look->outstanding[i];
        if (!outstanding->requests || !(first || outstanding->seconds > 0))
            continue;
        look_at(look, i, true);
        any |= outstanding->requests && outstanding->seconds > 0;
    }
    return any;
}

static void watch(struct look *look)
{
    bool any = false;
    for (size_t i = 0; i < look->disks->count; i++)
        any |= look->outstanding[i].requests > 0;
    for (int n = 0; any && n < BLOCKSTAT_PAUSES; n++)
        any = look_again(look, n == 0);
}

/* What is seen takes the place of what the state had. */
static void look_at_disks(struct look *look, struct blockstat_state *state)
{
    size_t count = look->disks->count;
    struct arena *arena = arena_new();
    look->now = ARENA_ARRAY(arena, struct blockstat_remembered, count);
    for (size_t i = 0; i < count; i++) {
        const char *disk = look->disks->disk[i].disk;
        const struct blockstat_remembered *known = blockstat_recall(state, disk);
        look->now[i] = known ? *known : (struct blockstat_remembered){0};
        look->now[i].disk = arena_strdup(arena, disk);
        look_at(look, i, false);
    }
    if (!look->seconds && !state->arena && root_is_live(look->run->root))
        watch(look);
    blockstat_sort(look->now, count);
    arena_free(&state->arena);
    state->arena = arena;
    state->at = look->now;
    state->count = count;
}

static struct look look_with(struct probe_run *run, const struct disks *disks,
                             struct arena *scratch, struct arena *round)
{
    return (struct look){
        .run = run,
        .disks = disks,
        .scratch = scratch,
        .outstanding = ARENA_ARRAY(round, struct blockstat_outstanding, disks->count),
        .has_requests = ARENA_ARRAY(round, bool, disks->count),
    };
}

static void report_disks(struct probe_run *run, const struct disks *disks,
                         struct blockstat_state *state)
{
    SCRATCH_ARENA(scratch);
    SCRATCH_ARENA(round);
    struct look look = look_with(run, disks, scratch, round);
    bool has_past = state->arena || root_is_live(run->root);
    look_at_disks(&look, state);
    for (size_t i = 0; i < disks->count; i++) {
        if (!look.has_requests[i])
            continue;
        BATCH_SAMPLE(&run->batch, &blockstat_outstanding, (double)look.outstanding[i].requests,
                     disks->disk[i].disk);
        if (has_past)
            BATCH_SAMPLE(&run->batch, &blockstat_outstanding_seconds, look.outstanding[i].seconds,
                         disks->disk[i].disk);
    }
}

void blockstat_wait(const struct probe_run *run, const struct disks *disks,
                    struct blockstat_state *state, double *seconds)
{
    SCRATCH_ARENA(scratch);
    SCRATCH_ARENA(round);
    struct probe_run unheard = {.root = run->root, .clock = run->clock};
    batch_init(&unheard.batch);
    struct look look = look_with(&unheard, disks, scratch, round);
    look.seconds = seconds;
    look_at_disks(&look, state);
    for (size_t i = 0; i < disks->count; i++)
        seconds[i] = look.has_requests[i] ? look.outstanding[i].seconds : NAN;
    batch_free(&unheard.batch);
}

int blockstat_poll(struct probe_run *run, const struct disks *disks, struct blockstat_state *state,
                   struct error *e)
{
    report_disks(run, disks, state);
    if (!blockstat_filesystems(run, disks) && !disks->count)
        return error_set(e, -ENOENT, "blockstat: neither disks nor mounts below %s",
                         root_path(run->root));
    return 0;
}
