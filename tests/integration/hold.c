/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: hold [-s SIGNAL] FILE PROGRAM [ARGUMENT]...
 *
 * Runs PROGRAM and all that it starts under ptrace(2), and stops the first process that opens FILE
 * (the end of the path that it gives to openat2(2)). Nothing lets that process go on: SIGKILL only
 * takes it to PTRACE_EVENT_EXIT, where it waits for its tracer, which for everybody else is a
 * process that is stuck in the kernel and survives SIGKILL. With -s it is sent SIGNAL instead.
 *
 * When PROGRAM has ended, writes "exit STATUS held PID after MILLISECONDS ms" to standard error
 * (PID 0: nobody opened FILE), and holds on until its standard input is closed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SYSCALL_STOP = SIGTRAP | 0x80, EXIT_TROUBLE = 99 };

struct hold {
    const char *file;
    int signal; /* to send instead of holding, 0: hold */
    pid_t program, held;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void trouble(const char *what)
{
    fprintf(stderr, "hold: %s: %s\n", what, strerror(errno));
    exit(EXIT_TROUBLE);
}

/* Starts the program such that it does nothing before it is traced. */
static pid_t start(char **argv)
{
    int go[2];
    char byte = 0;
    if (pipe2(go, O_CLOEXEC) < 0)
        trouble("pipe");
    pid_t pid = fork();
    if (pid < 0)
        trouble("fork");
    if (pid == 0) {
        close(go[1]);
        if (read(go[0], &byte, 1) == 1)
            execv(argv[0], argv);
        _exit(EXIT_TROUBLE);
    }
    if (ptrace(PTRACE_SEIZE, pid, NULL,
               PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                   PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT) < 0)
        trouble("PTRACE_SEIZE");
    /* So that the program alone has this standard output. */
    dup2(go[0], STDOUT_FILENO);
    /* A stop is needed to ask for stops at system calls. */
    ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
    waitpid(pid, NULL, __WALL);
    ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
    if (write(go[1], &byte, 1) != 1)
        trouble("write");
    close(go[1]);
    return pid;
}

static bool opens_file(pid_t pid, const char *file)
{
    struct __ptrace_syscall_info info = {0};
    char path[4096];

    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0 ||
        info.op != PTRACE_SYSCALL_INFO_ENTRY || info.entry.nr != SYS_openat2)
        return false;
    struct iovec to = {path, sizeof path - 1},
                 from = {(void *)(uintptr_t)info.entry.args[1], sizeof path - 1};
    ssize_t n = process_vm_readv(pid, &to, 1, &from, 1, 0);
    if (n <= 0) { /* the page after the text may not be there */
        from.iov_len = to.iov_len = 4096 - info.entry.args[1] % 4096;
        n = process_vm_readv(pid, &to, 1, &from, 1, 0);
    }
    path[n > 0 ? n : 0] = '\0';
    size_t length = strlen(path), end = strlen(file);
    return length >= end && strcmp(path + length - end, file) == 0;
}

static void on_stop(struct hold *hold, pid_t pid, int status)
{
    int signal = WSTOPSIG(status), event = status >> 16;

    if (pid == hold->held && !hold->signal)
        return; /* at its exit: it stays there */
    if (signal == SYSCALL_STOP && !hold->held && opens_file(pid, hold->file)) {
        hold->held = pid;
        if (!hold->signal)
            return;
        kill(pid, hold->signal);
    }
    bool passed_on = signal != SYSCALL_STOP && event == 0 && signal != SIGTRAP;
    ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(uintptr_t)(passed_on ? signal : 0));
}

/* Until the program has ended; gives its status. */
static int trace(struct hold *hold)
{
    int status;
    for (;;) {
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0 && errno != EINTR)
            trouble("waitpid");
        if (pid == hold->program && !WIFSTOPPED(status))
            return status;
        if (pid > 0 && WIFSTOPPED(status))
            on_stop(hold, pid, status);
    }
}

int main(int argc, char **argv)
{
    struct hold hold = {0};
    int64_t started = now_ms();
    char byte;

    if (argc > 2 && strcmp(argv[1], "-s") == 0) {
        hold.signal = atoi(argv[2]);
        argv += 2;
        argc -= 2;
    }
    if (argc < 3) {
        fprintf(stderr, "usage: hold [-s SIGNAL] FILE PROGRAM [ARGUMENT]...\n");
        return EXIT_TROUBLE;
    }
    hold.file = argv[1];
    hold.program = start(argv + 2);
    int status = trace(&hold);
    fprintf(stderr, "exit %d held %d after %lld ms\n",
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), (int)hold.held,
            (long long)(now_ms() - started));
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    return EXIT_SUCCESS; /* and the kernel lets go of what was held */
}
