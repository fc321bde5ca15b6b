/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/session.h"
#include "core/clock.h"

/* How often to look whether what was killed is dead: no signal tells of grandchildren. */
enum { LOOK_MS = 5 };

struct child {
    uint32_t worker; /* 0: free */
    pid_t pid;       /* and process group and session */
    bool reaped;
    bool told; /* the agent knows that it is gone, or stuck */
    int status;
    int64_t killed_ms; /* 0: not yet */
};

struct launcher {
    const struct launch_config *config;
    struct child child[LAUNCH_MAX_WORKERS];
    int signals;
};

static int64_t now_ms(void)
{
    return clock_monotonic_ns(&clock_system) / 1000000;
}

/* An agent that does not listen any more closes its end next; there is nothing to do about it. */
static void tell(const struct launch_event *event, const int *fds)
{
    union {
        struct cmsghdr head;
        char space[CMSG_SPACE(2 * sizeof(int))];
    } control = {0};
    struct iovec part = {(void *)(uintptr_t)event, sizeof *event};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (fds) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(2 * sizeof(int));
        memcpy(CMSG_DATA(head), fds, 2 * sizeof(int));
    }
    while (sendmsg(LAUNCHER_ORDERS_FD, &message, MSG_NOSIGNAL) < 0 && errno == EINTR)
        ;
}

static void close_pair(const int pair[2])
{
    close(pair[0]);
    close(pair[1]);
}

/* Starts a worker and sends the agent its ends of socket and log. */
static int start(const struct launcher *launcher, const struct launcher_program *program,
                 const struct launch_order *order, pid_t *pid)
{
    int socket[2], log[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, socket) < 0)
        return -errno;
    if (pipe2(log, O_CLOEXEC) < 0) {
        int code = -errno;
        close_pair(socket);
        return code;
    }
    *pid = launcher_spawn(launcher->config, program, socket[1], log[1]);
    if (*pid > 0)
        tell(&(struct launch_event){.what = LAUNCH_STARTED, .worker = order->worker},
             (int[]){socket[0], log[0]});
    close_pair(socket);
    close_pair(log);
    return *pid < 0 ? *pid : 0;
}

static struct child *child_of(struct launcher *launcher, uint32_t worker)
{
    for (size_t i = 0; i < LAUNCH_MAX_WORKERS; i++)
        if (launcher->child[i].worker == worker)
            return &launcher->child[i];
    return NULL;
}

static void spawn(struct launcher *launcher, const struct launch_order *order)
{
    struct launcher_program program;
    struct child *child = child_of(launcher, 0);
    pid_t pid = -1;
    int code;

    if (!launcher_program(launcher->config, order->program, &program) || !order->worker ||
        child_of(launcher, order->worker))
        code = -EINVAL;
    else if (!child)
        code = -EAGAIN;
    else
        code = start(launcher, &program, order, &pid);
    if (code < 0)
        tell(&(struct launch_event){.what = LAUNCH_FAILED, .worker = order->worker, .status = code},
             NULL);
    else
        *child = (struct child){.worker = order->worker, .pid = pid};
}

/* Kills a worker and what it has started. The group first: that takes no looking around. */
static void kill_child(struct child *child)
{
    if (child->killed_ms)
        return;
    kill(-child->pid, SIGKILL);
    session_kill(child->pid, true, NULL);
    child->killed_ms = now_ms();
}

static void reap(struct launcher *launcher)
{
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        for (size_t i = 0; i < LAUNCH_MAX_WORKERS; i++) {
            struct child *child = &launcher->child[i];
            if (child->worker && !child->reaped && child->pid == pid) {
                child->reaped = true;
                child->status = status;
                if (!child->killed_ms) /* what it left behind is killed */
                    child->killed_ms = now_ms();
            }
        }
}

/* stuck: a process that survives, NULL where there is none. */
static void tell_gone(struct child *child, const struct session_member *stuck)
{
    struct launch_event event = {.what = LAUNCH_GONE,
                                 .worker = child->worker,
                                 .status = child->reaped ? child->status : SIGKILL};
    if (stuck)
        session_describe(stuck, &event);
    tell(&event, NULL);
    child->told = true;
}

static void tell_freed(const struct child *child)
{
    tell(&(struct launch_event){.what = LAUNCH_FREED, .worker = child->worker}, NULL);
}

/* Looks after one child; how many milliseconds until it wants to be looked after again, or -1. */
static int look_after(struct child *child)
{
    struct session_member left = {.pid = child->pid};

    if (!child->worker || !child->killed_ms)
        return -1;
    /* This process adopts and reaps what a dead worker has left. */
    if (child->reaped && !session_kill(child->pid, false, &left)) {
        if (child->told)
            tell_freed(child);
        else
            tell_gone(child, NULL);
        *child = (struct child){0};
        return -1;
    }
    if (child->told)
        return -1;
    if (now_ms() - child->killed_ms < LAUNCH_STUCK_MS)
        return LOOK_MS;
    if (!child->reaped)
        session_kill(child->pid, true, &left);
    tell_gone(child, &left);
    return -1;
}

static int look_after_all(struct launcher *launcher)
{
    int wait = -1;
    reap(launcher);
    for (size_t i = 0; i < LAUNCH_MAX_WORKERS; i++)
        if (look_after(&launcher->child[i]) >= 0)
            wait = LOOK_MS;
    return wait;
}

/* Carries out one order; false when the agent is gone. */
static bool obey(struct launcher *launcher)
{
    struct launch_order order;
    ssize_t n = recv(LAUNCHER_ORDERS_FD, &order, sizeof order, MSG_DONTWAIT);
    struct child *child;

    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    if (n != (ssize_t)sizeof order)
        return false;
    if (order.what == LAUNCH_SPAWN)
        spawn(launcher, &order);
    else if (order.what == LAUNCH_KILL && (child = child_of(launcher, order.worker)))
        kill_child(child);
    return true;
}

/* Own session: what a terminal sends to its foreground group must not keep this from cleaning up.*/
static void prepare(struct launcher *launcher)
{
    sigset_t child;

    setsid();
    prctl(PR_SET_NAME, "forewarn-launch");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_SETMASK, &child, NULL);
    launcher->signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void drain(int signals)
{
    struct signalfd_siginfo info;
    while (read(signals, &info, sizeof info) > 0)
        ;
}

/* Kills all and waits for it, but not for what is known to be stuck. */
__attribute__((noreturn)) static void end(struct launcher *launcher)
{
    for (size_t i = 0; i < LAUNCH_MAX_WORKERS; i++)
        if (launcher->child[i].worker)
            kill_child(&launcher->child[i]);
    while (look_after_all(launcher) >= 0)
        poll(NULL, 0, LOOK_MS);
    _exit(EXIT_SUCCESS);
}

void launcher_run(const struct launch_config *config)
{
    struct launcher launcher = {.config = config};
    struct pollfd wait[2] = {{.fd = LAUNCHER_ORDERS_FD, .events = POLLIN}};

    prepare(&launcher);
    wait[1] = (struct pollfd){.fd = launcher.signals, .events = POLLIN};
    for (;;) {
        int n = poll(wait, 2, look_after_all(&launcher));
        if (n < 0 && errno != EINTR)
            break;
        if (n > 0 && wait[1].revents)
            drain(launcher.signals);
        if (n > 0 && wait[0].revents && !obey(&launcher))
            break;
    }
    end(&launcher);
}
