/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/query.h"

#include <errno.h>

int query_check(const struct query *query, struct error *e)
{
    if (!query->range)
        return 0;
    if (query->end_ms < query->start_ms)
        return error_set(e, -EINVAL, "the end is before the start");
    if ((query->end_ms - query->start_ms) / query->step_ms >= QUERY_MAX_POINTS)
        return error_set(e, -EINVAL, "more than %d steps: take a longer step", QUERY_MAX_POINTS);
    return 0;
}

const char *query_failure_name(enum query_failure failure)
{
    static const char *const names[] = {[QUERY_GOOD] = "",
                                        [QUERY_BAD_DATA] = "bad_data",
                                        [QUERY_EXECUTION] = "execution",
                                        [QUERY_UNASKED] = "unavailable"};
    return names[failure];
}

static void fail(struct query_answer *answer, enum query_failure failure, const struct error *e)
{
    answer->failure = failure;
    buf_puts(&answer->error, e->text);
}

static bool parse(const struct query *query, struct arena *arena, struct expr **expr,
                  struct query_answer *answer)
{
    struct promql_error wrong;
    if (promql_parse(query->expr, query->length, arena, expr, &wrong) == 0)
        return true;
    answer->failure = QUERY_BAD_DATA;
    buf_printf(&answer->error, "%u:%u: ", wrong.line, wrong.column);
    promql_error_print(&wrong, query->expr, query->length, &answer->error);
    return false;
}

void query_store(const struct query *query, const struct promql_engine *engine,
                 const struct store *store, struct arena *arena, struct query_answer *answer)
{
    struct error e = {0};
    struct expr *expr;
    *answer = (struct query_answer){0};
    if (!parse(query, arena, &expr, answer))
        return;
    enum promql_type type = promql_type_of(expr);
    if (query_check(query, &e) == 0 && query->range && type != PROMQL_SCALAR &&
        type != PROMQL_VECTOR)
        error_set(&e, -EINVAL,
                  "a %s cannot be asked for over a range of times: it has to be a "
                  "scalar or an instant vector",
                  promql_type_name(type));
    if (e.code < 0) {
        fail(answer, QUERY_BAD_DATA, &e);
        return;
    }
    int code = query->range
                   ? promql_eval_range(engine, store, expr, query->start_ms, query->end_ms,
                                       query->step_ms, arena, &answer->value, &e)
                   : promql_eval(engine, store, expr, query->start_ms, arena, &answer->value, &e);
    if (code < 0)
        fail(answer, QUERY_EXECUTION, &e);
}
