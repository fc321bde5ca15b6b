/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probes/smart_ata.h"
#include "probes/smart_blob.h"
#include "probes/smart_json.h"
#include "probes/smart_round.h"

static const char folder[] = "/smart";

/* The names of the recorded disks: files without their endings, each once, and which were used. */
struct names {
    char **name;
    bool *used;
    size_t count;
};

static char *without_ending(struct arena *arena, const char *file, const char *ending)
{
    size_t n = strlen(file), m = strlen(ending);
    if (n <= m || strcmp(file + n - m, ending) != 0)
        return NULL;
    return arena_strndup(arena, file, n - m);
}

static bool is_new(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->name[i], name) == 0)
            return false;
    return true;
}

static int list(struct smart_round *round, struct names *names, struct error *e)
{
    char **files;
    size_t count;
    int code = root_list(round->run->root, folder, round->arena, &files, &count, e);
    if (code < 0)
        return code;
    names->name = ARENA_ARRAY(round->arena, char *, count + 1);
    names->used = ARENA_ARRAY(round->arena, bool, count + 1);
    for (size_t i = 0; i < count; i++) {
        char *name = without_ending(round->arena, files[i], ".blob");
        if (!name)
            name = without_ending(round->arena, files[i], ".json");
        if (name && is_new(names, name))
            names->name[names->count++] = name;
    }
    return 0;
}

/* What the two files of one disk came to. */
struct recording {
    char *blob_path, *json_path;
    bool has_blob, has_json; /* as files, whatever is in them */
    bool blob_good, json_good;
    struct smart_facts blob;
    struct smart_json json;
    struct error blob_error, json_error;
};

static void read_blob(struct smart_round *round, struct arena *arena, struct recording *r)
{
    char *bytes;
    size_t size;
    smart_facts_init(&r->blob);
    const struct smart_facts *names =
        r->json_good && r->json.outcome == SMART_READ ? &r->json.facts : NULL;
    r->has_blob = root_exists(round->run->root, r->blob_path);
    if (!r->has_blob)
        return;
    r->blob_good = root_read(round->run->root, r->blob_path, SMART_BLOB_MAX, arena, &bytes, &size,
                             &r->blob_error) == 0 &&
                   smart_blob_facts(bytes, size, names, arena, &r->blob, &r->blob_error) == 0;
}

static void read_json(struct smart_round *round, struct arena *arena, struct recording *r)
{
    char *text;
    size_t length;
    smart_facts_init(&r->json.facts);
    r->has_json = root_exists(round->run->root, r->json_path);
    if (!r->has_json)
        return;
    r->json_good = root_read(round->run->root, r->json_path, SMART_JSON_MAX, arena, &text, &length,
                             &r->json_error) == 0 &&
                   smart_json_parse(text, length, arena, &r->json, &r->json_error) == 0;
}

static void read_files(struct smart_round *round, const char *name, struct arena *arena,
                       struct recording *r)
{
    *r = (struct recording){0};
    r->blob_path = arena_printf(arena, "%s/%s.blob", folder, name);
    r->json_path = arena_printf(arena, "%s/%s.json", folder, name);
    read_json(round, arena, r);
    read_blob(round, arena, r); /* with the names that the JSON has */
}

static const struct smart_facts *merge(struct recording *r)
{
    bool read = r->json_good && r->json.outcome == SMART_READ;
    if (!r->blob_good)
        return read ? &r->json.facts : NULL;
    if (read)
        smart_facts_fill(&r->blob, &r->json.facts, 0, SMART_NUMBERS);
    return &r->blob;
}

/* A file that could not be used; blind when nothing else told of the disk. */
static void bad_file(struct smart_round *round, const struct disk *disk, const char *path,
                     const char *message, bool blind)
{
    if (blind)
        smart_report_unread(round, disk, "malformed", path, message);
    else
        probe_finding(round->run, "malformed", false, disk->device, path, "%s", message);
}

/* No file held anything of the disk's health. */
static void report_nothing(struct smart_round *round, const struct disk *disk, struct recording *r)
{
    if (r->json_good && r->json.outcome == SMART_ASLEEP)
        smart_report_asleep(round, disk);
    else if (r->json_good && (r->json.outcome == SMART_UNSUPPORTED || !smart_expected(disk)))
        smart_report_unsupported(round, disk, r->json.message);
    else if (r->json_good)
        smart_report_unread(round, disk, "unreadable", r->json_path, r->json.message);
    else if (r->has_json)
        bad_file(round, disk, r->json_path, r->json_error.text, true);
    if (r->has_blob)
        bad_file(round, disk, r->blob_path, r->blob_error.text, !r->has_json);
}

static void report(struct smart_round *round, const struct disk *disk, struct recording *r)
{
    const struct smart_facts *facts = merge(r);
    if (!facts) {
        report_nothing(round, disk, r);
        return;
    }
    smart_report_facts(round, disk, facts);
    if (r->has_blob && !r->blob_good)
        bad_file(round, disk, r->blob_path, r->blob_error.text, false);
    if (r->has_json && !r->json_good)
        bad_file(round, disk, r->json_path, r->json_error.text, false);
}

static const char *name_of(struct names *names, const char *device, size_t length)
{
    for (size_t i = 0; i < names->count; i++)
        if (strlen(names->name[i]) == length && memcmp(names->name[i], device, length) == 0) {
            names->used[i] = true;
            return names->name[i];
        }
    return NULL;
}

/* The recording of a disk that sysfs has, under any of its kernel names. */
static const char *recording_of(struct names *names, const struct disk *disk)
{
    const char *found = name_of(names, disk->device, strlen(disk->device));
    for (const char *at = disk->paths + strspn(disk->paths, " "); *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        const char *other = name_of(names, at, n);
        if (!found)
            found = other;
        at += n;
    }
    return found;
}

static void one_of_sysfs(struct smart_round *round, struct names *names, const struct disk *disk)
{
    SCRATCH_ARENA(arena);
    struct recording r;
    const char *name = recording_of(names, disk);
    if (!name) {
        if (names->name && smart_expected(disk))
            probe_finding(round->run, "unreadable", true, disk->device, folder,
                          "no SMART data of this disk were recorded");
        return;
    }
    read_files(round, name, arena, &r);
    report(round, disk, &r);
}

/* Two recordings that claim one identity are both kept. */
static void tell_apart(struct smart_round *round, struct disk *disk)
{
    struct smart_known *known = smart_memory_of(round->memory, disk->disk);
    if (!disks_by_identity(&round->disks, disk->disk) && !(known && known->present))
        return;
    probe_finding(round->run, "conflict", false, disk->device, "",
                  "%s claims to be the disk %s, as another does: kept as a disk of its own",
                  disk->device, disk->disk);
    disk->disk = arena_printf(round->arena, "%s#%s", disk->disk, disk->device);
}

static void one_alone(struct smart_round *round, const char *name)
{
    SCRATCH_ARENA(arena);
    struct recording r;
    read_files(round, name, arena, &r);
    const struct smart_facts *facts = merge(&r);
    if (!facts)
        facts = r.json_good ? &r.json.facts : &r.blob;
    struct disk *disk = smart_disk_of(round->arena, name, facts);
    tell_apart(round, disk);
    smart_report_info(round, disk);
    report(round, disk, &r);
}

static void note_nothing_recorded(struct smart_round *round)
{
    if (round->disks.count)
        probe_finding(round->run, "note", false, "", folder,
                      "no SMART data were recorded: of %zu disks only the kernel's view is known",
                      round->disks.count);
}

int smart_recorded(struct smart_round *round, struct error *e)
{
    struct names names = {0};
    struct error why = {0};
    int code = list(round, &names, &why);
    if (code < 0 && code != -ENOENT)
        probe_finding(round->run, "unreadable", true, "", folder, "%s", why.text);
    if (code == -ENOENT)
        note_nothing_recorded(round);
    (void)e;
    for (size_t i = 0; i < round->disks.count; i++) {
        const struct disk *disk = &round->disks.disk[i];
        if (!probe_begin(round->run, disk->device))
            continue;
        one_of_sysfs(round, &names, disk);
        probe_end(round->run, disk->device);
    }
    for (size_t i = 0; i < names.count; i++) {
        if (names.used[i] || !probe_begin(round->run, names.name[i]))
            continue;
        one_alone(round, names.name[i]);
        probe_end(round->run, names.name[i]);
    }
    return 0;
}
