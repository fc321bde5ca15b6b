/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/md_sysfs.h"

#include <errno.h>
#include <string.h>

#include "probes/md_attributes.h"
#include "probes/md_redundancy.h"
#include "probes/udevdb.h"

enum { MAX_FINDINGS = 16 };

struct reader {
    struct probe_run *run;
    struct arena *arena;
    struct md_array *array;
    size_t findings;
};

int md_sysfs_list(const struct root *root, struct arena *arena, char ***names, size_t *count,
                  bool *more, struct error *e)
{
    char **found;
    size_t found_count, kept = 0;
    int code = root_list(root, "/sys/block", arena, &found, &found_count, e);

    *names = NULL;
    *count = 0;
    *more = false;
    if (code < 0)
        return code;
    for (size_t i = 0; i < found_count; i++) {
        if (strncmp(found[i], "md", 2) != 0 || !md_name_valid(found[i], strlen(found[i])) ||
            !root_exists(root, arena_printf(arena, "/sys/block/%s/md", found[i])))
            continue;
        if (kept == MD_MAX_ARRAYS) {
            *more = true;
            break;
        }
        found[kept++] = found[i];
    }
    *names = found;
    *count = kept;
    return 0;
}

/* An array with much amiss does not flood the report: the last finding says that there is more. */
static void tell(struct reader *r, const char *kind, bool blind, const char *path, const char *text)
{
    r->findings++;
    if (r->findings < MAX_FINDINGS)
        probe_finding(r->run, kind, blind, r->array->name, path, "%s", text);
    else if (r->findings == MAX_FINDINGS)
        probe_finding(r->run, kind, true, r->array->name, path,
                      "%s; more of this array's files are like this and not listed", text);
}

static void tell_error(struct reader *r, bool blind, const char *path, int code)
{
    if (code == -EOPNOTSUPP)
        tell(r, "unreadable", blind, path, "neither a file nor a directory, so it is not opened");
    else if (code == -EILSEQ)
        tell(r, "malformed", blind, path, "binary content where md writes text");
    else if (code == -EFBIG)
        tell(r, "malformed", blind, path, "longer than md ever writes");
    else
        tell(r, "unreadable", blind, path,
             arena_printf(r->arena, "cannot be read: %s", error_name(code)));
}

static void read_attribute(struct reader *r, const char *directory,
                           const struct md_attribute *attribute, void *into)
{
    char *path = arena_printf(r->arena, "%s/%s", directory, attribute->file), *text;
    int code = root_read_line(r->run->root, path, r->arena, &text, NULL);

    if (code == -ENOENT)
        return;
    if (code < 0) {
        tell_error(r, attribute->needed, path, code);
        return;
    }
    if (!attribute->take(into, attribute, r->arena, span_trim(span_of(text))))
        tell(r, "malformed", attribute->needed, path,
             arena_printf(r->arena, "not what md writes there: '%s'",
                          span_quote(r->arena, span_of(text), 60)));
}

/*
 * A member whose device was deleted under the array: md keeps it and says nothing, but the link to
 * it leads nowhere. In a recorded tree links can lead nowhere because devices were not recorded
 * where they belong; so the disk must be missing from /sys/block too.
 */
static bool is_gone(const struct reader *r, const char *link)
{
    const struct root *root = r->run->root;
    char *target;

    if (root_readlink(root, link, r->arena, &target, NULL) < 0 || root_exists(root, link))
        return false;
    /* .../block/sda/sda1, and .../nvme/nvme0/nvme0n1 */
    char *device = strrchr(target, '/');
    if (!device || root_exists(root, arena_printf(r->arena, "/sys/block%s", device)))
        return false;
    *device = 0;
    const char *disk = strrchr(target, '/'); /* if it is a partition */
    return !disk || !root_exists(root, arena_printf(r->arena, "/sys/block%s", disk));
}

static void read_member(struct reader *r, const char *directory, const char *device)
{
    struct md_member *member = md_array_add(r->array, r->arena, device);
    if (!member)
        return;
    for (const struct md_attribute *a = md_member_attributes; a->file; a++)
        read_attribute(r, directory, a, member);
    md_member_settle(member);
    member->gone = is_gone(r, arena_printf(r->arena, "%s/block", directory));
}

static void read_members(struct reader *r, const char *directory)
{
    char *md = arena_printf(r->arena, "%s/md", directory), **names;
    size_t count, members = 0;
    int code = root_list(r->run->root, md, r->arena, &names, &count, NULL);

    if (code < 0) {
        tell_error(r, true, md, code);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const char *device = names[i] + strlen("dev-");
        if (strncmp(names[i], "dev-", strlen("dev-")) != 0)
            continue;
        char *path = arena_printf(r->arena, "%s/%s", md, names[i]);
        if (!md_name_valid(device, strlen(device)))
            tell(r, "malformed", true, path, "no device can be called that");
        else if (members++ < MD_MAX_MEMBERS)
            read_member(r, path, device);
    }
    if (members > MD_MAX_MEMBERS)
        tell(r, "unsupported", true, md, "more members than are looked at");
}

/* The name that mdadm gave the array, as its rules for udev noted it. */
static void read_label(struct reader *r, const char *directory)
{
    char *device, *text;
    size_t length;
    struct udevdb db;

    if (root_read_line(r->run->root, arena_printf(r->arena, "%s/dev", directory), r->arena, &device,
                       NULL) < 0 ||
        root_read(r->run->root, arena_printf(r->arena, "/run/udev/data/b%s", device),
                  UDEVDB_MAX_BYTES, r->arena, &text, &length, NULL) < 0)
        return;
    udevdb_parse(r->arena, text, length, &db);
    r->array->label = span_quote(r->arena, span_of(udevdb_get(&db, "MD_NAME")), 80);
}

/* An array without a personality can have its level as a number (level_show() of md.c). */
static const char *level_name(const char *level)
{
    static const char *const names[][2] = {
        {"-5", "faulty"}, {"-4", "multipath"}, {"-1", "linear"}, {"0", "raid0"},   {"1", "raid1"},
        {"4", "raid4"},   {"5", "raid5"},      {"6", "raid6"},   {"10", "raid10"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i][0], level) == 0)
            return names[i][1];
    return level;
}

/* Whether another member that holds data claims the same slot; a replacement rightly does. */
static bool shares_slot(const struct md_array *array, const struct md_member *member)
{
    for (size_t i = 0; i < array->member_count; i++) {
        const struct md_member *other = &array->members[i];
        if (other != member && other->slot == member->slot && other->role == MD_ROLE_IN_SYNC &&
            !(other->flags & MD_FLAG_REPLACEMENT))
            return true;
    }
    return false;
}

/* Numbers that cannot be true together: nothing is known for sure then. */
static void doubt(struct reader *r, const char *directory)
{
    struct md_array *array = r->array;
    int64_t wanted = array->wanted_before > array->wanted ? array->wanted_before : array->wanted;

    if (array->wanted == MD_UNKNOWN)
        return;
    if (array->degraded > wanted) {
        tell(r, "conflict", true, arena_printf(r->arena, "%s/md/degraded", directory),
             arena_printf(r->arena, "%lld of %lld members lacking cannot be",
                          (long long)array->degraded, (long long)wanted));
        array->degraded = MD_UNKNOWN;
    }
    for (size_t i = 0; i < array->member_count; i++) {
        const struct md_member *member = &array->members[i];
        if (member->role != MD_ROLE_IN_SYNC || member->flags & MD_FLAG_REPLACEMENT ||
            member->slot < 0 || (member->slot < wanted && !shares_slot(array, member)))
            continue;
        tell(r, "conflict", true,
             arena_printf(r->arena, "%s/md/dev-%s/slot", directory, member->device),
             arena_printf(r->arena, "slot %d of %lld is not there or is another member's too",
                          member->slot, (long long)wanted));
    }
}

/* What single files cannot say. */
static void settle(struct reader *r, const char *directory)
{
    struct md_array *array = r->array;

    array->level = level_name(array->level);
    if (strcmp(array->level, "raid10") == 0 && array->layout != MD_UNKNOWN && array->wanted > 0 &&
        md_raid10_decode(array->layout, (int)array->wanted, &array->raid10) < 0)
        tell(r, "malformed", true, arena_printf(r->arena, "%s/md/layout", directory),
             "no layout that a RAID10 of so many members can have");
    if (array->state == MD_STATE_INACTIVE || array->state == MD_STATE_CLEAR)
        array->size = MD_UNKNOWN;
    if (strspn(array->uuid, "0-") == strlen(array->uuid))
        array->uuid = "";
    doubt(r, directory);
}

bool md_sysfs_read(struct probe_run *run, struct arena *arena, const char *name,
                   struct md_array *array)
{
    struct reader r = {.run = run, .arena = arena, .array = array};
    char *directory = arena_printf(arena, "/sys/block/%s", name);
    size_t findings = run->batch.finding_count;

    md_array_init(array, name);
    for (const struct md_attribute *a = md_array_attributes; a->file; a++)
        read_attribute(&r, directory, a, array);
    read_members(&r, directory);
    if (!root_exists(run->root, arena_printf(arena, "%s/md", directory))) {
        run->batch.finding_count = findings; /* of an array that was being stopped */
        return false;
    }
    array->in_sysfs = true;
    read_label(&r, directory);
    settle(&r, directory);
    return true;
}
