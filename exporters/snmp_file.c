/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/snmp_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_directory(const char *state_directory, struct error *e)
{
    char path[PATH_MAX];

    if (!state_directory)
        return error_set(e, -ENOENT, "there is no state directory");
    snprintf(path, sizeof path, "%s/snmp", state_directory);
    int code = mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        code = code < 0 ? code : -errno;
    return fd < 0 ? error_set(e, code, "open %s: %s", path, error_name(code)) : fd;
}

static int read_all(int fd, struct buf *out)
{
    char chunk[16 * 1024];
    ssize_t n;
    while ((n = read(fd, chunk, sizeof chunk)) > 0) {
        buf_add(out, chunk, (size_t)n);
        if (out->length > SNMP_MAX_FILE)
            return -EFBIG;
    }
    return n < 0 ? -errno : 0;
}

int snmp_file_read(const char *state_directory, const char *name, struct buf *out, struct error *e)
{
    int code = 0, directory = open_directory(state_directory, e);
    if (directory < 0)
        return directory;
    int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        code = errno == ENOENT ? 0 : -errno;
    else
        code = read_all(fd, out);
    if (fd >= 0)
        close(fd);
    close(directory);
    return code < 0
               ? error_set(e, code, "read %s/snmp/%s: %s", state_directory, name, error_name(code))
               : 0;
}

static int write_all(int fd, const struct buf *bytes)
{
    for (size_t done = 0; done < bytes->length;) {
        ssize_t n = write(fd, bytes->data + done, bytes->length - done);
        if (n < 0 && errno != EINTR)
            return -errno;
        done += n > 0 ? (size_t)n : 0;
    }
    return fsync(fd) < 0 ? -errno : 0;
}

int snmp_file_write(const char *state_directory, const char *name, const struct buf *bytes,
                    struct error *e)
{
    char beside[64];
    int code = 0, directory = open_directory(state_directory, e);
    if (directory < 0)
        return directory;
    snprintf(beside, sizeof beside, "%.32s.new", name);
    int fd = openat(directory, beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    code = fd < 0 ? -errno : write_all(fd, bytes);
    if (fd >= 0)
        close(fd);
    if (code == 0 && (renameat(directory, beside, directory, name) < 0 || fsync(directory) < 0))
        code = -errno;
    close(directory);
    return code < 0
               ? error_set(e, code, "write %s/snmp/%s: %s", state_directory, name, error_name(code))
               : 0;
}
