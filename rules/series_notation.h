/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_SERIES_NOTATION_H
#define RULES_SERIES_NOTATION_H

#include "rules/promql.h"

/*
 * A series with its values as tests of rules and of PromQL write it:
 *
 *     name{label="value"} 1 2 _ stale 0+10x5 7x3 -2-1x4 _x2
 *
 * "a+bxn" is a and n more values, each b higher than the one before; "axn" is a and n more; "_" is
 * no sample, "stale" the end of the series.
 */
struct series_value {
    double v;
    bool omitted;
    bool histogram; /* it stood in {{ }}, which is not read any further */
};

struct series_notation {
    const struct labels *labels;
    struct series_value *values;
    size_t count;
};

enum { SERIES_MAX_VALUES = 10000000 };

/* -EINVAL says what is wrong. All of it lives in the arena. */
int series_parse(const char *text, size_t length, struct arena *arena,
                 struct series_notation *series, struct error *e);

/* The labels alone: name{label="value"}, or either part of it. */
int series_parse_labels(const char *text, size_t length, struct arena *arena,
                        const struct labels **labels, struct error *e);

#endif
