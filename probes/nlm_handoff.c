/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/nlm_handoff.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"

enum { MS_NS = 1000000, DIE_MS = 500, TRIES = 3 };

/* What the child has to say, once: when it got the lock, or why it did not. */
struct word {
    int64_t at_ns;
    int code;
};

struct waiter {
    pid_t pid;
    int from; /* readable when it has said its word */
};

/* The life of the child. It ends with its parent, and its lock with it. */
static void wait_for_lock(int fd, int to, pid_t parent)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct word word = {0};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
    if (fcntl(fd, F_SETLKW, &lock) < 0)
        word.code = -errno;
    word.at_ns = clock_awake_ns(&clock_system);
    ssize_t n = write(to, &word, sizeof word);
    _exit(n == sizeof word ? EXIT_SUCCESS : EXIT_FAILURE);
}

static int start(struct waiter *waiter, int fd, struct error *e)
{
    int ends[2];
    pid_t parent = getpid();

    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set(e, -errno, "lock test: pipe: %s", error_name(errno));
    waiter->pid = fork();
    if (waiter->pid == 0)
        wait_for_lock(fd, ends[1], parent);
    int code = waiter->pid < 0 ? -errno : 0;
    close(ends[1]);
    waiter->from = ends[0];
    if (code < 0) {
        close(ends[0]);
        return error_set(e, code, "lock test: fork: %s", error_name(code));
    }
    return 0;
}

/* Whether the child has said its word within the time. */
static bool hear(const struct waiter *waiter, int ms, struct word *word)
{
    struct pollfd poll_fd = {.fd = waiter->from, .events = POLLIN};

    if (poll(&poll_fd, 1, ms) <= 0)
        return false;
    if (read(waiter->from, word, sizeof *word) != sizeof *word)
        word->code = -ECHILD;
    return true;
}

/* One that hangs in the kernel is not waited for. */
static void finish(const struct waiter *waiter)
{
    close(waiter->from);
    kill(waiter->pid, SIGKILL);
    for (int ms = 0; ms < DIE_MS && waitpid(waiter->pid, NULL, WNOHANG) == 0; ms += 5)
        poll(NULL, 0, 5);
}

/* A lost call must not leave the lock behind. */
static int release(const struct nlm_holder *holder, struct error *e)
{
    int code = -EIO;
    for (int i = 0; code < 0 && i < TRIES; i++)
        code = holder->unlock(holder->owner, e);
    return code;
}

/* What the child says after the release; begun_ns: just before it. */
static enum nlm_handoff judge(const struct waiter *waiter, int64_t begun_ns, int deadline_ms,
                              double *seconds, struct error *e)
{
    struct word word = {0};
    int64_t spent_ms = (clock_awake_ns(&clock_system) - begun_ns) / MS_NS;

    if (!hear(waiter, spent_ms < deadline_ms ? deadline_ms - (int)spent_ms : 0, &word))
        return NLM_HANDOFF_LATE;
    if (word.code < 0) {
        error_set(e, word.code, "wait for the lock on the mount: %s", error_name(word.code));
        return NLM_HANDOFF_IMPOSSIBLE;
    }
    *seconds = (double)(word.at_ns - begun_ns) / 1e9;
    return NLM_HANDOFF_DONE;
}

enum nlm_handoff nlm_handoff(const struct nlm_holder *holder, int fd, int deadline_ms,
                             double *seconds, struct error *e)
{
    enum nlm_handoff result = NLM_HANDOFF_IMPOSSIBLE;
    struct waiter waiter = {.pid = -1, .from = -1};
    struct word word = {0};

    if (holder->lock(holder->owner, e) < 0)
        return result;
    if (start(&waiter, fd, e) < 0) {
        release(holder, NULL);
        return result;
    }
    if (hear(&waiter, NLM_HANDOFF_HOLD_MS, &word)) {
        if (word.code < 0)
            error_set(e, word.code, "wait for the lock on the mount: %s", error_name(word.code));
        else
            result = NLM_HANDOFF_LOCAL;
        release(holder, NULL);
    } else {
        int64_t begun_ns = clock_awake_ns(&clock_system);
        if (release(holder, e) == 0)
            result = judge(&waiter, begun_ns, deadline_ms, seconds, e);
    }
    finish(&waiter);
    return result;
}
