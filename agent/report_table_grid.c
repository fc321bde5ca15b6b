/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/report_table_grid.h"

#include "agent/report_table_text.h"

const char **grid_row(struct grid *grid, struct arena *arena)
{
    grid->rows =
        arena_grow(arena, grid->rows, grid->row_count, &grid->row_room, sizeof *grid->rows);
    const char **row = grid->rows[grid->row_count++];
    for (size_t i = 0; i < GRID_MAX_COLUMNS; i++)
        row[i] = NULL;
    return row;
}

/* 0 for a column that no row knows. */
static size_t width_of(const struct grid *grid, size_t column)
{
    size_t widest = 0;
    for (size_t i = 0; i < grid->row_count; i++) {
        const char *cell = grid->rows[i][column];
        size_t width = cell && *cell ? table_columns(cell) : 0;
        widest = width > widest ? width : widest;
    }
    size_t head = table_columns(grid->columns[column].head);
    return widest && head > widest ? head : widest;
}

static void put_cell(const struct grid_column *column, const char *cell, size_t width, bool last,
                     struct buf *out)
{
    const char *text = cell && *cell ? cell : "-";
    size_t blank = width - table_columns(text);
    if (column->number)
        table_pad(blank, out);
    buf_puts(out, text);
    if (!column->number && !last)
        table_pad(blank, out);
}

/* Where the last column begins; it is broken into lines where it does not fit. */
static size_t start_of(const struct grid *grid, const size_t *widths, size_t last, size_t indent)
{
    size_t start = indent;
    for (size_t c = 0; c < grid->column_count && c < last; c++)
        start += widths[c] ? widths[c] + 2 : 0;
    return start;
}

/* A last cell for which there is hardly room stands below its line. */
static void put_last(const struct grid_column *column, const struct report_style *style,
                     const char *cell, size_t width, size_t start, struct buf *out)
{
    enum { ROOM_LEAST = 16, BELOW = 4 };
    const char *text = cell && *cell ? cell : "-";
    size_t columns = table_columns(text);
    if (column->number || start + columns <= table_width(style)) {
        put_cell(column, cell, width, true, out);
        buf_puts(out, "\n");
        return;
    }
    if (start + ROOM_LEAST > table_width(style)) {
        buf_puts(out, "\n");
        table_pad(start = BELOW, out);
    }
    table_wrap(style, start, start, text, out);
}

void grid_put(const struct grid *grid, const struct report_style *style, size_t indent,
              struct buf *out)
{
    size_t widths[GRID_MAX_COLUMNS], last = 0;
    for (size_t c = 0; c < grid->column_count; c++) {
        widths[c] = width_of(grid, c);
        last = widths[c] ? c : last;
    }
    size_t start = start_of(grid, widths, last, indent);
    for (size_t r = 0; r <= grid->row_count; r++) {
        struct buf line = {0};
        table_pad(indent, &line);
        for (size_t c = 0; c <= last && c < grid->column_count; c++) {
            const char *cell = r ? grid->rows[r - 1][c] : grid->columns[c].head;
            if (c == last)
                put_last(&grid->columns[c], style, cell, widths[c], start, &line);
            else if (widths[c])
                put_cell(&grid->columns[c], cell, widths[c], false, &line);
            if (c < last && widths[c])
                buf_puts(&line, "  ");
        }
        table_put(style, r ? TABLE_PLAIN : TABLE_DIM, line.data, out);
        buf_free(&line);
    }
}
