/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/json_labels.h"
#include "agent/notify_inside.h"

enum { VERSION = 1 };

static json_t *notice_json(const struct notice *notice)
{
    const struct alert *alert = &notice->alert;
    json_t *object = json_must(json_pack(
        "{s:s, s:s, s:o, s:o, s:o, s:I, s:b, s:s, s:I, s:i, s:i}", "name", alert->name, "severity",
        severity_name(alert->severity), "labels", json_from_labels(alert->labels), "annotations",
        json_from_labels(alert->annotations), "value", json_from_number(alert->value), "starts_at",
        (json_int_t)notice->starts_at_ms, "told", notice->told, "told_severity",
        severity_name(notice->told_severity), "told_at", (json_int_t)notice->told_at_ms, "repeats",
        (int)notice->repeats, "events", (int)notice->events));
    if (notice->acknowledged)
        json_object_set_new(object, "acknowledged",
                            json_must(json_pack("{s:s, s:o, s:s, s:s}", "severity",
                                                severity_name(notice->known_severity), "value",
                                                json_from_number(notice->known_value), "by",
                                                notice->by, "comment", notice->comment)));
    return object;
}

static json_t *silence_json(const struct notify_silence *silence)
{
    return json_must(json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "id", silence->id, "selector",
                               silence->selector, "by", silence->by, "comment", silence->comment,
                               "from", (json_int_t)silence->from_ms, "until",
                               (json_int_t)silence->until_ms));
}

void notify_save(const struct notify *notify, struct buf *out)
{
    json_t *notices = json_must(json_array()), *silences = json_must(json_array());
    for (size_t i = 0; i < notify->notices.count; i++)
        json_array_append_new(notices, notice_json(&notify->notices.at[i]));
    /* The last made is the first of the list, and loading turns it round. */
    for (const struct silence *silence = notify->silences; silence; silence = silence->next)
        json_array_insert_new(silences, 0, silence_json(&silence->public));
    json_put(json_must(json_pack("{s:i, s:I, s:o, s:o}", "version", VERSION, "sequence",
                                 (json_int_t)notify->sequence, "notices", notices, "silences",
                                 silences)),
             out);
}

static int64_t integer_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static void take_acknowledgement(const json_t *object, struct notice *notice)
{
    notice->acknowledged = json_is_object(object);
    notice->hold = notice->acknowledged ? HOLD_ACKNOWLEDGED : HOLD_NONE;
    notice->known_severity = severity_from_name(json_text(object, "severity"));
    notice->known_value = strtod(json_text(object, "value"), NULL);
    notice->by = json_text(object, "by");
    notice->comment = json_text(object, "comment");
}

static bool take_notice(struct notify *notify, const json_t *object)
{
    SCRATCH_ARENA(scratch);
    struct notice notice = {
        .alert = {.name = json_text(object, "name"),
                  .severity = severity_from_name(json_text(object, "severity")),
                  .state = ALERT_FIRING,
                  .value = strtod(json_text(object, "value"), NULL),
                  .labels = json_to_labels(json_object_get(object, "labels"), scratch),
                  .annotations = json_to_labels(json_object_get(object, "annotations"), scratch)},
        .starts_at_ms = integer_of(object, "starts_at"),
        .told = json_is_true(json_object_get(object, "told")),
        .told_severity = severity_from_name(json_text(object, "told_severity")),
        .told_at_ms = integer_of(object, "told_at"),
        .repeats = (unsigned)integer_of(object, "repeats"),
        .events = (unsigned)integer_of(object, "events"),
    };
    if (!notice.alert.name[0] || notice.alert.severity == SEVERITY_NONE || !notice.alert.labels ||
        !notice.alert.annotations)
        return false;
    notice.alert.active_at_ms = notice.starts_at_ms;
    take_acknowledgement(json_object_get(object, "acknowledged"), &notice);
    notice_add(&notify->notices, &notice);
    return true;
}

static bool take_silence(struct notify *notify, const json_t *object)
{
    struct notify_silence silence = {.selector = json_text(object, "selector"),
                                     .by = json_text(object, "by"),
                                     .comment = json_text(object, "comment"),
                                     .from_ms = integer_of(object, "from"),
                                     .until_ms = integer_of(object, "until")};
    const char *id = json_text(object, "id");
    if (!id[0] || strlen(id) >= sizeof silence.id)
        return false;
    strcpy(silence.id, id);
    return silence_add(notify, &silence, NULL) == 0;
}

static int load(struct notify *notify, const json_t *all, struct error *e)
{
    const json_t *notices = json_object_get(all, "notices");
    const json_t *silences = json_object_get(all, "silences");
    bool good =
        integer_of(all, "version") == VERSION && json_is_array(notices) && json_is_array(silences);

    notify->sequence = (uint64_t)integer_of(all, "sequence");
    for (size_t i = 0; good && i < json_array_size(notices); i++)
        good = take_notice(notify, json_array_get(notices, i));
    for (size_t i = 0; good && i < json_array_size(silences); i++)
        good = take_silence(notify, json_array_get(silences, i));
    notice_sort(&notify->notices);
    return good ? 0 : error_set(e, -EINVAL, "notifications: what was kept of them is damaged");
}

int notify_load(struct notify *notify, const char *bytes, size_t length, struct error *e)
{
    json_error_t error;
    json_t *all = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &error);
    int code = load(notify, all, e);
    json_decref(all);
    return code;
}
