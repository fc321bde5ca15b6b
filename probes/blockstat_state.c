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

struct blockstat_remembered *blockstat_recall(const struct blockstat_state *state, const char *disk)
{
    struct blockstat_remembered key = {.disk = disk};
    return state->count ? bsearch(&key, state->at, state->count, sizeof key, by_disk) : NULL;
}

bool blockstat_ours(struct blockstat_state *state, const char *disk, int64_t before, int64_t after)
{
    struct blockstat_remembered *known = blockstat_recall(state, disk);
    int64_t errors = before < 0 ? 0 : after - before;
    if (!known || errors <= 0)
        return false;
    known->ours += errors < BLOCKSTAT_OURS ? (uint64_t)errors : BLOCKSTAT_OURS;
    return true;
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
        const struct blockstat_remembered *at = &state->at[i];
        const struct blockstat_memory *memory = &at->memory;
        if (memory->seen)
            json_object_set_new(
                disks, at->disk,
                json_pack("{sI sI sI sI sb sI sI}", "done", (json_int_t)memory->done, "timeouts",
                          (json_int_t)memory->timeouts, "drift", (json_int_t)memory->drift,
                          "since_ns", (json_int_t)memory->since_ns, "waiting", (int)memory->waiting,
                          "errors", (json_int_t)at->errors, "ours", (json_int_t)at->ours));
    }
    return disks;
}

static int64_t number_of(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static struct blockstat_remembered take(const char *disk, const json_t *from)
{
    return (struct blockstat_remembered){
        .disk = disk,
        .memory = {.seen = true,
                   .done = (uint64_t)number_of(from, "done"),
                   .timeouts = (uint64_t)number_of(from, "timeouts"),
                   .drift = (uint64_t)number_of(from, "drift"),
                   .since_ns = number_of(from, "since_ns"),
                   .waiting = json_is_true(json_object_get(from, "waiting"))},
        .errors = (uint64_t)number_of(from, "errors"),
        .ours = (uint64_t)number_of(from, "ours"),
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
        take(arena_strdup(state->arena, disk), one);
    blockstat_sort(state->at, state->count);
    return state;
}
