/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/recording_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_ROOM = 256, MAX_OPEN = 16 };

static int fail(struct error *e, const char *what, const char *path)
{
    int code = -errno;
    return error_set(e, code, "%s %s: %s", what, path, error_name(code));
}

int recording_tree_make(struct recording_tree *tree, struct error *e)
{
    const char *base = getenv("TMPDIR");
    if (!base || base[0] != '/' || strlen(base) > 32)
        base = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp"; /* memory, no disk */
    snprintf(tree->path, sizeof tree->path, "%s/forewarn-replay-XXXXXX", base);
    if (!mkdtemp(tree->path)) {
        int code = fail(e, "mkdtemp", tree->path);
        tree->path[0] = '\0';
        return code;
    }
    tree->fd = open(tree->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return tree->fd < 0 ? fail(e, "open", tree->path) : 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    remove(path);
    return 0;
}

void recording_tree_remove(struct recording_tree *tree)
{
    if (!tree->path[0])
        return;
    if (tree->fd >= 0)
        close(tree->fd);
    nftw(tree->path, remove_one, MAX_OPEN, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    tree->path[0] = '\0';
}

/*
 * Opens the directory that path stands in, name by name and never through a link; makes it where it
 * is missing. name is what is left. The path is a good one (recording_path_is_good).
 */
static int open_parent(int root, const char *path, bool make, char name[NAME_ROOM])
{
    int fd = dup(root);
    for (;;) {
        size_t n = strcspn(++path, "/");
        snprintf(name, NAME_ROOM, "%.*s", (int)n, path);
        if (!path[n] || fd < 0)
            return fd;
        path += n;
        if (make && mkdirat(fd, name, 0700) < 0 && errno != EEXIST) {
            close(fd);
            return -1;
        }
        int next = openat(fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        int code = errno;
        close(fd);
        errno = code;
        fd = next;
    }
}

static int write_file(int parent, const char *name, const char *data, size_t length)
{
    /* Anew, so that nothing else that had the name is written to. */
    if (unlinkat(parent, name, 0) < 0 && errno == EISDIR)
        unlinkat(parent, name, AT_REMOVEDIR);
    int fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    ssize_t n = length ? write(fd, data, length) : 0;
    close(fd);
    if (n >= 0 && (size_t)n != length)
        errno = ENOSPC;
    return n == (ssize_t)length ? 0 : -1;
}

static int put(int parent, const char *name, const struct recorded *entry)
{
    switch (entry->kind) {
    case ROOT_DIRECTORY:
        if (mkdirat(parent, name, 0700) == 0)
            return 0;
        if (errno != EEXIST)
            return -1;
        unlinkat(parent, name, 0); /* not where it is a directory */
        return mkdirat(parent, name, 0700) == 0 || errno == EEXIST ? 0 : -1;
    case ROOT_LINK:
        if (unlinkat(parent, name, 0) < 0 && errno == EISDIR)
            unlinkat(parent, name, AT_REMOVEDIR);
        return symlinkat(entry->data, parent, name);
    case ROOT_PRESENT:
    case ROOT_FILE:
        break;
    }
    return write_file(parent, name, entry->data, entry->length);
}

struct applying {
    const struct recording_tree *tree;
    uint64_t number;
    int code;
    struct error *e;
};

static void apply(struct recorded *entry, void *arg)
{
    struct applying *applying = arg;
    char name[NAME_ROOM];

    if (entry->change != applying->number || applying->code < 0 || !entry->path[1])
        return;
    int parent = open_parent(applying->tree->fd, entry->path, true, name);
    if (parent < 0 || put(parent, name, entry) < 0)
        applying->code = fail(applying->e, "write", entry->path);
    if (parent >= 0)
        close(parent);
}

/* A path that is gone; and directories that held nothing else, unless they were seen themselves. */
static void take_away(const struct recording_tree *tree, const struct recording_state *state,
                      const char *gone)
{
    char name[NAME_ROOM], path[4096];

    if (!recording_path_is_good(gone))
        return;
    snprintf(path, sizeof path, "%s", gone);
    while (path[1] && !recording_state_find(state, path)) {
        int parent = open_parent(tree->fd, path, false, name);
        if (parent < 0)
            return;
        bool removed = unlinkat(parent, name, 0) == 0 || unlinkat(parent, name, AT_REMOVEDIR) == 0;
        close(parent);
        char *slash = strrchr(path, '/');
        if (!removed || !slash)
            return;
        slash[slash == path] = '\0';
    }
}

int recording_tree_apply(const struct recording_tree *tree, const struct recording *recording,
                         struct error *e)
{
    struct applying applying = {tree, recording_number(recording), 0, e};
    const struct recording_state *state = recording_state(recording);
    size_t count;
    char *const *gone = recording_gone(recording, &count);

    while (count > 0)
        take_away(tree, state, gone[--count]);
    recording_state_walk(state, apply, &applying);
    return applying.code;
}
