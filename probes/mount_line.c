/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mount_line.h"

#include <stdio.h>
#include <string.h>

enum { MAX_FIELDS = 64 };

struct fields {
    char *at[MAX_FIELDS];
    size_t count;
};

static bool is_octal(char c)
{
    return c >= '0' && c <= '7';
}

void mount_unescape(char *text)
{
    char *to = text;
    while (*text) {
        if (text[0] == '\\' && is_octal(text[1]) && is_octal(text[2]) && is_octal(text[3])) {
            *to++ = (char)((text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0'));
            text += 4;
        } else {
            *to++ = *text++;
        }
    }
    *to = '\0';
}

bool mount_has_option(const char *options, const char *option)
{
    size_t n = strlen(option);
    for (const char *at = options; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, option, n) == 0 && (!at[n] || at[n] == ',' || option[n - 1] == '='))
            return true;
    }
    return false;
}

static bool split(struct arena *arena, const char *text, size_t length, struct fields *fields)
{
    fields->count = 0;
    if (memchr(text, '\0', length))
        return false;
    char *rest = arena_strndup(arena, text, length);
    for (char *field; (field = strsep(&rest, " "));) {
        if (!*field)
            continue;
        if (fields->count == MAX_FIELDS)
            return false;
        fields->at[fields->count++] = field;
    }
    return true;
}

static bool read_mountinfo(const struct fields *fields, struct mount_line *line)
{
    size_t dash = 6;
    char rest;
    while (dash < fields->count && strcmp(fields->at[dash], "-") != 0)
        dash++;
    if (dash + 4 > fields->count ||
        sscanf(fields->at[2], "%u:%u%c", &line->major, &line->minor, &rest) != 2)
        return false;
    line->mountpoint = fields->at[4];
    line->options = fields->at[5];
    line->type = fields->at[dash + 1];
    line->source = fields->at[dash + 2];
    line->super = fields->at[dash + 3];
    return true;
}

static bool read_mounts(const struct fields *fields, struct mount_line *line)
{
    if (fields->count < 4)
        return false;
    line->source = fields->at[0];
    line->mountpoint = fields->at[1];
    line->type = fields->at[2];
    line->options = line->super = fields->at[3];
    return true;
}

bool mount_line_parse(struct arena *arena, enum mount_table table, const char *text, size_t length,
                      struct mount_line *line)
{
    struct fields fields;
    *line = (struct mount_line){0};
    if (!split(arena, text, length, &fields) ||
        !(table == MOUNT_TABLE_MOUNTINFO ? read_mountinfo : read_mounts)(&fields, line))
        return false;
    mount_unescape((char *)line->source);
    mount_unescape((char *)line->mountpoint);
    return true;
}
