/* SPDX-License-Identifier: Apache-2.0 */
#include "core/history_tick.h"

#include <stdlib.h>
#include <string.h>

#include "core/history_row.h"

struct history_feed {
    struct store *store;
    bool *told; /* by series_id() */
    size_t told_room;
    bool anew;
    int64_t dropped_after; /* of ticks that were given up */
};

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

struct history_feed *history_feed_new(struct store *store)
{
    struct history_feed *feed = must(calloc(1, sizeof *feed));
    feed->store = store;
    feed->dropped_after = INT64_MAX;
    store_journal_start(store);
    return feed;
}

void history_feed_free(struct history_feed **feed)
{
    if (!*feed)
        return;
    free((*feed)->told);
    free(*feed);
    *feed = NULL;
}

void history_feed_forget(struct history_feed *feed)
{
    free(feed->told);
    feed->told = NULL;
    feed->told_room = 0;
    feed->anew = true;
}

/* Whether the series is new to the history, which it is not afterwards. */
static bool is_new(struct history_feed *feed, uint32_t id)
{
    if (id >= feed->told_room) {
        size_t room = feed->told_room ? feed->told_room : 256;
        while (room <= id)
            room *= 2;
        feed->told = must(reallocarray(feed->told, room, sizeof *feed->told));
        memset(feed->told + feed->told_room, 0, (room - feed->told_room) * sizeof *feed->told);
        feed->told_room = room;
    }
    bool is = !feed->told[id];
    feed->told[id] = true;
    return is;
}

static void tell_series(struct history_tick *tick, const struct series *series)
{
    struct label few[16], *labels = few;
    size_t count = series_label_count(series);
    if (count > sizeof few / sizeof *few)
        labels = must(calloc(count, sizeof *labels));
    series_copy_labels(series, labels);
    if (tick->series_count == tick->series_room) {
        tick->series_room = tick->series_room ? tick->series_room * 2 : 64;
        tick->series = must(reallocarray(tick->series, tick->series_room, sizeof *tick->series));
    }
    size_t begin = tick->texts.length;
    row_put_labels(labels, count, &tick->texts);
    tick->series[tick->series_count++] =
        (struct tick_series){series_id(series), begin, tick->texts.length - begin};
    if (labels != few)
        free(labels);
}

struct history_tick *history_collect(struct history_feed *feed)
{
    struct history_tick *tick = must(calloc(1, sizeof *tick));
    struct store_journal journal = store_journal_take(feed->store);
    tick->dropped_after =
        journal.dropped_after < feed->dropped_after ? journal.dropped_after : feed->dropped_after;
    feed->dropped_after = INT64_MAX;
    tick->anew = feed->anew;
    feed->anew = false;
    tick->samples = must(calloc(journal.count + 1, sizeof *tick->samples));
    tick->sample_count = journal.count;
    for (size_t i = 0; i < journal.count; i++) {
        const struct store_sample *from = &journal.samples[i];
        struct tick_sample *to = &tick->samples[i];
        to->id = series_id(from->series);
        to->t = from->point.t;
        memcpy(&to->value, &from->point.v, sizeof to->value);
        if (is_new(feed, to->id))
            tell_series(tick, from->series);
    }
    return tick;
}

void history_tick_state(struct history_tick *tick, const char *name, const void *bytes,
                        size_t length)
{
    tick->states = must(reallocarray(tick->states, tick->state_count + 1, sizeof *tick->states));
    struct tick_state *state = &tick->states[tick->state_count++];
    *state = (struct tick_state){.name = must(strdup(name))};
    buf_add(&state->bytes, bytes, length);
}

void history_tick_free(struct history_tick **tick)
{
    if (!*tick)
        return;
    for (size_t i = 0; i < (*tick)->state_count; i++) {
        free((*tick)->states[i].name);
        buf_free(&(*tick)->states[i].bytes);
    }
    free((*tick)->states);
    free((*tick)->series);
    free((*tick)->samples);
    buf_free(&(*tick)->texts);
    free(*tick);
    *tick = NULL;
}

void history_tick_give_up(struct history_feed *feed, struct history_tick **tick)
{
    for (size_t i = 0; i < (*tick)->series_count; i++)
        if ((*tick)->series[i].id < feed->told_room)
            feed->told[(*tick)->series[i].id] = false;
    feed->anew = feed->anew || (*tick)->anew;
    if ((*tick)->dropped_after < feed->dropped_after)
        feed->dropped_after = (*tick)->dropped_after;
    history_tick_free(tick);
}
