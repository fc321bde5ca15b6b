/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/look_history.h"

#include <errno.h>
#include <unistd.h>

#include "agent/defaults.h"
#include "agent/directories.h"
#include "agent/self.h"
#include "core/batch.h"
#include "core/log.h"

/* How long another look that is just writing is waited for. */
enum { PATIENCE_MS = 500, PAUSE_MS = 20, LOADED_DAYS = 30 };

void look_history_prepare(struct look_history *h, const char *state_directory, bool root_is_live,
                          struct arena *arena)
{
    *h = (struct look_history){.is_wanted = state_directory || geteuid() == 0};
    if (!state_directory && !root_is_live)
        return;
    if (!state_directory)
        state_directory = DEFAULT_STATE_DIRECTORY;
    h->directory = directories_make_history(state_directory, arena);
}

static void warn(const char *text, void *arg)
{
    (void)arg;
    log_warning("%s", text);
}

/* -EBUSY after some patience: an agent writes there, or looks come thick and fast. */
static int open_patiently(struct history *history, struct error *e)
{
    int code = history_open(history, e);
    for (int waited = 0; code == -EBUSY && waited < PATIENCE_MS; waited += PAUSE_MS) {
        usleep(PAUSE_MS * 1000);
        code = history_open(history, e);
    }
    return code;
}

/* A writer where that can be; else a reader, which is NULL where there is nothing to read. */
static void open_history(struct look_history *h, int *code, struct error *e)
{
    struct history_options options = {.directory = h->directory, .warn = warn};
    h->history = history_new(&options);
    *code = open_patiently(h->history, e);
    if (*code == 0)
        return;
    history_free(&h->history);
    options.read_only = true;
    h->history = history_new(&options);
    if (history_open(h->history, NULL) < 0)
        history_free(&h->history);
}

/* Ends a series at the time given, unless it has ended before. */
static void end_series(const struct series *series, void *arg)
{
    struct point last;
    const int64_t *t = arg;
    if (series_last(series, INT64_MIN, *t, &last) && !is_stale_nan(last.v))
        series_append(series, *t, stale_nan(), NULL);
}

void look_history_begin(struct look_history *h, struct store *store, int64_t at_ms)
{
    struct error e = {0};
    int64_t end = at_ms - 1, from = at_ms - INT64_C(24) * 3600 * 1000 * LOADED_DAYS;
    int code;
    if (!h->directory)
        return;
    open_history(h, &code, &e);
    if (code < 0 && code != -EBUSY && h->is_wanted)
        log_warning("%s: what this look sees is not kept", e.text);
    if (h->history && history_load(h->history, store, from, end - 1, &e) < 0)
        log_warning("%s: earlier looks are left out", e.text);
    store_walk(store, end_series, &end);
    /* Where somebody else writes, it is not for this look to say how that goes. */
    h->is_wanted = h->is_wanted && code != -EBUSY;
    if (code == 0)
        h->feed = history_feed_new(store);
}

static int append(struct look_history *h)
{
    struct error e = {0};
    struct history_tick *tick = history_collect(h->feed);
    int code = history_write(h->history, tick, &e);
    history_tick_free(&tick);
    if (code < 0) {
        log_warning("%s: what this look sees is not kept", e.text);
        history_feed_free(&h->feed);
    }
    return code;
}

void look_history_append(struct look_history *h, struct intake *intake)
{
    struct batch batch;
    bool is_written = h->feed && append(h) == 0;
    if (!is_written && !(h->directory && h->is_wanted))
        return;
    batch_init(&batch);
    batch_sample(&batch, &self_history_writable, is_written, NULL, 0);
    intake_batch(intake, &self_probe, &batch);
    batch_free(&batch);
}

void look_history_append_records(struct look_history *h)
{
    if (h->feed)
        append(h);
}

void look_history_close(struct look_history *h)
{
    history_feed_free(&h->feed);
    history_free(&h->history);
}
