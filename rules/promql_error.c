/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "core/utf8.h"
#include "rules/promql.h"

/* The start of the line that holds the byte at. */
static size_t line_start(const char *text, size_t at)
{
    while (at > 0 && text[at - 1] != '\n')
        at--;
    return at;
}

/* Adds the line with what a terminal might obey made harmless, or blanks that are as wide. */
static void add_line(const char *text, bool blank, struct buf *out)
{
    size_t n;
    for (uint32_t code; (code = utf8_next(text, &n)); text += n) {
        if (code == '\t')
            buf_puts(out, "\t");
        else if (blank)
            buf_puts(out, " ");
        else if (code < ' ' || code == 0x7f)
            buf_puts(out, "?");
        else
            utf8_put(code, out);
    }
}

void promql_error_print(const struct promql_error *error, const char *text, size_t length,
                        struct buf *out)
{
    SCRATCH_ARENA(arena);
    size_t at = error->start < length ? error->start : length;
    size_t start = line_start(text, at);
    const char *newline = memchr(text + start, '\n', length - start);
    size_t end = newline ? (size_t)(newline - text) : length;

    buf_printf(out, "parse error: %s\n    ", error->text);
    add_line(arena_strndup(arena, text + start, end - start), false, out);
    buf_puts(out, "\n    ");
    add_line(arena_strndup(arena, text + start, at - start), true, out);
    buf_puts(out, "^");
}
