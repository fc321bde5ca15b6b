/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/smart_memory.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

struct smart_memory {
    void *tree;
    size_t count;
};

struct smart_memory *smart_memory_new(void)
{
    struct smart_memory *memory = calloc(1, sizeof *memory);
    if (!memory)
        abort();
    return memory;
}

static int by_disk(const void *a, const void *b)
{
    return strcmp(((const struct smart_known *)a)->disk, ((const struct smart_known *)b)->disk);
}

static void known_free(void *entry)
{
    struct smart_known *known = entry;
    arena_free(&known->arena);
    free(known);
}

void smart_memory_free(struct smart_memory **memory)
{
    if (*memory)
        tdestroy((*memory)->tree, known_free);
    free(*memory);
    *memory = NULL;
}

struct smart_known *smart_memory_of(struct smart_memory *memory, const char *disk)
{
    struct smart_known key = {.disk = disk};
    void **found = tfind(&key, &memory->tree, by_disk);
    if (found)
        return *found;
    if (memory->count >= SMART_MEMORY_DISKS)
        return NULL;
    struct smart_known *known = calloc(1, sizeof *known);
    if (!known)
        abort();
    known->arena = arena_new();
    known->disk = arena_strdup(known->arena, disk);
    known->device = known->model = known->serial = known->firmware = known->bus = "";
    smart_facts_init(&known->facts);
    memcpy(known->logs, known->facts.number, sizeof known->logs); /* all unknown */
    if (!tsearch(known, &memory->tree, by_disk))
        abort();
    memory->count++;
    return known;
}

void smart_memory_drop(struct smart_memory *memory, struct smart_known **known)
{
    tdelete(*known, &memory->tree, by_disk);
    memory->count--;
    known_free(*known);
    *known = NULL;
}

static const char *copy(struct arena *arena, const char *text)
{
    return text && text[0] ? arena_strdup(arena, text) : "";
}

static void copy_facts(struct smart_known *known, const struct smart_facts *facts)
{
    known->facts = *facts;
    known->facts.disk = known->disk;
    known->facts.model = known->facts.serial = known->facts.firmware = "";
    known->facts.wwn = known->facts.bus = known->facts.doubt = "";
    known->facts.attributes = NULL;
    if (facts->attribute_count == 0)
        return;
    known->facts.attributes =
        ARENA_ARRAY(known->arena, struct smart_attribute, facts->attribute_count);
    for (size_t i = 0; i < facts->attribute_count; i++) {
        known->facts.attributes[i] = facts->attributes[i];
        known->facts.attributes[i].name = copy(known->arena, facts->attributes[i].name);
    }
}

void smart_memory_keep(struct smart_known *known, const struct disk *disk,
                       const struct smart_facts *facts, int64_t now_ms)
{
    /* all is written anew, so that what was there before does not pile up */
    struct arena *before = known->arena;
    struct smart_facts old = known->facts;
    known->arena = arena_new();
    known->disk = copy(known->arena, known->disk);
    known->device = copy(known->arena, disk->device);
    known->model = copy(known->arena, disk->model);
    known->serial = copy(known->arena, disk->serial);
    known->firmware = copy(known->arena, disk->firmware);
    known->bus = copy(known->arena, disk->bus);
    copy_facts(known, facts ? facts : &old);
    arena_free(&before);
    known->seen_ms = now_ms;
    known->present = true;
    if (facts)
        known->read_ms = now_ms;
}

void smart_memory_see(struct smart_memory *memory, const struct disk *disk, int64_t now_ms)
{
    struct smart_known *known = smart_memory_of(memory, disk->disk);
    if (known)
        smart_memory_keep(known, disk, NULL, now_ms);
}

void smart_memory_logs(struct smart_known *known, const struct smart_facts *logs, uint64_t marks,
                       int64_t now_ms)
{
    smart_facts_rename(&known->facts, logs);
    for (size_t i = 0; i < known->facts.attribute_count; i++)
        known->facts.attributes[i].name = copy(known->arena, known->facts.attributes[i].name);
    memcpy(known->logs, logs->number, sizeof known->logs);
    known->marks = marks;
    known->logs_ms = now_ms;
    known->logs_due = false;
}

struct walk {
    void (*visit)(struct smart_known *, void *);
    void *arg;
    struct smart_known **found;
    size_t count;
};

static void gather(const void *node, VISIT order, void *arg)
{
    struct walk *walk = arg;
    if (order == postorder || order == leaf)
        walk->found[walk->count++] = *(struct smart_known *const *)node;
}

void smart_memory_walk(struct smart_memory *memory, void (*visit)(struct smart_known *, void *),
                       void *arg)
{
    /* listed first, so that visit may drop the entry */
    SCRATCH_ARENA(arena);
    struct walk walk = {.found = ARENA_ARRAY(arena, struct smart_known *, memory->count + 1)};
    twalk_r(memory->tree, gather, &walk);
    for (size_t i = 0; i < walk.count; i++)
        visit(walk.found[i], arg);
}

struct search {
    const char *device;
    struct smart_known *found;
};

static void is_at(struct smart_known *known, void *arg)
{
    struct search *search = arg;
    if (strcmp(known->device, search->device) == 0)
        search->found = known;
}

struct smart_known *smart_memory_at(struct smart_memory *memory, const char *device)
{
    struct search search = {.device = device};
    smart_memory_walk(memory, is_at, &search);
    return search.found;
}

void smart_memory_left_out(struct smart_memory *memory, const char *device)
{
    struct smart_known *known = smart_memory_at(memory, device);
    if (known)
        known->present = true;
}

uint64_t smart_marks(const struct smart_facts *facts)
{
    static const enum smart_number marks[] = {
        SMART_HEALTHY,
        SMART_REALLOCATED,
        SMART_PENDING,
        SMART_OFFLINE_UNCORRECTABLE,
        SMART_CRC_ERRORS,
        SMART_GROWN_DEFECTS,
        SMART_SPIN_RETRIES,
        SMART_REPORTED_UNCORRECTABLE,
        SMART_WEAR,
        SMART_END_TO_END_ERRORS,
        SMART_COMMAND_TIMEOUTS,
    };
    double values[sizeof marks / sizeof marks[0]];
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        double value = facts->number[marks[i]];
        values[i] = value >= 0 ? value : -1; /* one NAN is as good as another */
    }
    return XXH3_64bits(values, sizeof values);
}
