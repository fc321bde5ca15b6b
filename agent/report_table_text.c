/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/report_table_text.h"

#include <math.h>
#include <string.h>
#include <wchar.h>

#include "core/utf8.h"

enum { WIDTH_UNKNOWN = 100, WIDTH_LEAST = 40, WIDTH_MOST = 110 };

void table_put(const struct report_style *style, enum table_colour colour, const char *text,
               struct buf *out)
{
    static const char *const codes[] = {"", "1", "2", "1;31", "1;33", "1;32", "1;36", "1;35"};
    if (style->colour && colour != TABLE_PLAIN && *text)
        buf_printf(out, "\033[%sm%s\033[0m", codes[colour], text);
    else
        buf_puts(out, text);
}

void table_pad(size_t columns, struct buf *out)
{
    buf_printf(out, "%*s", (int)columns, "");
}

static bool is_blank(uint32_t code)
{
    return code == ' ' || code == '\t' || code == '\n' || code == '\r' || code == 0xa0 ||
           code == 0x2028 || code == 0x2029;
}

/* C0, DEL, C1; the marks that turn the direction of text or are not seen. */
static bool is_control(uint32_t code)
{
    return code < ' ' || (code >= 0x7f && code < 0xa0) || (code >= 0x200b && code <= 0x200f) ||
           (code >= 0x202a && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) ||
           code == 0xfeff;
}

static uint32_t replaced(const struct report_style *style, uint32_t code)
{
    if (is_blank(code))
        return ' ';
    return is_control(code) || (code >= 0x80 && !style->utf8) ? '?' : code;
}

char *table_clean(const struct report_style *style, const char *text, struct arena *arena)
{
    struct buf clean = {0};
    size_t bytes;
    uint32_t code;
    bool after_blank = true;
    for (; (code = utf8_next(text, &bytes)) != 0; text += bytes) {
        code = replaced(style, code);
        if (code != ' ' || !after_blank)
            utf8_put(code, &clean);
        after_blank = code == ' ';
    }
    if (clean.length && after_blank)
        clean.length--;
    char *kept = arena_strndup(arena, clean.length ? clean.data : "", clean.length);
    buf_free(&clean);
    return kept;
}

static size_t columns_of(uint32_t code)
{
    int columns = wcwidth((wchar_t)code);
    return columns < 0 ? 1 : (size_t)columns; /* the C locale knows ASCII only */
}

static size_t columns_within(const char *clean, size_t length)
{
    size_t columns = 0, bytes;
    for (size_t at = 0; at < length; at += bytes)
        columns += columns_of(utf8_next(clean + at, &bytes));
    return columns;
}

size_t table_columns(const char *clean)
{
    return columns_within(clean, strlen(clean));
}

size_t table_width(const struct report_style *style)
{
    size_t width = style->width ? style->width : WIDTH_UNKNOWN;
    return width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : width;
}

/* One paragraph; column is where the line is now. Gives where it is then. */
static void wrap_line(const struct report_style *style, size_t column, size_t indent,
                      const char *clean, struct buf *out)
{
    bool first = true;
    while (*clean) {
        size_t length = strcspn(clean, " ");
        size_t columns = columns_within(clean, length);
        if (!first && column + 1 + columns > table_width(style)) {
            buf_puts(out, "\n");
            table_pad(indent, out);
            column = indent;
            first = true;
        }
        buf_puts(out, first ? "" : " ");
        buf_add(out, clean, length);
        column += columns + !first;
        first = false;
        clean += length + (clean[length] == ' ');
    }
    buf_puts(out, "\n");
}

void table_wrap(const struct report_style *style, size_t column, size_t indent, const char *text,
                struct buf *out)
{
    SCRATCH_ARENA(arena);
    size_t done = 0;
    do {
        size_t length = strcspn(text, "\n");
        char *clean = table_clean(style, arena_strndup(arena, text, length), arena);
        text += length + (text[length] == '\n');
        if (!*clean && (done || *text))
            continue; /* an empty line, unless there is nothing else */
        if (done++)
            table_pad(indent, out);
        wrap_line(style, done == 1 ? column : indent, indent, clean, out);
    } while (*text);
}

const char *table_duration(double seconds, struct arena *arena)
{
    static const struct {
        const char *large, *small;
        double large_seconds, small_seconds;
    } forms[] = {{"d", "h", 86400, 3600}, {"h", "m", 3600, 60}};
    if (!isfinite(seconds) || seconds > 1e10)
        return "very long";
    seconds = seconds < 0 ? 0 : seconds;
    for (size_t i = 0; i < 2; i++) {
        double small = floor(seconds / forms[i].small_seconds + 0.5);
        double per_large = forms[i].large_seconds / forms[i].small_seconds;
        double large = floor(small / per_large);
        if (large < 1)
            continue;
        small -= large * per_large;
        return small > 0 ? arena_printf(arena, "%.0f%s %.0f%s", large, forms[i].large, small,
                                        forms[i].small)
                         : arena_printf(arena, "%.0f%s", large, forms[i].large);
    }
    return seconds >= 59.5 ? arena_printf(arena, "%.0fm", seconds / 60)
                           : arena_printf(arena, "%.0fs", seconds);
}

const char *table_bytes(double bytes, struct arena *arena)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    size_t unit = 0;
    while (bytes >= 999.5 && unit < 6) {
        bytes /= 1000;
        unit++;
    }
    return arena_printf(arena, bytes < 9.95 && unit ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}
