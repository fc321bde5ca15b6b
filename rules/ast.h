/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_AST_H
#define RULES_AST_H

#include "core/matcher.h"
#include "rules/lex.h"
#include "rules/promql.h"

/* An expression as a tree. All of it lives in the arena that it was parsed into. */

enum expr_kind {
    EXPR_NUMBER,
    EXPR_STRING,
    EXPR_SELECTOR,
    EXPR_RANGE,
    EXPR_SUBQUERY,
    EXPR_CALL,
    EXPR_AGGREGATE,
    EXPR_BINARY,
    EXPR_UNARY,
    EXPR_PAREN,
};

enum at_kind { AT_NONE, AT_TIME, AT_START, AT_END };

/* offset and @: where a selector or subquery looks instead of the evaluation's own time. */
struct shift {
    enum at_kind at;
    int64_t at_ms; /* of AT_TIME */
    int64_t offset_ms;
};

struct selector {
    const char *name; /* that stands before the braces, NULL: none */
    struct matcher *matchers;
    size_t matcher_count; /* the one of the name is the last */
    struct shift shift;
};

enum aggregate_op {
    AGGREGATE_SUM,
    AGGREGATE_AVG,
    AGGREGATE_COUNT,
    AGGREGATE_MIN,
    AGGREGATE_MAX,
    AGGREGATE_GROUP,
    AGGREGATE_STDDEV,
    AGGREGATE_STDVAR,
    AGGREGATE_TOPK,
    AGGREGATE_BOTTOMK,
    AGGREGATE_COUNT_VALUES,
    AGGREGATE_QUANTILE,
    AGGREGATE_LIMITK,
    AGGREGATE_LIMIT_RATIO,
};

struct aggregate_kind {
    const char *name;
    enum aggregate_op op;
    enum promql_type param; /* PROMQL_NONE: takes none */
    bool experimental;
};

enum binary_op {
    BINARY_ADD,
    BINARY_SUB,
    BINARY_MUL,
    BINARY_DIV,
    BINARY_MOD,
    BINARY_POW,
    BINARY_ATAN2,
    BINARY_EQUAL,
    BINARY_NOT_EQUAL,
    BINARY_GREATER,
    BINARY_LESS,
    BINARY_GREATER_EQUAL,
    BINARY_LESS_EQUAL,
    BINARY_TRIM_UPPER,
    BINARY_TRIM_LOWER,
    BINARY_AND,
    BINARY_OR,
    BINARY_UNLESS,
};

enum cardinality { ONE_TO_ONE, MANY_TO_ONE, ONE_TO_MANY, MANY_TO_MANY };

/* How the elements of two vectors find each other. */
struct matching {
    enum cardinality cardinality;
    bool on;                   /* else ignoring */
    const char *const *labels; /* sorted */
    size_t label_count;
    const char *const *include; /* of group_left() or group_right() */
    size_t include_count;
};

struct function;

struct expr {
    enum expr_kind kind;
    enum promql_type type;
    struct place place;
    bool invariant; /* the same at each step of a range evaluation */
    union {
        struct {
            double value;
            bool duration; /* it was written as one */
        } number;
        const char *string;
        struct selector selector;
        struct {
            struct expr *selector;
            int64_t ms;
        } range;
        struct {
            struct expr *inner;
            int64_t ms, step_ms; /* step 0: the engine's default */
            struct shift shift;
        } subquery;
        struct {
            const struct function *function;
            struct expr **args;
            size_t count;
        } call;
        struct {
            const struct aggregate_kind *kind;
            struct expr *param, *inner;
            bool without;
            const char *const *labels; /* sorted */
            size_t label_count;
        } aggregate;
        struct {
            enum binary_op op;
            struct expr *left, *right;
            bool want_bool;
            struct matching *matching; /* NULL unless both sides are vectors */
        } binary;
        struct {
            bool minus;
            struct expr *inner;
        } unary;
        struct expr *inner; /* of EXPR_PAREN */
    };
};

/* As it is written: "+", "atan2", "unless". */
const char *binary_op_name(enum binary_op op);
bool binary_op_compares(enum binary_op op);
bool binary_op_is_set(enum binary_op op); /* and, or, unless */

/* expr without the parentheses around it. */
const struct expr *expr_unwrap(const struct expr *expr);

/* The index-th expression that expr is made of, NULL when there are no more. */
struct expr *expr_child(const struct expr *expr, size_t index);

#endif
