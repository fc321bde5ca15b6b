/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/snmp_notice.h"

static struct snmp_value value_of(const struct snmp_object *object, const Forewarn__Event *event,
                                  struct arena *arena)
{
    struct snmp_value value;

    if (object->from == FROM_ID)
        return snmp_text(arena, event->id);
    if (object->from == FROM_SEQUENCE)
        return snmp_count(object->type, event->sequence);
    if (object->from == FROM_HOST)
        return snmp_text(arena, event->host);
    if (object->from == FROM_TIME ||
        (object->from == FROM_SINCE && !(event->alert && event->alert->has_starts_at_ms)))
        return snmp_date(arena, event->at_ms);
    return snmp_of_alert(arena, object, event->alert, &value) ? value : snmp_text(arena, "");
}

struct snmp_notice snmp_notice(const Forewarn__Event *event, struct arena *arena)
{
    size_t kind = (size_t)event->kind < snmp_notification_count ? (size_t)event->kind : 0;
    struct snmp_notice notice = {.notification = &snmp_notifications[kind]};

    notice.values = ARENA_ARRAY(arena, struct snmp_value, notice.notification->objects);
    for (size_t i = 0; i < notice.notification->objects; i++)
        notice.values[i] = value_of(&snmp_event_objects[i], event, arena);
    return notice;
}
