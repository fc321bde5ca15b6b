/* SPDX-License-Identifier: Apache-2.0 */
#include "core/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/buf.h"

enum { LINE_LIMIT = 4096, MAX_NAMES = 100000, OPEN_TRIES = 128 };

struct root {
    int fd;
    bool live;
    char *path;
    const struct root_tap *tap; /* NULL: nobody watches */
    char *plain; /* while somebody does: the directory seen last, free of links down to it */
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

#define SCRATCH_FD __attribute__((cleanup(close_fd))) int

static int fail(struct error *e, const char *operation, const char *path)
{
    int code = -errno;
    return error_set(e, code, "%s %s: %s", operation, path, error_name(code));
}

int root_open(const char *directory, struct root **root, struct error *e)
{
    int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);

    *root = NULL;
    return fd < 0 ? fail(e, "open root", directory) : root_open_fd(fd, directory, root, e);
}

int root_open_fd(int fd, const char *path, struct root **root, struct error *e)
{
    struct stat here, slash;

    *root = NULL;
    if (fstat(fd, &here) < 0 || !S_ISDIR(here.st_mode)) {
        close(fd);
        return error_set(e, -ENOTDIR, "open root %s: ENOTDIR", path);
    }
    struct root *made = calloc(1, sizeof *made);
    if (!made)
        abort();
    made->fd = fd;
    made->path = strdup(path);
    made->live =
        stat("/", &slash) == 0 && here.st_dev == slash.st_dev && here.st_ino == slash.st_ino;
    *root = made;
    return 0;
}

void root_close(struct root **root)
{
    if (!*root)
        return;
    close((*root)->fd);
    free((*root)->plain);
    free((*root)->path);
    free(*root);
    *root = NULL;
}

bool root_is_live(const struct root *root)
{
    return root->live;
}

const char *root_path(const struct root *root)
{
    return root->path;
}

/* Where openat2 is not allowed (an old container's filter) the live root does without it. */
static int open_below(const struct root *root, const char *path, int flags)
{
    struct open_how how = {.flags = (uint64_t)flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
    path += strspn(path, "/");
    if (!*path)
        path = ".";
    /* Where anything on the host is renamed or mounted while ".." is walked, openat2 gives up. */
    int fd, tries = OPEN_TRIES;
    do
        fd = (int)syscall(SYS_openat2, root->fd, path, &how, sizeof how);
    while (fd < 0 && errno == EAGAIN && --tries);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM) && root->live)
        fd = openat(root->fd, path, flags | O_CLOEXEC);
    return fd;
}

void root_watch(struct root *root, const struct root_tap *tap)
{
    root->tap = tap;
    free(root->plain);
    root->plain = tap ? calloc(1, LINE_LIMIT) : NULL;
}

/* The content of a link; false where it is none. */
static bool read_link(const struct root *root, const char *path, char target[LINE_LIMIT])
{
    SCRATCH_FD fd = open_below(root, path, O_PATH | O_NOFOLLOW);
    ssize_t n = fd < 0 ? -1 : readlinkat(fd, "", target, LINE_LIMIT - 1);
    target[n < 0 ? 0 : n] = '\0';
    return n >= 0;
}

/* Most reads are of neighbours, so that asking once for their way saves most of the work. */
static bool is_known_plain(const struct root *root, const char *path)
{
    size_t n = strlen(path);
    return root->plain && strncmp(root->plain, path, n) == 0 &&
           (root->plain[n] == '/' || !root->plain[n]);
}

/* Where a path leads, link by link: what a tap is told of the way. */
struct way {
    char done[LINE_LIMIT]; /* free of links: "", "/sys", "/sys/block" */
    char rest[2 * LINE_LIMIT];
    int links;
};

/* A link is told of, and its target comes before what is left of the way. */
static bool follow(const struct root *root, struct way *way, const char *link)
{
    char target[LINE_LIMIT], rest[2 * LINE_LIMIT];
    if (!read_link(root, link, target))
        return false;
    root->tap->see(root->tap->arg, ROOT_LINK, link, target, strlen(target));
    if ((size_t)snprintf(rest, sizeof rest, "%s/%s", target, way->rest) >= sizeof rest)
        return false;
    memcpy(way->rest, rest, sizeof rest);
    if (target[0] == '/')
        way->done[0] = '\0';
    return true;
}

enum { MAX_LINKS = 40 }; /* as the kernel has it */

/*
 * Takes the next name of the way; /proc/self, which is another link for each process, is taken for
 * a directory. last says whether a link at its end is followed too.
 */
static void step(const struct root *root, struct way *way, bool last)
{
    char name[LINE_LIMIT], next[2 * LINE_LIMIT];
    size_t skip = strspn(way->rest, "/"), n = strcspn(way->rest + skip, "/");
    if (n >= sizeof name)
        n = sizeof name - 1;
    memcpy(name, way->rest + skip, n);
    name[n] = '\0';
    memmove(way->rest, way->rest + skip + n, strlen(way->rest + skip + n) + 1);
    if (!name[0] || strcmp(name, ".") == 0)
        return;
    if (strcmp(name, "..") == 0) {
        char *slash = strrchr(way->done, '/');
        if (slash)
            *slash = '\0';
        return;
    }
    snprintf(next, sizeof next, "%s/%s", way->done, name);
    bool is_end = !way->rest[strspn(way->rest, "/")];
    if ((!is_end || last) && strcmp(next, "/proc/self") != 0 && way->links < MAX_LINKS &&
        !is_known_plain(root, next) && follow(root, way, next)) {
        way->links++;
        return;
    }
    snprintf(way->done, sizeof way->done, "%.*s", (int)sizeof way->done - 1, next);
}

/* Tells of all links on the way; what stands at its end is way->done then. */
static void tell_way(const struct root *root, const char *path, bool last, struct way *way)
{
    *way = (struct way){.links = 0};
    snprintf(way->rest, sizeof way->rest, "%s", path);
    while (way->rest[strspn(way->rest, "/")])
        step(root, way, last);
    char *slash = strrchr(way->done, '/');
    if (root->plain && slash)
        snprintf(root->plain, LINE_LIMIT, "%.*s", (int)(slash - way->done), way->done);
}

static void tell(const struct root *root, enum root_kind kind, const char *path, const void *data,
                 size_t length)
{
    struct way way;
    if (!root->tap)
        return;
    tell_way(root, path, true, &way);
    root->tap->see(root->tap->arg, kind, way.done[0] ? way.done : "/", data, length);
}

/* Something that was only found to be there, or named in a list. */
static void tell_present(const struct root *root, const char *path, bool follows)
{
    struct way way;
    struct stat st;
    char target[LINE_LIMIT];
    if (!root->tap)
        return;
    tell_way(root, path, follows, &way);
    SCRATCH_FD fd = open_below(root, way.done, O_PATH | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &st) < 0)
        return;
    if (S_ISLNK(st.st_mode) && read_link(root, way.done, target))
        root->tap->see(root->tap->arg, ROOT_LINK, way.done, target, strlen(target));
    else
        root->tap->see(root->tap->arg, S_ISDIR(st.st_mode) ? ROOT_DIRECTORY : ROOT_PRESENT,
                       way.done, NULL, 0);
}

/* The kernel's own /sys holds files, directories and links, and no devices to be careful with. */
static bool holds_no_devices(const struct root *root, const char *path)
{
    path += strspn(path, "/");
    return root->live && strncmp(path, "sys/", 4) == 0 && !strstr(path, "..");
}

int root_descriptor(const struct root *root, const char *path, int flags, struct error *e)
{
    if (holds_no_devices(root, path)) {
        int fd = open_below(root, path, flags | O_NONBLOCK | O_NOCTTY);
        return fd < 0 ? fail(e, "open", path) : fd;
    }
    /* Look at what it is through O_PATH first: opening a device can already do something. */
    SCRATCH_FD look = open_below(root, path, O_PATH);
    struct stat st;
    if (look < 0 || fstat(look, &st) < 0)
        return fail(e, "open", path);
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
        return error_set(e, -EOPNOTSUPP, "open %s: neither a regular file nor a directory", path);

    char self[64];
    snprintf(self, sizeof self, "/proc/self/fd/%d", look);
    int fd = open(self, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) /* no /proc here */
        fd = open_below(root, path, flags | O_NONBLOCK | O_NOCTTY);
    return fd < 0 ? fail(e, "open", path) : fd;
}

/* Reads to the end; more than limit bytes are an error. */
static int read_all(int fd, const char *path, size_t limit, struct buf *out, struct error *e)
{
    char chunk[16384];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(e, "read", path);
        if (n == 0)
            return 0;
        if ((size_t)n > limit - out->length)
            return error_set(e, -EFBIG, "read %s: longer than %zu bytes", path, limit);
        buf_add(out, chunk, (size_t)n);
    }
}

int root_read(const struct root *root, const char *path, size_t limit, struct arena *arena,
              char **text, size_t *length, struct error *e)
{
    SCRATCH_FD fd = root_descriptor(root, path, O_RDONLY, e);
    if (fd < 0)
        return fd;
    __attribute__((cleanup(buf_free))) struct buf content = {0};
    int code = read_all(fd, path, limit, &content, e);
    if (code < 0)
        return code;
    *text = arena_strndup(arena, content.data ? content.data : "", content.length);
    if (length)
        *length = content.length;
    tell(root, ROOT_FILE, path, *text, content.length);
    return 0;
}

/* An attribute is given as a whole by one read: a second one would only say that this was all. */
static ssize_t read_once(int fd, char *text, size_t room)
{
    ssize_t n;
    do
        n = read(fd, text, room);
    while (n < 0 && errno == EINTR);
    return n;
}

int root_read_line(const struct root *root, const char *path, struct arena *arena, char **text,
                   struct error *e)
{
    char line[LINE_LIMIT + 1];
    SCRATCH_FD fd = root_descriptor(root, path, O_RDONLY, e);
    if (fd < 0)
        return fd;
    ssize_t n = read_once(fd, line, sizeof line);
    if (n < 0)
        return fail(e, "read", path);
    if (n > LINE_LIMIT)
        return error_set(e, -EFBIG, "read %s: longer than %d bytes", path, LINE_LIMIT);
    tell(root, ROOT_FILE, path, line, (size_t)n);
    if (memchr(line, '\0', (size_t)n))
        return error_set(e, -EILSEQ, "read %s: binary content where text is expected", path);
    while (n && strchr(" \t\r\n", line[n - 1]))
        n--;
    *text = arena_strndup(arena, line, (size_t)n);
    return 0;
}

int root_readlink(const struct root *root, const char *path, struct arena *arena, char **target,
                  struct error *e)
{
    char text[LINE_LIMIT];
    SCRATCH_FD fd = open_below(root, path, O_PATH | O_NOFOLLOW);
    if (fd < 0)
        return fail(e, "readlink", path);
    ssize_t n = readlinkat(fd, "", text, sizeof text);
    if (n < 0)
        return fail(e, "readlink", path);
    *target = arena_strndup(arena, text, (size_t)n);
    tell_present(root, path, false);
    return 0;
}

/* The path that the kernel has for an open descriptor. */
static int path_of(int fd, char path[LINE_LIMIT])
{
    char self[64];
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(self, path, LINE_LIMIT - 1);
    if (n < 0)
        return -errno;
    path[n] = '\0';
    return 0;
}

int root_resolve(const struct root *root, const char *path, struct arena *arena, char **resolved,
                 struct error *e)
{
    char base[LINE_LIMIT], full[LINE_LIMIT];
    SCRATCH_FD fd = open_below(root, path, O_PATH);
    if (fd < 0)
        return fail(e, "resolve", path);
    if (path_of(root->fd, base) < 0 || path_of(fd, full) < 0)
        return error_set(e, -ENOENT, "resolve %s: /proc is not there", path);
    size_t n = strcmp(base, "/") == 0 ? 0 : strlen(base);
    if (strncmp(base, full, n) != 0)
        return error_set(e, -EXDEV, "resolve %s: leads out of %s", path, root->path);
    *resolved = arena_strdup(arena, full[n] ? full + n : "/");
    tell_present(root, path, true);
    return 0;
}

bool root_exists(const struct root *root, const char *path)
{
    SCRATCH_FD fd = open_below(root, path, O_PATH);
    bool exists = fd >= 0 || (errno != ENOENT && errno != ENOTDIR);
    if (fd >= 0)
        tell_present(root, path, true);
    return exists;
}

static int by_version(const void *a, const void *b)
{
    return strverscmp(*(char *const *)a, *(char *const *)b);
}

static int read_names(DIR *directory, const char *path, struct arena *arena, char ***names,
                      size_t *count, struct error *e)
{
    size_t room = 0;
    struct dirent *entry;
    for (errno = 0; (entry = readdir(directory)); errno = 0) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (*count == MAX_NAMES)
            return error_set(e, -EFBIG, "list %s: more than %d entries", path, MAX_NAMES);
        *names = arena_grow(arena, *names, *count, &room, sizeof **names);
        (*names)[(*count)++] = arena_strdup(arena, entry->d_name);
    }
    return errno ? fail(e, "list", path) : 0;
}

static void tell_names(const struct root *root, const char *path, char **names, size_t count)
{
    char name[2 * LINE_LIMIT];
    if (!root->tap)
        return;
    tell(root, ROOT_DIRECTORY, path, NULL, 0);
    for (size_t i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%s/%s", path, names[i]);
        tell_present(root, name, false);
    }
}

int root_list(const struct root *root, const char *path, struct arena *arena, char ***names,
              size_t *count, struct error *e)
{
    *names = NULL;
    *count = 0;
    int fd = root_descriptor(root, path, O_RDONLY | O_DIRECTORY, e);
    if (fd < 0)
        return fd;
    DIR *directory = fdopendir(fd);
    if (!directory) {
        int code = fail(e, "list", path);
        close(fd);
        return code;
    }
    int code = read_names(directory, path, arena, names, count, e);
    closedir(directory);
    if (code < 0)
        *count = 0;
    if (*count)
        qsort(*names, *count, sizeof **names, by_version);
    if (code == 0)
        tell_names(root, path, *names, *count);
    return code;
}
