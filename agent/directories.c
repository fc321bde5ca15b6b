/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/directories.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/privileges.h"
#include "core/log.h"

static void give(int directory, const char *path)
{
    struct stat st;
    uid_t uid;
    gid_t gid;
    privileges_find_judge(&uid, &gid);
    /* One that is another user's already was given away by somebody who knows why. */
    if (fstat(directory, &st) == 0 && st.st_uid == 0 && fchown(directory, uid, gid) < 0)
        log_warning("chown %s: %s", path, error_name(errno));
}

/* Not followed where the last part is a link: root gives the directory away. */
static int make_in(const char *parent, const char *name, mode_t mode, bool to_judge,
                   const char *path)
{
    int above = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (above < 0 && errno == ENOENT && mkdir(parent, 0755) == 0)
        above = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (above < 0)
        return -errno;
    mkdirat(above, name, mode);
    int directory = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int code = directory < 0 ? -errno : 0;
    if (directory >= 0 && to_judge && privileges_are_roots())
        give(directory, path);
    if (directory >= 0)
        close(directory);
    close(above);
    return code;
}

const char *directories_make_history(const char *state_directory, struct arena *arena)
{
    const char *path = arena_printf(arena, "%s/history", state_directory);
    make_in(state_directory, "history", 0755, true, path);
    return path;
}

const char *directories_make_exporters(const char *state_directory, struct arena *arena)
{
    const char *path = arena_printf(arena, "%s/exporters", state_directory);
    make_in(state_directory, "exporters", 0700, false, path);
    return path;
}

const char *directories_make_probes(const char *state_directory, struct arena *arena)
{
    const char *path = arena_printf(arena, "%s/probes", state_directory);
    make_in(state_directory, "probes", 0700, false, path);
    return path;
}

int directories_make_for_socket(const char *socket_path, struct error *e)
{
    SCRATCH_ARENA(scratch);
    const char *end = strrchr(socket_path, '/');
    if (!end || end == socket_path)
        return error_set(e, -EINVAL,
                         "control socket %s: no absolute path in a directory of its own",
                         socket_path);
    char *path = arena_strndup(scratch, socket_path, (size_t)(end - socket_path));
    char *name = strrchr(path, '/');
    if (!name || name == path) /* "/run" and the like are nobody's to give away */
        return 0;
    char *parent = arena_strndup(scratch, path, (size_t)(name - path));
    int code = make_in(parent, name + 1, 0755, true, path);
    return code < 0 ? error_set(e, code, "make directory %s: %s", path, error_name(code)) : 0;
}
