/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CHECK_ANSWER_H
#define AGENT_CHECK_ANSWER_H

#include <jansson.h>

#include "agent/parse.h"
#include "agent/report_table.h"
#include "core/arena.h"
#include "rules/promql.h"

enum { CHECK_MAX_LIST = 100 };

enum check_format { FORMAT_TABLE, FORMAT_JSON, FORMAT_NAGIOS, FORMAT_COUNT };

extern const char *const check_format_names[FORMAT_COUNT]; /* "table", "json", "nagios" */

/* How `forewarn check` wants its answer, whoever takes the look: itself, or an agent. */
struct check_question {
    enum check_format format;
    struct report_style style;             /* of FORMAT_TABLE */
    unsigned verbosity;                    /* how often -v */
    const char *expr, *warning, *critical; /* NULL: not asked */
    const struct severity_override *overrides;
    size_t override_count;
};

/*
 * Renders a look. With an expression the look's verdict becomes that of its values, which may cost
 * what the engine allows; then it can fail (-EINVAL, -E2BIG).
 */
int check_answer(const struct check_question *question, const struct promql_engine *engine,
                 struct look *look, const struct store *store, struct buf *out, struct error *e);

/* Whether the expression and its ranges can be answered: before anything is looked at. */
int check_question_test(const struct check_question *question, struct error *e);

/* The levels that --severity asks for, and the worst first again. */
void check_override(struct alert *alerts, size_t count, const struct severity_override *overrides,
                    size_t override_count);

/* Adds a question to a request, and reads it from there into the arena; -EINVAL says of which key.
 */
void check_question_write(const struct check_question *question, json_t *request);
int check_question_read(const json_t *request, struct arena *arena, struct check_question *question,
                        struct error *e);

/* The keys of a style in a request. */
void report_style_write(const struct report_style *style, json_t *request);
void report_style_read(const json_t *request, struct report_style *style);

#endif
