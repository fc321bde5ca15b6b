/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

struct series {
    const struct labels *labels; /* stands behind the series in the same allocation */
    size_t count, room;          /* room 0: the one sample there may be stands in first */
    struct point *points;
    struct point first;
};

/* All series of one metric name, unordered. */
struct family {
    const char *name;
    struct series **series;
    size_t count, room;
};

struct store {
    struct symbols *symbols;
    void *series;   /* tsearch(3) by labels */
    void *families; /* tsearch(3) by name */
    size_t series_count;
};

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static int by_identity(const void *a, const void *b)
{
    const struct labels *x = ((const struct series *)a)->labels;
    const struct labels *y = ((const struct series *)b)->labels;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return labels_compare(x, y);
}

static int by_family_name(const void *a, const void *b)
{
    return strcmp(((const struct family *)a)->name, ((const struct family *)b)->name);
}

struct store *store_new(void)
{
    struct store *store = must(calloc(1, sizeof *store));
    store->symbols = symbols_new();
    return store;
}

static void free_series(void *item)
{
    struct series *series = item;
    if (series->room)
        free(series->points);
    free(series);
}

static void free_family(void *item)
{
    struct family *family = item;
    free(family->series);
    free(family);
}

void store_free(struct store **store)
{
    if (!*store)
        return;
    tdestroy((*store)->families, free_family);
    tdestroy((*store)->series, free_series);
    symbols_free(&(*store)->symbols);
    free(*store);
    *store = NULL;
}

static struct series *new_series(struct store *store, const struct labels *labels)
{
    struct series *series = must(malloc(sizeof *series + labels_bytes(labels->count)));
    struct labels *copy = (struct labels *)(series + 1);
    memcpy(copy, labels, labels_bytes(labels->count));
    for (size_t i = 0; i < copy->count; i++) {
        copy->at[i].name = symbols_intern(store->symbols, labels->at[i].name);
        copy->at[i].value = symbols_intern(store->symbols, labels->at[i].value);
    }
    *series = (struct series){.labels = copy};
    return series;
}

static struct family *family_of(struct store *store, const char *name)
{
    struct family key = {.name = name};
    struct family **known = tfind(&key, &store->families, by_family_name);
    if (known)
        return *known;
    struct family *family = must(calloc(1, sizeof *family));
    family->name = symbols_intern(store->symbols, name);
    must(tsearch(family, &store->families, by_family_name));
    return family;
}

static void join_family(struct store *store, struct series *series)
{
    struct family *family = family_of(store, labels_get(series->labels, LABEL_NAME));
    if (family->count == family->room) {
        family->room = family->room ? family->room * 2 : 4;
        family->series = must(realloc(family->series, family->room * sizeof *family->series));
    }
    family->series[family->count++] = series;
}

static struct series *series_of(struct store *store, const struct labels *labels)
{
    struct series key = {.labels = labels};
    struct series **known = tfind(&key, &store->series, by_identity);
    if (known)
        return *known;
    struct series *series = new_series(store, labels);
    must(tsearch(series, &store->series, by_identity));
    join_family(store, series);
    store->series_count++;
    return series;
}

static const struct point *points_of(const struct series *series)
{
    return series->room ? series->points : &series->first;
}

static void make_room(struct series *series)
{
    if (series->count < series->room)
        return;
    size_t room = series->room ? series->room * 2 : 4;
    struct point *points =
        must(realloc(series->room ? series->points : NULL, room * sizeof *points));
    if (!series->room)
        points[0] = series->first;
    series->points = points;
    series->room = room;
}

static void add_point(struct series *series, struct point point)
{
    if (!series->count) {
        series->first = point;
    } else {
        make_room(series);
        series->points[series->count] = point;
    }
    series->count++;
}

int store_append(struct store *store, const struct labels *labels, int64_t t, double v,
                 struct error *e)
{
    struct series *series = series_of(store, labels);
    if (series->count) {
        const struct point *last = &points_of(series)[series->count - 1];
        if (t == last->t && memcmp(&v, &last->v, sizeof v) == 0)
            return 0;
        if (t <= last->t)
            return error_set(e, -EINVAL,
                             "store: sample of %s at %lld ms is not later than the last one",
                             labels_get(labels, LABEL_NAME), (long long)t);
    }
    add_point(series, (struct point){t, v});
    return 0;
}

struct selection {
    const struct matcher *matchers;
    size_t matcher_count;
    struct arena *arena;
    const struct series **series;
    size_t count, room, touched;
    int failed;
    struct error *e;
};

static void consider(const struct series *series, void *arg)
{
    struct selection *s = arg;
    if (s->failed)
        return;
    s->touched++;
    int holds = matchers_test(s->matchers, s->matcher_count, series->labels, s->e);
    if (holds < 0)
        s->failed = holds;
    if (holds <= 0)
        return;
    s->series = arena_grow(s->arena, s->series, s->count, &s->room, sizeof *s->series);
    s->series[s->count++] = series;
}

/* The name that an equality matcher asks for, NULL when any may be. */
static const char *name_wanted(const struct matcher *matchers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (matchers[i].op == MATCH_EQUAL && strcmp(matchers[i].name, LABEL_NAME) == 0)
            return matchers[i].value;
    return NULL;
}

static int by_labels(const void *a, const void *b)
{
    return labels_compare((*(const struct series *const *)a)->labels,
                          (*(const struct series *const *)b)->labels);
}

struct walk {
    void (*visit)(const struct series *, void *);
    void *arg;
};

static void walk_node(const void *node, VISIT order, void *closure)
{
    const struct walk *walk = closure;
    if (order == postorder || order == leaf)
        walk->visit(*(const struct series *const *)node, walk->arg);
}

static void walk_unordered(const struct store *store, void (*visit)(const struct series *, void *),
                           void *arg)
{
    twalk_r(store->series, walk_node, &(struct walk){visit, arg});
}

int store_select(const struct store *store, const struct matcher *matchers, size_t matcher_count,
                 struct arena *arena, const struct series ***series, size_t *count, size_t *touched,
                 struct error *e)
{
    struct selection s = {
        .matchers = matchers, .matcher_count = matcher_count, .arena = arena, .e = e};
    const char *name = name_wanted(matchers, matcher_count);

    if (name) {
        struct family key = {.name = name};
        struct family *const *family = tfind(&key, &store->families, by_family_name);
        for (size_t i = 0; family && i < (*family)->count; i++)
            consider((*family)->series[i], &s);
    } else {
        walk_unordered(store, consider, &s);
    }
    if (s.count)
        qsort(s.series, s.count, sizeof *s.series, by_labels);
    *series = s.series;
    *count = s.count;
    if (touched)
        *touched = s.touched;
    return s.failed;
}

size_t store_series_count(const struct store *store)
{
    return store->series_count;
}

const struct labels *series_labels(const struct series *series)
{
    return series->labels;
}

/* How many of the series' samples have a time of at most t. */
static size_t count_until(const struct series *series, int64_t t)
{
    const struct point *points = points_of(series);
    size_t low = 0, high = series->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (points[middle].t <= t)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void series_seek(const struct series *series, int64_t from, int64_t to, struct series_iter *iter)
{
    *iter = (struct series_iter){.series = series, .next = count_until(series, from), .to = to};
}

bool series_next(struct series_iter *iter, struct point *point)
{
    if (iter->next >= iter->series->count || points_of(iter->series)[iter->next].t > iter->to)
        return false;
    *point = points_of(iter->series)[iter->next++];
    return true;
}

bool series_last(const struct series *series, int64_t from, int64_t to, struct point *point)
{
    size_t n = count_until(series, to);
    if (!n || points_of(series)[n - 1].t <= from)
        return false;
    *point = points_of(series)[n - 1];
    return true;
}

void store_walk(const struct store *store, void (*visit)(const struct series *, void *), void *arg)
{
    SCRATCH_ARENA(arena);
    struct selection all = {.arena = arena};
    walk_unordered(store, consider, &all);
    if (all.count)
        qsort(all.series, all.count, sizeof *all.series, by_labels);
    for (size_t i = 0; i < all.count; i++)
        visit(all.series[i], arg);
}
