/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/snmp_queue.h"

#include <stdlib.h>
#include <string.h>

#include "core/wire.h"

void snmp_queue_init(struct snmp_queue *queue)
{
    *queue = (struct snmp_queue){0};
    queue->end = &queue->first;
}

/* Takes off what *at points to; its id is the caller's. */
static char *take(struct snmp_queue *queue, struct snmp_pending **at)
{
    struct snmp_pending *pending = *at;
    char *id = pending->id;

    *at = pending->next;
    if (queue->end == &pending->next)
        queue->end = at;
    queue->count--;
    buf_free(&pending->bytes);
    free(pending);
    return id;
}

void snmp_queue_free(struct snmp_queue *queue)
{
    while (queue->first)
        free(take(queue, &queue->first));
    snmp_queue_init(queue);
}

static char *drop_heartbeat(struct snmp_queue *queue)
{
    struct snmp_pending **at = &queue->first;
    if (queue->under_way)
        at = &queue->first->next;
    for (; *at; at = &(*at)->next)
        if ((*at)->heartbeat)
            return take(queue, at);
    return NULL;
}

static void pack(Forewarn__Event *event, const char *receiver, struct buf *out)
{
    Forewarn__Tell tell = FOREWARN__TELL__INIT;
    Forewarn__Event own = *event;
    char *receivers[] = {(char *)(uintptr_t)receiver};

    own.receiver = receivers;
    own.n_receiver = 1;
    tell.event = &own;
    wire_put(out, &tell.base);
}

char *snmp_queue_add(struct snmp_queue *queue, Forewarn__Event *event, const char *receiver)
{
    struct snmp_pending *pending = calloc(1, sizeof *pending);
    char *dropped = NULL;

    if (!pending)
        abort();
    pending->heartbeat = event->kind == FOREWARN__EVENT_KIND__HEARTBEAT;
    if (pending->heartbeat)
        dropped = drop_heartbeat(queue);
    pending->id = strdup(event->id ? event->id : "");
    if (!pending->id)
        abort();
    pack(event, receiver, &pending->bytes);
    *queue->end = pending;
    queue->end = &pending->next;
    queue->count++;
    return dropped;
}

bool snmp_queue_done(struct snmp_queue *queue, const char *id)
{
    if (!queue->first || strcmp(queue->first->id, id) != 0)
        return false;
    free(take(queue, &queue->first));
    queue->under_way = false;
    return true;
}
