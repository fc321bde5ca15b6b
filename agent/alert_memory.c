/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/alert_memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/json_labels.h"

enum { VERSION = 1 };

static void set_time(json_t *object, const char *key, int64_t t_ms)
{
    if (t_ms != ALERT_NEVER)
        json_object_set_new(object, key, json_must(json_integer(t_ms)));
}

static json_t *alert_json(const struct rule_group *group, size_t rule,
                          const struct active_alert *alert)
{
    json_t *object = json_must(json_pack(
        "{s:s, s:s, s:s, s:I, s:s, s:o, s:o}", "file", group->file, "group", group->name, "alert",
        group->rules[rule].name, "nth", (json_int_t)rule_nth(group, rule), "state",
        alert_state_name(alert->clock.state), "labels", json_from_labels(alert->labels),
        "annotations", json_from_labels(alert->annotations)));
    json_object_set_new(object, "value", json_from_number(alert->value));
    set_time(object, "active_at", alert->clock.active_at_ms);
    set_time(object, "fired_at", alert->clock.fired_at_ms);
    set_time(object, "keep_firing_since", alert->clock.keep_firing_since_ms);
    set_time(object, "resolved_at", alert->clock.resolved_at_ms);
    return object;
}

void alert_memory_save(struct rule_run *run, const struct rule_set *rules, int64_t at_ms,
                       struct buf *out)
{
    json_t *list = json_must(json_array());
    for (size_t i = 0; i < rules->group_count; i++)
        for (size_t j = 0; j < rules->groups[i].rule_count; j++) {
            const struct alert_list *alerts = &rule_run_state(run, i, j)->alerts;
            for (size_t k = 0; k < alerts->count; k++)
                json_array_append_new(list, alert_json(&rules->groups[i], j, &alerts->at[k]));
        }
    json_t *all =
        json_must(json_pack("{s:i, s:I, s:o}", "version", VERSION, "at", at_ms, "alerts", list));
    json_put(all, out);
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

/* 1: restored; 0: there is no such rule any more; negative: it is no alert. */
static int restore(struct rule_run *run, const json_t *object, int64_t shift_ms)
{
    SCRATCH_ARENA(arena);
    json_int_t nth = json_integer_value(json_object_get(object, "nth"));
    struct active_alert alert = {
        .labels = json_to_labels(json_object_get(object, "labels"), arena),
        .annotations = json_to_labels(json_object_get(object, "annotations"), arena),
        .value = strtod(json_text(object, "value"), NULL),
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
    struct rule_state *state =
        rule_run_find(run, json_text(object, "file"), json_text(object, "group"),
                      json_text(object, "alert"), true, (size_t)nth);
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
