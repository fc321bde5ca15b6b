/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store.h"

#include <errno.h>
#include <search.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/*
 * A host has a hundred thousand series of few shapes, most with one sample and never asked for. So
 * a series holds pointers to the values of its labels, what they are called stands in its shape,
 * and the label set that rules want is made when the first of them asks.
 */

/* Series of one shape, one after the other, so that going through them is fast. */
struct chunk {
    struct chunk *next;
    size_t count, room;
    alignas(max_align_t) char series[];
};

/* Series of a family that have the same labels: what these are called, in order. */
struct shape {
    struct shape *next;
    struct family *family;
    struct chunk *first, *last;
    size_t stride; /* bytes of a series */
    size_t count;
    const char *names[]; /* without __name__ */
};

struct series {
    struct series *next; /* in its bucket */
    struct shape *shape;
    const struct labels *labels; /* NULL until asked for */
    uint32_t hash;
    uint32_t count;
    union {
        struct point only;    /* count is at most 1 */
        struct point *points; /* room for the next power of two */
    };
    const char *values[]; /* shape->count of them */
};

/* All series of one metric name, in a hash table. */
struct family {
    struct family *next;
    struct store *store;
    const char *name;
    struct shape *shapes;
    struct series **buckets;
    size_t bucket_count; /* a power of two */
    size_t count;
};

struct store {
    struct symbols *symbols;
    struct arena *arena;       /* families, shapes, series and label sets */
    void *by_name;             /* tsearch(3) over families */
    struct family *families;   /* the last made first */
    struct family *last_asked; /* samples come family by family */
    size_t series_count;
};

enum { FIRST_BUCKETS = 4, PER_BUCKET = 2, FIRST_POINTS = 4, MAX_CHUNK = 256, STACK_LABELS = 16 };

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static int by_family_name(const void *a, const void *b)
{
    return strcmp(((const struct family *)a)->name, ((const struct family *)b)->name);
}

struct store *store_new(void)
{
    struct store *store = must(calloc(1, sizeof *store));
    store->symbols = symbols_new();
    store->arena = arena_new();
    return store;
}

static void free_family(struct family *family)
{
    for (size_t i = 0; i < family->bucket_count; i++)
        for (struct series *series = family->buckets[i]; series; series = series->next)
            if (series->count > 1)
                free(series->points);
    free(family->buckets);
}

static void keep_node(void *node)
{
    (void)node; /* the arena owns the families */
}

void store_free(struct store **store)
{
    if (!*store)
        return;
    for (struct family *family = (*store)->families; family; family = family->next)
        free_family(family);
    tdestroy((*store)->by_name, keep_node);
    arena_free(&(*store)->arena);
    symbols_free(&(*store)->symbols);
    free(*store);
    *store = NULL;
}

static struct family *find_family(const struct store *store, const char *name)
{
    struct family key = {.name = name};
    if (store->last_asked && strcmp(store->last_asked->name, name) == 0)
        return store->last_asked;
    struct family **known = tfind(&key, &store->by_name, by_family_name);
    return known ? *known : NULL;
}

static struct family *family_of(struct store *store, const char *name)
{
    struct family *family = find_family(store, name);
    if (!family) {
        family = ARENA_NEW(store->arena, struct family);
        family->name = symbols_intern(store->symbols, name);
        family->store = store;
        family->next = store->families;
        store->families = family;
        must(tsearch(family, &store->by_name, by_family_name));
    }
    store->last_asked = family;
    return family;
}

static bool is_name(const struct label *label)
{
    return strcmp(label->name, LABEL_NAME) == 0;
}

static bool has_shape(const struct shape *shape, const struct labels *labels)
{
    size_t n = 0;
    for (size_t i = 0; i < labels->count; i++)
        if (!is_name(&labels->at[i]) &&
            (n == shape->count || strcmp(shape->names[n++], labels->at[i].name) != 0))
            return false;
    return n == shape->count;
}

static bool has_labels(const struct series *series, const struct labels *labels)
{
    size_t n = 0;
    if (series->hash != (uint32_t)labels->hash || !has_shape(series->shape, labels))
        return false;
    for (size_t i = 0; i < labels->count; i++)
        if (!is_name(&labels->at[i]) && strcmp(series->values[n++], labels->at[i].value) != 0)
            return false;
    return true;
}

static struct shape *shape_of(struct family *family, const struct labels *labels)
{
    struct store *store = family->store;
    for (struct shape *shape = family->shapes; shape; shape = shape->next)
        if (has_shape(shape, labels))
            return shape;
    struct shape *shape =
        arena_alloc(store->arena, sizeof *shape + labels->count * sizeof *shape->names);
    for (size_t i = 0; i < labels->count; i++)
        if (!is_name(&labels->at[i]))
            shape->names[shape->count++] = symbols_intern(store->symbols, labels->at[i].name);
    shape->stride = sizeof(struct series) + shape->count * sizeof(char *);
    shape->family = family;
    shape->next = family->shapes;
    family->shapes = shape;
    return shape;
}

static void add_to_bucket(struct family *family, struct series *series)
{
    struct series **bucket = &family->buckets[series->hash & (family->bucket_count - 1)];
    series->next = *bucket;
    *bucket = series;
}

static void grow_buckets(struct family *family)
{
    struct series **old = family->buckets;
    size_t old_count = family->bucket_count;
    family->bucket_count = old_count ? old_count * 2 : FIRST_BUCKETS;
    family->buckets = must(calloc(family->bucket_count, sizeof(*family->buckets)));
    for (size_t i = 0; i < old_count; i++)
        for (struct series *series = old[i], *next; series; series = next) {
            next = series->next;
            add_to_bucket(family, series);
        }
    free(old);
}

static struct series *series_at(const struct shape *shape, const struct chunk *chunk, size_t n)
{
    return (struct series *)((char *)(uintptr_t)chunk->series + n * shape->stride);
}

/* Each chunk has twice the room of the last, so that a shape of one series takes little. */
static void add_chunk(struct arena *arena, struct shape *shape)
{
    struct chunk *last = shape->last;
    size_t room = !last ? 1 : last->room < MAX_CHUNK ? last->room * 2 : last->room;
    struct chunk *chunk = arena_alloc(arena, sizeof *chunk + room * shape->stride);
    chunk->room = room;
    shape->last = chunk;
    if (last)
        last->next = chunk;
    else
        shape->first = chunk;
}

static struct series *allocate(struct arena *arena, struct shape *shape)
{
    if (!shape->last || shape->last->count == shape->last->room)
        add_chunk(arena, shape);
    return series_at(shape, shape->last, shape->last->count++);
}

static struct series *new_series(struct family *family, const struct labels *labels)
{
    struct store *store = family->store;
    struct shape *shape = shape_of(family, labels);
    struct series *series = allocate(store->arena, shape);
    size_t n = 0;
    for (size_t i = 0; i < labels->count; i++)
        if (!is_name(&labels->at[i]))
            series->values[n++] = symbols_intern(store->symbols, labels->at[i].value);
    series->shape = shape;
    series->hash = (uint32_t)labels->hash;
    if (family->count == family->bucket_count * PER_BUCKET)
        grow_buckets(family);
    add_to_bucket(family, series);
    family->count++;
    store->series_count++;
    return series;
}

static struct series *series_of(struct store *store, const struct labels *labels)
{
    struct family *family = family_of(store, labels_get(labels, LABEL_NAME));
    struct series *series = NULL;
    if (family->bucket_count)
        series = family->buckets[(uint32_t)labels->hash & (family->bucket_count - 1)];
    while (series && !has_labels(series, labels))
        series = series->next;
    return series ? series : new_series(family, labels);
}

static const struct point *points_of(const struct series *series)
{
    return series->count > 1 ? series->points : &series->only;
}

/* The room is FIRST_POINTS, or the power of two that count has reached. */
static bool is_full(const struct series *series)
{
    return series->count >= FIRST_POINTS && !(series->count & (series->count - 1));
}

static void add_point(struct series *series, struct point point)
{
    if (series->count == 0) {
        series->only = point;
    } else if (series->count == 1) {
        struct point *points = must(malloc(FIRST_POINTS * sizeof *points));
        points[0] = series->only;
        points[1] = point;
        series->points = points;
    } else {
        if (is_full(series))
            series->points =
                must(realloc(series->points, 2 * (size_t)series->count * sizeof *series->points));
        series->points[series->count] = point;
    }
    series->count++;
}

int store_append_series(struct store *store, const struct labels *labels, int64_t t, double v,
                        const struct series **appended, struct error *e)
{
    struct series *series = series_of(store, labels);
    *appended = series;
    if (series->count) {
        const struct point *last = &points_of(series)[series->count - 1];
        if (t == last->t && memcmp(&v, &last->v, sizeof v) == 0)
            return 0;
        if (t <= last->t)
            return error_set(e, -EINVAL,
                             "store: sample of %s at %lld ms is not later than the last one",
                             labels_get(labels, LABEL_NAME), (long long)t);
    }
    if (series->count == UINT32_MAX)
        return error_set(e, -ENOSPC, "store: too many samples of %s",
                         labels_get(labels, LABEL_NAME));
    add_point(series, (struct point){t, v});
    return 0;
}

/* The labels of a series; at has room for shape->count + 1. */
static void copy_labels(const struct series *series, struct label *at)
{
    const struct shape *shape = series->shape;
    /* First, as it sorts before lower-case names, of which there are most. */
    *at++ = (struct label){LABEL_NAME, shape->family->name};
    for (size_t i = 0; i < shape->count; i++)
        at[i] = (struct label){shape->names[i], series->values[i]};
}

const struct labels *series_labels(const struct series *series)
{
    if (!series->labels) {
        struct arena *arena = series->shape->family->store->arena;
        struct label few[STACK_LABELS], *at = few;
        size_t count = series->shape->count + 1;
        if (count > STACK_LABELS)
            at = ARENA_ARRAY(arena, struct label, count);
        copy_labels(series, at);
        /* What is made here is kept, which changes nothing that anybody can see. */
        ((struct series *)series)->labels = labels_new(arena, at, count);
    }
    return series->labels;
}

struct selection {
    const struct matcher *matchers;
    size_t matcher_count;
    struct arena *arena;
    const struct series **series;
    size_t count, room, touched;
    int failed;
    struct error *e;
    size_t *places; /* where in the shape at hand each matcher's label stands */
};

/* Where in the values of a series of that shape the label stands; shape->count: nowhere. */
static size_t place_of(const struct shape *shape, const char *name)
{
    size_t place = 0;
    while (place < shape->count && strcmp(shape->names[place], name) != 0)
        place++;
    return place;
}

static void take_shape(struct selection *s, const struct shape *shape)
{
    for (size_t i = 0; i < s->matcher_count; i++)
        s->places[i] = place_of(shape, s->matchers[i].name);
}

/* As matchers_test(), without a label set. */
static int test(struct selection *s, const struct series *series)
{
    const struct shape *shape = series->shape;
    for (size_t i = 0; i < s->matcher_count; i++) {
        const struct matcher *matcher = &s->matchers[i];
        const char *value = "";
        if (s->places[i] < shape->count)
            value = series->values[s->places[i]];
        else if (strcmp(matcher->name, LABEL_NAME) == 0)
            value = shape->family->name;
        int holds = matcher_test(matcher, value, s->e);
        if (holds <= 0)
            return holds;
    }
    return 1;
}

static void consider(struct selection *s, const struct series *series)
{
    s->touched++;
    int holds = test(s, series);
    if (holds < 0)
        s->failed = holds;
    if (holds <= 0)
        return;
    s->series = arena_grow(s->arena, s->series, s->count, &s->room, sizeof(*s->series));
    s->series[s->count++] = series;
}

static void consider_family(struct selection *s, const struct family *family)
{
    for (const struct shape *shape = family->shapes; shape; shape = shape->next) {
        take_shape(s, shape);
        for (const struct chunk *chunk = shape->first; chunk; chunk = chunk->next)
            for (size_t i = 0; i < chunk->count && !s->failed; i++)
                consider(s, series_at(shape, chunk, i));
    }
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

static void sort_by_labels(struct selection *s)
{
    for (size_t i = 0; i < s->count; i++)
        series_labels(s->series[i]);
    if (s->count)
        qsort(s->series, s->count, sizeof(*s->series), by_labels);
}

int store_select(const struct store *store, const struct matcher *matchers, size_t matcher_count,
                 struct arena *arena, const struct series ***series, size_t *count, size_t *touched,
                 struct error *e)
{
    struct selection s = {
        .matchers = matchers,
        .matcher_count = matcher_count,
        .arena = arena,
        .e = e,
        .places = ARENA_ARRAY(arena, size_t, matcher_count),
    };
    const char *name = name_wanted(matchers, matcher_count);
    const struct family *family = name ? find_family(store, name) : store->families;

    for (; family; family = name ? NULL : family->next)
        consider_family(&s, family);
    sort_by_labels(&s);
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
    for (const struct family *family = store->families; family; family = family->next)
        consider_family(&all, family);
    sort_by_labels(&all);
    for (size_t i = 0; i < all.count; i++)
        visit(all.series[i], arg);
}
