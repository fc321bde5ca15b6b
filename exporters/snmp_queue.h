/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_SNMP_QUEUE_H
#define EXPORTERS_SNMP_QUEUE_H

#include <stdbool.h>

#include "exporters/exporter.h"

/*
 * Events that wait for one receiver, in their order: a clear must not overtake its raise. Of
 * heartbeats only the newest waits. Pure.
 */
struct snmp_pending {
    struct snmp_pending *next;
    char *id;
    bool heartbeat;
    struct buf bytes; /* the Tell, as it goes over the wire */
};

struct snmp_queue {
    struct snmp_pending *first, **end;
    size_t count;
    bool under_way; /* the first was handed on */
};

void snmp_queue_init(struct snmp_queue *queue);
void snmp_queue_free(struct snmp_queue *queue);

/* Adds an event, for this receiver alone. The id of a heartbeat that makes way: the caller's to
 * free; else NULL. */
char *snmp_queue_add(struct snmp_queue *queue, Forewarn__Event *event, const char *receiver);

/* Takes the first off, if it has that id. */
bool snmp_queue_done(struct snmp_queue *queue, const char *id);

#endif
