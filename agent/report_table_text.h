/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_REPORT_TABLE_TEXT_H
#define AGENT_REPORT_TABLE_TEXT_H

#include <stddef.h>

#include "agent/report_table.h"
#include "core/arena.h"
#include "core/buf.h"

enum table_colour {
    TABLE_PLAIN,
    TABLE_BOLD,
    TABLE_DIM,
    TABLE_RED,
    TABLE_YELLOW,
    TABLE_GREEN,
    TABLE_CYAN,
    TABLE_MAGENTA
};

/* text in a colour where the style has any; text is the program's own. */
void table_put(const struct report_style *style, enum table_colour colour, const char *text,
               struct buf *out);

void table_pad(size_t columns, struct buf *out);

/*
 * Outside text made fit for a terminal, in the arena: control characters and those that turn the
 * direction of text come out as '?', blanks of all kinds as one blank, what the style's reader does
 * not take as '?'.
 */
char *table_clean(const struct report_style *style, const char *text, struct arena *arena);

/* Columns that a cleaned text takes on a terminal. */
size_t table_columns(const char *clean);

/*
 * Appends outside text from column on (where the line already is), its lines broken at blanks to
 * fit the style's width and at newlines, continued at indent; ends the line.
 */
void table_wrap(const struct report_style *style, size_t column, size_t indent, const char *text,
                struct buf *out);

/* The width that text is broken to: prose wider than a page is hard to read. */
size_t table_width(const struct report_style *style);

/* "6h 10m", "3d 2h", "45s": the two largest units, as humanizeDuration writes them in rules. */
const char *table_duration(double seconds, struct arena *arena);

/* "4.0 TB": decimal units, as disks are sold. */
const char *table_bytes(double bytes, struct arena *arena);

#endif
