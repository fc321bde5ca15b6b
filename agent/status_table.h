/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_STATUS_TABLE_H
#define AGENT_STATUS_TABLE_H

#include "agent/report_table_parts.h"
#include "agent/status_report.h"

/* What the parts of status_table() share. */
struct status_view {
    struct table table;
    const struct status *status;
};

/* "12 s ago", "now"; NULL where the time is not known. */
const char *status_ago(const struct status_view *view, int64_t at_ms);

/* The arrays, and a bar for each on which something runs. */
void status_put_arrays(const struct status_view *view);

/* Disks of which there is something to say, and a line about the others; verbose: all. */
void status_put_disks(const struct status_view *view);

/* A bar of so many columns; ratio: how much of it is done, from 0 to 1. */
void status_put_bar(const struct report_style *style, double ratio, size_t columns,
                    struct buf *out);

#endif
