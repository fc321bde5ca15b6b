/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/utf8.h"

static const struct form {
    unsigned char mask, lead;
    size_t bytes;
    uint32_t least;
} forms[] = {
    {0x80, 0x00, 1, 0},
    {0xe0, 0xc0, 2, 0x80},
    {0xf0, 0xe0, 3, 0x800},
    {0xf8, 0xf0, 4, 0x10000},
};
enum { FORMS = sizeof forms / sizeof *forms };

size_t utf8_length(const char *text, size_t length)
{
    const unsigned char *s = (const unsigned char *)text;
    for (size_t f = 0; length && f < FORMS; f++) {
        if ((s[0] & forms[f].mask) != forms[f].lead)
            continue;
        uint32_t code = s[0] & (unsigned char)~forms[f].mask;
        if (length < forms[f].bytes)
            return 0;
        for (size_t i = 1; i < forms[f].bytes; i++) {
            if ((s[i] & 0xc0) != 0x80)
                return 0;
            code = code << 6 | (s[i] & 0x3f);
        }
        if (code < forms[f].least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
            return 0;
        return forms[f].bytes;
    }
    return 0;
}

int utf8_valid(const char *text, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t n = utf8_length(text + at, length - at);
        if (!n)
            return 0;
        at += n;
    }
    return 1;
}

size_t utf8_encode(uint32_t code, char *out)
{
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return 0;
    size_t f = FORMS - 1;
    while (code < forms[f].least)
        f--;
    for (size_t i = forms[f].bytes - 1; i > 0; i--, code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(forms[f].lead | code);
    return forms[f].bytes;
}

size_t utf8_count(const char *text, size_t length)
{
    size_t count = 0;
    for (size_t at = 0; at < length; count++) {
        size_t n = utf8_length(text + at, length - at);
        at += n ? n : 1;
    }
    return count;
}
