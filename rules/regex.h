/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_REGEX_H
#define RULES_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"

/*
 * Regular expressions of RE2's language (github.com/google/re2/wiki/Syntax), always matched against
 * the whole text, a dot matching newlines too, as Prometheus does. PCRE2 does the work under limits
 * on matching, depth and memory, for it backtracks: a limit hit is an error and not "no match". A
 * regex belongs to one thread.
 */
struct regex;

enum { REGEX_MAX_PATTERN = 32 * 1024, REGEX_MAX_GROUPS = 1000 };

/* The regex lives in the arena and needs no freeing. -EINVAL says what is wrong with the pattern.
 */
int regex_compile(const char *pattern, struct arena *arena, const struct regex **regex,
                  struct error *e);

/* 1: the whole text matches, 0: not, negative: a limit was hit. Fits struct matcher's test. */
int regex_match(const void *regex, const char *text, struct error *e);

/*
 * As regex_match(), and when it matches adds template with $1, ${1}, $name, ${name} and $$ replaced
 * to out; a group that does not exist or did not match gives nothing. -E2BIG where more than limit
 * bytes come of it.
 */
int regex_replace(const struct regex *regex, const char *text, const char *template, size_t limit,
                  struct buf *out, struct error *e);

/* RE2's language rewritten in PCRE2's; regex_compile() uses it. */
struct regex_syntax {
    struct buf pattern;
    const char **names; /* of groups 1 to group_count, NULL where one has none */
    size_t group_count, name_room;
};

/* -EINVAL where the pattern is not of RE2's language. syntax->pattern is to be freed either way. */
int regex_translate(const char *pattern, struct arena *arena, struct regex_syntax *syntax,
                    struct error *e);

#endif
