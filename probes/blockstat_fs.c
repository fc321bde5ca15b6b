/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/blockstat_fs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "probes/blockstat.h"
#include "probes/blockstat_mounts.h"
#include "probes/blockstat_requests.h"
#include "probes/md_span.h"

#define EXT4 "/sys/fs/ext4"

enum { MAX_EXT4 = 4096, MAX_LOOPS = 4 };

struct look {
    struct probe_run *run;
    const struct disks *disks;
    struct arena *arena;
    struct mounts mounts;
    const char **devices; /* kernel name of each mount's device */
    bool has_options;     /* of the mount beside those of the super block */
};

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/*
 * init's mounts are the host's; the worker's own can lie in a namespace of its service. Reading
 * init's can be refused.
 */
static bool read_mounts(struct look *look)
{
    static const struct {
        const char *path;
        void (*parse)(struct arena *, const char *, size_t, struct mounts *);
        bool has_options;
    } places[] = {
        {"/proc/1/mountinfo", mounts_parse_mountinfo, true},
        {"/proc/self/mountinfo", mounts_parse_mountinfo, true},
        {"/proc/1/mounts", mounts_parse_mounts, false},
        {"/proc/mounts", mounts_parse_mounts, false},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct error e;
        char *text;
        size_t length;
        int code = root_read(look->run->root, places[i].path, MOUNTS_MAX_BYTES, look->arena, &text,
                             &length, &e);
        if (code < 0 && code != -ENOENT && code != -EACCES && code != -ENOTDIR)
            probe_finding(look->run, "unreadable", true, "", places[i].path, "%s", e.text);
        if (code < 0)
            continue;
        places[i].parse(look->arena, text, length, &look->mounts);
        look->has_options = places[i].has_options;
        if (look->mounts.malformed)
            probe_finding(look->run, "malformed", true, "", places[i].path,
                          "%zu lines are no mounts and are left out", look->mounts.malformed);
        return true;
    }
    return false;
}

/* "sda1" or "dm-3": by the device's number, or where /sys/dev is not there by its name. */
static const char *device_of(struct look *look, const struct mount *mount)
{
    char *resolved;
    const char *path =
        arena_printf(look->arena, "/sys/dev/block/%u:%u", mount->major, mount->minor);
    if (mount->major && root_resolve(look->run->root, path, look->arena, &resolved, NULL) == 0)
        return last_part(resolved);
    if (strncmp(mount->source, "/dev/mapper/", 12) == 0)
        return mount->source + 5;
    return last_part(mount->source);
}

static const struct mount *mount_of_device(const struct look *look, const char *device)
{
    for (size_t i = 0; i < look->mounts.count; i++)
        if (strcmp(look->devices[i], device) == 0)
            return &look->mounts.at[i];
    return NULL;
}

static const char *attribute(struct look *look, const char *directory, const char *name)
{
    char *text;
    const char *path = arena_printf(look->arena, "%s/%s", directory, name);
    return root_read_line(look->run->root, path, look->arena, &text, NULL) == 0 ? text : "";
}

/* A loop device lies where its file lies: in another filesystem of this host. */
static const char *below_loops(struct look *look, const char *device)
{
    for (int i = 0; i < MAX_LOOPS && strncmp(device, "loop", 4) == 0; i++) {
        const char *directory = arena_printf(look->arena, "/sys/block/%s/loop", device);
        const char *file = attribute(look, directory, "backing_file");
        const struct mount *mount = *file ? mounts_of_path(&look->mounts, file) : NULL;
        if (!mount)
            break;
        device = look->devices[mount - look->mounts.at];
    }
    return device;
}

static void add_disks(struct look *look, const struct mount *mount, const char *device)
{
    const struct disk **below;
    size_t count;
    if (disks_below(look->run->root, look->disks, below_loops(look, device), look->arena, &below,
                    &count, NULL) < 0)
        return;
    for (size_t i = 0; i < count; i++)
        BATCH_SAMPLE(&look->run->batch, &blockstat_fs_info, 1, device, mount->mountpoint,
                     mount->type, below[i]->disk);
}

static uint64_t ext4_errors(struct look *look, const char *device)
{
    uint64_t errors = 0;
    blockstat_number(attribute(look, arena_printf(look->arena, EXT4 "/%s", device), "errors_count"),
                     &errors);
    return errors;
}

/*
 * Read-only though it was mounted for writing. /proc/mounts alone does not tell the one from the
 * other: there ext4's own count of errors has to say so too.
 */
static bool went_read_only(struct look *look, const struct mount *mount, const char *device)
{
    if (!mount->is_read_only)
        return false;
    return mount->wanted_writing || mount->on_error ||
           (!look->has_options && ext4_errors(look, device) > 0);
}

static void add_mounts(struct look *look)
{
    for (size_t i = 0; i < look->mounts.count; i++) {
        const struct mount *mount = &look->mounts.at[i];
        const char *device = look->devices[i];
        add_disks(look, mount, device);
        BATCH_SAMPLE(&look->run->batch, &blockstat_fs_read_only,
                     went_read_only(look, mount, device), device, mount->mountpoint, mount->type);
    }
}

static void add_ext4(struct look *look, const char *device)
{
    struct batch *batch = &look->run->batch;
    const struct mount *mount = mount_of_device(look, device);
    const char *point = mount ? mount->mountpoint : "";
    const char *directory = arena_printf(look->arena, EXT4 "/%s", device);
    const char *text = attribute(look, directory, "errors_count");
    uint64_t errors, seconds;
    if (!*text) /* "features" */
        return;
    if (!blockstat_number(text, &errors)) {
        probe_finding(look->run, "malformed", true, device,
                      arena_printf(look->arena, "%s/errors_count", directory), "'%s' is no number",
                      span_quote(look->arena, span_of(text), 40));
        return;
    }
    BATCH_SAMPLE(batch, &blockstat_fs_errors, (double)errors, device, point);
    if (!errors)
        return;
    if (blockstat_number(attribute(look, directory, "first_error_time"), &seconds) && seconds)
        BATCH_SAMPLE(batch, &blockstat_fs_first_error, (double)seconds, device, point);
    if (blockstat_number(attribute(look, directory, "last_error_time"), &seconds) && seconds)
        BATCH_SAMPLE(batch, &blockstat_fs_last_error, (double)seconds, device, point);
    BATCH_SAMPLE(batch, &blockstat_fs_error_info, 1, device, point,
                 attribute(look, directory, "last_error_func"),
                 attribute(look, directory, "last_error_block"));
}

bool blockstat_filesystems(struct probe_run *run, const struct disks *disks)
{
    SCRATCH_ARENA(arena);
    struct look look = {.run = run, .disks = disks, .arena = arena};
    char **names;
    size_t count;
    bool has_mounts = read_mounts(&look);
    if (!has_mounts && root_is_live(run->root))
        probe_finding(run, "unreadable", false, "", "/proc/1/mountinfo",
                      "what is mounted cannot be read, so nothing is said of filesystems");
    look.devices = ARENA_ARRAY(arena, const char *, look.mounts.count);
    for (size_t i = 0; i < look.mounts.count; i++)
        look.devices[i] = device_of(&look, &look.mounts.at[i]);
    add_mounts(&look);
    root_list(run->root, EXT4, arena, &names, &count, NULL); /* no ext4: no names */
    for (size_t i = 0; i < count && i < MAX_EXT4; i++)
        add_ext4(&look, names[i]);
    return has_mounts;
}
