/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PCRE2 knows more than RE2 (look-around, back references, possessive repeats, recursion, verbs)
 * and gives some of what both have another meaning. So the pattern is read by RE2's rules and
 * written anew, every character that might mean something escaped: nothing else gets through.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/utf8.h"
#include "rules/regex.h"

enum { MAX_REPEAT = 1000, MAX_NESTING = 200 };

enum before { BEFORE_NOTHING, BEFORE_ATOM, BEFORE_REPEAT };

struct reader {
    const char *at, *end;
    struct arena *arena;
    struct regex_syntax *out;
    enum before before; /* what stands before at: only an atom can be repeated */
    int nesting;
    struct error *e;
};

static int wrong(struct reader *r, const char *what, const char *from)
{
    size_t left = (size_t)(r->end - from);
    return error_set(r->e, -EINVAL, "regular expression: %s: `%.*s`", what,
                     (int)(left > 40 ? 40 : left), from);
}

static char peek(const struct reader *r, size_t distance)
{
    return r->at + distance < r->end ? r->at[distance] : 0;
}

/* Writes a character so that it means itself, in a class and outside. */
static void emit_code(struct reader *r, uint32_t code)
{
    if (code < 0x80 && isalnum((int)code))
        buf_printf(&r->out->pattern, "%c", (int)code);
    else
        buf_printf(&r->out->pattern, "\\x{%x}", (unsigned)code);
}

static uint32_t take_character(struct reader *r)
{
    size_t n;
    uint32_t code = utf8_next(r->at, &n);
    r->at += n;
    return code;
}

/* \x7f or \x{10ffff}, after the x. */
static int take_hexadecimal(struct reader *r, uint32_t *code)
{
    bool braces = peek(r, 0) == '{';
    size_t digits = 0;
    *code = 0;
    r->at += braces;
    while (isxdigit((unsigned char)peek(r, 0)) && (braces ? *code <= 0x10ffff : digits < 2)) {
        char digit[2] = {*r->at++, 0};
        *code = *code * 16 + (uint32_t)strtoul(digit, NULL, 16);
        digits++;
    }
    if (braces && peek(r, 0) != '}')
        return -EINVAL;
    r->at += braces;
    bool surrogate = *code >= 0xd800 && *code < 0xe000;
    return *code > 0x10ffff || surrogate || (braces ? digits == 0 : digits != 2) ? -EINVAL : 0;
}

/* Octal as RE2 has it: \0, \012, \123; \1 alone would be a back reference. */
static int take_octal(struct reader *r, uint32_t *code)
{
    if (peek(r, 0) != '0' && (peek(r, 1) < '0' || peek(r, 1) > '7'))
        return -EINVAL;
    *code = 0;
    for (int i = 0; i < 3 && peek(r, 0) >= '0' && peek(r, 0) <= '7'; i++)
        *code = *code * 8 + (uint32_t)(*r->at++ - '0');
    return 0;
}

/* An escape that stands for one character, after its backslash. */
static int take_escaped_character(struct reader *r, uint32_t *code)
{
    static const char letters[] = "aftnrv", values[] = "\a\f\t\n\r\v";
    const char *from = r->at - 1;
    char c = peek(r, 0);
    const char *letter = c ? strchr(letters, c) : NULL;
    if (c >= '0' && c <= '7')
        return take_octal(r, code) ? wrong(r, "invalid escape sequence", from) : 0;
    r->at++;
    if (c == 'x')
        return take_hexadecimal(r, code) ? wrong(r, "invalid escape sequence", from) : 0;
    if (letter)
        *code = (unsigned char)values[letter - letters];
    else if (c && ispunct((unsigned char)c))
        *code = (unsigned char)c;
    else
        return wrong(r, c ? "invalid escape sequence" : "trailing backslash", from);
    return 0;
}

/* \pL \p{Greek} \P{^Lu}, at the p. */
static int unicode_class(struct reader *r)
{
    const char *from = r->at - 1;
    bool braces = peek(r, 1) == '{';
    bool negated = braces && peek(r, 2) == '^';
    const char *name = r->at + 1 + braces + negated, *end = name;
    if (braces)
        while (end < r->end && (isalpha((unsigned char)*end) || *end == '_'))
            end++;
    else
        end += name < r->end && isupper((unsigned char)*name);
    if (end == name || (braces && (end == r->end || *end != '}')))
        return wrong(r, "invalid character class range", from);
    buf_printf(&r->out->pattern, "\\%c{%s%.*s}", *r->at, negated ? "^" : "", (int)(end - name),
               name);
    r->at = end + braces;
    return 0;
}

static const struct shorthand {
    char letter;
    const char *outside, *inside;
} shorthands[] = {
    /* RE2's \s has no vertical tab. */
    {'d', "\\d", "\\d"},
    {'D', "\\D", "\\D"},
    {'w', "\\w", "\\w"},
    {'W', "\\W", "\\W"},
    {'s', "[\\t\\n\\f\\r ]", "\\t\\n\\f\\r\\x20"},
    {'S', "[^\\t\\n\\f\\r ]", "\\S\\x0b"},
};

/* A class escape at r->at (after the backslash): 1 when it was one. */
static int class_escape(struct reader *r, bool inside)
{
    char c = peek(r, 0);
    for (size_t i = 0; i < sizeof shorthands / sizeof *shorthands; i++) {
        if (shorthands[i].letter != c)
            continue;
        buf_puts(&r->out->pattern, inside ? shorthands[i].inside : shorthands[i].outside);
        r->at++;
        return 1;
    }
    if (c != 'p' && c != 'P')
        return 0;
    int code = unicode_class(r);
    return code ? code : 1;
}

/* [:alpha:] [:^alpha:] within a class: 1 when there was one. */
static int posix_class(struct reader *r)
{
    static const char *const names[] = {"alnum", "alpha", "ascii", "blank", "cntrl",
                                        "digit", "graph", "lower", "print", "punct",
                                        "space", "upper", "word",  "xdigit"};
    if (peek(r, 0) != '[' || peek(r, 1) != ':')
        return 0;
    bool negated = peek(r, 2) == '^';
    const char *name = r->at + 2 + negated;
    const char *end = memmem(name, (size_t)(r->end - name), ":]", 2);
    for (size_t i = 0; end && i < sizeof names / sizeof *names; i++) {
        if (strlen(names[i]) != (size_t)(end - name) || memcmp(names[i], name, strlen(names[i])))
            continue;
        buf_printf(&r->out->pattern, "[:%s%s:]", negated ? "^" : "", names[i]);
        r->at = end + 2;
        return 1;
    }
    return end ? wrong(r, "invalid character class range", r->at) : 0;
}

static int take_class_character(struct reader *r, uint32_t *code)
{
    if (r->at == r->end)
        return wrong(r, "missing closing ]", r->at);
    if (*r->at == '\\') {
        r->at++;
        return take_escaped_character(r, code);
    }
    *code = take_character(r);
    return 0;
}

/* A character or a range of them. */
static int class_range(struct reader *r)
{
    const char *from = r->at;
    uint32_t low, high;
    int failed = take_class_character(r, &low);
    if (failed)
        return failed;
    emit_code(r, low);
    if (peek(r, 0) != '-' || peek(r, 1) == ']' || r->at + 1 >= r->end)
        return 0;
    r->at++;
    failed = take_class_character(r, &high);
    if (failed)
        return failed;
    if (high < low)
        return wrong(r, "invalid character class range", from);
    buf_puts(&r->out->pattern, "-");
    emit_code(r, high);
    return 0;
}

/* [abc] [^a-z\d[:alpha:]] */
static int read_class(struct reader *r)
{
    const char *from = r->at++;
    buf_puts(&r->out->pattern, "[");
    if (peek(r, 0) == '^') {
        buf_puts(&r->out->pattern, "^");
        r->at++;
    }
    for (bool first = true; first || peek(r, 0) != ']'; first = false) {
        if (r->at == r->end)
            return wrong(r, "missing closing ]", from);
        int done = posix_class(r);
        if (!done && *r->at == '\\') {
            r->at++;
            done = class_escape(r, true);
            r->at -= !done;
        }
        if (!done)
            done = class_range(r);
        if (done < 0)
            return done;
    }
    r->at++;
    buf_puts(&r->out->pattern, "]");
    r->before = BEFORE_ATOM;
    return 0;
}

/* \Q...\E: all of it means itself. */
static void read_quoted(struct reader *r)
{
    for (r->at++; r->at < r->end; r->before = BEFORE_ATOM) {
        if (peek(r, 0) == '\\' && peek(r, 1) == 'E') {
            r->at += 2;
            return;
        }
        emit_code(r, take_character(r));
    }
}

static int read_escape(struct reader *r)
{
    uint32_t code;
    char c = peek(r, 1);
    r->at++;
    if (c == 'Q') {
        read_quoted(r);
        return 0;
    }
    r->before = BEFORE_ATOM;
    if (c && strchr("AbBz", c)) {
        buf_printf(&r->out->pattern, "(?:\\%c)", c);
        r->at++;
        return 0;
    }
    int done = class_escape(r, false);
    if (done)
        return done < 0 ? done : 0;
    int failed = take_escaped_character(r, &code);
    if (!failed)
        emit_code(r, code);
    return failed;
}

static int add_group(struct reader *r, const char *name)
{
    struct regex_syntax *out = r->out;
    if (out->group_count == REGEX_MAX_GROUPS)
        return wrong(r, "too many groups", r->at);
    for (size_t i = 0; name && i < out->group_count; i++)
        if (out->names[i] && strcmp(out->names[i], name) == 0)
            return wrong(r, "duplicate group name", r->at);
    out->names =
        arena_grow(r->arena, out->names, out->group_count, &out->name_room, sizeof *out->names);
    out->names[out->group_count++] = name;
    buf_puts(&out->pattern, "(");
    return 0;
}

/* (?P<name>...) and (?<name>...), at the name. */
static int named_group(struct reader *r, const char *from)
{
    const char *name = r->at;
    while (isalnum((unsigned char)peek(r, 0)) || peek(r, 0) == '_')
        r->at++;
    if (r->at == name || peek(r, 0) != '>')
        return wrong(r, "invalid named capture", from);
    r->at++;
    return add_group(r, arena_strndup(r->arena, name, (size_t)(r->at - 1 - name)));
}

/* (?i) (?i-s:...) (?:...), after the question mark. */
static int flag_group(struct reader *r, const char *from)
{
    const char *flags = r->at;
    while (peek(r, 0) && strchr("imsU", peek(r, 0)))
        r->at++;
    if (peek(r, 0) == '-') {
        const char *off = ++r->at;
        while (peek(r, 0) && strchr("imsU", peek(r, 0)))
            r->at++;
        if (r->at == off)
            return wrong(r, "invalid or unsupported Perl syntax", from);
    }
    if (peek(r, 0) != ':' && peek(r, 0) != ')')
        return wrong(r, "invalid or unsupported Perl syntax", from);
    r->nesting += *r->at == ':';
    r->at++;
    buf_printf(&r->out->pattern, "(?%.*s", (int)(r->at - flags), flags);
    return 0;
}

static int read_group(struct reader *r)
{
    const char *from = r->at++;
    r->before = BEFORE_NOTHING;
    if (r->nesting == MAX_NESTING)
        return wrong(r, "expression nests too deeply", from);
    if (peek(r, 0) != '?') {
        r->nesting++;
        return add_group(r, NULL);
    }
    r->at++;
    size_t named = peek(r, 0) == 'P' && peek(r, 1) == '<' ? 2 : peek(r, 0) == '<' ? 1 : 0;
    if (!named || peek(r, named) == '=' || peek(r, named) == '!')
        return flag_group(r, from);
    r->nesting++;
    r->at += named;
    return named_group(r, from);
}

static int end_group(struct reader *r)
{
    if (!r->nesting)
        return wrong(r, "unexpected )", r->at);
    r->nesting--;
    r->at++;
    buf_puts(&r->out->pattern, ")");
    r->before = BEFORE_ATOM;
    return 0;
}

/* Reads a count of a repetition; -1 where there is none. */
static long take_count(const char **at, const char *end)
{
    long count = -1;
    for (; *at < end && isdigit((unsigned char)**at); ++*at)
        count = count > MAX_REPEAT ? count : (count < 0 ? 0 : count * 10) + (**at - '0');
    return count;
}

/* The end of {n} {n,} {n,m} at text, NULL where it is none and so means itself. */
static const char *repeat_end(const char *text, const char *end, long *low, long *high)
{
    text++;
    *low = *high = take_count(&text, end);
    if (*low < 0 || text == end)
        return NULL;
    if (*text == ',') {
        text++;
        *high = take_count(&text, end);
    }
    return text < end && *text == '}' ? text + 1 : NULL;
}

static int read_repeat(struct reader *r, const char *end)
{
    const char *from = r->at;
    if (r->before == BEFORE_NOTHING)
        return wrong(r, "missing argument to repetition operator", from);
    if (r->before == BEFORE_REPEAT)
        return wrong(r, "invalid nested repetition operator", from);
    buf_add(&r->out->pattern, from, (size_t)(end - from));
    r->at = end;
    if (peek(r, 0) == '?') {
        buf_puts(&r->out->pattern, "?");
        r->at++;
    }
    r->before = BEFORE_REPEAT;
    return 0;
}

static int read_braces(struct reader *r)
{
    long low, high;
    const char *end = repeat_end(r->at, r->end, &low, &high);
    if (!end) {
        emit_code(r, '{');
        r->at++;
        r->before = BEFORE_ATOM;
        return 0;
    }
    if (low > MAX_REPEAT || high > MAX_REPEAT || (high >= 0 && high < low))
        return wrong(r, "invalid repeat count", r->at);
    return read_repeat(r, end);
}

static int read_one(struct reader *r)
{
    switch (*r->at) {
    case '\\':
        return read_escape(r);
    case '[':
        return read_class(r);
    case '(':
        return read_group(r);
    case ')':
        return end_group(r);
    case '*':
    case '+':
    case '?':
        return read_repeat(r, r->at + 1);
    case '{':
        return read_braces(r);
    case '|':
        buf_puts(&r->out->pattern, "|");
        r->before = BEFORE_NOTHING;
        r->at++;
        return 0;
    case '^':
    case '$':
        buf_printf(&r->out->pattern, "(?:%c)", *r->at++);
        break;
    case '.':
        buf_puts(&r->out->pattern, ".");
        r->at++;
        break;
    default:
        emit_code(r, take_character(r));
    }
    r->before = BEFORE_ATOM;
    return 0;
}

int regex_translate(const char *pattern, struct arena *arena, struct regex_syntax *syntax,
                    struct error *e)
{
    size_t length = strlen(pattern);
    struct reader r = {
        .at = pattern, .end = pattern + length, .arena = arena, .out = syntax, .e = e};

    *syntax = (struct regex_syntax){0};
    buf_puts(&syntax->pattern, "");
    if (length > REGEX_MAX_PATTERN)
        return error_set(e, -EINVAL, "regular expression: longer than %d bytes", REGEX_MAX_PATTERN);
    for (size_t at = 0, n; at < length; at += n)
        if (utf8_next(pattern + at, &n) == 0xfffd && n == 1)
            return error_set(e, -EINVAL, "regular expression: invalid UTF-8");
    while (r.at < r.end) {
        int failed = read_one(&r);
        if (failed)
            return failed;
    }
    if (r.nesting)
        return wrong(&r, "missing closing )", pattern);
    return 0;
}
