/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent/launcher.h"

/*
 * The launcher ends at once where all its workers are dead or known to be stuck. It goes on by
 * itself where it takes longer: an answer that is due is worth more.
 */
enum { STOP_MS = 300, STOP_STEP_MS = 2 };

/* The last descriptors that the launcher could be left with by whoever started the agent. */
enum { FIRST_FREE_FD = 10 };

static int fail(struct error *e, const char *operation)
{
    int code = -errno;
    return error_set(e, code, "launcher: %s: %s", operation, error_name(code));
}

/*
 * Puts the launcher's descriptors where launcher.h says, and closes all others: above all the
 * agent's standard output, which whoever waits for its end must not wait for because of a stuck
 * worker.
 */
static void settle(const struct launch_config *config, int orders, int log)
{
    int low[] = {orders, config->root_fd, log};
    for (size_t i = 0; i < 3; i++)
        low[i] = fcntl(low[i], F_DUPFD, FIRST_FREE_FD);
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(low[2], STDERR_FILENO);
    dup2(low[0], LAUNCHER_ORDERS_FD);
    dup2(low[1], LAUNCHER_ROOT_FD);
    close_range(LAUNCHER_ROOT_FD + 1, ~0U, 0);
}

int launch_start(const struct launch_config *config, struct launch *launch, struct error *e)
{
    int orders[2], log[2];

    *launch = (struct launch){.pid = -1, .orders = -1, .log = -1};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, orders) < 0)
        return fail(e, "socketpair");
    if (pipe2(log, O_CLOEXEC) < 0) {
        int code = fail(e, "pipe");
        close(orders[0]);
        close(orders[1]);
        return code;
    }
    launch->pid = fork();
    if (launch->pid == 0) {
        settle(config, orders[1], log[1]);
        launcher_run(config);
    }
    int code = launch->pid < 0 ? fail(e, "fork") : 0;
    close(orders[1]);
    close(log[1]);
    launch->orders = orders[0];
    launch->log = log[0];
    if (code < 0)
        launch_stop(launch);
    return code;
}

int launch_connect(const char *path, struct launch *launch, struct error *e)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    *launch = (struct launch){.pid = -1, .orders = -1, .log = -1};
    if (strlen(path) >= sizeof address.sun_path)
        return error_set(e, -ENAMETOOLONG, "launcher: %s: the path is too long", path);
    strcpy(address.sun_path, path);
    launch->orders = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (launch->orders >= 0 &&
        connect(launch->orders, (const struct sockaddr *)&address, sizeof address) == 0)
        return 0;
    int code = -errno;
    launch_stop(launch);
    return error_set(e, code, "launcher: connect to %s: %s", path, error_name(code));
}

static int send_order(struct launch *launch, const struct launch_order *order, struct error *e)
{
    ssize_t n = send(launch->orders, order, sizeof *order, MSG_NOSIGNAL | MSG_DONTWAIT);
    return n == (ssize_t)sizeof *order ? 0 : fail(e, "send an order");
}

uint32_t launch_first_exporter(const struct probe *const *probes)
{
    uint32_t count = 0;
    while (probes[count])
        count++;
    return count;
}

int launch_spawn(struct launch *launch, uint32_t program, uint32_t *worker, struct error *e)
{
    const struct launch_order order = {
        .what = LAUNCH_SPAWN, .worker = ++launch->last_worker, .program = program};
    *worker = order.worker;
    return send_order(launch, &order, e);
}

int launch_kill(struct launch *launch, uint32_t worker, struct error *e)
{
    const struct launch_order order = {.what = LAUNCH_KILL, .worker = worker};
    return send_order(launch, &order, e);
}

/* The two descriptors that come with a message, -1 each where there are none. */
static void take_descriptors(struct msghdr *message, int *socket, int *log)
{
    int fds[2] = {-1, -1};
    struct cmsghdr *head = CMSG_FIRSTHDR(message);
    if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
        head->cmsg_len == CMSG_LEN(sizeof fds))
        memcpy(fds, CMSG_DATA(head), sizeof fds);
    *socket = fds[0];
    *log = fds[1];
}

int launch_receive(struct launch *launch, struct launch_event *event, int *socket, int *log,
                   struct error *e)
{
    union {
        struct cmsghdr head;
        char space[CMSG_SPACE(2 * sizeof(int))];
    } control;
    struct iovec part = {event, sizeof *event};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t n;

    do
        n = recvmsg(launch->orders, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN)
        return 0;
    if (n != (ssize_t)sizeof *event)
        return error_set(e, -EPIPE, "launcher: it has died");
    take_descriptors(&message, socket, log);
    event->stuck_name[sizeof event->stuck_name - 1] = '\0';
    event->stuck_where[sizeof event->stuck_where - 1] = '\0';
    return 1;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void launch_stop(struct launch *launch)
{
    const struct timespec step = {.tv_nsec = STOP_STEP_MS * 1000000};

    close_fd(&launch->orders); /* which tells it to end */
    close_fd(&launch->log);
    for (int waited = 0; launch->pid > 0 && waited < STOP_MS; waited += STOP_STEP_MS) {
        if (waitpid(launch->pid, NULL, WNOHANG) != 0)
            launch->pid = -1;
        else
            nanosleep(&step, NULL);
    }
    launch->pid = -1;
}
