/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/host.h"
#include "agent/local_probe.h"
#include "probes/registry.h"

enum { SAMPLES_MAX = RECORDING_MAX_FILE };

struct record {
    struct recording *recording;
    uint32_t owner; /* whose round it is */
    int code;       /* the first that went wrong */
    struct error error;
};

struct record *record_new(struct recording *recording)
{
    struct record *record = calloc(1, sizeof *record);
    if (!record)
        abort();
    record->recording = recording;
    return record;
}

void record_free(struct record **record)
{
    free(*record);
    *record = NULL;
}

void record_begin(struct record *record, const struct recording_look *look)
{
    record->code = 0;
    recording_begin(record->recording, look);
}

int record_end(struct record *record, struct error *e)
{
    if (record->code < 0) {
        *e = record->error;
        return record->code;
    }
    return recording_end(record->recording, e);
}

void record_see(struct record *record, uint32_t owner, enum root_kind kind, const char *path,
                const void *data, size_t length)
{
    int code = recording_put(record->recording, owner, kind, path, data, length, &record->error);
    if (code < 0 && record->code == 0)
        record->code = code;
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

void record_done(struct record *record, uint32_t owner)
{
    recording_owner_done(record->recording, owner, owner == RECORD_SAMPLES ? NULL : stays);
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
        recording_owner_done(record->recording, i, NULL);
    }
    record->owner = RECORD_HOST;
    host_name(root, arena);
    record_done(record, RECORD_HOST);
    record->owner = RECORD_SAMPLES;
    read_samples(root);
    record_done(record, RECORD_SAMPLES);
    root_watch(root, NULL);
}
