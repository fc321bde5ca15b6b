/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "agent/control_commands.h"
#include "agent/json_labels.h"
#include "core/clock.h"

enum { MAX_TEXT = 1024, MAX_SILENCE_S = 366 * 24 * 60 * 60 };

/* Who does it, and why: short texts. */
static int take_texts(const json_t *request, const char **by, const char **comment, struct error *e)
{
    *by = json_text(request, "by");
    *comment = json_text(request, "comment");
    if (strlen(*by) > MAX_TEXT || strlen(*comment) > MAX_TEXT)
        return error_set(e, -EINVAL, "more than %d bytes of text", MAX_TEXT);
    return 0;
}

int control_acknowledge(void *owner, const json_t *request, struct buf *out, struct error *e)
{
    struct agent *agent = owner;
    const json_t *alerts = json_object_get(request, "alerts");
    bool undo = json_is_true(json_object_get(request, "undo"));
    const char *by, *comment;
    size_t total = 0;

    if (take_texts(request, &by, &comment, e) < 0)
        return e->code;
    for (size_t i = 0; i < json_array_size(alerts); i++) {
        const char *alert = json_string_value(json_array_get(alerts, i));
        size_t count =
            alert ? notify_acknowledge(agent->herald.notify, alert, by, comment, undo) : 0;
        if (!count)
            return error_set(e, -ENOENT, "no alert of that id or name fires: %.80s",
                             alert ? alert : "");
        total += count;
    }
    agent_keep(agent);
    return control_put(json_pack("{s:I}", "alerts", (json_int_t)total), out);
}

int control_silence(void *owner, const json_t *request, struct buf *out, struct error *e)
{
    struct agent *agent = owner;
    double seconds = json_number_value(json_object_get(request, "for"));
    int64_t now_ms = clock_wall_ms(&clock_system);
    struct notify_silence silence = {.selector = json_text(request, "selector"), .from_ms = now_ms};

    if (take_texts(request, &silence.by, &silence.comment, e) < 0)
        return e->code;
    if (!(seconds >= 1 && seconds <= MAX_SILENCE_S))
        return error_set(e, -EINVAL, "a silence lasts from a second to a year");
    silence.until_ms = now_ms + llround(seconds * 1000);
    int code = notify_silence(agent->herald.notify, &silence, e);
    if (code < 0)
        return code;
    agent_keep(agent);
    return control_put(json_pack("{s:s}", "id", silence.id), out);
}

int control_unsilence(void *owner, const json_t *request, struct buf *out, struct error *e)
{
    struct agent *agent = owner;
    int code = notify_unsilence(agent->herald.notify, json_text(request, "id"), e);
    if (code < 0)
        return code;
    agent_keep(agent);
    return control_put(json_object(), out);
}

int control_silences(void *owner, const json_t *request, struct buf *out, struct error *e)
{
    const struct agent *agent = owner;
    const struct notify_silence *silence;
    json_t *list = json_must(json_array());

    (void)request;
    (void)e;
    for (size_t i = 0; (silence = notify_silence_at(agent->herald.notify, i)); i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:s, s:s, s:f, s:f}", "id", silence->id,
                                        "selector", silence->selector, "by", silence->by, "comment",
                                        silence->comment, "from", (double)silence->from_ms / 1000,
                                        "until", (double)silence->until_ms / 1000));
    return control_put(list, out);
}

int control_notify_test(void *owner, const json_t *request, struct buf *out, struct error *e)
{
    struct agent *agent = owner;
    json_t *receivers = json_must(json_array());

    (void)request;
    herald_test(&agent->herald, clock_wall_ms(&clock_system));
    for (size_t i = 0; i < agent->herald.receiver_count; i++)
        json_array_append_new(receivers, json_string(agent->herald.receivers[i]));
    if (!agent->herald.receiver_count) {
        json_decref(receivers);
        return error_set(e, -ENOENT, "no receiver is configured: nobody would be told of an alert");
    }
    return control_put(receivers, out);
}
