/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/nfs_mounts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The value of the last "name=" among the options; NULL where there is none. */
static const char *value_of(struct arena *arena, const char *options, const char *name)
{
    const char *found = NULL;
    size_t n = strlen(name);
    for (const char *at = options; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, n) == 0 && at[n] == '=')
            found = at + n + 1;
    }
    return found ? arena_strndup(arena, found, strcspn(found, ",")) : NULL;
}

static const char *text_of(struct arena *arena, const char *options, const char *name)
{
    const char *value = value_of(arena, options, name);
    return value ? value : "";
}

/* What is no number up to 2^31-1 is taken as not said. */
static int number_of(struct arena *arena, const char *options, const char *name, int otherwise)
{
    const char *value = value_of(arena, options, name);
    size_t digits = value ? strspn(value, "0123456789") : 0;
    if (!digits || value[digits] || digits > 9)
        return otherwise;
    return atoi(value);
}

/* server:/path or [address]:/path; a name without a colon is all server. */
static void split_source(struct arena *arena, struct nfs_mount *mount)
{
    const char *source = mount->source, *end = strchr(source, ':');
    const char *bracket = source[0] == '[' ? strstr(source, "]:") : NULL;
    if (bracket) {
        mount->server = arena_strndup(arena, source + 1, (size_t)(bracket - source - 1));
        mount->export_path = bracket + 2;
    } else {
        mount->server = arena_strndup(arena, source, end ? (size_t)(end - source) : strlen(source));
        mount->export_path = end ? end + 1 : "";
    }
}

/* vers=4.2, or in kernels before 3.4 vers=4 and minorversion=; "v3" is from before that. */
static void read_version(struct arena *arena, const char *options, struct nfs_mount *mount)
{
    const char *version = value_of(arena, options, "vers");
    const char *minor = value_of(arena, options, "minorversion");
    if (version && !version[0])
        version = NULL;
    if (!version && strcmp(mount->type, "nfs4") == 0)
        version = "4";
    if (!version)
        version = mount_has_option(options, "v2") ? "2" : "3";
    mount->major_version = version[0] >= '2' && version[0] <= '9' ? version[0] - '0' : 3;
    mount->version = minor && minor[0] && strcmp(version, "4") == 0
                         ? arena_printf(arena, "4.%s", minor)
                         : version;
}

/*
 * local_lock=flock or =posix keeps one kind of lock here and sends the other to the server. The
 * transport is chosen in nfs_start_lockd() of Linux' fs/nfs/client.c.
 */
static void read_locking(struct arena *arena, const char *options, struct nfs_mount *mount)
{
    const char *local = value_of(arena, options, "local_lock");
    mount->nolock = mount_has_option(options, "nolock");
    mount->local_lock = local ? local : mount->nolock ? "all" : "none";
    if (mount->major_version >= 4)
        mount->no_nlm_why = "NFSv4";
    else if (mount->nolock)
        mount->no_nlm_why = "nolock";
    else if (strcmp(mount->local_lock, "all") == 0)
        mount->no_nlm_why = "local_lock=all";
    else
        mount->no_nlm_why = "";
    mount->needs_nlm = !mount->no_nlm_why[0];
    mount->nlm_transport = !mount->needs_nlm                      ? ""
                           : strncmp(mount->proto, "udp", 3) == 0 ? "udp"
                                                                  : "tcp";
}

static void read_options(struct arena *arena, const char *options, struct nfs_mount *mount)
{
    mount->proto = text_of(arena, options, "proto");
    mount->mountproto = text_of(arena, options, "mountproto");
    mount->address = text_of(arena, options, "addr");
    mount->mountaddr = text_of(arena, options, "mountaddr");
    mount->clientaddr = text_of(arena, options, "clientaddr");
    mount->soft = mount_has_option(options, "soft") || mount_has_option(options, "softerr");
    mount->read_only = mount_has_option(options, "ro");
    mount->port = (unsigned)number_of(arena, options, "port", 0);
    mount->mountport = (unsigned)number_of(arena, options, "mountport", 0);
    mount->timeo_ds = (unsigned)number_of(arena, options, "timeo", 0);
    mount->retrans = (unsigned)number_of(arena, options, "retrans", 0);
    mount->nconnect = (unsigned)number_of(arena, options, "nconnect", 1);
    mount->acregmin = number_of(arena, options, "acregmin", -1);
    mount->acregmax = number_of(arena, options, "acregmax", -1);
    mount->acdirmin = number_of(arena, options, "acdirmin", -1);
    mount->acdirmax = number_of(arena, options, "acdirmax", -1);
}

bool nfs_mount_fill(struct arena *arena, const struct mount_line *line, struct nfs_mount *mount)
{
    if (strcmp(line->type, "nfs") != 0 && strcmp(line->type, "nfs4") != 0)
        return false;
    *mount = (struct nfs_mount){
        .mountpoint = arena_strdup(arena, line->mountpoint),
        .source = arena_strdup(arena, line->source),
        .type = arena_strdup(arena, line->type),
        .dev_major = line->major,
        .dev_minor = line->minor,
    };
    split_source(arena, mount);
    read_version(arena, line->super, mount);
    read_options(arena, line->super, mount);
    read_locking(arena, line->super, mount);
    if (!mount->address[0]) /* mountstats does not print addr= */
        mount->address = mount->mountaddr;
    return true;
}

static bool is_same_filesystem(const struct nfs_mount *a, const struct nfs_mount *b)
{
    if (a->dev_major || a->dev_minor || b->dev_major || b->dev_minor)
        return a->dev_major == b->dev_major && a->dev_minor == b->dev_minor;
    return strcmp(a->mountpoint, b->mountpoint) == 0;
}

static bool is_known(const struct nfs_mounts *mounts, const struct nfs_mount *mount)
{
    for (size_t i = 0; i < mounts->count; i++)
        if (is_same_filesystem(&mounts->at[i], mount))
            return true;
    return false;
}

void nfs_mounts_parse(struct arena *arena, enum mount_table table, const char *text, size_t length,
                      struct nfs_mounts *mounts)
{
    SCRATCH_ARENA(scratch);
    size_t room = 0;
    *mounts = (struct nfs_mounts){0};
    for (size_t at = 0; at < length; arena_reset(scratch)) {
        const char *start = text + at, *end = memchr(start, '\n', length - at);
        size_t n = end ? (size_t)(end - start) : length - at;
        struct mount_line line;
        struct nfs_mount mount;
        at += n + 1;
        if (!n)
            continue;
        if (!mount_line_parse(scratch, table, start, n, &line)) {
            mounts->malformed++;
            continue;
        }
        if (!nfs_mount_fill(arena, &line, &mount) || is_known(mounts, &mount))
            continue;
        if (mounts->count == NFS_MOUNTS_MAX) {
            mounts->left_out++;
            continue;
        }
        mounts->at = arena_grow(arena, mounts->at, mounts->count, &room, sizeof *mounts->at);
        mounts->at[mounts->count++] = mount;
    }
}

static void tell_problems(struct probe_run *run, const char *path, const struct nfs_mounts *mounts)
{
    if (mounts->malformed)
        probe_finding(run, "malformed", true, "", path, "%zu lines are no mounts and are left out",
                      mounts->malformed);
    if (mounts->left_out)
        probe_finding(run, "unsupported", true, "", path,
                      "more than %d NFS mounts: %zu are not looked at", NFS_MOUNTS_MAX,
                      mounts->left_out);
}

/*
 * init's mounts are the host's; the worker's own can lie in a namespace of its service. Reading
 * init's can be refused.
 */
bool nfs_mounts_read(struct probe_run *run, struct arena *arena, struct nfs_mounts *mounts)
{
    static const struct {
        const char *path;
        enum mount_table table;
    } places[] = {
        {"/proc/1/mountinfo", MOUNT_TABLE_MOUNTINFO},
        {"/proc/self/mountinfo", MOUNT_TABLE_MOUNTINFO},
        {"/proc/1/mounts", MOUNT_TABLE_MOUNTS},
        {"/proc/mounts", MOUNT_TABLE_MOUNTS},
    };
    *mounts = (struct nfs_mounts){0};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct error e;
        char *text;
        size_t length;
        int code =
            root_read(run->root, places[i].path, NFS_MOUNTS_MAX_BYTES, arena, &text, &length, &e);
        if (code < 0 && code != -ENOENT && code != -EACCES && code != -ENOTDIR)
            probe_finding(run, "unreadable", true, "", places[i].path, "%s", e.text);
        if (code < 0)
            continue;
        nfs_mounts_parse(arena, places[i].table, text, length, mounts);
        tell_problems(run, places[i].path, mounts);
        return true;
    }
    return false;
}
