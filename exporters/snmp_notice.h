/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_SNMP_NOTICE_H
#define EXPORTERS_SNMP_NOTICE_H

#include "exporters/snmp_value.h"

/* The variables of a notification: an object each, of which instance .0 is sent. */
struct snmp_notice {
    const struct snmp_notification *notification;
    struct snmp_value *values; /* of the first notification->objects of snmp_event_objects[] */
};

/* Raise and clear of an alert have the same variables. In the arena. Pure. */
struct snmp_notice snmp_notice(const Forewarn__Event *event, struct arena *arena);

#endif
