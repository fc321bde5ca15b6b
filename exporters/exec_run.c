/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/exec_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/log.h"

enum { READ_BYTES = 16 * 1024, MOST_READS = 64 };

/* A file in memory: it has an end, and nobody waits for whoever does not read it. */
static int make_input(const struct buf *input)
{
    int fd = memfd_create("event", MFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (write(fd, input->data, input->length) != (ssize_t)input->length ||
        lseek(fd, 0, SEEK_SET) != 0) {
        close(fd);
        return -ENOSPC;
    }
    return fd;
}

/* In the new process, which alone waits where a program lies on something that hangs. */
__attribute__((noreturn)) static void become(char *const *arguments, char *const *environment,
                                             int input, int output)
{
    sigset_t none;

    setpgid(0, 0);
    for (int i = 1; i < NSIG; i++)
        signal(i, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(input, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
        dup2(output, STDERR_FILENO) >= 0 && chdir("/") == 0 &&
        close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
        execve(arguments[0], arguments, environment);
    dprintf(STDERR_FILENO, "run %s: %s\n", arguments[0], error_name(errno));
    _exit(127);
}

static int fail(int input, int output[2], struct error *e, const char *what)
{
    int code = -errno;
    if (input >= 0)
        close(input);
    for (int i = 0; output && i < 2; i++)
        close(output[i]);
    return error_set(e, code, "%s: %s", what, error_name(code));
}

int exec_run_start(struct exec_run *run, const char *name, char *const *arguments,
                   char *const *environment, const struct buf *input, int64_t timeout_ms,
                   int64_t now_ms, struct error *e)
{
    int output[2], fd = make_input(input);

    if (fd < 0)
        return error_set(e, fd, "keep an event in memory: %s", error_name(fd));
    if (pipe2(output, O_CLOEXEC | O_NONBLOCK) < 0)
        return fail(fd, NULL, e, "make a pipe");
    fcntl(output[1], F_SETFL, 0); /* for the command, it is as any pipe */
    pid_t pid = fork();
    if (pid < 0)
        return fail(fd, output, e, "fork");
    if (pid == 0)
        become(arguments, environment, fd, output[1]);
    setpgid(pid, pid); /* both do it: whoever comes first */
    close(fd);
    close(output[1]);
    *run = (struct exec_run){.name = name,
                             .pid = pid,
                             .pidfd = (int)syscall(SYS_pidfd_open, pid, 0),
                             .output = output[0],
                             .timeout_ms = timeout_ms,
                             .deadline_ms = now_ms + timeout_ms};
    if (run->pidfd >= 0)
        return 0;
    int code = error_set(e, -errno, "watch a process: %s", error_name(errno));
    exec_run_kill(run);
    return code;
}

static void end_line(struct exec_run *run)
{
    if (!run->line.length)
        return;
    if (run->lines++ < EXEC_RUN_LINES)
        log_message(LOG_NOTICE, "%s says: %s", run->name, run->line.data);
    run->line.length = 0;
}

static void take_output(struct exec_run *run, const char *data, size_t length)
{
    while (length) {
        const char *end = memchr(data, '\n', length);
        size_t part = end ? (size_t)(end - data) : length;
        size_t room = EXEC_RUN_LINE - run->line.length;
        buf_add(&run->line, data, part < room ? part : room);
        part += end != NULL;
        data += part;
        length -= part;
        if (end)
            end_line(run);
    }
}

static void close_output(struct exec_run *run)
{
    if (run->output < 0)
        return;
    close(run->output);
    run->output = -1;
    end_line(run);
    if (run->lines > EXEC_RUN_LINES)
        log_message(LOG_NOTICE, "%s says more: %u lines in all", run->name, run->lines);
}

void exec_run_read(struct exec_run *run)
{
    char data[READ_BYTES];

    /* Bounded: one that never stops writing must not keep others waiting. */
    for (int i = 0; i < MOST_READS && run->output >= 0; i++) {
        ssize_t n = read(run->output, data, sizeof data);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0)
            close_output(run);
        else
            take_output(run, data, (size_t)n);
    }
}

void exec_run_expire(struct exec_run *run, int64_t now_ms)
{
    if (now_ms < run->deadline_ms || run->killed)
        return;
    run->killed = run->timed_out;
    run->timed_out = true;
    run->deadline_ms = run->killed ? INT64_MAX : now_ms + EXEC_RUN_GRACE_MS;
    kill(-run->pid, run->killed ? SIGKILL : SIGTERM);
}

static void finish(struct exec_run *run)
{
    exec_run_read(run);
    close_output(run);
    if (run->pidfd >= 0)
        close(run->pidfd);
    buf_free(&run->line);
    run->pid = 0;
}

static int judge(const struct exec_run *run, int status, struct error *e)
{
    if (run->timed_out)
        return error_set(e, -EIO, "the command took longer than %lld s",
                         (long long)(run->timeout_ms + 999) / 1000);
    if (WIFSIGNALED(status))
        return error_set(e, -EIO, "the command was killed by signal %d", WTERMSIG(status));
    if (WEXITSTATUS(status))
        return error_set(e, -EIO, "the command exited with %d", WEXITSTATUS(status));
    return 0;
}

int exec_run_end(struct exec_run *run, struct error *e)
{
    siginfo_t info = {0};
    int status = 0;

    if (waitid(P_PID, (id_t)run->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && !info.si_pid)
        return -EAGAIN;
    /* While its process is not reaped, the group's number is no other's. */
    if (run->timed_out)
        kill(-run->pid, SIGKILL);
    waitpid(run->pid, &status, 0);
    int code = judge(run, status, e);
    finish(run);
    return code;
}

void exec_run_kill(struct exec_run *run)
{
    kill(-run->pid, SIGKILL);
    waitpid(run->pid, NULL, WNOHANG);
    finish(run);
}
