/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_RULES_PROMQLTEST_H
#define TESTS_RULES_PROMQLTEST_H

#include "rules/promql.h"
#include "rules/series_notation.h"

/* Scripts of Prometheus' promqltest package: what one says, and how it is run. */

enum expectation_kind {
    EXPECT_ORDERED,
    EXPECT_FAIL,
    EXPECT_WARN,
    EXPECT_NO_WARN,
    EXPECT_INFO,
    EXPECT_NO_INFO,
    EXPECT_STRING,
    EXPECT_RANGE_VECTOR,
};

/* "expect warn msg: ..." and the like; text NULL: any. */
struct expectation {
    enum expectation_kind kind;
    const char *text;
    bool is_regex;
};

/* One eval command with what it expects. */
struct script_eval {
    size_t line;
    const char *expr;
    bool is_range;
    int64_t at, start, end, step;
    const struct expectation *expectations;
    size_t expectation_count;
    bool expects_scalar;
    double scalar;
    struct series_notation *expected;
    size_t expected_count;
};

/* One load command. */
struct script_load {
    size_t line;
    int64_t step;
    bool with_nhcb; /* classic histograms are loaded as native ones too */
    struct series_notation *series;
    bool *has_start_times;
    size_t count;
};

/* What a script says, in its order. */
struct script_command {
    enum { COMMAND_CLEAR, COMMAND_LOAD, COMMAND_EVAL } kind;
    union {
        struct script_load load;
        struct script_eval eval;
    };
};

struct script {
    struct script_command *commands;
    size_t count, room;
};

/* Reads a script; -EINVAL tells the line. */
int script_parse(const char *text, struct arena *arena, struct script *script, struct error *e);

bool script_expects(const struct script_eval *eval, enum expectation_kind kind);

/* Whether a result is what an eval expects; *why tells what is not. */
bool script_result_matches(const struct script_eval *eval, const struct promql_value *value,
                           struct arena *arena, const char **why);
bool script_notes_match(const struct script_eval *eval, const struct promql_value *value,
                        struct arena *arena, const char **why);
bool script_failure_matches(const struct script_eval *eval, const char *failure,
                            struct arena *arena, const char **why);

struct tally {
    size_t passed, failed, skipped;
};

/* Runs a script; prints a line for each eval that fails or is skipped. */
void script_run(const char *name, const struct script *script, bool experimental,
                struct tally *tally);

#endif
