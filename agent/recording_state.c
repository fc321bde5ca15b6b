/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/recording_state.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

struct recording_state {
    void *tree; /* tsearch(3) by path */
    size_t count, bytes;
};

struct recording_state *recording_state_new(void)
{
    struct recording_state *state = calloc(1, sizeof *state);
    if (!state)
        abort();
    return state;
}

static void free_entry(void *entry)
{
    struct recorded *recorded = entry;
    free(recorded->path);
    free(recorded->data);
    free(recorded->before);
    free(recorded);
}

void recording_state_free(struct recording_state **state)
{
    if (!*state)
        return;
    tdestroy((*state)->tree, free_entry);
    free(*state);
    *state = NULL;
}

static int by_path(const void *a, const void *b)
{
    const struct recorded *x = a, *y = b;
    return strcmp(x->path, y->path);
}

struct recorded *recording_state_find(const struct recording_state *state, const char *path)
{
    const struct recorded key = {.path = (char *)(uintptr_t)path};
    struct recorded *const *found = tfind(&key, &state->tree, by_path);
    return found ? *found : NULL;
}

bool recording_path_is_good(const char *path)
{
    if (path[0] != '/' || strlen(path) >= 4096)
        return false;
    if (!path[1])
        return true; /* the root itself */
    while (*path == '/') {
        size_t n = strcspn(++path, "/");
        if (n == 0 || n > 255 || (n == 1 && path[0] == '.') ||
            (n == 2 && path[0] == '.' && path[1] == '.'))
            return false;
        path += n;
    }
    return true;
}

void recorded_forget(struct recorded *entry)
{
    free(entry->before);
    entry->before = NULL;
    entry->before_length = 0;
}

static void *copy(const void *data, size_t length)
{
    char *made = malloc(length + 1);
    if (!made)
        abort();
    if (length)
        memcpy(made, data, length);
    made[length] = '\0';
    return made;
}

static struct recorded *add(struct recording_state *state, const char *path)
{
    struct recorded *made = calloc(1, sizeof *made);
    if (!made)
        abort();
    made->path = copy(path, strlen(path));
    made->data = copy("", 0);
    made->hash = XXH3_64bits("", 0);
    if (!tsearch(made, &state->tree, by_path))
        abort();
    state->count++;
    return made;
}

int recording_state_put(struct recording_state *state, enum root_kind kind, const char *path,
                        const void *data, size_t length, struct recorded **entry, struct error *e)
{
    struct recorded *known = recording_state_find(state, path);
    uint64_t hash = XXH3_64bits(data, length);

    *entry = known;
    if (known && known->kind == kind && known->hash == hash && known->length == length)
        return 0;
    if (!recording_path_is_good(path))
        return error_set(e, -EINVAL, "'%.200s' is no path", path);
    if ((!known && state->count >= RECORDING_MAX_PATHS) || length > RECORDING_MAX_FILE ||
        state->bytes + length > RECORDING_MAX_BYTES)
        return error_set(e, -E2BIG, "%.200s: more than a recording may hold", path);
    if (!known)
        known = *entry = add(state, path);
    state->bytes += length - known->length;
    if (known->before || known->kind != ROOT_FILE) {
        free(known->data);
    } else {
        known->before = known->data;
        known->before_length = known->length;
    }
    known->data = copy(data, length);
    known->length = length;
    known->hash = hash;
    known->kind = kind;
    return 1;
}

void recording_state_remove(struct recording_state *state, const char *path)
{
    struct recorded *known = recording_state_find(state, path);
    if (!known)
        return;
    tdelete(known, &state->tree, by_path);
    state->count--;
    state->bytes -= known->length;
    free_entry(known);
}

struct walk {
    void (*visit)(struct recorded *entry, void *arg);
    void *arg;
};

static void visit_node(const void *node, VISIT which, void *closure)
{
    const struct walk *walk = closure;
    if (which == postorder || which == leaf)
        walk->visit(*(struct recorded *const *)node, walk->arg);
}

void recording_state_walk(const struct recording_state *state,
                          void (*visit)(struct recorded *entry, void *arg), void *arg)
{
    struct walk walk = {visit, arg};
    twalk_r(state->tree, visit_node, &walk);
}

size_t recording_state_count(const struct recording_state *state)
{
    return state->count;
}
