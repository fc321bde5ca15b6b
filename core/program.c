/* SPDX-License-Identifier: Apache-2.0 */
#include "core/program.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool find_beside(const char *name, char path[PROGRAM_PATH_SIZE])
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    char *end = n > 0 ? memrchr(self, '/', (size_t)n) : NULL;

    if (!end)
        return false;
    end[1] = '\0';
    return snprintf(path, PROGRAM_PATH_SIZE, "%s%s", self, name) < PROGRAM_PATH_SIZE &&
           access(path, X_OK) == 0;
}

void program_find(const char *name, char path[PROGRAM_PATH_SIZE])
{
    if (!find_beside(name, path))
        snprintf(path, PROGRAM_PATH_SIZE, "%s/%s", PKGLIBEXECDIR, name);
}
