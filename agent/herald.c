/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/herald.h"

#include <stdlib.h>
#include <string.h>

#include "agent/herald_message.h"
#include "core/log.h"
#include "core/wire.h"

/* How long an event waits for the disk: after that it goes out all the same. */
enum { PATIENCE_MS = 2000 };

void herald_open(struct herald *herald, uv_loop_t *loop, struct dispatch *dispatch,
                 const char *host, uint32_t first_program)
{
    *herald =
        (struct herald){.loop = loop, .host = host, .notify = notify_new(), .outbox = outbox_new()};
    uv_timer_init(loop, &herald->patience);
    herald->patience.data = herald;
    for (size_t i = 0; exporters[i] && i < CONFIG_MAX_EXPORTERS; i++)
        teller_open(&herald->tellers[herald->teller_count++], loop, dispatch, herald->outbox,
                    exporters[i], first_program + (uint32_t)i);
}

void herald_close(struct herald *herald)
{
    for (size_t i = 0; i < herald->teller_count; i++)
        teller_close(&herald->tellers[i]);
    uv_close((uv_handle_t *)&herald->patience, NULL);
}

static void free_receivers(struct herald *herald)
{
    for (size_t i = 0; i < herald->receiver_count; i++)
        free(herald->receivers[i]);
    free(herald->receivers);
    herald->receivers = NULL;
    herald->receiver_count = 0;
}

void herald_free(struct herald *herald)
{
    notify_free(&herald->notify);
    outbox_free(&herald->outbox);
    free_receivers(herald);
}

static void add_receivers(struct herald *herald, const char *exporter,
                          const struct config_exporter *config)
{
    for (size_t i = 0; i < config->receiver_count; i++) {
        SCRATCH_ARENA(scratch);
        herald->receivers =
            reallocarray(herald->receivers, herald->receiver_count + 1, sizeof *herald->receivers);
        if (!herald->receivers)
            abort();
        herald->receivers[herald->receiver_count++] =
            strdup(arena_printf(scratch, "%s/%s", exporter, config->receivers[i]));
    }
}

static bool is_known(const char *receiver, void *arg)
{
    const struct herald *herald = arg;
    for (size_t i = 0; i < herald->receiver_count; i++)
        if (strcmp(herald->receivers[i], receiver) == 0)
            return true;
    return false;
}

void herald_configure(struct herald *herald, const struct config *config)
{
    notify_configure(herald->notify, &config->notify);
    herald->heartbeat_ms = config->heartbeat_ms;
    free_receivers(herald);
    for (size_t i = 0; i < herald->teller_count; i++)
        add_receivers(herald, herald->tellers[i].exporter->name, &config->exporters[i]);
    outbox_keep(herald->outbox, is_known, herald);
    for (size_t i = 0; i < herald->teller_count; i++)
        teller_configure(&herald->tellers[i], config->exporters[i].json);
}

static void put(struct herald *herald, Forewarn__Event *event)
{
    event->receiver = herald->receivers;
    event->n_receiver = herald->receiver_count;
    outbox_add(herald->outbox, event);
}

static void beat(struct herald *herald, int64_t t_ms, struct arena *arena)
{
    if (!herald->heartbeat_ms || t_ms - herald->beaten_ms < herald->heartbeat_ms)
        return;
    herald->beaten_ms = t_ms;
    put(herald, message_plain(FOREWARN__EVENT_KIND__HEARTBEAT, notify_sequence(herald->notify),
                              t_ms, herald->host, arena));
}

static void on_patience(uv_timer_t *timer)
{
    herald_kept(timer->data);
}

void herald_tick(struct herald *herald, const struct alert *alerts, size_t count, int64_t t_ms)
{
    SCRATCH_ARENA(scratch);
    const struct notify_event *events;
    size_t event_count;

    if (herald->beaten_ms > t_ms) /* the clock was set back */
        herald->beaten_ms = t_ms;
    notify_tick(herald->notify, alerts, count, t_ms, scratch, &events, &event_count);
    for (size_t i = 0; i < event_count; i++)
        put(herald, message_event(&events[i], herald->host, scratch));
    beat(herald, t_ms, scratch);
    for (size_t i = 0; i < herald->teller_count; i++)
        teller_look_after(&herald->tellers[i]);
    if (herald->kept == outbox_end(herald->outbox))
        return;
    /* What waited before has waited long enough. */
    herald_kept(herald);
    herald->kept = outbox_end(herald->outbox);
    uv_timer_start(&herald->patience, on_patience, PATIENCE_MS, 0);
}

void herald_kept(struct herald *herald)
{
    uv_timer_stop(&herald->patience);
    for (size_t i = 0; i < herald->teller_count; i++)
        teller_release(&herald->tellers[i], herald->kept);
}

size_t herald_test(struct herald *herald, int64_t now_ms)
{
    SCRATCH_ARENA(scratch);
    put(herald, message_plain(FOREWARN__EVENT_KIND__TEST, notify_sequence(herald->notify), now_ms,
                              herald->host, scratch));
    herald->kept = outbox_end(herald->outbox);
    herald_kept(herald);
    return herald->receiver_count;
}

bool herald_listens(const struct herald *herald)
{
    for (size_t i = 0; i < herald->teller_count; i++)
        if (herald->tellers[i].configuration)
            return true;
    return false;
}

void herald_snapshot(struct herald *herald, const struct snapshot *snapshot)
{
    SCRATCH_ARENA(scratch);
    Forewarn__Tell tell = FOREWARN__TELL__INIT;
    struct buf packed = {0};

    tell.snapshot = message_snapshot(snapshot, herald->notify, scratch);
    wire_put(&packed, &tell.base);
    for (size_t i = 0; i < herald->teller_count; i++)
        teller_snapshot(&herald->tellers[i], &packed);
    buf_free(&packed);
}

void herald_save(const struct herald *herald, struct buf *notify, struct buf *outbox)
{
    notify_save(herald->notify, notify);
    outbox_save(herald->outbox, outbox);
}

void herald_load(struct herald *herald, const struct buf *notify, const struct buf *outbox)
{
    struct error e = {0};
    if (notify->length && notify_load(herald->notify, notify->data, notify->length, &e) < 0)
        log_warning("%s", e.text);
    if (outbox->length && outbox_load(herald->outbox, outbox->data, outbox->length, &e) < 0)
        log_warning("%s", e.text);
    outbox_keep(herald->outbox, is_known, herald);
    herald->kept = outbox_end(herald->outbox);
    herald_kept(herald);
}
