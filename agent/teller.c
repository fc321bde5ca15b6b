/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/teller.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "core/wire.h"

/* A worker that has lived so long starts at once when it dies; the wait grows up to the most. */
enum { FIRST_WAIT_MS = 500, MOST_WAIT_MS = 60 * 1000, GOOD_LIFE_MS = 60 * 1000 };

/* How long what was sent may lie untaken. */
enum { STALL_MS = 120 * 1000 };

enum { MAX_RECEIVERS = 256 };

static void on_message(void *owner, ProtobufCMessage *message);
static void on_end(void *owner, int code, const struct error *e);

static const struct link_events link_events = {
    .type = &forewarn__told__descriptor, .message = on_message, .end = on_end};

static void on_timer(uv_timer_t *timer);

void teller_open(struct teller *teller, uv_loop_t *loop, struct dispatch *dispatch,
                 struct outbox *outbox, const struct exporter *exporter, uint32_t program)
{
    *teller = (struct teller){.loop = loop,
                              .dispatch = dispatch,
                              .outbox = outbox,
                              .exporter = exporter,
                              .program = program};
    uv_timer_init(loop, &teller->timer);
    teller->timer.data = teller;
    dispatch_add_teller(dispatch, teller);
}

/* Ends the worker there is; no other is started. */
static void end_worker(struct teller *teller)
{
    struct error e = {0};
    uv_timer_stop(&teller->timer);
    link_close(&teller->link);
    if (teller->worker && launch_kill(teller->dispatch->launch, teller->worker, &e) < 0)
        log_debug("%s", e.text);
    teller->worker = 0;
}

void teller_close(struct teller *teller)
{
    end_worker(teller);
    uv_close((uv_handle_t *)&teller->timer, NULL);
    free(teller->configuration);
    teller->configuration = NULL;
    buf_free(&teller->snapshot);
}

static void start_worker(struct teller *teller)
{
    struct error e = {0};
    if (!dispatch_works(teller->dispatch))
        return;
    teller->started_ms = uv_now(teller->loop);
    if (launch_spawn(teller->dispatch->launch, teller->program, &teller->worker, &e) < 0)
        log_error("%s: %s", teller->exporter->name, e.text);
}

static void on_timer(uv_timer_t *timer)
{
    start_worker(timer->data);
}

/* It is gone, or has to go: another one comes, the sooner the longer this one lived. */
static void start_again(struct teller *teller, const char *why)
{
    uint64_t wait_ms = FIRST_WAIT_MS;

    end_worker(teller);
    if (!teller->configuration)
        return;
    if (uv_now(teller->loop) - teller->started_ms > GOOD_LIFE_MS)
        teller->failures = 0;
    for (unsigned i = 0; i < teller->failures && wait_ms < MOST_WAIT_MS; i++)
        wait_ms *= 2;
    teller->failures++;
    log_warning("%s: %s; it is started again in %.1f s", teller->exporter->name, why,
                (double)wait_ms / 1000);
    uv_timer_start(&teller->timer, on_timer, wait_ms, 0);
}

void teller_configure(struct teller *teller, const char *configuration)
{
    const char *before = teller->configuration;
    if (before == configuration || (before && configuration && strcmp(before, configuration) == 0))
        return;
    end_worker(teller);
    free(teller->configuration);
    teller->configuration = configuration ? strdup(configuration) : NULL;
    teller->failures = 0;
    if (teller->configuration)
        start_worker(teller);
}

static void send_event(struct teller *teller, const Forewarn__Event *event, const char **receivers,
                       size_t count)
{
    Forewarn__Event copy = *event;
    Forewarn__Tell tell = FOREWARN__TELL__INIT;

    copy.receiver = (char **)(uintptr_t)receivers;
    copy.n_receiver = count;
    tell.event = &copy;
    link_send(teller->link, &tell.base);
}

static void pump(struct teller *teller)
{
    const char *receivers[MAX_RECEIVERS];
    const Forewarn__Event *event;

    while (teller->link) {
        uint64_t position = teller->position;
        size_t count = MAX_RECEIVERS;
        event = outbox_next(teller->outbox, teller->exporter->name, &position, receivers, &count);
        if (!event || position > teller->released)
            return;
        teller->position = position;
        send_event(teller, event, receivers, count);
    }
}

void teller_release(struct teller *teller, uint64_t position)
{
    teller->released = position;
    pump(teller);
}

void teller_snapshot(struct teller *teller, const struct buf *packed)
{
    if (!teller->configuration)
        return;
    buf_drop(&teller->snapshot, teller->snapshot.length);
    buf_add(&teller->snapshot, packed->data, packed->length);
    /* One that is behind gets the next. */
    if (teller->link && link_pending(teller->link) == 0)
        link_send_bytes(teller->link, packed);
}

void teller_look_after(struct teller *teller)
{
    bool stalls = teller->link && link_pending(teller->link) > 0;
    if (!stalls)
        teller->stalled_since_ms = 0;
    else if (!teller->stalled_since_ms)
        teller->stalled_since_ms = uv_now(teller->loop);
    else if (uv_now(teller->loop) - teller->stalled_since_ms > STALL_MS)
        start_again(teller, "it takes nothing any more");
}

static void greet(struct teller *teller, int socket, int log)
{
    Forewarn__Tell tell = FOREWARN__TELL__INIT;

    teller->link =
        link_open(teller->loop, socket, log, teller->exporter->name, &link_events, teller);
    teller->position = 0;
    teller->stalled_since_ms = 0;
    tell.configuration = teller->configuration;
    link_send(teller->link, &tell.base);
    if (teller->snapshot.length)
        link_send_bytes(teller->link, &teller->snapshot);
    pump(teller);
}

void teller_event(struct teller *teller, const struct launch_event *event, int socket, int log)
{
    if (event->what == LAUNCH_STARTED && socket >= 0) {
        greet(teller, socket, log);
        return;
    }
    if (socket >= 0)
        close(socket);
    if (log >= 0)
        close(log);
    if (event->what == LAUNCH_FAILED)
        start_again(teller, error_name(event->status));
    else if (event->what == LAUNCH_GONE)
        start_again(teller, "the worker is gone");
}

static void on_message(void *owner, ProtobufCMessage *message)
{
    struct teller *teller = owner;
    Forewarn__Told *told = (Forewarn__Told *)message;
    const char *receiver = told->receiver ? told->receiver : "";

    if (told->error && told->error[0])
        log_message(told->delivered ? LOG_ERR : LOG_WARNING, "%s: %s: %s%s", teller->exporter->name,
                    receiver, told->error, told->delivered ? "; dropped" : "");
    if (told->id && told->delivered)
        outbox_delivered(teller->outbox, teller->exporter->name, receiver, told->id);
    forewarn__told__free_unpacked(told, NULL);
}

static void on_end(void *owner, int code, const struct error *e)
{
    start_again(owner, code ? e->text : "the worker has closed its end");
}
