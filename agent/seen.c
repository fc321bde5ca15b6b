/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/seen.h"

#include <stdlib.h>

struct seen *seen_new(int64_t at_ms)
{
    struct seen *seen = calloc(1, sizeof *seen);
    if (!seen)
        abort();
    seen->arena = arena_new();
    seen->store = store_new();
    seen->at_ms = at_ms;
    intake_init(&seen->intake, seen->arena, seen->store, at_ms, false);
    return seen;
}

void seen_free(struct seen **seen)
{
    if (!*seen)
        return;
    intake_free(&(*seen)->intake);
    store_free(&(*seen)->store);
    arena_free(&(*seen)->arena);
    free(*seen);
    *seen = NULL;
}

struct sampling {
    struct store *store;
    struct given *given;
    int64_t t_ms, at_ms;
};

static void sample(const struct series *series, void *arg)
{
    const struct sampling *sampling = arg;
    const struct series *kept;
    struct point point;

    if (series_last(series, sampling->at_ms - 1, sampling->at_ms, &point) &&
        store_append_series(sampling->store, series_labels(series), sampling->t_ms, point.v, &kept,
                            NULL) == 0)
        given_add(sampling->given, kept);
}

void seen_sample(const struct seen *seen, struct store *store, int64_t t_ms, struct given *given)
{
    struct sampling sampling = {store, given, t_ms, seen->at_ms};
    store_walk(seen->store, sample, &sampling);
}
