/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/blockstat_state.h"

#include <stdlib.h>
#include <string.h>

struct blockstat_state *blockstat_state_new(void)
{
    struct blockstat_state *state = calloc(1, sizeof *state);
    if (!state)
        abort();
    return state;
}

void blockstat_state_free(struct blockstat_state **state)
{
    if (!*state)
        return;
    arena_free(&(*state)->arena);
    free(*state);
    *state = NULL;
}

static int by_disk(const void *a, const void *b)
{
    const struct blockstat_remembered *one = a, *other = b;
    return strcmp(one->disk, other->disk);
}

void blockstat_sort(struct blockstat_remembered *at, size_t count)
{
    if (count)
        qsort(at, count, sizeof *at, by_disk);
}

struct blockstat_memory blockstat_recall(const struct blockstat_state *state, const char *disk)
{
    struct blockstat_remembered key = {.disk = disk}, *known = NULL;
    if (state->count)
        known = bsearch(&key, state->at, state->count, sizeof key, by_disk);
    return known ? known->memory : (struct blockstat_memory){0};
}

bool blockstat_waits(const struct blockstat_state *state)
{
    for (size_t i = 0; i < state->count; i++)
        if (state->at[i].memory.waiting)
            return true;
    return false;
}

json_t *blockstat_state_render(const struct blockstat_state *state)
{
    json_t *disks = json_object();
    for (size_t i = 0; i < state->count; i++) {
        const struct blockstat_memory *memory = &state->at[i].memory;
        if (memory->seen)
            json_object_set_new(disks, state->at[i].disk,
                                json_pack("{sI sI sI sI sb}", "done", (json_int_t)memory->done,
                                          "timeouts", (json_int_t)memory->timeouts, "drift",
                                          (json_int_t)memory->drift, "since_ns",
                                          (json_int_t)memory->since_ns, "waiting",
                                          (int)memory->waiting));
    }
    return disks;
}

static int64_t number_of(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static struct blockstat_memory take(const json_t *from)
{
    return (struct blockstat_memory){
        .seen = true,
        .done = (uint64_t)number_of(from, "done"),
        .timeouts = (uint64_t)number_of(from, "timeouts"),
        .drift = (uint64_t)number_of(from, "drift"),
        .since_ns = number_of(from, "since_ns"),
        .waiting = json_is_true(json_object_get(from, "waiting")),
    };
}

struct blockstat_state *blockstat_state_parse(const json_t *from)
{
    struct blockstat_state *state = blockstat_state_new();
    const char *disk;
    json_t *one;

    if (!json_is_object(from))
        return state;
    state->arena = arena_new();
    state->at = ARENA_ARRAY(state->arena, struct blockstat_remembered, json_object_size(from));
    json_object_foreach((json_t *)(uintptr_t)from, disk, one) state->at[state->count++] =
        (struct blockstat_remembered){arena_strdup(state->arena, disk), take(one)};
    blockstat_sort(state->at, state->count);
    return state;
}
