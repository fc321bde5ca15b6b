/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "agent/agent_state.h"
#include "agent/control_commands.h"
#include "agent/json_labels.h"
#include "agent/query_json.h"
#include "core/clock.h"

const struct promql_engine control_engine = {
    .max_series = 200 * 1000, .max_samples = 5 * 1000 * 1000, .max_bytes = 64 << 20};

/* Seconds since 1970 of a member; -EINVAL where it is there and no such number. */
static int take_ms(const json_t *request, const char *key, int64_t *ms, struct error *e)
{
    const json_t *value = json_object_get(request, key);
    double seconds = json_number_value(value);

    if (!value)
        return 0;
    if (!json_is_number(value) || !(fabs(seconds) < 1e12))
        return error_set(e, -EINVAL, "'%s' is no time in seconds", key);
    *ms = (int64_t)llround(seconds * 1000);
    return 0;
}

static int take_query(const json_t *request, int64_t now_ms, struct query *query, struct error *e)
{
    const json_t *expr = json_object_get(request, "expr");

    *query = (struct query){.expr = json_string_value(expr),
                            .length = json_string_length(expr),
                            .range = json_object_get(request, "start") != NULL,
                            .start_ms = now_ms,
                            .end_ms = now_ms,
                            .step_ms = 60 * 1000};
    if (!query->expr)
        return error_set(e, -EINVAL, "'expr' is no text");
    int code = take_ms(request, query->range ? "start" : "time", &query->start_ms, e);
    if (code == 0)
        code = take_ms(request, "end", &query->end_ms, e);
    if (code == 0)
        code = take_ms(request, "step", &query->step_ms, e);
    if (code == 0 && query->step_ms <= 0)
        code = error_set(e, -EINVAL, "'step' must be more than 0");
    return code;
}

static int answer_query(void *owner, const json_t *request, struct buf *out, struct error *e)
{
    SCRATCH_ARENA(scratch);
    const struct agent *agent = owner;
    struct query_answer answer;
    struct query query;
    int code = take_query(request, clock_wall_ms(&clock_system), &query, e);

    if (code < 0)
        return code;
    query_store(&query, &control_engine, agent->store, scratch, &answer);
    query_json(&answer, query.start_ms, out);
    buf_free(&answer.error);
    return 0;
}

int control_put(json_t *data, struct buf *out)
{
    json_put(json_must(json_pack("{s:s, s:o}", "status", "success", "data", data)), out);
    buf_puts(out, "\n");
    return 0;
}

const struct control_command agent_commands[] = {
    {.name = "query", .run = answer_query},
    {.name = "check", .run = control_check, .ready = control_check_ready},
    {.name = "check_now",
     .changes = true,
     .run = control_check_now,
     .ready = control_check_now_ready},
    {.name = "status", .run = control_status},
    {.name = "silences", .run = control_silences},
    {.name = "acknowledge", .changes = true, .run = control_acknowledge},
    {.name = "silence", .changes = true, .run = control_silence},
    {.name = "unsilence", .changes = true, .run = control_unsilence},
    {.name = "notify_test", .changes = true, .run = control_notify_test},
    {.name = NULL},
};
