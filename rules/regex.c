/* SPDX-License-Identifier: Apache-2.0 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "rules/regex.h"

#include <ctype.h>
#include <errno.h>
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

/* What (a+)+$ meets after a millisecond and honest patterns on a label's value do not. */
enum { MATCH_LIMIT = 100000, DEPTH_LIMIT = 50000, HEAP_LIMIT_KIB = 4096 };

struct regex {
    const char *pattern; /* as it was given */
    const char *literal; /* the text itself where the pattern is no more than that */
    const char *const *names;
    size_t group_count;
    pcre2_code *code;
    pcre2_match_context *context;
    pcre2_match_data *match;
};

static void *allocate(PCRE2_SIZE bytes, void *arena)
{
    return arena_alloc(arena, bytes);
}

static void leave_to_arena(void *memory, void *arena)
{
    (void)memory;
    (void)arena;
}

static int prepare(struct regex *regex, const struct buf *pattern, struct arena *arena,
                   struct error *e)
{
    const uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_DOTALL |
                             PCRE2_DOLLAR_ENDONLY | PCRE2_ANCHORED | PCRE2_ENDANCHORED |
                             PCRE2_NEVER_BACKSLASH_C;
    pcre2_general_context *general = pcre2_general_context_create(allocate, leave_to_arena, arena);
    pcre2_compile_context *compile = pcre2_compile_context_create(general);
    int code;
    PCRE2_SIZE place;
    pcre2_set_newline(compile, PCRE2_NEWLINE_LF);
    regex->code =
        pcre2_compile((PCRE2_SPTR)pattern->data, pattern->length, options, &code, &place, compile);
    if (!regex->code) {
        PCRE2_UCHAR text[120];
        pcre2_get_error_message(code, text, sizeof text);
        return error_set(e, -EINVAL, "regular expression: %s: `%.60s`", (const char *)text,
                         regex->pattern);
    }
    regex->context = pcre2_match_context_create(general);
    pcre2_set_match_limit(regex->context, MATCH_LIMIT);
    pcre2_set_depth_limit(regex->context, DEPTH_LIMIT);
    pcre2_set_heap_limit(regex->context, HEAP_LIMIT_KIB);
    regex->match = pcre2_match_data_create_from_pattern(regex->code, general);
    return 0;
}

int regex_compile(const char *pattern, struct arena *arena, const struct regex **out,
                  struct error *e)
{
    struct regex *regex = ARENA_NEW(arena, struct regex);
    struct regex_syntax syntax;

    *out = regex;
    regex->pattern = arena_strdup(arena, pattern);
    int failed = regex_translate(pattern, arena, &syntax, e);
    regex->names = syntax.names;
    regex->group_count = syntax.group_count;
    if (!failed && !strpbrk(pattern, "\\.+*?()|[]{}^$"))
        regex->literal = regex->pattern;
    else if (!failed)
        failed = prepare(regex, &syntax.pattern, arena, e);
    buf_free(&syntax.pattern);
    return failed;
}

int regex_match(const void *compiled, const char *text, struct error *e)
{
    const struct regex *regex = compiled;
    if (regex->literal)
        return strcmp(regex->literal, text) == 0;
    int code = pcre2_match(regex->code, (PCRE2_SPTR)text, strlen(text), 0, 0, regex->match,
                           regex->context);
    if (code == PCRE2_ERROR_NOMATCH)
        return 0;
    if (code < 0) {
        PCRE2_UCHAR why[120];
        pcre2_get_error_message(code, why, sizeof why);
        return error_set(e, -E2BIG, "regular expression: match `%.60s`: %s", regex->pattern,
                         (const char *)why);
    }
    return 1;
}

/* Adds what group number n matched. */
static void add_group(const struct regex *regex, const char *text, size_t n, struct buf *out)
{
    if (regex->literal) {
        if (n == 0)
            buf_puts(out, text);
        return;
    }
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(regex->match);
    if (n < pcre2_get_ovector_count(regex->match) && ends[2 * n] != PCRE2_UNSET)
        buf_add(out, text + ends[2 * n], ends[2 * n + 1] - ends[2 * n]);
}

static void add_named(const struct regex *regex, const char *text, const char *name, size_t length,
                      struct buf *out)
{
    size_t digits = 0;
    while (digits < length && isdigit((unsigned char)name[digits]))
        digits++;
    if (digits == length && length < 8) {
        add_group(regex, text, strtoul(name, NULL, 10), out);
        return;
    }
    for (size_t i = 0; i < regex->group_count; i++)
        if (regex->names[i] && strlen(regex->names[i]) == length &&
            memcmp(regex->names[i], name, length) == 0)
            add_group(regex, text, i + 1, out);
}

/* The length of a name at text: letters, digits and underscores. */
static size_t name_length(const char *text)
{
    size_t length = 0;
    while (isalnum((unsigned char)text[length]) || text[length] == '_')
        length++;
    return length;
}

/* One $ and what belongs to it; gives where it ends. A $ that means nothing stays. */
static const char *expand_one(const struct regex *regex, const char *text, const char *at,
                              struct buf *out)
{
    bool braces = at[1] == '{';
    size_t length = name_length(at + 1 + braces);
    if (at[1] == '$' || !length || (braces && at[2 + length] != '}')) {
        buf_puts(out, "$");
        return at + 1 + (at[1] == '$');
    }
    add_named(regex, text, at + 1 + braces, length, out);
    return at + 1 + length + 2 * braces;
}

int regex_replace(const struct regex *regex, const char *text, const char *template, size_t limit,
                  struct buf *out, struct error *e)
{
    int matched = regex_match(regex, text, e);
    if (matched <= 0)
        return matched;
    while (*template && out->length <= limit) {
        size_t plain = strcspn(template, "$");
        buf_add(out, template, plain);
        template += plain;
        if (*template)
            template = expand_one(regex, text, template, out);
    }
    if (out->length > limit)
        return error_set(e, -E2BIG, "regular expression: a replacement has more than %zu bytes",
                         limit);
    return 1;
}
