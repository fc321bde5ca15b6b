/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_FILE_H
#define PROBES_MAILINDEX_FILE_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "core/error.h"

/*
 * Files of a mail store, opened with care: nothing is written, locked or mapped; links must not
 * lead out of the store; what is no regular file is refused before it can make anybody wait; and
 * looking at a file leaves no trace in it (O_NOATIME) where the rights allow.
 */

/* How the reading goes, for all stores of a run. One thread. */
struct mailindex_io {
    uint64_t bytes;           /* read so far */
    uint64_t files;           /* opened so far */
    bool atime_touched;       /* O_NOATIME was refused at least once */
    int64_t bytes_per_second; /* at most; 0: no limit */
    int64_t started_ms;  /* of the limit, by the monotonic clock; 0: it starts with the next read */
    uint64_t started_at; /* bytes then */
    void (*progress)(struct mailindex_io *io, void *arg); /* after each read; may be NULL */
    void *arg;
};

/* A directory; all names are resolved below it. */
struct mailindex_dir {
    int fd;
    const char *path; /* for texts; the caller's */
};

/* What tells whether a file is still the same. All 0: not there. */
struct mailindex_stamp {
    uint64_t device, inode;
    int64_t size, mtime_s, ctime_s;
    uint32_t mtime_ns, ctime_ns;
};

/* The content of a file, used again and again; mailindex_bytes_free() at the end. */
struct mailindex_bytes {
    uint8_t *data;
    size_t length, room;
    struct mailindex_stamp stamp; /* taken before the first byte was read */
};

/*
 * Opens a directory. Where path is absolute, links in it are followed: it is where somebody said
 * the store is. -ENOTDIR, -EACCES ...
 */
int mailindex_dir_open(const char *path, struct mailindex_dir *dir, struct error *e);

/* One below, links must stay below: -EXDEV for one that leads out. path as for texts. */
int mailindex_dir_below(const struct mailindex_dir *parent, const char *name, const char *path,
                        struct mailindex_io *io, struct mailindex_dir *dir, struct error *e);
void mailindex_dir_close(struct mailindex_dir *dir);

/* The names in it, without touching its atime where that is allowed; closedir(3) it. */
DIR *mailindex_dir_list(const struct mailindex_dir *dir, struct mailindex_io *io);

/* Without opening and without following a link at the end; zeroed where there is nothing. */
int mailindex_stamp_of(const struct mailindex_dir *dir, const char *name,
                       struct mailindex_stamp *stamp);
bool mailindex_stamp_same(const struct mailindex_stamp *a, const struct mailindex_stamp *b);
struct mailindex_stamp mailindex_stamp(const struct stat *st);

/*
 * Opens a regular file: -ENOENT, -EXDEV where a link leads out, -EOPNOTSUPP for what is no regular
 * file, -EACCES. Gives the descriptor.
 */
int mailindex_open(const struct mailindex_dir *dir, const char *name, struct mailindex_io *io,
                   struct stat *st, struct error *e);

/*
 * Reads a whole file. -EFBIG above limit; -ESTALE where it shrank or its server took it away while
 * it was read: that is no damage, read it again.
 */
int mailindex_read(const struct mailindex_dir *dir, const char *name, size_t limit,
                   struct mailindex_io *io, struct mailindex_bytes *bytes, struct error *e);

/* Reads up to n bytes at offset; how many, 0 at the end, or a negative errno. */
int64_t mailindex_read_at(int fd, void *to, size_t n, int64_t offset, struct mailindex_io *io);

void mailindex_bytes_free(struct mailindex_bytes *bytes);

#endif
