/* SPDX-License-Identifier: Apache-2.0 */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "core/labels.h"

struct symbols {
    struct arena *arena;
    void *tree; /* tsearch(3) over the strings */
    size_t count;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void keep_node(void *node)
{
    (void)node; /* the arena owns the strings */
}

struct symbols *symbols_new(void)
{
    struct symbols *symbols = calloc(1, sizeof *symbols);
    if (!symbols)
        abort();
    symbols->arena = arena_new();
    return symbols;
}

void symbols_free(struct symbols **symbols)
{
    if (!*symbols)
        return;
    tdestroy((*symbols)->tree, keep_node);
    arena_free(&(*symbols)->arena);
    free(*symbols);
    *symbols = NULL;
}

const char *symbols_intern(struct symbols *symbols, const char *text)
{
    const char *const *known = tfind(text, &symbols->tree, by_text);
    if (known)
        return *known;
    char *copy = arena_strdup(symbols->arena, text);
    if (!tsearch(copy, &symbols->tree, by_text))
        abort();
    symbols->count++;
    return copy;
}

size_t symbols_bytes(const struct symbols *symbols)
{
    enum { NODE_BYTES = 32 }; /* of tsearch(3)'s tree, as malloc gives it */
    return arena_bytes(symbols->arena) + symbols->count * NODE_BYTES;
}
