/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/cyrus_conf.h"

enum { FILE_MAX = 256 * 1024, DEPTH_MAX = 8 };

struct include {
    struct arena *arena;
    int depth;
    struct error *e;
    int code; /* of the first file that could not be read */
};

/* A regular file of bounded size into the arena; its length or a negative errno. */
static int64_t read_file(const char *path, struct arena *arena, char **text)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    int64_t got = fd < 0 || fstat(fd, &st) < 0 ? -errno : !S_ISREG(st.st_mode) ? -EOPNOTSUPP : 0;

    if (got == 0 && st.st_size > FILE_MAX)
        got = -EFBIG;
    if (got == 0) {
        *text = arena_alloc(arena, (size_t)st.st_size + 1);
        got = pread(fd, *text, (size_t)st.st_size, 0);
        if (got < 0)
            got = -errno;
    }
    if (fd >= 0)
        close(fd);
    return got;
}

static void include_file(struct cyrus_conf_keys *keys, const char *path, void *arg)
{
    struct include *include = arg;
    char *text;

    if (include->depth == DEPTH_MAX || include->code < 0)
        return;
    int64_t length = read_file(path, include->arena, &text);
    if (length < 0) {
        include->code =
            error_set(include->e, (int)length, "read %.200s: %s", path, error_name((int)length));
        return;
    }
    include->depth++;
    cyrus_conf_take(keys, text, (size_t)length, include_file, include);
    include->depth--;
}

int cyrus_conf_read(const char *path, struct arena *arena, struct cyrus_conf *conf, struct error *e)
{
    struct include include = {.arena = arena, .e = e};
    struct cyrus_conf_keys *keys = cyrus_conf_keys_new(arena);

    include_file(keys, path, &include);
    if (include.code < 0)
        return include.code;
    cyrus_conf_finish(keys, conf);
    if (!conf->configdirectory && !conf->count)
        return error_set(e, -EINVAL, "%.200s: no configdirectory and no partition-*", path);
    return 0;
}

bool cyrus_conf_is(const char *path)
{
    SCRATCH_ARENA(arena);
    const char *name = strrchr(path, '/');
    char *text;

    name = name ? name + 1 : path;
    if (strncmp(name, "dovecot", 7) == 0 || strncmp(name, "cyrus.", 6) == 0)
        return false;
    if (strcmp(name, "imapd.conf") == 0)
        return true;
    int64_t length = read_file(path, arena, &text);
    return length > 0 && (strncmp(text, "configdirectory:", 16) == 0 ||
                          strstr(text, "\nconfigdirectory:") != NULL);
}
