/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_BLOCKSTAT_H
#define PROBES_BLOCKSTAT_H

#include <jansson.h>

#include "probes/disks.h"
#include "probes/probe.h"

/*
 * The kernel's own counters of disks and filesystems: what it knows where SMART says nothing. Only
 * files of /sys and /proc are read; none of them waits for a disk, not even for one that hangs.
 */

/* What is remembered from one look to the next: since when requests do not come back. */
struct blockstat_state;
struct blockstat_state *blockstat_state_new(void);
void blockstat_state_free(struct blockstat_state **state);

/* It as a new JSON value, and back into a new one; NULL, or no such value, is no past. */
json_t *blockstat_state_render(const struct blockstat_state *state);
struct blockstat_state *blockstat_state_parse(const json_t *from);

/* Whether requests of any disk did not come back at the last look. */
bool blockstat_waits(const struct blockstat_state *state);

/*
 * The kernel counts as an error what a disk refuses: a log page that it does not have, and each
 * answer to an ATA command that is passed through. What it refused of our own questions is left
 * out: before and after are what blockstat_errors() gave around them (negative: not known), and of
 * more errors than BLOCKSTAT_OURS the rest counts, as asking cannot have cost them. True where
 * there were some, so that it is worth keeping.
 */
enum { BLOCKSTAT_OURS = 32 };
int64_t blockstat_errors(const struct root *root, const struct disk *disk);
bool blockstat_ours(struct blockstat_state *state, const char *disk, int64_t before, int64_t after);

/*
 * Adds the samples of all disks and of the filesystems on block devices to run->batch; they belong
 * to no target, so that a disk that is left out because it hangs still has them. What can not be
 * read is a finding. Negative only where nothing at all could be read.
 *
 * The first look on a live host has no past. Only when it finds requests outstanding, it looks at
 * those disks again up to BLOCKSTAT_PAUSES times after a pause each, until all have completed
 * something: a busy disk is told from one that answers nothing within a tenth of a second mostly,
 * and a second at most.
 */
enum { BLOCKSTAT_PAUSE_MS = 100, BLOCKSTAT_PAUSES = 10 };
int blockstat_poll(struct probe_run *run, const struct disks *disks, struct blockstat_state *state,
                   struct error *e);

/*
 * The same look at requests alone, which costs next to nothing, for who looks often: nothing is
 * reported, and seconds, beside disks->disk, are for how long each disk has had requests and
 * completed none (NAN: not known). The first look never waits: it says 0.
 */
void blockstat_wait(const struct probe_run *run, const struct disks *disks,
                    struct blockstat_state *state, double *seconds);

extern const struct metric blockstat_io_errors, blockstat_io_timeouts, blockstat_outstanding,
    blockstat_outstanding_seconds, blockstat_in_flight, blockstat_command_timeout,
    blockstat_device_state, blockstat_write_protected, blockstat_removable;
extern const struct metric blockstat_fs_info, blockstat_fs_read_only, blockstat_fs_errors,
    blockstat_fs_first_error, blockstat_fs_last_error, blockstat_fs_error_info;

/* For the table of the probe that calls blockstat_poll(). */
#define BLOCKSTAT_METRICS                                                                          \
    &blockstat_io_errors, &blockstat_io_timeouts, &blockstat_outstanding,                          \
        &blockstat_outstanding_seconds, &blockstat_in_flight, &blockstat_command_timeout,          \
        &blockstat_device_state, &blockstat_write_protected, &blockstat_removable,                 \
        &blockstat_fs_info, &blockstat_fs_read_only, &blockstat_fs_errors,                         \
        &blockstat_fs_first_error, &blockstat_fs_last_error, &blockstat_fs_error_info

extern const struct metric *const blockstat_metrics[]; /* the same, NULL at the end */

#endif
