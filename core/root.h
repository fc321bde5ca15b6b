/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_ROOT_H
#define CORE_ROOT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/error.h"

/*
 * A directory below which every path is resolved (openat2(2), RESOLVE_IN_ROOT): "/" on a live host,
 * a recorded tree with --root. Links in a recorded tree cannot lead out of it. Paths are given as
 * on the host, "/sys/block" or "sys/block".
 *
 * Reading never waits for a writer and never touches a device: what is not a regular file or a
 * directory is an error (-EOPNOTSUPP) before it is opened.
 */
struct root;

int root_open(const char *directory, struct root **root, struct error *e);

/*
 * The same of a directory that is open already (O_PATH will do); path is only for texts. The
 * descriptor is the root's from now on, and is closed where this fails.
 */
int root_open_fd(int fd, const char *path, struct root **root, struct error *e);
void root_close(struct root **root);

/* Whether this is the running host ("/"), so that devices may be asked too. */
bool root_is_live(const struct root *root);
const char *root_path(const struct root *root); /* as it was given to root_open() */

/*
 * Reads a whole file of at most limit bytes; -EFBIG where there is more. The text ends in a NUL
 * that length (which may be NULL) does not count; it may hold others.
 */
int root_read(const struct root *root, const char *path, size_t limit, struct arena *arena,
              char **text, size_t *length, struct error *e);

/*
 * Reads an attribute of sysfs or the like: at most 4 KiB, white space at the end cut off. A NUL
 * within is -EILSEQ.
 */
int root_read_line(const struct root *root, const char *path, struct arena *arena, char **text,
                   struct error *e);

/* Where a symbolic link points, as it stands in the link (not resolved). */
int root_readlink(const struct root *root, const char *path, struct arena *arena, char **target,
                  struct error *e);

/*
 * The path of the directory or file that path leads to, below the root and free of links
 * ("/sys/devices/..."). -ENOENT for a link that leads nowhere.
 */
int root_resolve(const struct root *root, const char *path, struct arena *arena, char **resolved,
                 struct error *e);

/* Whether something is there, after links, or might be: reading it says why it cannot be seen. */
bool root_exists(const struct root *root, const char *path);

/*
 * Names in a directory without . and .., sorted as strverscmp(3) does: sda2 before sda10. -EFBIG
 * where there are more than 100,000. Where it fails, count is 0.
 */
int root_list(const struct root *root, const char *path, struct arena *arena, char ***names,
              size_t *count, struct error *e);

/*
 * What is read below a root can be watched, so that it can be recorded: each file with its content,
 * each link on the way there, each directory, and what was only found to be there. Paths are those
 * on the host, free of links and of "..". What cannot be read is not told of. The same comes again
 * each time that it is read.
 */
enum root_kind { ROOT_PRESENT, ROOT_DIRECTORY, ROOT_LINK, ROOT_FILE };

struct root_tap {
    void (*see)(void *arg, enum root_kind kind, const char *path, const void *data, size_t length);
    void *arg;
};

/* tap stays the caller's and must live as long as the root; NULL: nobody watches any more. */
void root_watch(struct root *root, const struct root_tap *tap);

/* An open descriptor for reading of a regular file or directory, for a library that wants one. */
int root_descriptor(const struct root *root, const char *path, int flags, struct error *e);

#endif
