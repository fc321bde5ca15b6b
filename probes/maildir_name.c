/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/maildir_name.h"

#include <string.h>

/* A number after ",S=" or ",W="; -1 where it is none or too long to be true. */
static int64_t number_at(const char *text, const char *end)
{
    int64_t value = 0;
    const char *start = text;

    for (; text < end && *text >= '0' && *text <= '9'; text++) {
        if (text - start > 16)
            return -1;
        value = value * 10 + (*text - '0');
    }
    return text > start && (text == end || *text == ',' || *text == ':') ? value : -1;
}

static int64_t size_of(const char *name, const char *end, char key)
{
    for (const char *c = name; end - c > 3; c++)
        if (c[0] == ',' && c[1] == key && c[2] == '=')
            return number_at(c + 3, end);
    return -1;
}

static void take_flag(char letter, struct maildir_name *out)
{
    static const struct {
        char letter;
        uint8_t flag;
    } flags[] = {{'R', MAILDIR_ANSWERED},
                 {'F', MAILDIR_FLAGGED},
                 {'T', MAILDIR_DELETED},
                 {'S', MAILDIR_SEEN},
                 {'D', MAILDIR_DRAFT}};

    if (letter >= 'a' && letter <= 'z')
        out->keywords |= UINT32_C(1) << (letter - 'a');
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (flags[i].letter == letter)
            out->flags |= flags[i].flag;
}

void maildir_name_parse(const char *name, size_t length, struct maildir_name *out)
{
    const char *end = name + length;
    const char *colon = memchr(name, ':', length);

    *out = (struct maildir_name){.base = colon ? (size_t)(colon - name) : length};
    out->size = size_of(name, name + out->base, 'S');
    out->vsize = size_of(name, name + out->base, 'W');
    if (!colon || end - colon < 3 || memcmp(colon, ":2,", 3) != 0)
        return;
    out->flags_said = true;
    for (const char *c = colon + 3; c < end && *c != ','; c++)
        take_flag(*c, out);
}

/* "3 $label1": which letter, and where the keyword starts; -1 where the line is not so. */
static int keyword_line(const char *line, size_t length, const char **keyword)
{
    int number = 0;
    size_t digits = 0;

    while (digits < length && digits < 3 && line[digits] >= '0' && line[digits] <= '9')
        number = number * 10 + (line[digits++] - '0');
    *keyword = line + digits + 1;
    bool sound = digits && digits + 1 < length && line[digits] == ' ' && number < MAILDIR_KEYWORDS;
    return sound && !memchr(line, '\0', length) ? number : -1;
}

void maildir_keywords_parse(char *text, size_t length, struct maildir_keywords *out)
{
    *out = (struct maildir_keywords){.bad_offset = -1};
    for (size_t at = 0; at < length;) {
        char *end = memchr(text + at, '\n', length - at);
        size_t line = end ? (size_t)(end - (text + at)) : 0;
        const char *keyword = "";
        int number = end ? keyword_line(text + at, line, &keyword) : -1;
        if (number >= 0 && !out->names[number])
            out->names[number] = keyword;
        else if (out->bad_lines++ == 0)
            out->bad_offset = (int64_t)at;
        if (!end)
            return;
        *end = '\0';
        at += line + 1;
    }
}
