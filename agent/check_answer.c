/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/check_answer.h"

#include "agent/expr.h"
#include "agent/report_json.h"
#include "exporters/nagios.h"
#include "exporters/nagios_range.h"

static int answer_expr(const struct check_question *question, const struct promql_engine *engine,
                       struct look *look, const struct store *store, struct buf *out,
                       struct error *e)
{
    SCRATCH_ARENA(arena);
    struct instant *values;
    size_t count;
    int code = expr_evaluate(question->expr, engine, store, look->at_ms, arena, &values, &count, e);
    if (code < 0)
        return code;
    return nagios_render_expr(question->expr, values, count, question->warning, question->critical,
                              look, &look->verdict, out, e);
}

int check_answer(const struct check_question *question, const struct promql_engine *engine,
                 struct look *look, const struct store *store, struct buf *out, struct error *e)
{
    if (question->expr)
        return answer_expr(question, engine, look, store, out, e);
    switch (question->format) {
    case FORMAT_JSON:
        report_json(look, out);
        break;
    case FORMAT_NAGIOS:
        nagios_render(look, store, question->verbosity, out);
        break;
    default:
        report_table(look, store, &question->style, out);
        break;
    }
    return 0;
}

int check_question_test(const struct check_question *question, struct error *e)
{
    const char *const ranges[] = {question->warning, question->critical};
    struct nagios_range range;
    int code = question->expr ? expr_check(question->expr, e) : 0;

    for (size_t i = 0; code == 0 && i < 2; i++)
        code = ranges[i] ? nagios_range_parse(ranges[i], &range, e) : 0;
    return code;
}
