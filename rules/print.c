/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "core/utf8.h"
#include "rules/ast.h"
#include "rules/functions.h"

/* In quotes, escaped so that it is read as the same again. */
static void print_quoted(const char *text, struct buf *out)
{
    static const char letters[] = "abtnvfr"; /* of the codes 7 to 13 */
    buf_puts(out, "\"");
    for (size_t n; *text; text += n) {
        unsigned char c = (unsigned char)*text;
        bool invalid = utf8_next(text, &n) == 0xfffd && n == 1;
        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c >= 7 && c <= 13)
            buf_printf(out, "\\%c", letters[c - 7]);
        else if (invalid || c < ' ' || c == 0x7f)
            buf_printf(out, "\\x%02x", c);
        else
            buf_add(out, text, n);
    }
    buf_puts(out, "\"");
}

static bool is_plain_label(const char *name)
{
    return *name && !(*name >= '0' && *name <= '9') &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
               strlen(name);
}

static void print_label(const char *name, struct buf *out)
{
    if (is_plain_label(name))
        buf_puts(out, name);
    else
        print_quoted(name, out);
}

void promql_print_labels(const struct labels *labels, struct buf *out)
{
    buf_puts(out, "{");
    for (size_t i = 0; i < labels->count; i++) {
        buf_puts(out, i ? ", " : "");
        print_label(labels->at[i].name, out);
        buf_puts(out, "=");
        print_quoted(labels->at[i].value, out);
    }
    buf_puts(out, "}");
}

static void print_labels(const char *const *labels, size_t count, struct buf *out)
{
    buf_puts(out, "(");
    for (size_t i = 0; i < count; i++) {
        buf_puts(out, i ? ", " : "");
        print_label(labels[i], out);
    }
    buf_puts(out, ")");
}

/* Weeks and years only where nothing is left over. */
static void print_duration(int64_t ms, struct buf *out)
{
    static const struct unit {
        const char *name;
        int64_t ms;
        bool exact;
    } units[] = {
        {"y", 365 * INT64_C(86400000), true},
        {"w", 7 * INT64_C(86400000), true},
        {"d", 86400000, false},
        {"h", 3600000, false},
        {"m", 60000, false},
        {"s", 1000, false},
        {"ms", 1, false},
    };
    if (ms < 0)
        buf_puts(out, "-");
    if (!ms)
        buf_puts(out, "0s");
    ms = ms < 0 ? -ms : ms;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (ms < units[i].ms || (units[i].exact && ms % units[i].ms))
            continue;
        buf_printf(out, "%lld%s", (long long)(ms / units[i].ms), units[i].name);
        ms %= units[i].ms;
    }
}

static void print_shift(const struct shift *shift, struct buf *out)
{
    if (shift->at == AT_TIME)
        buf_printf(out, " @ %.3f", (double)shift->at_ms / 1000);
    else if (shift->at != AT_NONE)
        buf_puts(out, shift->at == AT_START ? " @ start()" : " @ end()");
    if (shift->offset_ms) {
        buf_puts(out, " offset ");
        print_duration(shift->offset_ms, out);
    }
}

static void print_matchers(const struct selector *s, struct buf *out)
{
    static const char *const ops[] = {[MATCH_EQUAL] = "=",
                                      [MATCH_NOT_EQUAL] = "!=",
                                      [MATCH_REGEX] = "=~",
                                      [MATCH_NOT_REGEX] = "!~"};
    size_t count = s->matcher_count - (s->name != NULL);
    if (s->name)
        buf_puts(out, s->name);
    if (!count && s->name)
        return;
    for (size_t i = 0; i < count; i++) {
        buf_puts(out, i ? "," : "{");
        print_label(s->matchers[i].name, out);
        buf_puts(out, ops[s->matchers[i].op]);
        print_quoted(s->matchers[i].value, out);
    }
    buf_puts(out, "}");
}

static void print_range(const struct expr *expr, struct buf *out)
{
    print_matchers(&expr->range.selector->selector, out);
    buf_puts(out, "[");
    print_duration(expr->range.ms, out);
    buf_puts(out, "]");
    print_shift(&expr->range.selector->selector.shift, out);
}

static void print_subquery(const struct expr *expr, struct buf *out)
{
    promql_print(expr->subquery.inner, out);
    buf_puts(out, "[");
    print_duration(expr->subquery.ms, out);
    buf_puts(out, ":");
    if (expr->subquery.step_ms)
        print_duration(expr->subquery.step_ms, out);
    buf_puts(out, "]");
    print_shift(&expr->subquery.shift, out);
}

static void print_call(const struct expr *expr, struct buf *out)
{
    buf_printf(out, "%s(", expr->call.function->name);
    for (size_t i = 0; i < expr->call.count; i++) {
        buf_puts(out, i ? ", " : "");
        promql_print(expr->call.args[i], out);
    }
    buf_puts(out, ")");
}

static void print_aggregate(const struct expr *expr, struct buf *out)
{
    buf_puts(out, expr->aggregate.kind->name);
    if (expr->aggregate.without || expr->aggregate.label_count) {
        buf_puts(out, expr->aggregate.without ? " without " : " by ");
        print_labels(expr->aggregate.labels, expr->aggregate.label_count, out);
        buf_puts(out, " ");
    }
    buf_puts(out, "(");
    if (expr->aggregate.param) {
        promql_print(expr->aggregate.param, out);
        buf_puts(out, ", ");
    }
    promql_print(expr->aggregate.inner, out);
    buf_puts(out, ")");
}

static void print_matching(const struct matching *m, struct buf *out)
{
    bool grouped = m->cardinality == MANY_TO_ONE || m->cardinality == ONE_TO_MANY;
    if (m->on || m->label_count || grouped) {
        buf_puts(out, m->on ? " on " : " ignoring ");
        print_labels(m->labels, m->label_count, out);
    }
    if (grouped) {
        buf_puts(out, m->cardinality == MANY_TO_ONE ? " group_left " : " group_right ");
        print_labels(m->include, m->include_count, out);
    }
}

static void print_binary(const struct expr *expr, struct buf *out)
{
    promql_print(expr->binary.left, out);
    buf_printf(out, " %s%s", binary_op_name(expr->binary.op),
               expr->binary.want_bool ? " bool" : "");
    if (expr->binary.matching)
        print_matching(expr->binary.matching, out);
    buf_puts(out, " ");
    promql_print(expr->binary.right, out);
}

static void print_literal(const struct expr *expr, struct buf *out)
{
    if (expr->number.duration)
        print_duration((int64_t)round(expr->number.value * 1000), out);
    else
        promql_print_number(expr->number.value, out);
}

void promql_print(const struct expr *expr, struct buf *out)
{
    switch (expr->kind) {
    case EXPR_NUMBER:
        print_literal(expr, out);
        break;
    case EXPR_STRING:
        print_quoted(expr->string, out);
        break;
    case EXPR_SELECTOR:
        print_matchers(&expr->selector, out);
        print_shift(&expr->selector.shift, out);
        break;
    case EXPR_RANGE:
        print_range(expr, out);
        break;
    case EXPR_SUBQUERY:
        print_subquery(expr, out);
        break;
    case EXPR_CALL:
        print_call(expr, out);
        break;
    case EXPR_AGGREGATE:
        print_aggregate(expr, out);
        break;
    case EXPR_BINARY:
        print_binary(expr, out);
        break;
    case EXPR_UNARY:
        buf_puts(out, expr->unary.minus ? "-" : "+");
        promql_print(expr->unary.inner, out);
        break;
    case EXPR_PAREN:
        buf_puts(out, "(");
        promql_print(expr->inner, out);
        buf_puts(out, ")");
        break;
    }
}
