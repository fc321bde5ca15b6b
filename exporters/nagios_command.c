/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/nagios_command.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_pipe(const char *path, struct error *e)
{
    struct stat st;
    int fd;

    /* Looked at before, too: opening a device may do something. */
    if (lstat(path, &st) < 0)
        return error_set(e, -errno, "%s: %s", path, error_name(errno));
    if (!S_ISFIFO(st.st_mode))
        return error_set(e, -ENOTSUP, "%s: is no named pipe", path);
    fd = open(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 && errno == ENXIO)
        return error_set(e, -ENXIO, "%s: nobody reads from it", path);
    if (fd < 0)
        return error_set(e, -errno, "open %s: %s", path, error_name(errno));
    if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode))
        return fd;
    close(fd);
    return error_set(e, -ENOTSUP, "%s: is no named pipe", path);
}

int nagios_command_write(const char *path, const char *line, size_t length, struct error *e)
{
    int fd = open_pipe(path, e), code = 0;

    if (fd < 0)
        return fd;
    ssize_t n = write(fd, line, length);
    if (n < 0 && errno == EAGAIN)
        code = error_set(e, -EAGAIN, "%s: is full: its reader does not read", path);
    else if (n < 0)
        code = error_set(e, -errno, "write to %s: %s", path, error_name(errno));
    else if ((size_t)n != length)
        code = error_set(e, -EIO, "write to %s: a part of the line only", path);
    close(fd);
    return code;
}
