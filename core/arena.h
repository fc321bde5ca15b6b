/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Memory that is freed all at once: one arena a poll, a parsed rule file, an evaluation. Allocation
 * never returns NULL (a process out of memory aborts), so whoever reads outside input bounds it
 * before asking. An arena belongs to one thread.
 */
struct arena;

struct arena *arena_new(void);
void arena_free(struct arena **arena);
void arena_reset(struct arena *arena);         /* empties it, keeps one block */
size_t arena_bytes(const struct arena *arena); /* taken from malloc */

/*
 * For a program that makes arenas again and again, at each tick: malloc keeps what is freed, up to
 * 64 MiB, instead of giving it back to the kernel, which costs more than filling it. Call it once.
 */
void arena_keep_memory(void);

void *arena_alloc(struct arena *arena, size_t bytes); /* zeroed, aligned for any type */
char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* The item array grown so that one more fits: arena_grow(a, items, n, &room, sizeof *items). */
void *arena_grow(struct arena *arena, void *items, size_t used, size_t *room, size_t item_bytes);

#define ARENA_NEW(arena, type)          ((type *)arena_alloc(arena, sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc(arena, sizeof(type) * (count)))

static inline void arena_cleanup(struct arena **arena)
{
    arena_free(arena);
}

/* SCRATCH_ARENA(a); gives an arena that ends with the block. */
#define SCRATCH_ARENA(name) __attribute__((cleanup(arena_cleanup))) struct arena *name = arena_new()

#endif
