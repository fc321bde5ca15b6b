/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_REPORT_TABLE_GRID_H
#define AGENT_REPORT_TABLE_GRID_H

#include <stdbool.h>

#include "agent/report_table.h"
#include "core/arena.h"

/* A column of a table: its head, and whether it holds numbers, which stand at its right. */
struct grid_column {
    const char *head;
    bool number;
};

enum { GRID_MAX_COLUMNS = 16 };

struct grid {
    const struct grid_column *columns;
    size_t column_count;
    const char *(*rows)[GRID_MAX_COLUMNS];
    size_t row_count, row_room;
};

/* Adds a row of cells, all NULL, which stand for "not known". */
const char **grid_row(struct grid *grid, struct arena *arena);

/* Appends the table, indented; columns of which no cell is known are left out. */
void grid_put(const struct grid *grid, const struct report_style *style, size_t indent,
              struct buf *out);

#endif
