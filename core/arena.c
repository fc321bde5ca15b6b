/* SPDX-License-Identifier: Apache-2.0 */
#include "core/arena.h"

#include <malloc.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 256 * 1024 };
enum { KEPT_BYTES = 64 * 1024 * 1024, LARGEST_KEPT = 32 * 1024 * 1024 };

struct block {
    struct block *next; /* the block that was filled before this one */
    size_t room, used;
    alignas(max_align_t) char data[];
};

struct arena {
    struct block *top;
    size_t bytes;
};

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static void add_block(struct arena *arena, size_t room)
{
    struct block *block = must(malloc(sizeof *block + room));
    block->next = arena->top;
    block->room = room;
    block->used = 0;
    arena->top = block;
    arena->bytes += sizeof *block + room;
}

void arena_keep_memory(void)
{
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT);
}

struct arena *arena_new(void)
{
    return must(calloc(1, sizeof(struct arena)));
}

static void free_blocks(struct block *block)
{
    while (block) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_free(struct arena **arena)
{
    if (!*arena)
        return;
    free_blocks((*arena)->top);
    free(*arena);
    *arena = NULL;
}

void arena_reset(struct arena *arena)
{
    struct block *keep = arena->top;
    if (!keep)
        return;
    free_blocks(keep->next);
    if (keep->room > LARGEST_BLOCK) { /* made for one large thing that will hardly come again */
        free(keep);
        arena->top = NULL;
        arena->bytes = 0;
        return;
    }
    keep->next = NULL;
    keep->used = 0;
    arena->bytes = sizeof *keep + keep->room;
}

size_t arena_bytes(const struct arena *arena)
{
    return arena->bytes;
}

/* As arena_alloc(), with whatever the memory holds. */
static void *take(struct arena *arena, size_t bytes)
{
    const size_t align = alignof(max_align_t);
    if (bytes > SIZE_MAX / 2)
        abort();
    bytes = (bytes + align - 1) / align * align;
    if (!arena->top || arena->top->room - arena->top->used < bytes) {
        /* Each block twice the last, so that small arenas stay small and large ones have few. */
        size_t room = arena->top ? arena->top->room * 2 : FIRST_BLOCK;
        if (room > LARGEST_BLOCK)
            room = LARGEST_BLOCK;
        add_block(arena, bytes > room ? bytes : room);
    }
    void *memory = arena->top->data + arena->top->used;
    arena->top->used += bytes;
    return memory;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    return memset(take(arena, bytes), 0, bytes);
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    memcpy(copy, text, length);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    char *text = arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

void *arena_grow(struct arena *arena, void *items, size_t used, size_t *room, size_t item_bytes)
{
    if (used < *room)
        return items;
    *room = *room ? *room * 2 : 8;
    char *grown = take(arena, *room * item_bytes);
    if (used)
        memcpy(grown, items, used * item_bytes);
    memset(grown + used * item_bytes, 0, (*room - used) * item_bytes);
    return grown;
}
