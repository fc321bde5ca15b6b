/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_PATH = 4096 };

static int write_all(int fd, const char *data, size_t left)
{
    while (left) {
        ssize_t n = write(fd, data, left);
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0) {
            data += n;
            left -= (size_t)n;
        }
    }
    return 0;
}

int state_file_write(const char *path, const void *data, size_t length, struct error *e)
{
    char beside[MAX_PATH + 8];

    if (snprintf(beside, sizeof beside, "%s.new", path) >= (int)sizeof beside)
        return error_set(e, -ENAMETOOLONG, "write %s: %s", path, error_name(-ENAMETOOLONG));
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
    if (fd < 0)
        return error_set(e, -errno, "write %s: %s", beside, error_name(errno));
    int code = write_all(fd, data, length);
    if (close(fd) < 0 && code == 0)
        code = -errno;
    if (code == 0 && rename(beside, path) < 0)
        code = -errno;
    if (code < 0) {
        unlink(beside);
        return error_set(e, code, "write %s: %s", path, error_name(code));
    }
    return 0;
}

ssize_t state_file_read(const char *path, size_t limit, struct arena *arena, char **text,
                        struct error *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return error_set(e, -errno, "open %s: %s", path, error_name(errno));
    bool fits = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (size_t)st.st_size <= limit;
    *text = arena_alloc(arena, fits ? (size_t)st.st_size + 1 : 1);
    ssize_t n = fits ? read(fd, *text, (size_t)st.st_size) : -1;
    close(fd);
    if (n < 0)
        return error_set(e, -EFBIG, "%s: no regular file of at most %zu bytes", path, limit);
    (*text)[n] = '\0';
    return n;
}
