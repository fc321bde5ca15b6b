/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_PROMQL_H
#define RULES_PROMQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/labels.h"
#include "core/store.h"

/*
 * PromQL as Prometheus 3 has it, without native histograms: parse an expression once, evaluate it
 * as often as needed. Expressions and results live in arenas and are never freed one by one.
 */

enum promql_type { PROMQL_NONE, PROMQL_SCALAR, PROMQL_VECTOR, PROMQL_MATRIX, PROMQL_STRING };

/* "none", "scalar", "instant vector", "range vector", "string": as errors name them. */
const char *promql_type_name(enum promql_type type);

/* What is wrong with a text, and where in it. */
struct promql_error {
    char text[256];    /* one line without the place: "unclosed left parenthesis" */
    size_t start, end; /* bytes of the text */
    unsigned line;     /* of start, from 1 */
    unsigned column;   /* of start in its line, in characters, from 1 */
    bool experimental; /* nothing is wrong but that upstream calls it an experiment */
};

/*
 * Adds "parse error: what", the line of text that it stands in, and a caret below the place; each
 * line but the first is indented by four spaces. The caller puts "FILE:LINE:COLUMN: " in front.
 */
void promql_error_print(const struct promql_error *error, const char *text, size_t length,
                        struct buf *out);

struct expr;

/*
 * Parses and type-checks an expression. It and all it needs live in the arena; text may go. -EINVAL
 * with *error filled where it is wrong or too large. What upstream has as an experiment is an error
 * too, but promql_parse_experimental() takes those functions and aggregations of it that are known.
 */
enum { PROMQL_MAX_TEXT = 1024 * 1024, PROMQL_MAX_DEPTH = 500 };

int promql_parse(const char *text, size_t length, struct arena *arena, struct expr **expr,
                 struct promql_error *error);
int promql_parse_experimental(const char *text, size_t length, struct arena *arena,
                              struct expr **expr, struct promql_error *error);

enum promql_type promql_type_of(const struct expr *expr);

/* Whether it needs a past: it holds a range selector, a subquery, an offset or an @. */
bool promql_looks_back(const struct expr *expr);

/* Writes the expression as upstream's printer does; what it writes parses to the same again. */
void promql_print(const struct expr *expr, struct buf *out);

/* Writes a label set as upstream's messages do: {__name__="up", job="a"}. */
void promql_print_labels(const struct labels *labels, struct buf *out);

/* One element of an instant vector. */
struct promql_sample {
    const struct labels *labels;
    int64_t t; /* milliseconds since 1970 */
    double v;
};

/* One element of a range vector. */
struct promql_series {
    const struct labels *labels;
    const struct point *points;
    size_t count;
};

/* A warning or information that comes with a result. */
struct promql_note {
    bool warning;      /* else information */
    const char *text;  /* "PromQL warning: ..." */
    size_t start, end; /* the bytes of the expression it is about */
};

struct promql_value {
    enum promql_type type;
    double scalar;
    const char *string;
    struct promql_sample *samples; /* a vector's, count of them */
    struct promql_series *series;  /* a matrix', count of them */
    size_t count;
    struct promql_note *notes; /* each text once */
    size_t note_count;
    /*
     * How many series a range selector met with fewer than two samples in its range, or a selector
     * with an offset or @ met without a sample: where it is not 0, the past was too short to judge
     * by.
     */
    size_t without_past;
    size_t touched; /* series looked at, and samples read and made */
};

enum { PROMQL_LOOKBACK_MS = 5 * 60 * 1000 };

/* How to evaluate; zero every field for the defaults of a rule evaluation. */
struct promql_engine {
    int64_t lookback_ms;       /* 0: PROMQL_LOOKBACK_MS */
    int64_t subquery_step_ms;  /* step of [1h:]; 0: 1 minute */
    bool closed_left;          /* ranges include their left edge, as in Prometheus 2 */
    bool delayed_name_removal; /* __name__ is dropped at the end, as in upstream's scripts */
    size_t max_series;         /* that selectors may look at in all; 0: 1,000,000 */
    size_t max_samples;        /* read and made in all; 0: 50,000,000 */
    size_t max_bytes;          /* of memory that an evaluation may hold; 0: 256 MiB */
};

/*
 * Evaluates at one time. The value lives in the arena (and points into store and expression: labels
 * are good as long as all three live). -E2BIG when a bound was met, -EINVAL when the data do not
 * allow the operation (many-to-many matching and the like).
 */
int promql_eval(const struct promql_engine *engine, const struct store *store,
                const struct expr *expr, int64_t t_ms, struct arena *arena,
                struct promql_value *value, struct error *e);

/* Evaluates at start, start + step, ... up to end; gives a matrix. step must be positive. */
int promql_eval_range(const struct promql_engine *engine, const struct store *store,
                      const struct expr *expr, int64_t start_ms, int64_t end_ms, int64_t step_ms,
                      struct arena *arena, struct promql_value *value, struct error *e);

/* A number as Go's FormatFloat(v, 'f', -1, 64) writes it: shortest digits, NaN, +Inf, -Inf. */
void promql_print_number(double v, struct buf *out);

/*
 * A duration as rule files and expressions write it, "1h30m", "0s", "1d": -EINVAL where it is none
 * or too long for 64 bits of nanoseconds.
 */
int promql_parse_duration(const char *text, size_t length, int64_t *ms);

#endif
