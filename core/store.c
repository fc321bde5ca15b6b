/* SPDX-License-Identifier: Apache-2.0 */
#include "core/store.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "core/series.h"

enum { FIRST_BUCKETS = 4, PER_BUCKET = 2, MAX_SLAB = 256, STACK_LABELS = 16 };

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

void store_begin(struct store *store)
{
    store->symbols = symbols_new();
    store->arena = arena_new();
    store->by_name = NULL;
    store->families = store->last_asked = NULL;
    store->series_count = 0;
}

struct store *store_new(void)
{
    struct store *store = must(calloc(1, sizeof *store));
    store_begin(store);
    store->dropped_after = INT64_MAX;
    return store;
}

static void clear(struct series *series, void *arg)
{
    (void)arg;
    series_clear(series);
}

static void keep_node(void *node)
{
    (void)node; /* the arena owns the families */
}

void store_free_series(struct store *store)
{
    for (struct family *family = store->families; family; family = family->next)
        free(family->buckets);
    tdestroy(store->by_name, keep_node);
    arena_free(&store->arena);
    symbols_free(&store->symbols);
}

void store_free(struct store **store)
{
    if (!*store)
        return;
    store_each(*store, clear, NULL);
    store_free_series(*store);
    free((*store)->journal);
    buf_free(&(*store)->scratch);
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

/* Each slab has twice the room of the last, so that a shape of one series takes little. */
static void add_slab(struct arena *arena, struct shape *shape)
{
    struct slab *last = shape->last;
    size_t room = !last ? 1 : last->room < MAX_SLAB ? last->room * 2 : last->room;
    struct slab *slab = arena_alloc(arena, sizeof *slab + room * shape->stride);
    slab->room = room;
    shape->last = slab;
    if (last)
        last->next = slab;
    else
        shape->first = slab;
}

static struct series *allocate(struct arena *arena, struct shape *shape)
{
    if (!shape->last || shape->last->count == shape->last->room)
        add_slab(arena, shape);
    return slab_at(shape, shape->last, shape->last->count++);
}

static struct series *new_series(struct family *family, const struct labels *labels)
{
    struct store *store = family->store;
    struct shape *shape = shape_of(family, labels);
    if (store->series_count == MAX_SERIES)
        return NULL;
    struct series *series = allocate(store->arena, shape);
    size_t n = 0;
    for (size_t i = 0; i < labels->count; i++)
        if (!is_name(&labels->at[i]))
            series->values[n++] = symbols_intern(store->symbols, labels->at[i].value);
    series->shape = shape;
    series->hash = (uint32_t)labels->hash;
    series->id = (uint32_t)store->series_count++ & MAX_SERIES;
    if (family->count == family->bucket_count * PER_BUCKET)
        grow_buckets(family);
    add_to_bucket(family, series);
    family->count++;
    return series;
}

struct series *store_series_of(struct store *store, const struct labels *labels)
{
    struct family *family = family_of(store, labels_get(labels, LABEL_NAME));
    struct series *series = NULL;
    if (family->bucket_count)
        series = family->buckets[(uint32_t)labels->hash & (family->bucket_count - 1)];
    while (series && !has_labels(series, labels))
        series = series->next;
    return series ? series : new_series(family, labels);
}

size_t series_label_count(const struct series *series)
{
    return series->shape->count + 1;
}

void series_copy_labels(const struct series *series, struct label *at)
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
        series_copy_labels(series, at);
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
        for (const struct slab *slab = shape->first; slab; slab = slab->next)
            for (size_t i = 0; i < slab->count && !s->failed; i++)
                consider(s, slab_at(shape, slab, i));
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

/* They often come sorted: probes and rules give their series in that order. */
static void sort_by_labels(struct selection *s)
{
    bool sorted = true;
    for (size_t i = 0; i < s->count; i++) {
        series_labels(s->series[i]);
        sorted = sorted && (!i || by_labels(&s->series[i - 1], &s->series[i]) < 0);
    }
    if (!sorted)
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

size_t store_sample_count(const struct store *store)
{
    return store->sample_count;
}

size_t store_sample_bytes(const struct store *store)
{
    return store->sample_bytes;
}

size_t store_bytes(const struct store *store)
{
    return arena_bytes(store->arena) + symbols_bytes(store->symbols) + store->sample_bytes +
           store->journal_room * sizeof *store->journal;
}

void store_journal_start(struct store *store)
{
    store->has_journal = true;
}

struct store_journal store_journal_take(struct store *store)
{
    struct store_journal journal = {store->dropped_after, store->journal, store->journal_count};
    store->dropped_after = INT64_MAX;
    store->journal_count = 0;
    return journal;
}

void store_each(const struct store *store, void (*visit)(struct series *, void *), void *arg)
{
    for (const struct family *family = store->families; family; family = family->next)
        for (size_t i = 0; i < family->bucket_count; i++)
            for (struct series *series = family->buckets[i]; series; series = series->next)
                visit(series, arg);
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
