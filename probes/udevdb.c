/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/udevdb.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* Tabs do stand in values; any other control character, NUL too, says that this is no text. */
static bool is_text(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (iscntrl((unsigned char)line[i]) && line[i] != '\t')
            return false;
    return true;
}

static bool add_property(struct arena *arena, const char *line, size_t length, struct udevdb *db)
{
    const char *equals = memchr(line, '=', length);
    if (!equals || equals == line || !is_text(line, length) || db->count == UDEVDB_MAX_PROPERTIES)
        return false;
    char *property = arena_strndup(arena, line, length);
    property[equals - line] = '\0';
    db->at[db->count++] = property;
    return true;
}

static size_t count_lines(const char *text, size_t length)
{
    size_t lines = 1;
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    return lines;
}

void udevdb_parse(struct arena *arena, const char *text, size_t length, struct udevdb *db)
{
    size_t room = count_lines(text, length);
    *db = (struct udevdb){0};
    if (room > UDEVDB_MAX_PROPERTIES)
        room = UDEVDB_MAX_PROPERTIES;
    db->at = ARENA_ARRAY(arena, const char *, room);
    for (size_t at = 0; at < length;) {
        const char *line = text + at, *end = memchr(line, '\n', length - at);
        size_t n = end ? (size_t)(end - line) : length - at;
        at += n + 1;
        if (n < 2 || memcmp(line, "E:", 2) != 0)
            continue;
        if (!add_property(arena, line + 2, n - 2, db))
            db->malformed++;
    }
}

const char *udevdb_get(const struct udevdb *db, const char *key)
{
    for (size_t i = db->count; i-- > 0;)
        if (strcmp(db->at[i], key) == 0)
            return db->at[i] + strlen(db->at[i]) + 1;
    return "";
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char *udevdb_decode(struct arena *arena, const char *encoded)
{
    char *text = arena_strdup(arena, encoded), *to = text;
    for (const char *from = encoded; *from;) {
        bool escaped =
            from[0] == '\\' && from[1] == 'x' && hex_digit(from[2]) >= 0 && hex_digit(from[3]) >= 0;
        int byte = escaped ? hex_digit(from[2]) * 16 + hex_digit(from[3]) : *from;
        /* What must not stand in a label is dropped here, \x00 above all. */
        if (!iscntrl((unsigned char)byte))
            *to++ = (char)byte;
        from += escaped ? 4 : 1;
    }
    while (to > text && to[-1] == ' ')
        to--;
    *to = '\0';
    return text + strspn(text, " ");
}
