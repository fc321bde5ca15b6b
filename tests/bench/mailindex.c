/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: mailindex warm|cold floor|look INDEX...   paths of dovecot.index files; the others are
 * beside them. Reads them plainly with crc32, which is the floor, or looks at them: once, or warm
 * several times, of which the fastest counts. Prints megabytes (of the floor), seconds, findings.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "core/arena.h"
#include "probes/dovecot_mailbox.h"

enum { FILES = 4, WARM_PASSES = 7 };
static const char *const suffixes[FILES] = {"", ".log", ".log.2", ".cache"};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int open_beside(const char *index, const char *suffix)
{
    char path[4096];
    snprintf(path, sizeof path, "%s%s", index, suffix);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static unsigned long floor_of(const char *index, double *bytes)
{
    static unsigned char buffer[1 << 20];
    unsigned long sum = 0;

    for (int i = 0; i < FILES; i++) {
        int fd = open_beside(index, suffixes[i]);
        ssize_t n;
        while (fd >= 0 && (n = read(fd, buffer, sizeof buffer)) > 0) {
            sum = crc32(sum, buffer, (unsigned)n);
            *bytes += (double)n;
        }
        if (fd >= 0)
            close(fd);
    }
    return sum;
}

static ssize_t read_at(void *arg, uint64_t offset, void *at, size_t length)
{
    return pread(*(int *)arg, at, length, (off_t)offset);
}

static void count(const struct mailindex_finding *finding, void *arg)
{
    (void)finding;
    ++*(size_t *)arg;
}

static void look_at(const char *index, size_t *findings)
{
    struct mailindex_file files[FILES];
    const struct mailindex_file *there[FILES] = {NULL};
    struct mailindex_sink sink = {.report = count, .arg = findings};
    struct dovecot_look look;
    struct stat st;
    int fds[FILES];

    for (int i = 0; i < FILES; i++) {
        fds[i] = open_beside(index, suffixes[i]);
        if (fds[i] < 0 || fstat(fds[i], &st) != 0)
            continue;
        files[i] = (struct mailindex_file){suffixes[i], (uint64_t)st.st_size, read_at, &fds[i]};
        there[i] = &files[i];
    }
    struct dovecot_files all = {DOVECOT_MAILBOX, there[0], there[1], there[2], there[3], NULL};
    dovecot_look(&all, &look, &sink);
    dovecot_look_free(&look);
    for (int i = 0; i < FILES; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

int main(int argc, char **argv)
{
    bool looks = argc > 2 && strcmp(argv[2], "look") == 0;
    int passes = argc > 1 && strcmp(argv[1], "warm") == 0 ? WARM_PASSES : 1;
    double bytes = 0, best = 0;
    size_t findings = 0;

    arena_keep_memory();
    for (int pass = 0; pass < passes; pass++) {
        double start = now();
        bytes = 0;
        findings = 0;
        for (int i = 3; i < argc; i++)
            if (looks)
                look_at(argv[i], &findings);
            else
                floor_of(argv[i], &bytes);
        double took = now() - start;
        best = pass && best < took ? best : took;
    }
    printf("%.1f %.3f %zu\n", bytes / 1e6, best, findings);
    return 0;
}
