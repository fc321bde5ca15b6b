/* SPDX-License-Identifier: Apache-2.0 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "rules/template_regex.h"

#include <ctype.h>
#include <errno.h>
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "core/utf8.h"
#include "rules/regex.h"

enum { MATCH_LIMIT = 1000000, DEPTH_LIMIT = 50000, HEAP_LIMIT_KIB = 4096 };

struct search {
    struct regex_syntax syntax;
    pcre2_code *code;
    pcre2_match_context *context;
    pcre2_match_data *match;
    const char *text;
    size_t length;
    bool valid; /* UTF-8: need not be looked through before each match */
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

static int refuse(int code, const char *pattern, int result, struct error *e)
{
    PCRE2_UCHAR why[120];
    pcre2_get_error_message(code, why, sizeof why);
    return error_set(e, result, "regular expression `%.60s`: %s", pattern, (const char *)why);
}

static int prepare(struct search *search, const char *pattern, struct arena *arena, struct error *e)
{
    const uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C |
                             (search->valid ? 0 : PCRE2_MATCH_INVALID_UTF);
    pcre2_general_context *general = pcre2_general_context_create(allocate, leave_to_arena, arena);
    pcre2_compile_context *compile = pcre2_compile_context_create(general);
    int code;
    PCRE2_SIZE place;
    pcre2_set_newline(compile, PCRE2_NEWLINE_LF);
    search->code = pcre2_compile((PCRE2_SPTR)search->syntax.pattern.data,
                                 search->syntax.pattern.length, options, &code, &place, compile);
    if (!search->code)
        return refuse(code, pattern, -EINVAL, e);
    search->context = pcre2_match_context_create(general);
    pcre2_set_match_limit(search->context, MATCH_LIMIT);
    pcre2_set_depth_limit(search->context, DEPTH_LIMIT);
    pcre2_set_heap_limit(search->context, HEAP_LIMIT_KIB);
    search->match = pcre2_match_data_create_from_pattern(search->code, general);
    return 0;
}

static bool is_utf8(const char *text)
{
    size_t n;
    for (uint32_t code; (code = utf8_next(text, &n)); text += n)
        if (code == 0xfffd && n == 1)
            return false;
    return true;
}

static int search_start(struct search *search, const char *pattern, const char *text,
                        struct arena *arena, struct error *e)
{
    *search = (struct search){.text = text, .length = strlen(text), .valid = is_utf8(text)};
    int failed = regex_translate(pattern, arena, &search->syntax, e);
    if (!failed) {
        buf_puts(&search->syntax.pattern, ""); /* an empty pattern has its text too */
        failed = prepare(search, pattern, arena, e);
    }
    buf_free(&search->syntax.pattern);
    return failed;
}

/* 1, 0 or negative; searches from byte `from` on. */
static int search_next(struct search *search, const char *pattern, size_t from, struct error *e)
{
    int code = pcre2_match(search->code, (PCRE2_SPTR)search->text, search->length, from,
                           search->valid ? PCRE2_NO_UTF_CHECK : 0, search->match, search->context);
    if (code == PCRE2_ERROR_NOMATCH)
        return 0;
    return code < 0 ? refuse(code, pattern, -E2BIG, e) : 1;
}

int tmpl_regex_search(const char *pattern, const char *text, struct arena *arena, struct error *e)
{
    struct search search;
    int failed = search_start(&search, pattern, text, arena, e);
    return failed ? failed : search_next(&search, pattern, 0, e);
}

static void add_group(const struct search *search, size_t group, struct buf *out)
{
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(search->match);
    if (group < pcre2_get_ovector_count(search->match) && ends[2 * group] != PCRE2_UNSET)
        buf_add(out, search->text + ends[2 * group], ends[2 * group + 1] - ends[2 * group]);
}

static void add_named(const struct search *search, const char *name, size_t length, struct buf *out)
{
    if (strspn(name, "0123456789") >= length && length < 8) {
        add_group(search, strtoul(name, NULL, 10), out);
        return;
    }
    const struct regex_syntax *syntax = &search->syntax;
    for (size_t i = 0; i < syntax->group_count; i++)
        if (syntax->names[i] && strlen(syntax->names[i]) == length &&
            memcmp(syntax->names[i], name, length) == 0)
            add_group(search, i + 1, out);
}

static size_t name_length(const char *text)
{
    size_t length = 0;
    while (isalnum((unsigned char)text[length]) || text[length] == '_')
        length++;
    return length;
}

/* Adds the replacement for the match at hand. A $ that means nothing stays. */
static void add_replacement(const struct search *search, const char *replacement, struct buf *out)
{
    for (const char *at = replacement; *at;) {
        size_t plain = strcspn(at, "$");
        buf_add(out, at, plain);
        at += plain;
        if (!*at)
            break;
        bool braces = at[1] == '{';
        size_t length = name_length(at + 1 + braces);
        if (at[1] == '$' || !length || (braces && at[2 + length] != '}')) {
            buf_puts(out, "$");
            at += 1 + (at[1] == '$');
        } else {
            add_named(search, at + 1 + braces, length, out);
            at += 1 + length + 2 * braces;
        }
    }
}

int tmpl_regex_replace(const char *pattern, const char *replacement, const char *text, size_t limit,
                       struct arena *arena, struct buf *out, struct error *e)
{
    struct search search;
    size_t length = strlen(text), copied = 0, from = 0, last_end = SIZE_MAX;
    int found = search_start(&search, pattern, text, arena, e);
    if (found)
        return found;
    while (from <= length && (found = search_next(&search, pattern, from, e)) > 0) {
        const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(search.match);
        bool empty = ends[0] == ends[1];
        if (!empty || ends[0] != last_end) { /* Go: no empty match right behind a match */
            buf_add(out, text + copied, ends[0] - copied);
            add_replacement(&search, replacement, out);
            copied = last_end = ends[1];
        }
        size_t bytes = 0;
        if (empty && !utf8_next(text + ends[1], &bytes))
            bytes = 1; /* behind the end */
        from = ends[1] + bytes;
        if (out->length > limit)
            return error_set(e, -E2BIG, "the replacement makes more than %zu bytes", limit);
    }
    if (found >= 0)
        buf_add(out, text + copied, length - copied);
    return found < 0 ? found : 0;
}
