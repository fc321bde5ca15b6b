/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "core/series.h"

/* So many are not worth the work. */
enum { FEW = 1000 };

bool store_is_sparse(const struct store *store)
{
    return store->series_count - store->held_count > store->held_count + FEW;
}

static void move(struct store *store, struct series *series, struct arena *scratch)
{
    size_t count = series_label_count(series);
    struct label *labels = ARENA_ARRAY(scratch, struct label, count);
    series_copy_labels(series, labels);
    struct series *moved = store_series_of(store, labels_new(scratch, labels, count));
    moved->held = series->held;
    if (series->held == HELD_ONE)
        moved->only = series->only;
    else
        moved->samples = series->samples;
    series->next = moved;
}

static void move_family(struct store *store, const struct family *family, struct arena *scratch)
{
    for (const struct shape *shape = family->shapes; shape; shape = shape->next)
        for (const struct slab *slab = shape->first; slab; slab = slab->next)
            for (size_t i = 0; i < slab->count; i++) {
                struct series *series = slab_at(shape, slab, i);
                series->next = NULL;
                if (series->held != HELD_NONE)
                    move(store, series, scratch);
                arena_reset(scratch);
            }
}

void store_forget(struct store *store, void (*follow)(void *arg), void *arg)
{
    SCRATCH_ARENA(scratch);
    struct store old = *store;
    assert(!store->journal_count);
    store_begin(store);
    for (const struct family *family = old.families; family; family = family->next)
        move_family(store, family, scratch);
    follow(arg);
    store_free_series(&old);
}

const struct series *series_now(const struct series *series)
{
    return series->next;
}
