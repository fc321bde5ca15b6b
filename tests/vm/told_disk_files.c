/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "tests/vm/told_disk.h"

FILE *told_file(const struct told *told, const char *name)
{
    int fd = openat(told->directory, name, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? NULL : fdopen(fd, "r");
}

bool told_is(const struct told *told, const char *name)
{
    return faccessat(told->directory, name, F_OK, 0) == 0;
}

unsigned told_number(const struct told *told, const char *name)
{
    unsigned number = 0;
    FILE *file = told_file(told, name);
    if (file) {
        if (fscanf(file, "%u", &number) != 1)
            number = 0;
        fclose(file);
    }
    return number;
}

bool told_unreadable(const struct told *told, uint64_t first, uint64_t count, uint64_t *which)
{
    bool found = false;
    FILE *file = told_file(told, "unreadable");
    while (file && !found && fscanf(file, "%" SCNu64, which) == 1)
        found = *which >= first && *which - first < count;
    if (file)
        fclose(file);
    return found;
}

static bool read_identity(struct told *told)
{
    FILE *file = told_file(told, "identity");
    bool good = file && fscanf(file, " %63[^\n] %63[^\n] %63[^\n] %" SCNx64, told->model,
                               told->serial, told->firmware, &told->wwn) == 4;
    if (file)
        fclose(file);
    return good;
}

int told_open(struct told *told, const char *device, const char *directory)
{
    told->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    told->uio = open(device, O_RDWR | O_CLOEXEC);
    if (told->directory < 0 || told->uio < 0)
        return -1;
    if (read_identity(told))
        return 0;
    errno = EINVAL;
    return -1;
}
