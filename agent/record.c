/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/host.h"
#include "agent/local_probe.h"
#include "agent/mask.h"
#include "probes/registry.h"

enum { SAMPLES_MAX = RECORDING_MAX_FILE };

/* With a mask: what was put, or that an owner was done (path NULL). */
struct held {
    uint32_t owner;
    enum root_kind kind;
    const char *path, *data;
    size_t length;
    bool is_whole; /* what is kept of the owner's is as record_tree() has it */
};

struct record {
    struct recording *recording;
    struct mask *mask;
    struct arena *arena; /* of what is held back in a look */
    struct held *held;
    size_t held_count, held_room;
    uint32_t owner; /* whose round it is */
    int code;       /* the first that went wrong */
    struct error error;
};

struct record *record_new(struct recording *recording, struct mask *mask)
{
    struct record *record = calloc(1, sizeof *record);
    if (!record)
        abort();
    record->recording = recording;
    record->mask = mask;
    record->arena = arena_new();
    return record;
}

void record_free(struct record **record)
{
    if (!*record)
        return;
    arena_free(&(*record)->arena);
    free(*record);
    *record = NULL;
}

void record_begin(struct record *record, const struct recording_look *look)
{
    record->code = 0;
    arena_reset(record->arena);
    record->held = NULL;
    record->held_count = record->held_room = 0;
    recording_begin(record->recording, look);
}

static void hold(struct record *record, const struct held *held)
{
    record->held = arena_grow(record->arena, record->held, record->held_count, &record->held_room,
                              sizeof *record->held);
    record->held[record->held_count++] = *held;
}

static void put(struct record *record, const struct held *held)
{
    int code = recording_put(record->recording, held->owner, held->kind, held->path, held->data,
                             held->length, &record->error);
    if (code < 0 && record->code == 0)
        record->code = code;
}

void record_see(struct record *record, uint32_t owner, enum root_kind kind, const char *path,
                const void *data, size_t length)
{
    struct held held = {.owner = owner, .kind = kind, .path = path, .data = data, .length = length};
    if (!record->mask) {
        put(record, &held);
        return;
    }
    held.path = arena_strdup(record->arena, path);
    held.data = arena_strndup(record->arena, length ? data : "", length);
    hold(record, &held);
}

/*
 * What a library reads of a disk is not read below the root, and some of it not in each round: it
 * stays for as long as the disk is there.
 */
static bool stays(const struct recording_state *state, const char *path)
{
    static const char folder[] = "/smart/";
    char block[512];
    size_t skip = strlen(folder);

    if (strncmp(path, folder, skip) != 0)
        return false;
    snprintf(block, sizeof block, "/sys/block/%.*s", (int)strcspn(path + skip, "."), path + skip);
    return recording_state_find(state, block) != NULL;
}

static void done(struct record *record, uint32_t owner, bool is_whole)
{
    if (record->mask)
        hold(record, &(struct held){.owner = owner, .is_whole = is_whole});
    else
        recording_owner_done(record->recording, owner, is_whole ? NULL : stays);
}

void record_done(struct record *record, uint32_t owner)
{
    done(record, owner, owner == RECORD_SAMPLES);
}

/* A path may hold such names too: of a link to a disk by its serial number. */
static void put_masked(struct record *record, const struct held *held)
{
    struct buf path = {0}, data = {0};
    struct held masked = *held;

    mask_text(record->mask, "", held->path, strlen(held->path), &path);
    mask_text(record->mask, held->path, held->data, held->length, &data);
    masked.path = path.data;
    masked.data = data.length ? data.data : "";
    masked.length = data.length;
    put(record, &masked);
    buf_free(&path);
    buf_free(&data);
}

static void release(struct record *record)
{
    for (size_t i = 0; i < record->held_count; i++)
        if (record->held[i].path)
            mask_learn(record->mask, record->held[i].path, record->held[i].data,
                       record->held[i].length);
    for (size_t i = 0; i < record->held_count; i++) {
        const struct held *held = &record->held[i];
        if (held->path)
            put_masked(record, held);
        else
            recording_owner_done(record->recording, held->owner, held->is_whole ? NULL : stays);
    }
}

int record_end(struct record *record, struct error *e)
{
    if (record->mask)
        release(record);
    if (record->code < 0) {
        *e = record->error;
        return record->code;
    }
    return recording_end(record->recording, e);
}

static void on_read(void *arg, enum root_kind kind, const char *path, const void *data,
                    size_t length)
{
    struct record *record = arg;
    record_see(record, record->owner, kind, path, data, length);
}

/* What the tree has of probes that are not run over files: whoever made it put that there. */
static void read_samples(const struct root *root)
{
    SCRATCH_ARENA(arena);
    char **names, *text;
    size_t count;

    if (root_list(root, "/samples", arena, &names, &count, NULL) < 0)
        return;
    for (size_t i = 0; i < count; i++)
        root_read(root, arena_printf(arena, "/samples/%s", names[i]), SAMPLES_MAX, arena, &text,
                  NULL, NULL);
}

void record_tree(struct record *record, struct root *root, const struct clock *clock)
{
    const struct root_tap tap = {on_read, record};
    SCRATCH_ARENA(arena);

    root_watch(root, &tap);
    for (uint32_t i = 0; probes[i]; i++) {
        const struct local_probe local = {probes[i], root, clock, NULL};
        record->owner = i;
        struct seen *seen = local_probe_look(&local);
        seen_free(&seen);
        done(record, i, true);
    }
    record->owner = RECORD_HOST;
    host_name(root, arena);
    record_done(record, RECORD_HOST);
    record->owner = RECORD_SAMPLES;
    read_samples(root);
    record_done(record, RECORD_SAMPLES);
    root_watch(root, NULL);
}
