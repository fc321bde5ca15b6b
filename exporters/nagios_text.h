/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_NAGIOS_TEXT_H
#define EXPORTERS_NAGIOS_TEXT_H

#include <stddef.h>

#include "core/buf.h"
#include "core/look.h"

/* How long the text before the performance data may be: short enough for a pager. */
enum { NAGIOS_TEXT_LIMIT = 400 };

/*
 * Appends outside text as one line: '|', which would start performance data, becomes '/', control
 * characters and runs of blanks one blank.
 */
void nagios_put_text(const char *text, struct buf *out);

/* "; " where something stands already. */
void nagios_put_separator(struct buf *out);

/* What was not seen: the first by name, the others counted. Gives how many. */
size_t nagios_put_unseen(const struct look *look, struct buf *out);

/* "FOREWARN CRITICAL - " and text, cut at NAGIOS_TEXT_LIMIT; no newline. */
void nagios_put_first(enum verdict verdict, const struct buf *text, struct buf *out);

#endif
