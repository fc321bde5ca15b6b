/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/smartctl_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/buf.h"

enum { AFTER_END_MS = 200, AFTER_KILL_MS = 1000 };

struct child {
    pid_t pid;
    int pidfd; /* readable when it has ended */
    int out;
    bool reaped;
    int status; /* of waitpid() */
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Between fork and exec: only what signal-safety(7) allows. */
static _Noreturn void become(const char *program, const char *const *argv, int out)
{
    static char locale[] = "LC_ALL=C", path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char *environment[] = {locale, path, NULL};
    sigset_t none;
    int null = open("/dev/null", O_RDWR);
    setpgid(0, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(null, 2) < 0)
        _exit(127);
    execvpe(program, (char *const *)(uintptr_t)argv, environment);
    _exit(errno == ENOENT ? 127 : 126);
}

static int start(const char *program, const char *const *argv, struct child *child, struct error *e)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set(e, -errno, "pipe for %s: %s", program, error_name(errno));
    pid_t pid = fork();
    if (pid == 0)
        become(program, argv, ends[1]);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return error_set(e, -errno, "fork for %s: %s", program, error_name(errno));
    }
    setpgid(pid, pid); /* here too: whoever comes first */
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    *child =
        (struct child){.pid = pid, .out = ends[0], .pidfd = (int)syscall(SYS_pidfd_open, pid, 0)};
    return 0;
}

/* 1: more may come, 0: that was all, negative: too much. */
static int drain(struct child *child, size_t limit, struct buf *out)
{
    char chunk[16384];
    for (;;) {
        ssize_t n = read(child->out, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? 1 : 0;
        if (n == 0)
            return 0;
        if ((size_t)n > limit - out->length) {
            buf_add(out, chunk, limit - out->length);
            return -EFBIG;
        }
        buf_add(out, chunk, (size_t)n);
    }
}

static bool reap(struct child *child)
{
    if (!child->reaped && waitpid(child->pid, &child->status, WNOHANG) == child->pid)
        child->reaped = true;
    return child->reaped;
}

/*
 * Reads until the output ends and the child has; a pipe that outlives the child, held by a child of
 * its own, is given a moment only.
 */
static int follow(struct child *child, size_t limit, int64_t until, struct buf *out)
{
    bool open = true;
    for (int64_t left; (left = until - now_ms()) > 0;) {
        struct pollfd fds[] = {{.fd = open ? child->out : -1, .events = POLLIN},
                               {.fd = child->reaped ? -1 : child->pidfd, .events = POLLIN}};
        if (child->pidfd < 0 && left > 20)
            left = 20; /* an old kernel: look again and again */
        poll(fds, 2, (int)left);
        int more = open ? drain(child, limit, out) : 0;
        if (more < 0)
            return more;
        open = more > 0;
        if (!child->reaped && reap(child) && until > now_ms() + AFTER_END_MS)
            until = now_ms() + AFTER_END_MS;
        if (child->reaped && !open)
            return 0;
    }
    return child->reaped ? 0 : -ETIMEDOUT;
}

/* Kills the whole group; one that hangs in the kernel is left behind after a while. */
static void finish(struct child *child)
{
    if (!child->reaped || kill(-child->pid, 0) == 0)
        kill(-child->pid, SIGKILL);
    for (int waited = 0; !reap(child) && waited < AFTER_KILL_MS; waited += 10)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    close(child->out);
    if (child->pidfd >= 0)
        close(child->pidfd);
}

static int judge(int code, const struct child *child, const char *program, size_t limit,
                 int timeout_ms, struct smartctl_output *output, struct error *e)
{
    if (code == -EFBIG)
        return error_set(e, code, "%s printed more than %zu bytes", program, limit);
    if (code == -ETIMEDOUT)
        return error_set(e, code, "%s did not end within %d.%d s", program, timeout_ms / 1000,
                         timeout_ms % 1000 / 100);
    if (WIFSIGNALED(child->status))
        return error_set(e, -EINTR, "%s was ended by signal %d (%s)", program,
                         WTERMSIG(child->status), strsignal(WTERMSIG(child->status)));
    output->exit_status = WEXITSTATUS(child->status);
    if (output->exit_status >= 126 && output->length == 0)
        return error_set(e, output->exit_status == 127 ? -ENOENT : -EACCES, "%s cannot be run: %s",
                         program,
                         output->exit_status == 127 ? "no such program" : "not executable");
    return 0;
}

int smartctl_run(const char *program, const char *const *argv, size_t limit, int timeout_ms,
                 struct arena *arena, struct smartctl_output *output, struct error *e)
{
    struct child child;
    struct buf out = {0};
    *output = (struct smartctl_output){.text = arena_strdup(arena, ""), .exit_status = -1};
    int code = start(program, argv, &child, e);
    if (code < 0)
        return code;
    code = follow(&child, limit, now_ms() + timeout_ms, &out);
    finish(&child);
    output->text = arena_strndup(arena, out.data ? out.data : "", out.length);
    output->length = out.length;
    buf_free(&out);
    return judge(code, &child, program, limit, timeout_ms, output, e);
}
