/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: measure [-r RUNS] [-p] COMMAND [ARGUMENT...]
 * Runs COMMAND RUNS times (1) with its output thrown away and prints one line: the medians of
 *     WALL_US CPU_US MAXRSS_KIB PSS_KIB
 * CPU is user and system time of the whole process tree, orphans included. MAXRSS is that of the
 * biggest process. With -p the tree's proportional set sizes are summed every millisecond or so and
 * PSS is the highest sum seen; as this costs time, take times from a run without.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_RUNS = 1000, SAMPLE_US = 1000 };

enum { WALL_US, CPU_US, MAXRSS_KIB, PSS_KIB, VALUES };

static long now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000L + t.tv_nsec / 1000;
}

static long pss_kib(long pid)
{
    char path[64], line[256];
    long kib = 0;
    snprintf(path, sizeof(path), "/proc/%ld/smaps_rollup", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    while (fgets(line, sizeof(line), file) != NULL && sscanf(line, "Pss: %ld", &kib) != 1)
        ;
    fclose(file);
    return kib;
}

/* Sum over the children of pid, and theirs. They come and go meanwhile: those gone count 0. */
static long pss_of_children(long pid)
{
    char path[64];
    long child, sum = 0;
    snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children", pid, pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    while (fscanf(file, "%ld", &child) == 1)
        sum += pss_kib(child) + pss_of_children(child);
    fclose(file);
    return sum;
}

static void exec_quietly(char **command)
{
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
        dup2(null, STDERR_FILENO) < 0)
        _exit(126);
    execvp(command[0], command);
    _exit(127);
}

static long cpu_us(const struct rusage *usage)
{
    return (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000L + usage->ru_utime.tv_usec +
           usage->ru_stime.tv_usec;
}

/* Waits for the command and for orphans that came to us (we are their subreaper). */
static void run_once(char **command, bool sample, long value[VALUES])
{
    struct rusage usage;
    int status;
    long start = now_us();
    memset(value, 0, VALUES * sizeof(value[0]));
    pid_t pid = fork();
    if (pid < 0)
        err(1, "fork");
    if (pid == 0)
        exec_quietly(command);
    for (;;) {
        pid_t done = wait4(-1, &status, sample ? WNOHANG : 0, &usage);
        if (done < 0 && errno == ECHILD)
            return;
        if (done == 0) {
            long sum = pss_of_children(getpid());
            value[PSS_KIB] = sum > value[PSS_KIB] ? sum : value[PSS_KIB];
            usleep(SAMPLE_US);
            continue;
        }
        value[CPU_US] += cpu_us(&usage);
        if (usage.ru_maxrss > value[MAXRSS_KIB])
            value[MAXRSS_KIB] = usage.ru_maxrss;
        if (done == pid) {
            value[WALL_US] = now_us() - start;
            if (!WIFEXITED(status) || WEXITSTATUS(status) >= 126)
                errx(1, "%s: could not be run", command[0]);
        }
    }
}

static int compare(const void *a, const void *b)
{
    long x = *(const long *)a, y = *(const long *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static long values[VALUES][MAX_RUNS];
    long runs = 1;
    bool sample = false;
    for (int option; (option = getopt(argc, argv, "+r:p")) != -1;) {
        if (option == 'r')
            runs = strtol(optarg, NULL, 10);
        else if (option == 'p')
            sample = true;
        else
            return 2;
    }
    if (optind >= argc || runs < 1 || runs > MAX_RUNS)
        errx(2, "usage: measure [-r RUNS] [-p] COMMAND [ARGUMENT...]");
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        err(1, "prctl");
    for (long run = 0; run < runs; run++) {
        long value[VALUES];
        run_once(argv + optind, sample, value);
        for (int i = 0; i < VALUES; i++)
            values[i][run] = value[i];
    }
    for (int i = 0; i < VALUES; i++) {
        qsort(values[i], (size_t)runs, sizeof(long), compare);
        printf("%ld%c", values[i][runs / 2], i + 1 < VALUES ? ' ' : '\n');
    }
    return 0;
}
