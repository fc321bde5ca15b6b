/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "rules/promql.h"
#include "rules/utf8.h"

/* The start of the line that holds the byte at. */
static size_t line_start(const char *text, size_t at)
{
    while (at > 0 && text[at - 1] != '\n')
        at--;
    return at;
}

/* Blanks as wide as the text before the caret; tabs stay tabs. */
static void add_indent(const char *text, size_t length, struct buf *out)
{
    for (size_t at = 0; at < length;) {
        size_t n = utf8_length(text + at, length - at);
        buf_puts(out, text[at] == '\t' ? "\t" : " ");
        at += n ? n : 1;
    }
}

/* The line with what a terminal might obey made harmless. */
static void add_line(const char *text, size_t length, struct buf *out)
{
    for (size_t at = 0; at < length;) {
        size_t n = utf8_length(text + at, length - at);
        bool control = (unsigned char)text[at] < ' ' && text[at] != '\t';
        if (!n || control || text[at] == 0x7f)
            buf_puts(out, "?");
        else
            buf_add(out, text + at, n);
        at += n ? n : 1;
    }
}

void promql_error_print(const struct promql_error *error, const char *text, size_t length,
                        struct buf *out)
{
    size_t at = error->start < length ? error->start : length;
    size_t start = line_start(text, at);
    const char *newline = memchr(text + start, '\n', length - start);
    size_t end = newline ? (size_t)(newline - text) : length;

    buf_printf(out, "parse error: %s\n    ", error->text);
    add_line(text + start, end - start, out);
    buf_puts(out, "\n    ");
    add_indent(text + start, at - start, out);
    buf_puts(out, "^");
}
