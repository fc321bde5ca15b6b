/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_EXPORTERS_SNAPSHOT_LINES_H
#define TESTS_EXPORTERS_SNAPSHOT_LINES_H

#include <stdbool.h>

#include "core/arena.h"
#include "core/exporter.pb-c.h"

/*
 * Snapshots for tests, from lines with | between their fields:
 *     metric|NAME|VALUE[|LABEL=VALUE]...
 *     alert|ALERT|SEVERITY|SINCE-MS[|LABEL=VALUE]...
 * A label that begins with @ is an annotation.
 */
enum { LINE_MAX_FIELDS = 64 };

struct snapshot_lines {
    struct arena *arena;
    Forewarn__Snapshot *snapshot;
    size_t family_room, alert_room;
};

void snapshot_lines_begin(
    struct snapshot_lines *lines); /* an empty one; again as often as needed */
bool snapshot_lines_take(struct snapshot_lines *lines, const char *line); /* false: none of these */
Forewarn__Snapshot *snapshot_lines_end(struct snapshot_lines *lines, int64_t at_ms);
void snapshot_lines_free(struct snapshot_lines *lines);

/* Cuts a line into its fields, in place; gives how many. */
size_t line_cut(char *line, char **fields);

/* From ALERT on; in the arena. */
Forewarn__Alert *line_alert(struct arena *arena, char **fields, size_t count);

#endif
