/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/utf8.h"
#include "rules/template_func.h"

/* Go's fmt.Sprintf (https://pkg.go.dev/fmt) without explicit argument indexes. */

enum { MAX_WIDTH = 1000, FLOAT_BYTES = MAX_WIDTH + 400 };

struct verb {
    bool minus, plus, sharp, space, zero;
    int width, precision; /* -1: none given */
    uint32_t letter;
};

static size_t count_runes(const char *text)
{
    size_t runes = 0, bytes;
    for (; utf8_next(text, &bytes); text += bytes)
        runes++;
    return runes;
}

/* Adds text padded to the width with blanks, or with zeros behind its sign. */
static void pad(const struct verb *verb, const char *text, bool zeros, struct buf *out)
{
    size_t runes = count_runes(text);
    size_t fill = verb->width > 0 && (size_t)verb->width > runes ? (size_t)verb->width - runes : 0;
    zeros = zeros && verb->zero && !verb->minus;
    if (zeros && fill && strchr("+- ", *text))
        buf_add(out, text++, 1);
    for (size_t i = 0; i < fill && !verb->minus; i++)
        buf_puts(out, zeros ? "0" : " ");
    buf_puts(out, text);
    for (size_t i = 0; i < fill && verb->minus; i++)
        buf_puts(out, " ");
}

static void pad_buf(const struct verb *verb, struct buf *text, bool zeros, struct buf *out)
{
    pad(verb, text->length ? text->data : "", zeros, out);
    buf_free(text);
}

static void print_digits(const struct verb *verb, double size, struct buf *out)
{
    char letter = verb->letter == 'v' ? 'g' : verb->letter == 'F' ? 'f' : (char)verb->letter;
    char digits[FLOAT_BYTES];
    if (verb->precision < 0 && letter == 'g') {
        tmpl_print_float(size, out);
        return;
    }
    int precision = verb->precision < 0 ? 6 : verb->precision;
    switch (letter) {
    case 'e':
        snprintf(digits, sizeof digits, "%.*e", precision, size);
        break;
    case 'E':
        snprintf(digits, sizeof digits, "%.*E", precision, size);
        break;
    case 'G':
        snprintf(digits, sizeof digits, "%.*G", precision, size);
        break;
    case 'f':
        snprintf(digits, sizeof digits, "%.*f", precision, size);
        break;
    default:
        snprintf(digits, sizeof digits, "%.*g", precision, size);
        break;
    }
    buf_puts(out, digits);
}

static void print_float(const struct verb *verb, double v, struct buf *out)
{
    struct buf text = {0};
    const char *sign = signbit(v) && !isnan(v) ? "-" : verb->space && !verb->plus ? " " : "+";
    bool shown = verb->plus || *sign != '+' || isinf(v);
    buf_puts(&text, shown ? sign : "");
    if (isnan(v) || isinf(v))
        buf_puts(&text, isnan(v) ? "NaN" : "Inf");
    else
        print_digits(verb, fabs(v), &text);
    pad_buf(verb, &text, !isnan(v) && !isinf(v), out);
}

static void print_integer(const struct verb *verb, int64_t v, struct buf *out)
{
    uint64_t size = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    unsigned base = verb->letter == 'x' || verb->letter == 'X'   ? 16
                    : verb->letter == 'o' || verb->letter == 'O' ? 8
                    : verb->letter == 'b'                        ? 2
                                                                 : 10;
    const char *letters = verb->letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    char digits[80], *at = digits + sizeof digits;
    struct buf text = {0};

    *--at = '\0';
    for (int n = 0; size || n == 0 || (n < verb->precision && n < 70); n++, size /= base)
        *--at = letters[size % base];
    buf_puts(&text, v < 0 ? "-" : verb->plus ? "+" : verb->space ? " " : "");
    if (verb->sharp && base == 16)
        buf_puts(&text, verb->letter == 'X' ? "0X" : "0x");
    else if (verb->letter == 'O' || (verb->sharp && base == 8))
        buf_puts(&text, verb->letter == 'O' ? "0o" : "0");
    buf_puts(&text, at);
    pad_buf(verb, &text, verb->precision < 0, out);
}

/* text in Go's double quotes, what is not printable escaped. */
static void quote(const char *text, struct buf *out)
{
    static const char letters[] = "abfnrtv\\\"", meanings[] = "\a\b\f\n\r\t\v\\\"";
    size_t bytes;
    uint32_t code;
    buf_puts(out, "\"");
    for (; (code = utf8_next(text, &bytes)); text += bytes) {
        const char *meaning = code < 0x80 ? strchr(meanings, (int)code) : NULL;
        if (meaning)
            buf_printf(out, "\\%c", letters[meaning - meanings]);
        else if (code < 0x20 || code == 0x7f)
            buf_printf(out, "\\x%02x", (unsigned)code);
        else
            buf_add(out, text, bytes);
    }
    buf_puts(out, "\"");
}

static void print_text(const struct verb *verb, const char *value, struct buf *out)
{
    struct buf text = {0};
    if (verb->letter == 'x' || verb->letter == 'X') {
        for (const char *c = value; *c; c++)
            buf_printf(&text, verb->letter == 'x' ? "%02x" : "%02X", (unsigned char)*c);
    } else {
        size_t runes = 0, bytes;
        const char *end = value;
        for (; (verb->precision < 0 || runes < (size_t)verb->precision) && utf8_next(end, &bytes);
             end += bytes)
            runes++;
        struct buf cut = {0};
        buf_add(&cut, value, (size_t)(end - value));
        if (verb->letter == 'q')
            quote(cut.length ? cut.data : "", &text);
        else
            buf_add(&text, cut.data ? cut.data : "", cut.length);
        buf_free(&cut);
    }
    pad_buf(verb, &text, true, out);
}

static void print_any(const struct verb *verb, const struct tmpl_value *value, struct buf *out)
{
    struct buf text = {0};
    if (value->kind == TMPL_FLOAT) {
        print_float(verb, value->number, out);
    } else if (value->kind == TMPL_INTEGER) {
        print_integer(verb, value->integer, out);
    } else if (value->kind == TMPL_TEXT_VALUE) {
        print_text(verb, value->text, out);
    } else {
        tmpl_print(value, &text);
        if (value->kind == TMPL_NOTHING)
            text.length = 0, buf_puts(&text, "<nil>");
        pad_buf(verb, &text, false, out);
    }
}

/* Whether a verb goes with a kind of value. */
static bool suits(uint32_t letter, enum tmpl_value_kind kind)
{
    if (letter == 'v')
        return true;
    if (letter > 0x7f || !letter)
        return false;
    switch (kind) {
    case TMPL_BOOL:
        return letter == 't';
    case TMPL_INTEGER:
        return strchr("dxXobOcqU", (int)letter) != NULL;
    case TMPL_FLOAT:
        return strchr("eEfFgG", (int)letter) != NULL;
    case TMPL_TEXT_VALUE:
        return strchr("sqxX", (int)letter) != NULL;
    default:
        return letter == 's';
    }
}

static void print_verb(const struct verb *verb, const struct tmpl_value *value, struct buf *out)
{
    struct verb plain = *verb;
    if (suits(verb->letter, value->kind)) {
        if (value->kind == TMPL_INTEGER && (verb->letter == 'c' || verb->letter == 'q')) {
            struct buf text = {0};
            bool is_code = value->integer > 0 && value->integer <= 0x10ffff;
            buf_puts(&text, verb->letter == 'q' ? "'" : "");
            utf8_put(is_code ? (uint32_t)value->integer : 0xfffd, &text);
            buf_puts(&text, verb->letter == 'q' ? "'" : "");
            pad_buf(verb, &text, false, out);
        } else if (value->kind == TMPL_INTEGER && verb->letter == 'U') {
            buf_printf(out, "U+%04llX", (unsigned long long)value->integer);
        } else {
            print_any(verb, value, out);
        }
        return;
    }
    buf_puts(out, "%!");
    utf8_put(verb->letter, out);
    if (value->kind <= TMPL_NIL) {
        buf_puts(out, "(<nil>)");
        return;
    }
    buf_printf(out, "(%s=", tmpl_type_name(value));
    plain.letter = 'v';
    print_any(&plain, value, out);
    buf_puts(out, ")");
}

/* A width or precision: digits, or '*' that takes an argument. */
static int read_number(const char **at, const struct tmpl_value **args, size_t *count)
{
    int number = -1;
    if (**at == '*' && *count && (*args)->kind == TMPL_INTEGER) {
        number = (*args)->integer > MAX_WIDTH || (*args)->integer < 0 ? 0 : (int)(*args)->integer;
        ++*at;
        ++*args;
        --*count;
        return number;
    }
    for (; isdigit((unsigned char)**at); ++*at) {
        number = (number < 0 ? 0 : number) * 10 + (**at - '0');
        if (number > MAX_WIDTH)
            number = MAX_WIDTH;
    }
    return number;
}

static struct verb read_verb(const char **at, const struct tmpl_value **args, size_t *count)
{
    struct verb verb = {.precision = -1};
    for (; **at && strchr("+-# 0", **at); ++*at) {
        verb.plus |= **at == '+';
        verb.minus |= **at == '-';
        verb.sharp |= **at == '#';
        verb.space |= **at == ' ';
        verb.zero |= **at == '0';
    }
    verb.width = read_number(at, args, count);
    if (**at == '.') {
        ++*at;
        verb.precision = read_number(at, args, count);
        if (verb.precision < 0)
            verb.precision = 0;
    }
    size_t bytes;
    verb.letter = utf8_next(*at, &bytes);
    *at += verb.letter ? bytes : 0;
    return verb;
}

static void print_extra(const struct tmpl_value *args, size_t count, struct buf *out)
{
    buf_puts(out, "%!(EXTRA ");
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "%s%s", i ? ", " : "", tmpl_type_name(&args[i]));
        if (args[i].kind > TMPL_NIL) {
            buf_puts(out, "=");
            tmpl_print(&args[i], out);
        }
    }
    buf_puts(out, ")");
}

int tmpl_printf(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                struct tmpl_value *result)
{
    const char *at;
    struct buf out = {0};
    if (tmpl_want_text(run, &args[0], &at))
        return -EINVAL;
    args++;
    count--;
    while (*at) {
        size_t plain = strcspn(at, "%");
        buf_add(&out, at, plain);
        at += plain;
        if (!*at)
            break;
        at++;
        struct verb verb = read_verb(&at, &args, &count);
        if (!verb.letter) {
            buf_puts(&out, "%!(NOVERB)");
        } else if (verb.letter == '%') {
            buf_puts(&out, "%");
        } else if (!count) {
            buf_puts(&out, "%!");
            utf8_put(verb.letter, &out);
            buf_puts(&out, "(MISSING)");
        } else {
            print_verb(&verb, args++, &out);
            count--;
        }
    }
    if (count)
        print_extra(args, count, &out);
    *result = tmpl_text_of(run, &out);
    return 0;
}
