/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "agent/control_client.h"
#include "agent/query_json.h"

enum { TIMEOUT_MS = 60 * 1000 };

static double seconds(int64_t ms)
{
    return (double)ms / 1000;
}

static json_t *make_request(const struct query *query, struct error *e)
{
    json_t *expr = json_stringn(query->expr, query->length), *request;
    if (!expr) {
        error_set(e, -EINVAL, "the expression is not UTF-8");
        return NULL;
    }
    if (query->range)
        request = json_pack("{s:s, s:o, s:f, s:f, s:f}", "command", "query", "expr", expr, "start",
                            seconds(query->start_ms), "end", seconds(query->end_ms), "step",
                            seconds(query->step_ms));
    else
        request = json_pack("{s:s, s:o, s:f}", "command", "query", "expr", expr, "time",
                            seconds(query->start_ms));
    if (!request)
        error_set(e, -ENOMEM, "make a request: ENOMEM");
    return request;
}

static int ask(const json_t *request, const char *socket_path, struct arena *arena,
               struct query_answer *answer, struct error *e)
{
    json_t *reply;
    int code = control_call(socket_path, request, TIMEOUT_MS, &reply, e);
    if (code == -ENOENT || code == -ECONNREFUSED)
        return error_set(e, code,
                         "no agent answers at %s: is forewarnd running? --data or --history ask "
                         "without one",
                         socket_path);
    if (code == 0)
        code = query_json_read(reply, arena, answer, e);
    json_decref(reply);
    return code;
}

void query_agent(const struct query *query, const char *socket_path, struct arena *arena,
                 struct query_answer *answer)
{
    struct error e = {0};
    *answer = (struct query_answer){0};
    json_t *request = make_request(query, &e);
    if (!request || ask(request, socket_path, arena, answer, &e) < 0) {
        answer->failure = request ? QUERY_UNASKED : QUERY_BAD_DATA;
        buf_puts(&answer->error, e.text);
    }
    json_decref(request);
}
