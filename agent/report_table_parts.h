/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_REPORT_TABLE_PARTS_H
#define AGENT_REPORT_TABLE_PARTS_H

#include "agent/report_table.h"
#include "agent/report_table_text.h"
#include "core/arena.h"
#include "core/instant.h"

/* What the parts of the table are made from; all ends with report_table(). */
struct table {
    const struct look *look;
    const struct store *store;
    const struct report_style *style;
    struct arena *arena;
    struct buf *out;
};

/* Where texts begin, behind the severity or the head of a part. */
enum { TABLE_INDENT = 11 };

/* " Not seen: " before the first text of a part, blanks before the others; counts *done up. */
void table_item(const struct table *table, const char *head, size_t *done, const char *text);

/* Series of a metric at the look's time by one label. */
struct instant_index table_index(const struct table *table, const char *metric, const char *label);

/* The series that tell how a sync goes, by array. */
struct table_syncs {
    struct instant_index action, waiting, held_up, completed, total, speed, remaining, eta;
};

struct table_syncs table_find_syncs(const struct table *table);

/* One array's; numbers that are not known are NaN. */
struct table_sync {
    const char *action;       /* md's own word; "" where not known */
    const char *doing;        /* "rebuilding"; "" where nothing runs */
    const char *waits;        /* "rebuilding waits for its turn"; NULL: it does not */
    double done, speed;       /* 0 to 1; bytes per second */
    double low, middle, high; /* seconds to go; low and high only where there is a range */
};
struct table_sync table_sync_of(const struct table *table, const struct table_syncs *syncs,
                                const char *array);

/* "6h 10m to go (5h to 9h)", "" where not known. */
const char *table_time_to_go(const struct table *table, const struct table_sync *sync);

/* "rebuilding, 41.5 % done, 52 MB/s, 6h 10m to go (5h to 9h)"; "" where nothing runs or
 * waits. */
const char *table_progress(const struct table *table, const struct table_syncs *syncs,
                           const char *array);

/* The word for the label of a metric that has one series per word: of the one that is 1, else "".
 */
const char *table_word(const struct instant_index *index, const char *value, const char *label);

/* forewarn_md_info of all arrays by name, in the arena. */
size_t table_find_arrays(const struct table *table, struct instant **arrays);

/* "[UUR_]" by slot; NULL where the slots are not known. */
const char *table_member_map(const struct table *table, const struct instant_index *members,
                             const char *array, double wanted);

/* The verdict, counts of alerts, and what was looked at. */
void table_put_first_line(const struct table *table);

/* " CRITICAL  ": the head of an alert, in its colour. */
void table_put_severity(const struct table *table, enum severity severity);

/* "md2: rebuilding, 41.5 % done, ...": arrays on which something runs or waits to. */
void table_put_syncs(const struct table *table);
/* All arrays, all disks, all NFS mounts, a line each. */
void table_put_arrays(const struct table *table);
void table_put_disks(const struct table *table);
void table_put_nfs(const struct table *table);

/* "14:02", or "2026-03-01 14:02" where that is another day; local time. */
const char *table_moment(int64_t at_ms, int64_t now_ms, struct arena *arena);

/* What is wrong, in a line. */
const char *table_summary(const struct alert *alert);

/* "silenced until 14:02 by root: disk is ordered" */
const char *table_held_reason(const struct table *table, const struct held_alert *held);

/* Alerts that somebody knows of; those that have not held for long enough yet. */
void table_put_held(const struct table *table);
void table_put_pending(const struct table *table);

/* What was not seen and what else was noted. */
void table_put_not_seen(const struct table *table);
void table_put_noted(const struct table *table);
/* Rules that could not be judged. */
void table_put_unjudged(const struct table *table);

#endif
