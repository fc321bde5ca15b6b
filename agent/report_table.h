/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_REPORT_TABLE_H
#define AGENT_REPORT_TABLE_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/look.h"
#include "core/store.h"

struct report_style {
    bool colour;    /* escape sequences: the caller knows of terminal and NO_COLOR */
    bool utf8;      /* the reader takes UTF-8; else what is not ASCII comes out as '?' */
    bool verbose;   /* healthy arrays and disks too, names of rules not judged */
    unsigned width; /* columns; 0: not known, then 100 */
};

/*
 * A look for people: verdict and what was looked at, alerts with what is known and what to do, the
 * worst first, then what was not seen. The counts, and with verbose the arrays and disks, come from
 * the store at the look's time. Control characters in texts come out as '?'.
 */
void report_table(const struct look *look, const struct store *store,
                  const struct report_style *style, struct buf *out);

#endif
