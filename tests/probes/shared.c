/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/probes/shared.h"

#include <glob.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void skip(const char *what, const char *path)
{
    printf("SKIP: %s %s\n", path, what);
    exit(77);
}

const char *shared_path(const char *relative, char path[4096])
{
    const char *base = getenv("FOREWARN_SHARED");
    snprintf(path, 4096, "%s/%s", base ? base : TOP_SRCDIR "/../shared", relative);
    if (access(path, R_OK) < 0)
        skip("is not there", path);
    return path;
}

static int run(const char *const argv[])
{
    pid_t pid;
    int status;
    static const char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
    if (posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)argv, (char *const *)environment) !=
        0)
        return -1;
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

const char *shared_state(struct tree *tree, const char *name, char path[4096])
{
    char archive[4096], relative[512];
    snprintf(relative, sizeof relative, "lab/states/%s.tar.zst", name);
    shared_path(relative, archive);
    tree_make(tree);
    const char *const argv[] = {"tar", "--zstd", "-C", tree->path, "-xf", archive, NULL};
    if (run(argv) != 0) {
        tree_remove(tree);
        skip("cannot be unpacked (are tar and zstd there?)", archive);
    }
    snprintf(path, 4096, "%s/%s", tree->path, name);
    return path;
}

char **shared_states(void)
{
    static const char suffix[] = ".tar.zst";
    char pattern[4096 + 16], folder[4096];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/*%s", shared_path("lab/states", folder), suffix);
    if (glob(pattern, 0, NULL, &found) != 0)
        skip("holds no recordings", folder);
    char **names = calloc(found.gl_pathc + 1, sizeof *names);
    for (size_t i = 0; names && i < found.gl_pathc; i++) {
        const char *name = strrchr(found.gl_pathv[i], '/') + 1;
        names[i] = strndup(name, strlen(name) - strlen(suffix));
    }
    globfree(&found);
    return names;
}
