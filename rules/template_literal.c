/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/template_literal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/utf8.h"

/* text without the underscores that may stand between digits; NULL where it is too long. */
static const char *without_underscores(const char *text, size_t length, char *out, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        if (n + 1 >= room)
            return NULL;
        if (text[i] != '_')
            out[n++] = text[i];
    }
    out[n] = '\0';
    return n ? out : NULL;
}

static bool read_integer(const char *text, int64_t *integer)
{
    const char *digits = text + (*text == '+' || *text == '-');
    int base = 0;
    if (digits[0] == '0' && (digits[1] == 'b' || digits[1] == 'B'))
        base = 2;
    else if (digits[0] == '0' && (digits[1] == 'o' || digits[1] == 'O'))
        base = 8;
    if (digits[0] < '0' || digits[0] > '9')
        return false;
    char *end;
    errno = 0;
    unsigned long long value = strtoull(base ? digits + 2 : digits, &end, base);
    bool negative = *text == '-';
    if (errno || *end || end == digits || value > (uint64_t)INT64_MAX + negative)
        return false;
    *integer = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

bool tmpl_read_number(const char *text, size_t length, struct tmpl_number *number)
{
    char copy[64], *end;
    if (!without_underscores(text, length, copy, sizeof copy))
        return false;
    bool hex = strpbrk(copy, "xX") != NULL;
    number->is_integer = !strpbrk(copy, hex ? ".pP" : ".eEpP");
    if (number->is_integer)
        return read_integer(copy, &number->integer);
    if (strpbrk(copy, "nNiI")) /* what strtod(3) takes and Go does not: nan, inf */
        return false;
    number->number = strtod(copy, &end);
    return !*end && end != copy;
}

static int digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : 99;
}

/* The number of `count` digits; -1 where one is none. */
static int64_t read_digits(const char *at, const char *end, int count, int base)
{
    int64_t value = 0;
    if (end - at < count)
        return -1;
    for (int i = 0; i < count; i++) {
        if (digit(at[i]) >= base)
            return -1;
        value = value * base + digit(at[i]);
    }
    return value;
}

/* Reads the escape behind a backslash at *at and steps over it; false where it is none. */
static bool read_escape(const char **at, const char *end, struct buf *out)
{
    static const char letters[] = "abfnrtv\\'\"", meanings[] = "\a\b\f\n\r\t\v\\'\"";
    char c = *(*at)++;
    const char *letter = strchr(letters, c);
    if (letter) {
        buf_add(out, &meanings[letter - letters], 1);
        return true;
    }
    bool octal = c >= '0' && c <= '7';
    int count = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : octal ? 3 : 0;
    int64_t code = count ? read_digits(*at - octal, end, count, octal ? 8 : 16) : -1;
    if (code <= 0 || ((c == 'x' || octal) && code > 255) || code > 0x10ffff ||
        (code >= 0xd800 && code < 0xe000))
        return false;
    *at += count - octal;
    if (c == 'x' || octal)
        buf_add(out, &(char){(char)code}, 1);
    else
        utf8_put((uint32_t)code, out);
    return true;
}

const char *tmpl_read_string(const char *text, size_t length, struct arena *arena)
{
    const char *at = text + 1, *end = text + length - 1;
    if (*text == '`')
        return arena_strndup(arena, at, (size_t)(end - at));
    struct buf out = {0};
    bool good = true;
    while (good && at < end) {
        if (*at == '\\') {
            at++;
            good = at < end && read_escape(&at, end, &out);
        } else {
            buf_add(&out, at++, 1);
        }
    }
    const char *result = good ? arena_strndup(arena, out.length ? out.data : "", out.length) : NULL;
    buf_free(&out);
    return result;
}

bool tmpl_read_char(const char *text, int64_t *code)
{
    size_t bytes;
    *code = utf8_next(text, &bytes);
    return *code && !text[bytes];
}
