/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_SMART_ROUND_H
#define PROBES_SMART_ROUND_H

#include "probes/blockstat.h"
#include "probes/disks.h"
#include "probes/probe.h"
#include "probes/smart_facts.h"
#include "probes/smart_memory.h"

/* One round of the probe over all disks. */
struct smart_round {
    struct probe_run *run;
    struct arena *arena; /* as long as the round; the batch's ends with each target */
    struct disks disks;
    struct smart_memory *memory;
    struct blockstat_state *counters;
    const char *state_directory; /* NULL: what is remembered stays in memory */
    int64_t now_ms;
};

/* What is said of each disk whether it can be read or not. */
extern const struct metric smart_info_metric, smart_readable_metric, smart_asleep_metric,
    smart_last_read_metric, smart_log_age_metric, smart_vanished_metric;

/* Who the disk is: forewarn_disk_info. */
void smart_report_info(struct smart_round *round, const struct disk *disk);

/*
 * The disk was read. Where its logs are due, smart_report_logs() comes later and adds what they
 * say; else what is known from before goes with it.
 */
void smart_report_facts(struct smart_round *round, const struct disk *disk,
                        const struct smart_facts *facts);
void smart_report_logs(struct smart_round *round, struct smart_known *known);

/* The disk sleeps and is left alone: its last values, as old as they are. */
void smart_report_asleep(struct smart_round *round, const struct disk *disk);

/* What is in doubt of what was read from file: a finding, or nothing. */
void smart_report_doubt(struct smart_round *round, const struct disk *disk, const char *file,
                        const char *doubt);

/*
 * The disk could not be read; message says why and file where ("" : the device itself). A disk
 * that has no SMART at all is not unreadable: smart_report_unsupported() is but a note.
 */
void smart_report_unread(struct smart_round *round, const struct disk *disk, const char *kind,
                         const char *file, const char *message);
void smart_report_unsupported(struct smart_round *round, const struct disk *disk,
                              const char *message);

/* Puts what is remembered of the kernel's counters where the next round finds it. */
void smart_keep_counters(const struct probe_run *run, const struct blockstat_state *counters);

/* The disks that were there and are not there any more. */
void smart_report_vanished(struct smart_round *round);

/* Whether a disk behind this bus can be expected to have SMART. */
bool smart_expected(const struct disk *disk);

/* A disk that is known by what it says of itself alone; device names it. */
struct disk *smart_disk_of(struct arena *arena, const char *device,
                           const struct smart_facts *facts);

/*
 * The rounds: over DIR/smart of a recorded tree, where no device is touched and no program run; and
 * over the devices of this host.
 */
int smart_recorded(struct smart_round *round);
int smart_live(struct smart_round *round);

/* The disks behind controllers that have no device of their own (megaraid, cciss). */
void smart_controllers(struct smart_round *round);

/* Runs smartctl -j with these arguments (NULL at the end) on a device; see smartctl_run(). */
struct smart_json;
int smart_ask(struct smart_round *round, const char *const *arguments, int timeout_ms,
              struct smart_json *json, struct error *e);

/* Hands what smartctl said of that disk to whoever records, as smart/DEVICE.json. */
void smart_keep(struct smart_round *round, const char *device, const struct smart_json *json);

/* The same for everything there is to know of the disk at node; type as smartctl's -d has it. */
int smart_ask_all(struct smart_round *round, const char *type, const char *node,
                  struct smart_json *json, struct error *e);

#endif
