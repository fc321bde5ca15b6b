/* SPDX-License-Identifier: Apache-2.0 */
#include "core/labels.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

const struct labels labels_empty;

size_t labels_bytes(size_t count)
{
    return sizeof(struct labels) + count * sizeof(struct label);
}

static int by_name(const struct label *a, const struct label *b)
{
    return a->name == b->name ? 0 : strcmp(a->name, b->name);
}

/* Insertion sort: sets are small and mostly come sorted. Equal names keep their order. */
static void sort_labels(struct label *at, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct label moved = at[i];
        size_t j = i;
        for (; j > 0 && by_name(&at[j - 1], &moved) > 0; j--)
            at[j] = at[j - 1];
        at[j] = moved;
    }
}

/* A set's hash is the sum of its labels', so that it follows from a like set's with little work. */
static uint64_t hash_label(const struct label *label)
{
    uint64_t hash = XXH3_64bits(label->name, strlen(label->name));
    return XXH3_64bits_withSeed(label->value, strlen(label->value), hash);
}

/* Puts a set in order in place: sorted, the last of equal names kept, empty values dropped. */
static const struct labels *finish(struct labels *labels)
{
    size_t kept = 0;
    sort_labels(labels->at, labels->count);
    for (size_t i = 0; i < labels->count; i++) {
        bool superseded = i + 1 < labels->count && by_name(&labels->at[i], &labels->at[i + 1]) == 0;
        if (!superseded && labels->at[i].value[0])
            labels->at[kept++] = labels->at[i];
    }
    labels->count = kept;
    for (size_t i = 0; i < kept; i++)
        labels->hash += hash_label(&labels->at[i]);
    return labels;
}

const struct labels *labels_new(struct arena *arena, const struct label *list, size_t count)
{
    struct labels *labels = arena_alloc(arena, labels_bytes(count));
    labels->count = count;
    if (count)
        memcpy(labels->at, list, count * sizeof *list);
    return finish(labels);
}

const char *labels_get(const struct labels *labels, const char *name)
{
    int order = -1;
    size_t i = 0;
    while (i < labels->count && (order = strcmp(labels->at[i].name, name)) < 0)
        i++;
    return order == 0 ? labels->at[i].value : "";
}

int labels_compare(const struct labels *a, const struct labels *b)
{
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        int order = by_name(&a->at[i], &b->at[i]);
        if (!order && a->at[i].value != b->at[i].value)
            order = strcmp(a->at[i].value, b->at[i].value);
        if (order)
            return order;
    }
    return a->count < b->count ? -1 : a->count > b->count;
}

bool labels_equal(const struct labels *a, const struct labels *b)
{
    return a == b || (a->hash == b->hash && labels_compare(a, b) == 0);
}

const struct labels *labels_with(struct arena *arena, const struct labels *base, const char *name,
                                 const char *value)
{
    const struct label label = {name, value};
    struct labels *labels = arena_alloc(arena, labels_bytes(base->count + 1));
    size_t place = 0;
    while (place < base->count && by_name(&base->at[place], &label) < 0)
        labels->at[labels->count++] = base->at[place++];
    labels->hash = base->hash;
    if (place < base->count && by_name(&base->at[place], &label) == 0)
        labels->hash -= hash_label(&base->at[place++]);
    if (*value) {
        labels->hash += hash_label(&label);
        labels->at[labels->count++] = label;
    }
    while (place < base->count)
        labels->at[labels->count++] = base->at[place++];
    return labels;
}

static bool is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (*name == *names[i] && strcmp(name, names[i]) == 0)
            return true;
    return false;
}

const struct labels *labels_copy(struct arena *arena, const struct labels *labels)
{
    struct labels *copy = arena_alloc(arena, labels_bytes(labels->count));
    *copy = *labels;
    for (size_t i = 0; i < labels->count; i++) {
        copy->at[i].name = arena_strdup(arena, labels->at[i].name);
        copy->at[i].value = arena_strdup(arena, labels->at[i].value);
    }
    return copy;
}

const struct labels *labels_filter(struct arena *arena, const struct labels *base,
                                   const char *const *names, size_t count, bool keep)
{
    struct labels *labels = arena_alloc(arena, labels_bytes(base->count));
    for (size_t i = 0; i < base->count; i++) {
        const struct label *label = &base->at[i];
        bool named = is_among(label->name, names, count);
        if (named)
            labels->hash += hash_label(label);
        if (named == keep)
            labels->at[labels->count++] = *label;
    }
    if (!keep)
        labels->hash = base->hash - labels->hash;
    return labels;
}

void label_escape(const char *text, struct buf *out)
{
    for (;;) {
        size_t plain = strcspn(text, "\\\"\n");
        buf_add(out, text, plain);
        text += plain;
        if (!*text)
            return;
        buf_puts(out, *text == '\n' ? "\\n" : *text == '"' ? "\\\"" : "\\\\");
        text++;
    }
}

/* [a-zA-Z_:][a-zA-Z0-9_:]*, a label's name without the colon: what needs no quotes. */
static bool is_plain(const char *name, bool colon)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:";
    static const char others[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:0123456789";
    return *name && strchr(first, *name) && !name[strspn(name, others)] &&
           (colon || !strchr(name, ':'));
}

static void put_quoted(const char *text, struct buf *out)
{
    buf_puts(out, "\"");
    label_escape(text, out);
    buf_puts(out, "\"");
}

static void put_label(const struct label *label, struct buf *out)
{
    if (is_plain(label->name, false))
        buf_puts(out, label->name);
    else
        put_quoted(label->name, out);
    buf_puts(out, "=");
    put_quoted(label->value, out);
}

void labels_print(const struct labels *labels, struct buf *out)
{
    const char *separator = "{", *name = labels_get(labels, LABEL_NAME);
    if (!*name || is_plain(name, true)) {
        buf_puts(out, name);
    } else {
        buf_puts(out, "{");
        put_quoted(name, out);
        separator = ",";
    }
    for (size_t i = 0; i < labels->count; i++) {
        if (strcmp(labels->at[i].name, LABEL_NAME) == 0)
            continue;
        buf_puts(out, separator);
        put_label(&labels->at[i], out);
        separator = ",";
    }
    if (*separator == ',')
        buf_puts(out, "}");
    else if (!*name)
        buf_puts(out, "{}");
}
