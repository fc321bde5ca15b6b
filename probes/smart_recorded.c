/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probes/smart_ata.h"
#include "probes/smart_blob.h"
#include "probes/smart_json.h"
#include "probes/smart_round.h"

static const char folder[] = "/smart";

/* A recorded disk: the name that its files have before their endings, and which there are. */
struct entry {
    char *name;
    bool blob, json;
    bool used; /* by a disk that sysfs has */
};

struct entries {
    struct entry *entry;
    size_t count;
    bool recorded; /* the folder is there */
};

static struct entry *entry_of(const struct entries *entries, const char *name, size_t length)
{
    for (size_t i = 0; i < entries->count; i++)
        if (strlen(entries->entry[i].name) == length &&
            memcmp(entries->entry[i].name, name, length) == 0)
            return &entries->entry[i];
    return NULL;
}

static void take_file(struct smart_round *round, struct entries *entries, const char *file)
{
    size_t n = strlen(file);
    if (n <= 5)
        return;
    bool blob = strcmp(file + n - 5, ".blob") == 0, json = strcmp(file + n - 5, ".json") == 0;
    if (!blob && !json)
        return;
    struct entry *entry = entry_of(entries, file, n - 5);
    if (!entry) {
        entry = &entries->entry[entries->count++];
        entry->name = arena_strndup(round->arena, file, n - 5);
    }
    entry->blob |= blob;
    entry->json |= json;
}

static int list(struct smart_round *round, struct entries *entries, struct error *e)
{
    char **files;
    size_t count;
    int code = root_list(round->run->root, folder, round->arena, &files, &count, e);
    if (code < 0)
        return code;
    entries->recorded = true;
    entries->entry = ARENA_ARRAY(round->arena, struct entry, count + 1);
    for (size_t i = 0; i < count; i++)
        take_file(round, entries, files[i]);
    return 0;
}

/* What the two files of one disk came to. */
struct recording {
    const struct entry *files;
    char *blob_path, *json_path;
    bool blob_good, json_good;
    const char *blob_doubt, *json_doubt;
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
    if (!r->files->blob)
        return;
    r->blob_good = root_read(round->run->root, r->blob_path, SMART_BLOB_MAX, arena, &bytes, &size,
                             &r->blob_error) == 0 &&
                   smart_blob_facts(bytes, size, names, arena, &r->blob, &r->blob_error) == 0;
    r->blob_doubt = r->blob.doubt;
    if (r->blob_good && !smart_blob_sound(bytes, size))
        r->blob_doubt = "the checksum of its SMART data is wrong";
}

static void read_json(struct smart_round *round, struct arena *arena, struct recording *r)
{
    char *text;
    size_t length;
    smart_facts_init(&r->json.facts);
    if (!r->files->json)
        return;
    r->json_good = root_read(round->run->root, r->json_path, SMART_JSON_MAX, arena, &text, &length,
                             &r->json_error) == 0 &&
                   smart_json_parse(text, length, arena, &r->json, &r->json_error) == 0;
    if (r->json_good && r->json.outcome == SMART_READ)
        r->json_doubt = r->json.odd[0] ? r->json.odd : r->json.facts.doubt;
}

static void read_files(struct smart_round *round, const struct entry *entry, struct arena *arena,
                       struct recording *r)
{
    *r = (struct recording){.files = entry, .blob_doubt = "", .json_doubt = ""};
    r->blob_path = arena_printf(arena, "%s/%s.blob", folder, entry->name);
    r->json_path = arena_printf(arena, "%s/%s.json", folder, entry->name);
    read_json(round, arena, r);
    read_blob(round, arena, r); /* with the names that the JSON has */
}

/* Two recordings under one name that cannot be of the same disk. */
static bool differ(const struct smart_facts *a, const struct smart_facts *b)
{
    if (a->wwn[0] && b->wwn[0])
        return strcmp(a->wwn, b->wwn) != 0;
    return a->serial[0] && b->serial[0] && strcmp(a->serial, b->serial) != 0;
}

static const struct smart_facts *merge(struct recording *r)
{
    bool read = r->json_good && r->json.outcome == SMART_READ;
    if (!r->blob_good)
        return read ? &r->json.facts : NULL;
    if (read && differ(&r->blob, &r->json.facts))
        r->json_doubt = "of another disk than the .blob of the same name, and left out";
    else if (read)
        smart_facts_fill(&r->blob, r->json.facts.number);
    return &r->blob;
}

/* A file that could not be used; blind when nothing else told of the disk. */
static void bad_file(struct smart_round *round, const struct disk *disk, const char *path,
                     const struct error *e, bool blind)
{
    bool content =
        e->code == -EINVAL || e->code == -EBADMSG || e->code == -EFBIG || e->code == -ENODATA;
    const char *kind = content ? "malformed" : "unreadable";
    if (blind)
        smart_report_unread(round, disk, kind, path, e->text);
    else
        probe_finding(round->run, kind, false, disk->device, path, "%s", e->text);
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
    else if (r->files->json)
        bad_file(round, disk, r->json_path, &r->json_error, true);
    if (r->files->blob)
        bad_file(round, disk, r->blob_path, &r->blob_error, !r->files->json);
}

/* Kernel names move: a recording may be of the disk that had the name before. */
static void compare(struct smart_round *round, const struct disk *disk,
                    const struct smart_facts *facts, const struct recording *r)
{
    if (disk->wwn[0] && facts->wwn[0] && strcmp(disk->wwn, facts->wwn) != 0)
        probe_finding(round->run, "conflict", true, disk->device,
                      r->blob_good ? r->blob_path : r->json_path,
                      "this recording is of another disk, %s (serial %s), than sysfs has here (%s)",
                      facts->wwn, facts->serial, disk->wwn);
}

static void report(struct smart_round *round, const struct disk *disk, struct recording *r)
{
    const struct smart_facts *facts = merge(r);
    if (!facts) {
        report_nothing(round, disk, r);
        return;
    }
    compare(round, disk, facts, r);
    smart_report_facts(round, disk, facts);
    smart_report_doubt(round, disk, r->blob_path, r->blob_doubt);
    smart_report_doubt(round, disk, r->json_path, r->json_doubt);
    if (r->files->blob && !r->blob_good)
        bad_file(round, disk, r->blob_path, &r->blob_error, false);
    if (r->files->json && !r->json_good)
        bad_file(round, disk, r->json_path, &r->json_error, false);
}

/* The recording of a disk that sysfs has, under any of its kernel names. */
static const struct entry *recording_of(struct entries *entries, const struct disk *disk)
{
    struct entry *found = entry_of(entries, disk->device, strlen(disk->device));
    for (const char *at = disk->paths + strspn(disk->paths, " "); *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        struct entry *other = entry_of(entries, at, n);
        if (other)
            other->used = true;
        if (!found)
            found = other;
        at += n;
    }
    if (found)
        found->used = true;
    return found;
}

static void one_of_sysfs(struct smart_round *round, struct entries *entries,
                         const struct disk *disk)
{
    SCRATCH_ARENA(arena);
    struct recording r;
    const struct entry *entry = recording_of(entries, disk);
    if (entry) {
        read_files(round, entry, arena, &r);
        report(round, disk, &r);
    } else if (entries->recorded && smart_expected(disk)) {
        probe_finding(round->run, "unreadable", true, disk->device, folder,
                      "no SMART data of this disk were recorded");
    }
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

static void one_alone(struct smart_round *round, const struct entry *entry)
{
    SCRATCH_ARENA(arena);
    struct recording r;
    read_files(round, entry, arena, &r);
    const struct smart_facts *facts = merge(&r);
    if (!facts)
        facts = r.json_good ? &r.json.facts : &r.blob;
    struct disk *disk = smart_disk_of(round->arena, entry->name, facts);
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

int smart_recorded(struct smart_round *round)
{
    struct entries entries = {0};
    struct error e = {0};
    int code = list(round, &entries, &e);
    if (code < 0 && code != -ENOENT)
        probe_finding(round->run, "unreadable", true, "", folder, "%s", e.text);
    if (code == -ENOENT)
        note_nothing_recorded(round);
    for (size_t i = 0; i < round->disks.count; i++) {
        const struct disk *disk = &round->disks.disk[i];
        if (!probe_begin(round->run, disk->device))
            continue;
        one_of_sysfs(round, &entries, disk);
        probe_end(round->run, disk->device);
    }
    for (size_t i = 0; i < entries.count; i++) {
        const struct entry *entry = &entries.entry[i];
        if (entry->used)
            continue;
        if (!probe_begin(round->run, entry->name)) {
            smart_memory_left_out(round->memory, entry->name);
            continue;
        }
        one_alone(round, entry);
        probe_end(round->run, entry->name);
    }
    return 0;
}
