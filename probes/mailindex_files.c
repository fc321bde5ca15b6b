/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_files.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static ssize_t read_handle(void *arg, uint64_t offset, void *at, size_t length)
{
    const struct mailindex_handle *handle = arg;
    return (ssize_t)mailindex_read_at(handle->fd, at, length, (int64_t)offset, handle->io);
}

int mailindex_handle_open(const struct mailindex_dir *dir, const char *name, struct arena *arena,
                          struct mailindex_io *io, struct mailindex_handle *handle, struct error *e)
{
    struct stat st;

    *handle = (struct mailindex_handle){.fd = -1, .io = io};
    handle->file.name = arena_printf(arena, "%s/%s", dir->path, name);
    if (dir->fd < 0)
        return 0;
    int fd = mailindex_open(dir, name, io, &st, e);
    if (fd < 0)
        return fd == -ENOENT ? 0 : fd;
    handle->fd = fd;
    handle->stamp = mailindex_stamp(&st);
    handle->file.size = (uint64_t)st.st_size;
    handle->file.read = read_handle;
    handle->file.arg = handle;
    return 0;
}

void mailindex_handle_close(struct mailindex_handle *handle)
{
    if (handle->fd >= 0)
        close(handle->fd);
    handle->fd = -1;
}

bool mailindex_handle_shrank(const struct mailindex_handle *handle)
{
    struct stat st;
    return handle->fd >= 0 &&
           (fstat(handle->fd, &st) < 0 || (uint64_t)st.st_size < handle->file.size);
}

static const char *const suffixes[MAILINDEX_FILES] = {"", ".log", ".log.2", ".cache"};

int mailindex_files_open(struct mailindex_files *files, const struct mailindex_dir *dir,
                         const char *name, bool with_cache, struct arena *arena,
                         struct mailindex_io *io, const char **unreadable, struct error *e)
{
    int count = with_cache ? MAILINDEX_FILES : MAILINDEX_CACHE;

    *files = (struct mailindex_files){.dir = dir, .name = name};
    for (int i = 0; i < MAILINDEX_FILES; i++)
        files->handles[i].fd = -1;
    for (int i = 0; i < count; i++) {
        char *file = arena_printf(arena, "%s%s", name, suffixes[i]);
        int code = mailindex_handle_open(dir, file, arena, io, &files->handles[i], e);
        if (code < 0) {
            *unreadable = files->handles[i].file.name;
            return code;
        }
    }
    return 0;
}

void mailindex_files_close(struct mailindex_files *files)
{
    for (int i = 0; i < MAILINDEX_FILES; i++)
        mailindex_handle_close(&files->handles[i]);
}

struct dovecot_files mailindex_files_of(const struct mailindex_files *files,
                                        enum dovecot_index_kind kind)
{
    const struct mailindex_file *file[MAILINDEX_FILES];
    for (int i = 0; i < MAILINDEX_FILES; i++)
        file[i] = files->handles[i].fd >= 0 ? &files->handles[i].file : NULL;
    return (struct dovecot_files){.kind = kind,
                                  .index = file[MAILINDEX_INDEX],
                                  .log = file[MAILINDEX_LOG],
                                  .log2 = file[MAILINDEX_LOG2],
                                  .cache = file[MAILINDEX_CACHE]};
}

bool mailindex_files_moved(const struct mailindex_files *files)
{
    for (int i = MAILINDEX_INDEX; i <= MAILINDEX_LOG; i++) {
        char name[256];
        struct mailindex_stamp now;
        snprintf(name, sizeof name, "%s%s", files->name, suffixes[i]);
        mailindex_stamp_of(files->dir, name, &now);
        if (!mailindex_stamp_same(&files->handles[i].stamp, &now))
            return true;
    }
    return false;
}

bool mailindex_files_shrank(const struct mailindex_files *files)
{
    for (int i = 0; i < MAILINDEX_FILES; i++)
        if (mailindex_handle_shrank(&files->handles[i]))
            return true;
    return false;
}
