/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_TEMPLATE_REGEX_H
#define RULES_TEMPLATE_REGEX_H

#include <stddef.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"

/*
 * Go's regexp.MatchString and ReplaceAllString for templates: the pattern may match anywhere, a dot
 * matches no newline (rules/regex.h is for selectors, which are anchored). PCRE2 does the work
 * under limits; -EINVAL for a pattern that is not RE2's language, -E2BIG when a limit was hit.
 */

/* 1: there is a match, 0: there is none. */
int tmpl_regex_search(const char *pattern, const char *text, struct arena *arena, struct error *e);

/* Adds text with every match replaced ($1, ${1}, $name, ${name}, $$) to out, limit bytes at most.
 */
int tmpl_regex_replace(const char *pattern, const char *replacement, const char *text, size_t limit,
                       struct arena *arena, struct buf *out, struct error *e);

#endif
