/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/directories.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/privileges.h"
#include "core/arena.h"
#include "core/log.h"

static int make(const char *path, struct error *e)
{
    SCRATCH_ARENA(scratch);
    char *part = arena_strdup(scratch, path);

    for (char *slash = part + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = '\0';
        if (mkdir(part, 0755) < 0 && errno != EEXIST)
            break; /* the next step tells */
    }
    if (mkdir(path, 0755) == 0) {
        uid_t uid;
        gid_t gid;
        privileges_find_judge(&uid, &gid);
        if (!privileges_are_roots() || chown(path, uid, gid) == 0)
            return 0;
    }
    return errno == EEXIST ? 0
                           : error_set(e, -errno, "make directory %s: %s", path, error_name(errno));
}

int directories_make(const char *state_directory, const char *control_socket, struct error *e)
{
    SCRATCH_ARENA(scratch);
    const char *slash = strrchr(control_socket, '/');
    struct error failed = {0};

    if (make(state_directory, &failed) < 0)
        log_warning("%s", failed.text);
    if (!slash || slash == control_socket)
        return 0;
    return make(arena_strndup(scratch, control_socket, (size_t)(slash - control_socket)), e);
}
