/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/alert_memory.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1 };

static json_t *must(json_t *json)
{
    if (!json)
        abort();
    return json;
}

/* What is no text at all (labels may come from outside) is left out with its alert. */
static json_t *labels_json(const struct labels *labels)
{
    json_t *object = must(json_object());
    for (size_t i = 0; i < labels->count; i++)
        json_object_set_new(object, labels->at[i].name, json_string(labels->at[i].value));
    return object;
}

static void set_time(json_t *object, const char *key, int64_t t_ms)
{
    if (t_ms != ALERT_NEVER)
        json_object_set_new(object, key, must(json_integer(t_ms)));
}

static json_t *alert_json(const struct rule_group *group, size_t rule,
                          const struct active_alert *alert)
{
    char value[32]; /* as text: it may be no number that JSON knows */
    json_t *object = must(
        json_pack("{s:s, s:s, s:s, s:I, s:s, s:o, s:o}", "file", group->file, "group", group->name,
                  "alert", group->rules[rule].name, "nth", (json_int_t)rule_nth(group, rule),
                  "state", alert_state_name(alert->clock.state), "labels",
                  labels_json(alert->labels), "annotations", labels_json(alert->annotations)));
    snprintf(value, sizeof value, "%.17g", alert->value);
    json_object_set_new(object, "value", must(json_string(value)));
    set_time(object, "active_at", alert->clock.active_at_ms);
    set_time(object, "fired_at", alert->clock.fired_at_ms);
    set_time(object, "keep_firing_since", alert->clock.keep_firing_since_ms);
    set_time(object, "resolved_at", alert->clock.resolved_at_ms);
    return object;
}

static int append(const char *data, size_t length, void *out)
{
    buf_add(out, data, length);
    return 0;
}

void alert_memory_save(struct rule_run *run, const struct rule_set *rules, int64_t at_ms,
                       struct buf *out)
{
    json_t *list = must(json_array());
    for (size_t i = 0; i < rules->group_count; i++)
        for (size_t j = 0; j < rules->groups[i].rule_count; j++) {
            const struct alert_list *alerts = &rule_run_state(run, i, j)->alerts;
            for (size_t k = 0; k < alerts->count; k++)
                json_array_append_new(list, alert_json(&rules->groups[i], j, &alerts->at[k]));
        }
    json_t *all =
        must(json_pack("{s:i, s:I, s:o}", "version", VERSION, "at", at_ms, "alerts", list));
    json_dump_callback(all, append, out, JSON_COMPACT);
    json_decref(all);
}

static const struct labels *take_labels(const json_t *object, struct arena *arena)
{
    struct label *at = ARENA_ARRAY(arena, struct label, json_object_size(object) + 1);
    size_t count = 0;
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        if (!name[0] || !json_is_string(value))
            return NULL;
        at[count++] = (struct label){name, json_string_value(value)};
    }
    return labels_new(arena, at, count);
}

static int64_t take_time(const json_t *object, const char *key, int64_t shift_ms)
{
    const json_t *value = json_object_get(object, key);
    int64_t t_ms;
    if (!json_is_integer(value) ||
        __builtin_add_overflow(json_integer_value(value), shift_ms, &t_ms))
        return ALERT_NEVER;
    return t_ms;
}

static enum alert_state take_state(const json_t *object)
{
    static const enum alert_state states[] = {ALERT_PENDING, ALERT_FIRING, ALERT_RESOLVED};
    const char *name = json_string_value(json_object_get(object, "state"));
    for (size_t i = 0; name && i < sizeof states / sizeof *states; i++)
        if (strcmp(alert_state_name(states[i]), name) == 0)
            return states[i];
    return ALERT_INACTIVE;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* 1: restored; 0: there is no such rule any more; negative: it is no alert. */
static int restore(struct rule_run *run, const json_t *object, int64_t shift_ms)
{
    SCRATCH_ARENA(arena);
    json_int_t nth = json_integer_value(json_object_get(object, "nth"));
    struct active_alert alert = {
        .labels = take_labels(json_object_get(object, "labels"), arena),
        .annotations = take_labels(json_object_get(object, "annotations"), arena),
        .value = strtod(text_of(object, "value"), NULL),
        .clock = {.state = take_state(object),
                  .active_at_ms = take_time(object, "active_at", shift_ms),
                  .fired_at_ms = take_time(object, "fired_at", shift_ms),
                  .keep_firing_since_ms = take_time(object, "keep_firing_since", shift_ms),
                  .resolved_at_ms = take_time(object, "resolved_at", shift_ms)},
    };
    bool complete =
        alert.clock.active_at_ms != ALERT_NEVER &&
        (alert.clock.state != ALERT_RESOLVED || alert.clock.resolved_at_ms != ALERT_NEVER);
    if (!json_is_object(object) || !alert.labels || !alert.annotations || nth < 0 || !complete ||
        alert.clock.state == ALERT_INACTIVE)
        return -EINVAL;
    struct rule_state *state = rule_run_find(run, text_of(object, "file"), text_of(object, "group"),
                                             text_of(object, "alert"), true, (size_t)nth);
    if (state)
        alert_list_restore(&state->alerts, &alert);
    return state != NULL;
}

/* How far the clocks are to be moved; false where the time is none. */
static bool find_shift(const json_t *at, int64_t now_ms, int64_t interval_ms, int64_t *shift_ms)
{
    if (!json_is_integer(at) ||
        __builtin_sub_overflow(now_ms, (int64_t)json_integer_value(at), shift_ms))
        return false;
    if (*shift_ms > 0)
        *shift_ms = *shift_ms > interval_ms ? *shift_ms - interval_ms : 0;
    return true;
}

static int restore_all(struct rule_run *run, const json_t *all, int64_t now_ms, int64_t interval_ms,
                       size_t *count, struct error *e)
{
    const json_t *at = json_object_get(all, "at"), *alerts = json_object_get(all, "alerts");
    int64_t shift_ms;

    if (json_integer_value(json_object_get(all, "version")) != VERSION ||
        !find_shift(at, now_ms, interval_ms, &shift_ms) || !json_is_array(alerts))
        return error_set(e, -EINVAL, "alerts: what was kept is of another version or damaged");
    for (size_t i = 0; i < json_array_size(alerts); i++) {
        int restored = restore(run, json_array_get(alerts, i), shift_ms);
        if (restored < 0)
            return error_set(e, restored, "alerts: what was kept of alert %zu is damaged", i);
        *count += (size_t)restored;
    }
    return 0;
}

int alert_memory_load(struct rule_run *run, const char *bytes, size_t length, int64_t now_ms,
                      int64_t interval_ms, size_t *count, struct error *e)
{
    json_error_t error;
    size_t restored = 0;
    json_t *all = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &error);
    if (!all)
        return error_set(e, -EINVAL, "alerts: what was kept is damaged: %s", error.text);
    int code = restore_all(run, all, now_ms, interval_ms, &restored, e);
    json_decref(all);
    if (count)
        *count = restored;
    return code;
}
