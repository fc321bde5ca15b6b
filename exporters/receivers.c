/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/receivers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_WAIT_MS = 10 * 60 * 1000, DEFAULT_RETRY_MS = 5000 };

/* An event that waits for one receiver or several; the last one frees it. */
struct event_share {
    Forewarn__Tell *tell;
    size_t users;
};

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static void release(struct event_share *share)
{
    if (--share->users)
        return;
    forewarn__tell__free_unpacked(share->tell, NULL);
    free(share);
}

void receivers_init(struct receivers *receivers, struct exporter_link *link,
                    const struct receiver_kind *kind, size_t most_busy)
{
    *receivers = (struct receivers){.link = link, .kind = kind, .most_busy = most_busy};
}

static void free_receiver(const struct receivers *receivers, struct receiver *receiver)
{
    for (size_t i = 0; i < receiver->count; i++)
        release(receiver->waiting[i]);
    receivers->kind->free(receiver->settings);
    free(receiver->waiting);
    free(receiver->name);
    free(receiver);
}

void receivers_free(struct receivers *receivers)
{
    for (size_t i = 0; i < receivers->count; i++)
        free_receiver(receivers, receivers->at[i]);
    free(receivers->at);
    *receivers = (struct receivers){0};
}

static struct receiver *find(const struct receivers *receivers, const char *name)
{
    for (size_t i = 0; i < receivers->count; i++)
        if (strcmp(receivers->at[i]->name, name) == 0)
            return receivers->at[i];
    return NULL;
}

static struct receiver *add(struct receivers *receivers, const char *name)
{
    struct receiver *receiver = must(calloc(1, sizeof *receiver));

    receiver->name = must(strdup(name));
    if (receivers->count == receivers->room) {
        receivers->room = receivers->room * 2 + 4;
        receivers->at = must(realloc(receivers->at, receivers->room * sizeof(struct receiver *)));
    }
    receivers->at[receivers->count++] = receiver;
    return receiver;
}

static int64_t number(const json_t *object, const char *key, int64_t otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) && json_integer_value(value) >= 0 ? json_integer_value(value)
                                                                    : otherwise;
}

static int read_receiver(struct receivers *receivers, const json_t *object, struct error *e)
{
    const char *name = json_string_value(json_object_get(object, "name"));
    if (!name)
        return error_set(e, -EINVAL, "a receiver has no name");
    void *settings = receivers->kind->read(object, e);
    if (!settings)
        return -EINVAL;

    struct receiver *receiver = add(receivers, name);
    receiver->settings = settings;
    receiver->most_tries = (unsigned)number(object, "tries", 0);
    receiver->retry_ms = number(object, "retry_ms", DEFAULT_RETRY_MS);
    return 0;
}

static int configure(struct receivers *receivers, const char *text, struct error *e)
{
    json_error_t where;
    json_t *json = json_loads(text, 0, &where);
    const json_t *list = json_object_get(json, "receivers");
    int code = 0;

    if (receivers->count)
        code = error_set(e, -EPROTO, "the agent sends a second configuration");
    if (!json)
        return error_set(e, -EINVAL, "the agent's configuration is no JSON: %s", where.text);
    for (size_t i = 0; code == 0 && i < json_array_size(list); i++)
        code = read_receiver(receivers, json_array_get(list, i), e);
    json_decref(json);
    return code;
}

/* The agent sends again what it does not know to be delivered. */
static bool waits(const struct receiver *receiver, const char *id)
{
    for (size_t i = 0; i < receiver->count; i++)
        if (strcmp(receiver_event(receiver, i)->id, id) == 0)
            return true;
    return false;
}

static void enqueue(struct receiver *receiver, struct event_share *share)
{
    if (receiver->count == receiver->room) {
        receiver->room = receiver->room * 2 + 8;
        receiver->waiting =
            must(realloc(receiver->waiting, receiver->room * sizeof(struct event_share *)));
    }
    receiver->waiting[receiver->count++] = share;
    share->users++;
}

static void take_event(struct receivers *receivers, Forewarn__Tell *tell)
{
    const Forewarn__Event *event = tell->event;
    struct event_share *share = must(calloc(1, sizeof *share));

    *share = (struct event_share){.tell = tell, .users = 1};
    for (size_t i = 0; event->id && i < event->n_receiver; i++) {
        struct receiver *receiver = find(receivers, event->receiver[i]);
        if (!receiver)
            exporter_link_told(receivers->link, event->id, event->receiver[i], true,
                               "there is no receiver of this name");
        else if (!receivers->kind->wants(receiver, event))
            exporter_link_told(receivers->link, event->id, receiver->name, true, NULL);
        else if (!waits(receiver, event->id))
            enqueue(receiver, share);
    }
    release(share);
}

int receivers_take(struct receivers *receivers, struct error *e)
{
    Forewarn__Tell *tell;
    int code;

    while ((code = exporter_link_take(receivers->link, &tell, e)) > 0) {
        if (tell->configuration && (code = configure(receivers, tell->configuration, e)) < 0) {
            forewarn__tell__free_unpacked(tell, NULL);
            return code;
        }
        if (tell->event)
            take_event(receivers, tell);
        else
            forewarn__tell__free_unpacked(tell, NULL);
    }
    return code;
}

static bool wants(const struct receiver *receiver)
{
    return receiver->count && !receiver->busy;
}

struct receiver *receivers_next(struct receivers *receivers, int64_t now_ms)
{
    if (receivers->busy >= receivers->most_busy)
        return NULL;
    for (size_t i = 0; i < receivers->count; i++) {
        size_t n = (receivers->next + i) % receivers->count;
        struct receiver *receiver = receivers->at[n];
        if (!wants(receiver) || receiver->due_ms > now_ms)
            continue;
        receivers->next = n + 1;
        receiver->busy = true;
        receiver->trying = 1;
        receivers->busy++;
        return receiver;
    }
    return NULL;
}

int receivers_wait_ms(const struct receivers *receivers, int64_t now_ms)
{
    int64_t wait = -1;

    if (receivers->busy >= receivers->most_busy)
        return -1;
    for (size_t i = 0; i < receivers->count; i++) {
        const struct receiver *receiver = receivers->at[i];
        if (!wants(receiver))
            continue;
        int64_t own = receiver->due_ms > now_ms ? receiver->due_ms - now_ms : 0;
        if (wait < 0 || own < wait)
            wait = own;
    }
    return (int)wait;
}

const Forewarn__Event *receiver_event(const struct receiver *receiver, size_t n)
{
    return receiver->waiting[n]->tell->event;
}

int64_t receivers_retry_ms(int64_t first_ms, unsigned tries, uint32_t random)
{
    int64_t wait = first_ms;
    for (unsigned i = 1; i < tries && wait < MOST_WAIT_MS; i++)
        wait *= 2;
    if (wait > MOST_WAIT_MS)
        wait = MOST_WAIT_MS;
    return wait - (int64_t)((double)wait / 4 * random / UINT32_MAX);
}

static void remove_first(struct receiver *receiver, size_t count)
{
    for (size_t i = 0; i < count; i++)
        release(receiver->waiting[i]);
    receiver->count -= count;
    memmove(receiver->waiting, receiver->waiting + count,
            receiver->count * sizeof(struct event_share *));
}

static void try_again(struct receiver *receiver, int64_t wait_ms, int64_t now_ms)
{
    int64_t wait = receivers_retry_ms(receiver->retry_ms, receiver->tries, arc4random());
    receiver->due_ms = now_ms + (wait < wait_ms ? wait_ms : wait);
}

void receivers_settle(struct receivers *receivers, struct receiver *receiver, enum outcome outcome,
                      const char *why, int64_t wait_ms, int64_t now_ms)
{
    size_t count = receiver->trying;
    struct error e = {0};

    if (outcome == OUTCOME_FAILED && ++receiver->tries == receiver->most_tries) {
        error_set(&e, -EIO, "%s, after %u tries", why, receiver->tries);
        outcome = OUTCOME_REFUSED;
        why = e.text;
    }
    for (size_t i = 0; i < count; i++)
        exporter_link_told(receivers->link, receiver_event(receiver, i)->id, receiver->name,
                           outcome != OUTCOME_FAILED, why);
    if (outcome == OUTCOME_FAILED) {
        try_again(receiver, wait_ms, now_ms);
    } else {
        remove_first(receiver, count);
        receiver->tries = 0;
        receiver->due_ms = 0;
    }
    receiver->busy = false;
    receivers->busy--;
}
