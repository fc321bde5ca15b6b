/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/wire.h"

/* Positions grow by one with each event, so that they stay good while others come and go. */
struct entry {
    struct entry *next;
    uint64_t position;
    Forewarn__Event *event; /* receiver: those who do not have it yet */
};

struct outbox {
    struct entry *first, **end;
    size_t count;
    uint64_t positions, dropped;
};

struct outbox *outbox_new(void)
{
    struct outbox *outbox = calloc(1, sizeof *outbox);
    if (!outbox)
        abort();
    outbox->end = &outbox->first;
    return outbox;
}

static void remove_at(struct outbox *outbox, struct entry **link)
{
    struct entry *entry = *link;
    *link = entry->next;
    if (outbox->end == &entry->next)
        outbox->end = link;
    outbox->count--;
    forewarn__event__free_unpacked(entry->event, NULL);
    free(entry);
}

void outbox_free(struct outbox **outbox)
{
    if (!*outbox)
        return;
    while ((*outbox)->first)
        remove_at(*outbox, &(*outbox)->first);
    free(*outbox);
    *outbox = NULL;
}

static bool is_heartbeat(const Forewarn__Event *event)
{
    return event->kind == FOREWARN__EVENT_KIND__HEARTBEAT;
}

/* Takes the event. */
static void append(struct outbox *outbox, Forewarn__Event *event)
{
    struct entry *entry = calloc(1, sizeof *entry);
    if (!entry)
        abort();
    *entry = (struct entry){.position = outbox->positions++, .event = event};
    *outbox->end = entry;
    outbox->end = &entry->next;
    outbox->count++;
}

static void make_room(struct outbox *outbox, const Forewarn__Event *event)
{
    for (struct entry **link = &outbox->first; is_heartbeat(event) && *link;)
        if (is_heartbeat((*link)->event))
            remove_at(outbox, link);
        else
            link = &(*link)->next;
    if (outbox->count < OUTBOX_MAX_EVENTS)
        return;
    if (!outbox->dropped++)
        log_error("more than %d events wait for their receivers: the oldest are dropped",
                  OUTBOX_MAX_EVENTS);
    remove_at(outbox, &outbox->first);
}

/* A message is copied by way of its bytes. */
static Forewarn__Event *copy_event(const Forewarn__Event *event)
{
    size_t length = forewarn__event__get_packed_size(event);
    uint8_t *packed = malloc(length + 1);
    if (!packed)
        abort();
    forewarn__event__pack(event, packed);
    Forewarn__Event *copy = forewarn__event__unpack(NULL, length, packed);
    free(packed);
    return copy;
}

void outbox_add(struct outbox *outbox, const Forewarn__Event *event)
{
    Forewarn__Event *copy = event->n_receiver ? copy_event(event) : NULL;
    if (!copy)
        return;
    make_room(outbox, copy);
    append(outbox, copy);
}

/* The part behind "exporter/", NULL where it is another exporter's. */
static const char *name_of(const char *receiver, const char *exporter)
{
    size_t length = strlen(exporter);
    return strncmp(receiver, exporter, length) == 0 && receiver[length] == '/'
               ? receiver + length + 1
               : NULL;
}

static size_t list_receivers(const Forewarn__Event *event, const char *exporter,
                             const char **receivers, size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < event->n_receiver && count < room; i++) {
        const char *name = name_of(event->receiver[i], exporter);
        if (name)
            receivers[count++] = name;
    }
    return count;
}

const Forewarn__Event *outbox_next(const struct outbox *outbox, const char *exporter,
                                   uint64_t *position, const char **receivers, size_t *count)
{
    size_t room = *count;
    for (const struct entry *entry = outbox->first; entry; entry = entry->next) {
        if (entry->position < *position)
            continue;
        *count = list_receivers(entry->event, exporter, receivers, room);
        *position = entry->position + 1;
        if (*count)
            return entry->event;
    }
    return NULL;
}

static void remove_receiver(Forewarn__Event *event, size_t i)
{
    free(event->receiver[i]);
    event->receiver[i] = event->receiver[--event->n_receiver];
}

void outbox_delivered(struct outbox *outbox, const char *exporter, const char *receiver,
                      const char *id)
{
    struct entry **link = &outbox->first;
    while (*link && strcmp((*link)->event->id, id) != 0)
        link = &(*link)->next;
    if (!*link)
        return;
    Forewarn__Event *event = (*link)->event;
    for (size_t i = 0; i < event->n_receiver; i++) {
        const char *name = name_of(event->receiver[i], exporter);
        if (name && strcmp(name, receiver) == 0)
            remove_receiver(event, i--);
    }
    if (!event->n_receiver)
        remove_at(outbox, link);
}

void outbox_keep(struct outbox *outbox, bool (*is_known)(const char *receiver, void *arg),
                 void *arg)
{
    for (struct entry **link = &outbox->first; *link;) {
        Forewarn__Event *event = (*link)->event;
        for (size_t i = 0; i < event->n_receiver; i++)
            if (!is_known(event->receiver[i], arg))
                remove_receiver(event, i--);
        if (event->n_receiver)
            link = &(*link)->next;
        else
            remove_at(outbox, link);
    }
}

uint64_t outbox_end(const struct outbox *outbox)
{
    return outbox->positions;
}

size_t outbox_count(const struct outbox *outbox)
{
    return outbox->count;
}

uint64_t outbox_dropped(const struct outbox *outbox)
{
    return outbox->dropped;
}

void outbox_save(const struct outbox *outbox, struct buf *out)
{
    for (const struct entry *entry = outbox->first; entry; entry = entry->next)
        if (!is_heartbeat(entry->event))
            wire_put(out, &entry->event->base);
}

int outbox_load(struct outbox *outbox, const char *bytes, size_t length, struct error *e)
{
    struct buf in = {0};
    ProtobufCMessage *message;
    int code;

    buf_add(&in, bytes, length);
    while ((code = wire_take(&in, &forewarn__event__descriptor, &message, e)) > 0) {
        Forewarn__Event *event = (Forewarn__Event *)message;
        if (event->id && event->n_receiver && outbox->count < OUTBOX_MAX_EVENTS)
            append(outbox, event);
        else
            forewarn__event__free_unpacked(event, NULL);
    }
    if (code == 0 && in.length)
        code = -EBADMSG;
    buf_free(&in);
    return code < 0 ? error_set(e, -EBADMSG, "events: what was kept of them is damaged") : 0;
}
