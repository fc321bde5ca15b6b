/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/literal.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/utf8.h"
#include "rules/promql.h"

enum { LONGEST_NUMBER = 400 };

static bool is_hexadecimal(const char *text, size_t length)
{
    return length > 1 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
}

/*
 * Copies without underscores, which may stand between digits and after 0x. False where one stands
 * elsewhere.
 */
static bool strip_underscores(const char *text, size_t length, char *out)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] != '_') {
            out[count++] = text[i];
            continue;
        }
        const char *digits = is_hexadecimal(text, length) ? "0123456789abcdefABCDEF" : "0123456789";
        bool after = i > 0 && (strchr(digits, text[i - 1]) || (i == 2 && digits[10]));
        bool before = i + 1 < length && text[i + 1] && strchr(digits, text[i + 1]);
        if (!after || !before)
            return false;
    }
    out[count] = 0;
    return true;
}

/* A whole number of 63 bits in the base that its prefix tells, as Go's ParseInt(s, 0, 64). */
static bool whole_number(const char *text, double *number)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 0);
    if (errno || *end || end == text)
        return false;
    *number = (double)value;
    return true;
}

/* Digits with a point and a decimal exponent: what is left of strtod(3)'s language. */
static bool is_decimal(const char *text)
{
    size_t whole = strspn(text, "0123456789"), fraction = 0;
    text += whole;
    if (*text == '.') {
        fraction = strspn(++text, "0123456789");
        text += fraction;
    }
    if (!whole && !fraction)
        return false;
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '+' || *text == '-';
        size_t digits = strspn(text, "0123456789");
        if (!digits)
            return false;
        text += digits;
    }
    return !*text;
}

bool literal_number(const char *text, size_t length, double *number)
{
    char plain[LONGEST_NUMBER];
    if (length == 3 && (strncasecmp(text, "inf", 3) == 0 || strncasecmp(text, "nan", 3) == 0)) {
        *number = *text == 'i' || *text == 'I' ? INFINITY : NAN;
        return true;
    }
    if (!length || length >= sizeof plain || !strip_underscores(text, length, plain))
        return false;
    if (is_hexadecimal(plain, strlen(plain)))
        return strspn(plain + 2, "0123456789abcdefABCDEF") == strlen(plain + 2) &&
               whole_number(plain, number);
    if (!is_decimal(plain))
        return false;
    if (!whole_number(plain, number))
        *number = strtod(plain, NULL);
    return true;
}

bool literal_duration(const char *text, size_t length, int64_t *ms)
{
    return length > 1 && promql_parse_duration(text, length, ms) == 0;
}

static const struct escape {
    char letter, value;
} escapes[] = {
    {'a', '\a'}, {'b', '\b'}, {'f', '\f'}, {'n', '\n'},
    {'r', '\r'}, {'t', '\t'}, {'v', '\v'}, {'\\', '\\'},
};

static const struct numeric_escape {
    const char *letters;
    size_t skip, digits; /* the letter is skipped, or is itself the first digit */
    int base;
} numeric_escapes[] = {
    {"x", 1, 2, 16},
    {"u", 1, 4, 16},
    {"U", 1, 8, 16},
    {"01234567", 0, 3, 8},
};

/* Adds what a numeric escape stands for; gives how many bytes it took, 0: wrong. */
static size_t numeric_escape(const char *text, size_t length, struct buf *out)
{
    const char *const digits = "0123456789abcdef";
    for (size_t i = 0; i < sizeof numeric_escapes / sizeof *numeric_escapes; i++) {
        const struct numeric_escape *e = &numeric_escapes[i];
        uint64_t code = 0;
        if (!strchr(e->letters, text[0]))
            continue;
        if (length < e->skip + e->digits)
            return 0;
        for (size_t d = 0; d < e->digits; d++) {
            int c = tolower((unsigned char)text[e->skip + d]);
            const char *digit = memchr(digits, c, (size_t)e->base);
            if (!digit)
                return 0;
            code = code * (uint64_t)e->base + (uint64_t)(digit - digits);
        }
        bool byte = e->base == 8 || e->digits == 2;
        if (code > (byte ? 0xff : 0x10ffff) || (!byte && code >= 0xd800 && code <= 0xdfff))
            return 0;
        if (byte)
            buf_add(out, &(char){(char)code}, 1);
        else
            utf8_put((uint32_t)code, out);
        return e->skip + e->digits;
    }
    return 0;
}

/* Adds what one escape stands for; gives how many bytes it took after its backslash, 0: wrong. */
static size_t unescape(const char *text, size_t length, char quote, struct buf *out)
{
    if (!length || !text[0])
        return 0;
    if (text[0] == quote) {
        buf_add(out, text, 1);
        return 1;
    }
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
        if (escapes[i].letter == text[0]) {
            buf_add(out, &escapes[i].value, 1);
            return 1;
        }
    }
    return numeric_escape(text, length, out);
}

char *literal_string(const char *text, size_t length, struct arena *arena, const char **why)
{
    char quote = text[0], *value = NULL;
    struct buf out = {0};
    buf_puts(&out, "");
    *why = NULL;
    for (size_t at = 1, taken = 1; at + 1 < length && !*why; at += taken) {
        bool escaped = text[at] == '\\' && quote != '`';
        if (!escaped)
            buf_add(&out, text + at, 1);
        else
            taken = 1 + unescape(text + at + 1, length - at - 2, quote, &out);
        if (escaped && taken == 1)
            *why = "unknown or incomplete escape sequence in string";
        taken = escaped ? taken : 1;
    }
    if (!*why && memchr(out.data, 0, out.length))
        *why = "a string must not hold a NUL character";
    if (!*why)
        value = arena_strndup(arena, out.data, out.length);
    buf_free(&out);
    return value;
}
