/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_MATCHER_H
#define CORE_MATCHER_H

#include <stdbool.h>

#include "core/error.h"
#include "core/labels.h"

enum match_op { MATCH_EQUAL, MATCH_NOT_EQUAL, MATCH_REGEX, MATCH_NOT_REGEX };

/*
 * One condition of a selector on one label; a label that a series does not have counts as "".
 * Regular expressions are compiled by whoever makes the matcher: regex is theirs, and test() says
 * 1, 0, or a negative code when a limit was hit.
 */
struct matcher {
    enum match_op op;
    const char *name;
    const char *value;
    const void *regex;
    int (*test)(const void *regex, const char *text, struct error *e);
};

/* 1 when the matcher holds for a label of this value, 0 when not, negative as below. */
int matcher_test(const struct matcher *matcher, const char *value, struct error *e);

/* 1 when all matchers hold for the label set, 0 when not, negative when one could not be tested. */
int matchers_test(const struct matcher *matchers, size_t count, const struct labels *labels,
                  struct error *e);

#endif
