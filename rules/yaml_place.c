/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/yaml_place.h"

#include <stdbool.h>
#include <string.h>

enum { SHOWN_WIDTH = 110 }; /* bytes of a line that are shown at most */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* libyaml counts characters; the byte where a mark points, found from the start of the text. */
static size_t byte_of_mark(const char *text, size_t length, yaml_mark_t mark)
{
    size_t at = 0, characters = 0;
    while (at < length && characters < mark.index) {
        at++;
        while (at < length && is_continuation(text[at]))
            at++;
        characters++;
    }
    return at;
}

/* Where the scalar's content begins: behind the quote, or behind the header of a block scalar. */
static size_t content_start(const char *text, size_t length, size_t at, yaml_scalar_style_t style)
{
    if (style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE)
        return at + 1;
    if (style != YAML_LITERAL_SCALAR_STYLE && style != YAML_FOLDED_SCALAR_STYLE)
        return at;
    while (at < length && text[at] != '\n')
        at++;
    return at < length ? at + 1 : length;
}

/* The byte in the text of value[offset]; start where the two cannot be followed side by side. */
static size_t follow(const char *text, size_t length, size_t start, const yaml_node_t *scalar,
                     size_t offset)
{
    const char *value = (const char *)scalar->data.scalar.value;
    yaml_scalar_style_t style = scalar->data.scalar.style;
    size_t at = content_start(text, length, start, style);
    size_t blanks = 0; /* of the value, since its last other character */

    for (size_t i = 0; i < offset; i++) {
        if (is_space(value[i])) {
            blanks++;
            continue;
        }
        while (at < length && is_space(text[at]))
            at++;
        if (at >= length || text[at] != value[i])
            return start;
        at += style == YAML_SINGLE_QUOTED_SCALAR_STYLE && value[i] == '\'' ? 2 : 1;
        blanks = 0;
    }
    if (offset < scalar->data.scalar.length && !is_space(value[offset])) {
        while (at < length && is_space(text[at]))
            at++;
        return at < length && text[at] == value[offset] ? at : start;
    }
    /* A blank, or the end: right behind what stands before it, on the same line. */
    while (blanks-- > 0 && at < length && (text[at] == ' ' || text[at] == '\t'))
        at++;
    return at < length ? at : length;
}

struct yaml_place yaml_place_of(const char *text, size_t length, const yaml_node_t *scalar,
                                size_t offset)
{
    size_t start = byte_of_mark(text, length, scalar->start_mark);
    if (offset > scalar->data.scalar.length)
        offset = scalar->data.scalar.length;
    struct yaml_place place = {.line = 1, .column = 1};
    place.byte = follow(text, length, start, scalar, offset);
    for (size_t i = 0; i < place.byte; i++) {
        if (text[i] == '\n') {
            place.line++;
            place.column = 1;
        } else if (!is_continuation(text[i])) {
            place.column++;
        }
    }
    return place;
}

/* Cuts [*from, *to) down to a width around at, on the borders of characters. */
static void narrow(const char *text, size_t *from, size_t *to, size_t at)
{
    if (*to - *from <= SHOWN_WIDTH)
        return;
    if (at > *from + SHOWN_WIDTH / 2)
        *from = at - SHOWN_WIDTH / 2;
    while (*from < at && is_continuation(text[*from]))
        ++*from;
    if (*to <= *from + SHOWN_WIDTH)
        return;
    *to = *from + SHOWN_WIDTH;
    while (*to > at && is_continuation(text[*to]))
        --*to;
}

void yaml_place_show(const char *text, size_t length, struct yaml_place place, struct buf *out)
{
    size_t from = place.byte, to = place.byte;
    while (from > 0 && text[from - 1] != '\n')
        from--;
    while (to < length && text[to] != '\n' && text[to] != '\r')
        to++;
    while (from < place.byte && is_space(text[from]))
        from++;
    narrow(text, &from, &to, place.byte);

    buf_puts(out, "\n    ");
    buf_add(out, text + from, to - from);
    buf_puts(out, "\n    ");
    for (size_t i = from; i < place.byte; i++)
        if (!is_continuation(text[i]))
            buf_puts(out, text[i] == '\t' ? "\t" : " ");
    buf_puts(out, "^");
}
