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

/* The name under which the alerts' clocks stand in the history. */
static const char alerts_state[] = "alerts";

/* How long one tick may be under way before the history counts as not writable; at the end. */
enum { STALL_MS = 30 * 1000, CLOSE_MS = 5000 };

/* The history is the writer's thread's; all else is the loop's. */
struct keeper {
    struct store *store;
    struct history *history;
    struct history_feed *feed;
    struct writer *writer; /* NULL: it could not be started */
    struct buf restored;   /* alerts as they were read at the start */
    int64_t retention_ms, max_memory;
    bool works;
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
    if (code == 0 && history_state(keeper->history, alerts_state, &keeper->restored, &e) == -ENOENT)
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

static void add_alerts(const struct evaluation *evaluation, struct history_tick *tick)
{
    struct buf alerts = {0};
    alert_memory_save(evaluation->run, evaluation->rules, evaluation->tick_ms, &alerts);
    history_tick_state(tick, alerts_state, alerts.data, alerts.length);
    buf_free(&alerts);
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

void keeper_tick(struct keeper *keeper, const struct evaluation *evaluation)
{
    struct history_tick *tick = history_collect(keeper->feed);

    add_alerts(evaluation, tick);
    if (keeper->writer)
        writer_push(keeper->writer, tick);
    else
        history_tick_free(&tick);
    store_drop_before(keeper->store, evaluation->tick_ms - keeper->retention_ms);
    store_limit(keeper->store, (size_t)keeper->max_memory);
    note_works(keeper);
}

static void find_newest(const struct series *series, void *arg)
{
    int64_t *newest_ms = arg;
    struct point point;
    if (series_last(series, *newest_ms, INT64_MAX, &point))
        *newest_ms = point.t;
}

void keeper_restore(struct keeper *keeper, struct evaluation *evaluation, int64_t now_ms)
{
    struct error e = {0};
    size_t count = 0;

    store_walk(keeper->store, find_newest, &evaluation->tick_ms);
    if (keeper->restored.length &&
        alert_memory_load(evaluation->run, keeper->restored.data, keeper->restored.length, now_ms,
                          evaluation->interval_ms, &count, &e) < 0)
        log_warning("%s", e.text);
    if (count)
        log_info("%zu alerts go on from before", count);
    buf_free(&keeper->restored);
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
    buf_free(&old->restored);
    if (!old->writer)
        history_free(&old->history);
    if (!writer_stop(&old->writer, CLOSE_MS)) {
        log_warning("the history's last ticks may not be on the disk: writing takes too long");
        return; /* the thread still uses it */
    }
    history_feed_free(&old->feed);
    free(old);
}
