/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/probes/tree.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void must(int ok, const char *what, const char *path)
{
    if (ok)
        return;
    fprintf(stderr, "tree: %s %s: %s\n", what, path, strerror(errno));
    exit(99);
}

static void full_path(const struct tree *tree, const char *path, char full[4096])
{
    must(snprintf(full, 4096, "%s%s", tree->path, path) < 4096, "name", path);
    for (char *slash = full + strlen(tree->path) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        must(mkdir(full, 0755) == 0 || errno == EEXIST, "mkdir", full);
        *slash = '/';
    }
}

void tree_bytes(const struct tree *tree, const char *path, const void *content, size_t length)
{
    char full[4096];
    full_path(tree, path, full);
    FILE *file = fopen(full, "w");
    must(file && fwrite(content, 1, length, file) == length && fclose(file) == 0, "write", full);
}

void tree_file(const struct tree *tree, const char *path, const char *content)
{
    tree_bytes(tree, path, content, strlen(content));
}

void tree_link(const struct tree *tree, const char *path, const char *target)
{
    char full[4096];
    full_path(tree, path, full);
    must(symlink(target, full) == 0, "symlink", full);
}

void tree_fifo(const struct tree *tree, const char *path)
{
    char full[4096];
    full_path(tree, path, full);
    must(mkfifo(full, 0644) == 0, "mkfifo", full);
}

void tree_drop(const struct tree *tree, const char *path)
{
    char full[4096];
    full_path(tree, path, full);
    must(unlink(full) == 0, "unlink", full);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *place)
{
    (void)st, (void)type, (void)place;
    return remove(path);
}

/* Trees that are there still: a test that fails leaves by a jump, past its own cleaning up. */
static struct {
    char path[32][sizeof((struct tree *)NULL)->path];
    pid_t maker; /* a child of the test leaves them alone */
} made;

enum { MADE = sizeof made.path / sizeof *made.path };

static void remove_left(void)
{
    for (size_t i = 0; i < MADE; i++)
        if (made.path[i][0] && made.maker == getpid())
            nftw(made.path[i], remove_one, 32, FTW_DEPTH | FTW_PHYS);
}

/* Puts to in the place of from; "" is a free place. */
static void note(const char *from, const char *to)
{
    for (size_t i = 0; i < MADE; i++)
        if (strcmp(made.path[i], from) == 0) {
            snprintf(made.path[i], sizeof made.path[i], "%s", to);
            return;
        }
}

void tree_make(struct tree *tree)
{
    /* Thousands of small files: in memory where that can be, 40 times faster. */
    const char *directory = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(tree->path, sizeof tree->path, "%s/forewarn-test.XXXXXX", directory);
    must(mkdtemp(tree->path) != NULL, "make", tree->path);
    if (!made.maker)
        must(atexit(remove_left) == 0, "note", tree->path);
    made.maker = getpid();
    note("", tree->path);
}

void tree_remove(struct tree *tree)
{
    must(nftw(tree->path, remove_one, 32, FTW_DEPTH | FTW_PHYS) == 0, "remove", tree->path);
    note(tree->path, "");
}
