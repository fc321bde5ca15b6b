/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded under valgrind, which (3.19) does not know openat2(2) and lets it fail: does in user
 * space what RESOLVE_IN_ROOT or RESOLVE_BENEATH do in the kernel, well enough for tests: there is
 * no one who could swap a directory for a link in between.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_LINKS = 40 };

struct walk {
    int root;
    char done[PATH_MAX]; /* free of links, below root: "" or "a/b" */
    char rest[PATH_MAX]; /* still to go */
    int links;
    bool beneath; /* what leads out of root is an error, instead of root again */
};

static bool append(char path[PATH_MAX], const char *name)
{
    size_t length = strlen(path);
    int added = snprintf(path + length, PATH_MAX - length, "%s%s", length > 0 ? "/" : "", name);
    return added >= 0 && (size_t)added < PATH_MAX - length;
}

static void go_up(char path[PATH_MAX])
{
    char *slash = strrchr(path, '/');
    *(slash != NULL ? slash : path) = '\0';
}

/* Takes the first name off the rest. */
static bool next_name(struct walk *w, char name[NAME_MAX + 1])
{
    char *start = w->rest + strspn(w->rest, "/");
    size_t length = strcspn(start, "/");
    if (length == 0)
        return false;
    snprintf(name, NAME_MAX + 1, "%.*s", (int)length, start);
    memmove(w->rest, start + length, strlen(start + length) + 1);
    return true;
}

/* The link's target goes before the rest; an absolute one starts at the root again. */
static bool follow(struct walk *w, const char *target)
{
    char rest[PATH_MAX];
    if (++w->links > MAX_LINKS) {
        errno = ELOOP;
        return false;
    }
    if (target[0] == '/' && w->beneath) {
        errno = EXDEV;
        return false;
    }
    if (target[0] == '/')
        w->done[0] = '\0';
    else
        go_up(w->done);
    strcpy(rest, w->rest);
    return snprintf(w->rest, PATH_MAX, "%s/%s", target, rest) < PATH_MAX;
}

static int open_in_root(int root, const char *path, int flags, bool beneath)
{
    struct walk w = {.root = root, .beneath = beneath};
    char name[NAME_MAX + 1], target[PATH_MAX];
    if (path[0] == '/' && beneath)
        return errno = EXDEV, -1;
    snprintf(w.rest, sizeof(w.rest), "%s", path);
    while (next_name(&w, name)) {
        if (strcmp(name, "..") == 0 && w.done[0] == '\0' && beneath)
            return errno = EXDEV, -1;
        if (strcmp(name, "..") == 0)
            go_up(w.done);
        if (strcmp(name, "..") == 0 || strcmp(name, ".") == 0)
            continue;
        if (!append(w.done, name))
            return errno = ENAMETOOLONG, -1;
        bool last = w.rest[strspn(w.rest, "/")] == '\0';
        ssize_t length = last && (flags & O_NOFOLLOW) != 0
                             ? -1
                             : readlinkat(root, w.done, target, sizeof(target) - 1);
        if (length < 0)
            continue;
        target[length] = '\0';
        if (!follow(&w, target))
            return -1;
    }
    return openat(root, w.done[0] != '\0' ? w.done : ".", flags);
}

long syscall(long number, ...)
{
    long a[6];
    va_list args;
    va_start(args, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(args, long);
    va_end(args);
    if (number == SYS_openat2) {
        const struct open_how *how = (const struct open_how *)a[2];
        return open_in_root((int)a[0], (const char *)a[1], (int)how->flags,
                            (how->resolve & RESOLVE_BENEATH) != 0);
    }
    long (*next)(long, ...) = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
