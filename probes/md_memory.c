/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/md_memory.h"

#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "probes/md_array.h"

struct known_array {
    const char *name, *uuid;
    struct md_past *at;
    size_t count, room;
};

struct generation {
    struct arena *arena;
    struct known_array *at;
    size_t count, room;
};

struct md_memory {
    struct generation past, now;
    const struct known_array *known; /* of the array at hand, NULL: none */
};

struct md_memory *md_memory_new(void)
{
    struct md_memory *memory = calloc(1, sizeof *memory);
    if (!memory)
        abort();
    memory->past.arena = arena_new();
    memory->now.arena = arena_new();
    return memory;
}

void md_memory_free(struct md_memory **memory)
{
    if (!*memory)
        return;
    arena_free(&(*memory)->past.arena);
    arena_free(&(*memory)->now.arena);
    free(*memory);
    *memory = NULL;
}

static void empty(struct generation *generation)
{
    arena_reset(generation->arena);
    *generation = (struct generation){.arena = generation->arena};
}

void md_memory_begin(struct md_memory *memory)
{
    empty(&memory->now);
    memory->known = NULL;
}

void md_memory_end(struct md_memory *memory)
{
    struct generation old = memory->past;
    memory->past = memory->now;
    memory->now = old;
    memory->known = NULL;
}

static const struct known_array *find(const struct generation *generation, const char *name)
{
    for (size_t i = 0; i < generation->count; i++)
        if (strcmp(generation->at[i].name, name) == 0)
            return &generation->at[i];
    return NULL;
}

static void add(struct generation *now, const char *name, const char *uuid)
{
    now->at = arena_grow(now->arena, now->at, now->count, &now->room, sizeof *now->at);
    now->at[now->count++] = (struct known_array){
        .name = arena_strdup(now->arena, name),
        .uuid = arena_strdup(now->arena, uuid),
    };
}

void md_memory_array(struct md_memory *memory, const char *name, const char *uuid)
{
    const struct known_array *known = find(&memory->past, name);
    if (known && known->uuid[0] && uuid[0] && strcmp(known->uuid, uuid) != 0)
        known = NULL;
    memory->known = known;
    add(&memory->now, name, uuid[0] || !known ? uuid : known->uuid);
}

void md_memory_keep(struct md_memory *memory, const char *name)
{
    const struct known_array *known = find(&memory->past, name);
    if (!known)
        return;
    add(&memory->now, name, known->uuid);
    for (size_t i = 0; i < known->count; i++)
        md_memory_note(memory, &known->at[i]);
}

const struct md_past *md_memory_device(const struct md_memory *memory, const char *device)
{
    for (size_t i = 0; memory->known && i < memory->known->count; i++)
        if (strcmp(memory->known->at[i].device, device) == 0)
            return &memory->known->at[i];
    return NULL;
}

const struct md_past *md_memory_slot(const struct md_memory *memory, int slot)
{
    const struct md_past *found = NULL;
    for (size_t i = 0; memory->known && i < memory->known->count; i++) {
        const struct md_past *past = &memory->known->at[i];
        if (past->slot == slot && (!found || past->serving))
            found = past;
    }
    return found;
}

void md_memory_note(struct md_memory *memory, const struct md_past *past)
{
    struct generation *now = &memory->now;
    struct known_array *array = &now->at[now->count - 1];
    if (array->count >= 2 * MD_MAX_MEMBERS)
        return;
    array->at = arena_grow(now->arena, array->at, array->count, &array->room, sizeof *array->at);
    array->at[array->count++] = (struct md_past){
        .device = arena_strdup(now->arena, past->device),
        .disk = arena_strdup(now->arena, past->disk),
        .slot = past->slot,
        .serving = past->serving,
    };
}

void md_memory_walk(const struct md_memory *memory,
                    void (*visit)(const char *array, const char *uuid, const struct md_past *past,
                                  void *arg),
                    void *arg)
{
    for (size_t i = 0; i < memory->past.count; i++) {
        const struct known_array *array = &memory->past.at[i];
        for (size_t j = 0; j < array->count; j++)
            visit(array->name, array->uuid, &array->at[j], arg);
    }
}
