/* SPDX-License-Identifier: Apache-2.0 */
#include "core/utf8.h"

enum { REPLACEMENT = 0xfffd };

/* Length and least code point of a sequence by its first byte; 0 bytes for what starts none. */
static size_t sequence(unsigned char first, uint32_t *bits, uint32_t *least)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if ((first & forms[i].mask) == forms[i].lead) {
            *bits = first & (unsigned char)~forms[i].mask;
            *least = forms[i].least;
            return i + 1;
        }
    return 0;
}

static bool is_scalar(uint32_t code)
{
    return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

uint32_t utf8_next(const char *text, size_t *bytes)
{
    const unsigned char *at = (const unsigned char *)text;
    uint32_t code = 0, least = 0;
    *bytes = at[0] ? 1 : 0;
    size_t length = sequence(at[0], &code, &least);
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80) /* the NUL at the end included */
            return REPLACEMENT;
        code = code << 6 | (at[i] & 0x3f);
    }
    if (!length || code < least || !is_scalar(code))
        return REPLACEMENT;
    if (code)
        *bytes = length;
    return code;
}

void utf8_put(uint32_t code, struct buf *out)
{
    static const unsigned char lead[] = {0x00, 0xc0, 0xe0, 0xf0};
    unsigned char bytes[4];
    size_t more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    for (size_t i = more; i > 0; i--, code >>= 6)
        bytes[i] = (unsigned char)(0x80 | (code & 0x3f));
    bytes[0] = (unsigned char)(lead[more] | code);
    buf_add(out, bytes, more + 1);
}

bool utf8_is_ascii(const char *text)
{
    while (*text && !(*text & 0x80))
        text++;
    return !*text;
}

void utf8_clean(const char *text, struct buf *out)
{
    size_t bytes;
    uint32_t code;
    while ((code = utf8_next(text, &bytes)) != 0) {
        utf8_put(code, out);
        text += bytes;
    }
}
