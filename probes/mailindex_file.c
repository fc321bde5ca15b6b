/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 1024 * 1024, TRIES = 16, KEEP = 8 * 1024 * 1024 };

static int open_below(int parent, const char *name, uint64_t flags)
{
    struct open_how how = {.flags = flags | O_CLOEXEC,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    long fd = -1;

    /* EAGAIN: something was renamed meanwhile and the kernel cannot be sure */
    for (int i = 0; i < TRIES; i++) {
        fd = syscall(SYS_openat2, parent, name, &how, sizeof how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
            break;
    }
    return fd < 0 ? -errno : (int)fd;
}

/* O_NOATIME is for the owner and CAP_FOWNER only: EPERM for others. */
static int open_quietly(int parent, const char *name, uint64_t flags, struct mailindex_io *io)
{
    int fd = open_below(parent, name, flags | O_NOATIME);
    if (fd != -EPERM)
        return fd;
    fd = open_below(parent, name, flags);
    if (fd >= 0)
        io->atime_touched = true;
    return fd;
}

int mailindex_dir_open(const char *path, struct mailindex_dir *dir, struct error *e)
{
    dir->path = path;
    dir->fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return dir->fd < 0 ? error_set(e, -errno, "open %.200s: %s", path, error_name(errno)) : 0;
}

int mailindex_dir_below(const struct mailindex_dir *parent, const char *name, const char *path,
                        struct mailindex_io *io, struct mailindex_dir *dir, struct error *e)
{
    (void)io;
    dir->path = path;
    dir->fd = open_below(parent->fd, name, O_PATH | O_DIRECTORY);
    if (dir->fd >= 0)
        return 0;
    int code = dir->fd;
    if (code == -EXDEV || code == -ELOOP)
        return error_set(e, code, "a link leads out of the store");
    return error_set(e, code, "open: %s", error_name(code));
}

void mailindex_dir_close(struct mailindex_dir *dir)
{
    if (dir->fd >= 0)
        close(dir->fd);
    dir->fd = -1;
}

DIR *mailindex_dir_list(const struct mailindex_dir *dir, struct mailindex_io *io)
{
    int fd = open_quietly(dir->fd, ".", O_RDONLY | O_DIRECTORY, io);
    if (fd < 0) {
        errno = -fd;
        return NULL;
    }
    DIR *list = fdopendir(fd);
    if (!list)
        close(fd);
    return list;
}

struct mailindex_stamp mailindex_stamp(const struct stat *st)
{
    return (struct mailindex_stamp){.device = (uint64_t)st->st_dev,
                                    .inode = (uint64_t)st->st_ino,
                                    .size = (int64_t)st->st_size,
                                    .mtime_s = (int64_t)st->st_mtim.tv_sec,
                                    .ctime_s = (int64_t)st->st_ctim.tv_sec,
                                    .mtime_ns = (uint32_t)st->st_mtim.tv_nsec,
                                    .ctime_ns = (uint32_t)st->st_ctim.tv_nsec};
}

int mailindex_stamp_of(const struct mailindex_dir *dir, const char *name,
                       struct mailindex_stamp *stamp)
{
    struct stat st;
    *stamp = (struct mailindex_stamp){0};
    if (fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    *stamp = mailindex_stamp(&st);
    return 0;
}

/* The change time is left out: a link made beside it (.log.2, .backup) changes nothing in it. */
bool mailindex_stamp_same(const struct mailindex_stamp *a, const struct mailindex_stamp *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->mtime_s == b->mtime_s && a->mtime_ns == b->mtime_ns;
}

/* Before it is opened: opening a device may do something. A link is looked at when it is open. */
static bool may_open(const struct mailindex_dir *dir, const char *name)
{
    struct stat st;
    return fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || S_ISREG(st.st_mode) ||
           S_ISLNK(st.st_mode);
}

int mailindex_open(const struct mailindex_dir *dir, const char *name, struct mailindex_io *io,
                   struct stat *st, struct error *e)
{
    if (!may_open(dir, name))
        return error_set(e, -EOPNOTSUPP, "no regular file");
    int fd = open_quietly(dir->fd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, io);
    if (fd == -EXDEV || fd == -ELOOP)
        return error_set(e, fd, "a link leads out of the store");
    if (fd == -ENXIO) /* a socket */
        return error_set(e, -EOPNOTSUPP, "no regular file");
    if (fd < 0)
        return error_set(e, fd, "open: %s", error_name(fd));
    int code = fstat(fd, st) < 0 ? -errno : S_ISREG(st->st_mode) ? 0 : -EOPNOTSUPP;
    if (code < 0) {
        close(fd);
        return error_set(e, code, "%s", code == -EOPNOTSUPP ? "no regular file" : "fstat failed");
    }
    io->files++;
    return fd;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Sleeps until what was read is within the limit. */
static void keep_pace(struct mailindex_io *io, uint64_t just_read)
{
    if (io->bytes_per_second <= 0)
        return;
    if (!io->started_ms) {
        io->started_ms = now_ms();
        io->started_at = io->bytes - just_read;
    }
    int64_t due = io->started_ms +
                  (int64_t)((io->bytes - io->started_at) * 1000 / (uint64_t)io->bytes_per_second);
    int64_t wait = due - now_ms();
    if (wait <= 0)
        return;
    struct timespec pause = {.tv_sec = wait / 1000, .tv_nsec = wait % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

int64_t mailindex_read_at(int fd, void *to, size_t n, int64_t offset, struct mailindex_io *io)
{
    size_t got = 0;
    while (got < n) {
        ssize_t r = pread(fd, (uint8_t *)to + got, n - got, (off_t)offset + (off_t)got);
        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return -errno;
        if (r == 0)
            break;
        got += (size_t)r;
        io->bytes += (uint64_t)r;
    }
    keep_pace(io, got);
    if (io->progress)
        io->progress(io, io->arg);
    return (int64_t)got;
}

static int make_room(struct mailindex_bytes *bytes, size_t n)
{
    if (n <= bytes->room && (bytes->room <= KEEP || n > KEEP))
        return 0;
    free(bytes->data);
    bytes->room = n < 4096 ? 4096 : n;
    bytes->data = malloc(bytes->room);
    if (!bytes->data)
        bytes->room = 0;
    return bytes->data ? 0 : -ENOMEM;
}

/* A file that grows meanwhile is read as far as it was when it was opened. */
static int read_all(int fd, struct mailindex_io *io, struct mailindex_bytes *bytes, size_t size)
{
    for (size_t at = 0; at < size;) {
        size_t n = size - at < CHUNK ? size - at : CHUNK;
        int64_t got = mailindex_read_at(fd, bytes->data + at, n, (int64_t)at, io);
        if (got < 0)
            return (int)got;
        if ((size_t)got < n)
            return -ESTALE;
        at += n;
    }
    bytes->length = size;
    return 0;
}

int mailindex_read(const struct mailindex_dir *dir, const char *name, size_t limit,
                   struct mailindex_io *io, struct mailindex_bytes *bytes, struct error *e)
{
    struct stat st;

    bytes->length = 0;
    bytes->stamp = (struct mailindex_stamp){0};
    int fd = mailindex_open(dir, name, io, &st, e);
    if (fd < 0)
        return fd;
    bytes->stamp = mailindex_stamp(&st);
    int code = (uint64_t)st.st_size > limit ? -EFBIG : make_room(bytes, (size_t)st.st_size);
    if (code == 0)
        code = read_all(fd, io, bytes, (size_t)st.st_size);
    close(fd);
    if (code == 0)
        return 0;
    return error_set(e, code,
                     code == -EFBIG ? "%lld bytes are more than any such file has"
                                    : "read after %lld bytes: %s",
                     (long long)st.st_size, error_name(code));
}

void mailindex_bytes_free(struct mailindex_bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct mailindex_bytes){0};
}
