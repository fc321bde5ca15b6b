/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/keeper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/alert_memory.h"
#include "agent/self.h"
#include "agent/writer.h"
#include "core/history.h"
#include "core/log.h"

/* What is kept beside samples, under these names. */
enum state { STATE_ALERTS, STATE_NOTIFY, STATE_OUTBOX, STATES };
static const char *const state_names[STATES] = {"alerts", "notify", "outbox"};

/* After so many ticks a clock that was set is believed. */
enum { STEADY_TICKS = HISTORY_HEADS };

/* How long one tick may be under way before the history counts as not writable; at the end. */
enum { STALL_MS = 30 * 1000, CLOSE_MS = 5000 };

/* The history is the writer's thread's; all else is the loop's. */
struct keeper {
    struct store *store;
    struct history *history;
    struct history_feed *feed;
    struct writer *writer;       /* NULL: it could not be started */
    struct buf restored[STATES]; /* as they were read at the start */
    int64_t retention_ms, max_memory;
    unsigned steady_ticks; /* since the clock was set */
    bool works;
    uint64_t pushed; /* ticks that were handed to the writer */
    uv_async_t written;
    void (*kept)(void *owner); /* NULL: nobody listens */
    void *owner;
};

static void warn(const char *text, void *arg)
{
    (void)arg;
    log_warning("%s", text);
}

static int write_tick(void *owner, void *item, struct error *e)
{
    struct keeper *keeper = owner;
    struct history_tick *tick = item;
    int code = history_write(keeper->history, tick, e);
    history_tick_free(&tick);
    return code;
}

static void drop_tick(void *owner, void *item)
{
    struct keeper *keeper = owner;
    struct history_tick *tick = item;
    history_tick_give_up(keeper->feed, &tick);
}

/* The last thing that the thread does, so that nobody else closes what it may hang in. */
static void end_history(void *owner)
{
    struct keeper *keeper = owner;
    history_free(&keeper->history);
}

static void load(struct keeper *keeper, int64_t now_ms)
{
    struct error e = {0};
    int code = history_open(keeper->history, &e);

    if (code == 0)
        code =
            history_load(keeper->history, keeper->store, now_ms - keeper->retention_ms, now_ms, &e);
    for (size_t i = 0; code == 0 && i < STATES; i++) {
        code = history_state(keeper->history, state_names[i], &keeper->restored[i], &e);
        if (code == -ENOENT)
            code = 0;
    }
    if (code == 0)
        e = (struct error){0};
    if (e.code < 0)
        log_warning("%s; what was seen before is not known", e.text);
    keeper->works = e.code == 0;
}

struct keeper *keeper_open(const char *directory, const struct config *config, struct store *store,
                           int64_t now_ms)
{
    const struct history_options options = {
        .directory = directory,
        .max_age_ms = config->history.retention_ms,
        .max_bytes = config->history.max_bytes,
        .warn = warn,
    };
    struct keeper *keeper = calloc(1, sizeof *keeper);
    struct error e = {0};
    if (!keeper)
        abort();
    const struct writer_work work = {write_tick, drop_tick, end_history, keeper};

    keeper->store = store;
    keeper_configure(keeper, config);
    keeper->history = history_new(&options);
    load(keeper, now_ms);
    store_limit(store, (size_t)keeper->max_memory);
    keeper->feed = history_feed_new(store);
    if (writer_start(&work, &keeper->writer, &e) < 0)
        log_error("%s", e.text);
    return keeper;
}

void keeper_configure(struct keeper *keeper, const struct config *config)
{
    keeper->retention_ms = config->history.retention_ms;
    keeper->max_memory = config->history.max_memory;
}

static void add_states(const struct evaluation *evaluation, const struct herald *herald,
                       struct history_tick *tick)
{
    struct buf states[STATES] = {0};
    alert_memory_save(evaluation->run, evaluation->rules, evaluation->tick_ms,
                      &states[STATE_ALERTS]);
    herald_save(herald, &states[STATE_NOTIFY], &states[STATE_OUTBOX]);
    for (size_t i = 0; i < STATES; i++) {
        history_tick_state(tick, state_names[i], states[i].data, states[i].length);
        buf_free(&states[i]);
    }
}

/* Tells, once each time, when the history can no longer be written and when it can again. */
static void note_works(struct keeper *keeper)
{
    struct error e = {0};
    bool works = keeper->writer && writer_works(keeper->writer, STALL_MS, &e);

    if (keeper->works && !works)
        log_error("the history cannot be written: %s; it goes on in memory",
                  e.text[0] ? e.text : "there is no thread for it");
    else if (!keeper->works && works)
        log_info("the history is being written");
    keeper->works = works;
}

void keeper_tick(struct keeper *keeper, struct evaluation *evaluation, struct herald *herald)
{
    struct history_tick *tick = history_collect(keeper->feed);

    add_states(evaluation, herald, tick);
    if (!keeper->writer)
        history_tick_free(&tick);
    else if (writer_push(keeper->writer, tick))
        keeper->pushed++;
    if (keeper->steady_ticks < STEADY_TICKS)
        keeper->steady_ticks++;
    else
        store_drop_before(keeper->store, evaluation->tick_ms - keeper->retention_ms);
    store_limit(keeper->store, (size_t)keeper->max_memory);
    if (evaluation_forget(evaluation))
        history_feed_forget(keeper->feed);
    note_works(keeper);
    if (!keeper->works)
        herald_kept(herald);
}

void keeper_jump(struct keeper *keeper)
{
    keeper->steady_ticks = 0;
}

static void on_written(uv_async_t *async)
{
    struct keeper *keeper = async->data;
    if (keeper->kept && keeper->writer && writer_done(keeper->writer) == keeper->pushed)
        keeper->kept(keeper->owner);
}

/* In the writer's thread. */
static void tell_written(void *arg)
{
    uv_async_send(arg);
}

void keeper_listen(struct keeper *keeper, uv_loop_t *loop, void (*kept)(void *owner), void *owner)
{
    keeper->kept = kept;
    keeper->owner = owner;
    uv_async_init(loop, &keeper->written, on_written);
    keeper->written.data = keeper;
    if (keeper->writer)
        writer_listen(keeper->writer, tell_written, &keeper->written);
}

void keeper_deafen(struct keeper *keeper)
{
    if (!keeper->kept)
        return;
    if (keeper->writer)
        writer_listen(keeper->writer, NULL, NULL);
    keeper->kept = NULL;
    uv_close((uv_handle_t *)&keeper->written, NULL);
}

static void find_newest(const struct series *series, void *arg)
{
    int64_t *newest_ms = arg;
    struct point point;
    if (series_last(series, *newest_ms, INT64_MAX, &point))
        *newest_ms = point.t;
}

void keeper_restore(struct keeper *keeper, struct evaluation *evaluation, struct herald *herald,
                    int64_t now_ms)
{
    const struct buf *alerts = &keeper->restored[STATE_ALERTS];
    struct error e = {0};
    size_t count = 0;

    store_walk(keeper->store, find_newest, &evaluation->tick_ms);
    if (alerts->length && alert_memory_load(evaluation->run, alerts->data, alerts->length, now_ms,
                                            evaluation->interval_ms, &count, &e) < 0)
        log_warning("%s", e.text);
    if (count)
        log_info("%zu alerts go on from before", count);
    herald_load(herald, &keeper->restored[STATE_NOTIFY], &keeper->restored[STATE_OUTBOX]);
    for (size_t i = 0; i < STATES; i++)
        buf_free(&keeper->restored[i]);
}

void keeper_report(const struct keeper *keeper, struct batch *batch)
{
    batch_sample(batch, &self_history_writable, keeper->works, NULL, 0);
    batch_sample(batch, &self_history_memory, (double)store_sample_bytes(keeper->store), NULL, 0);
}

void keeper_close(struct keeper **keeper)
{
    struct keeper *old = *keeper;

    *keeper = NULL;
    for (size_t i = 0; i < STATES; i++)
        buf_free(&old->restored[i]);
    if (!old->writer)
        history_free(&old->history);
    if (!writer_stop(&old->writer, CLOSE_MS)) {
        log_warning("the history's last ticks may not be on the disk: writing takes too long");
        return; /* the thread still uses it */
    }
    history_feed_free(&old->feed);
    free(old);
}
