/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/snmp_keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"

/* What goes through the pipe: below PIPE_BUF, so as a whole. */
struct report {
    struct snmp_engine engine;
    bool kept;
    struct error error; /* not kept, and the last word */
};

static void put(int fd, const struct report *report)
{
    if (write(fd, report, sizeof *report) != sizeof *report)
        _exit(EXIT_FAILURE);
}

static void on_known(const struct snmp_engine *engine, void *arg)
{
    put(*(int *)arg, &(struct report){.engine = *engine});
}

static void run_child(const struct snmp_keeper *keeper, int fd)
{
    struct report report = {0};

    /* It may outlive the worker, stuck in the kernel, and must not hold the link to the agent. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (fd > STDERR_FILENO + 1)
        close_range(STDERR_FILENO + 1, (unsigned)fd - 1, 0);
    close_range((unsigned)fd + 1, ~0U, 0);
    report.kept = snmp_engine_start(keeper->state_directory, clock_wall_ms(&clock_system),
                                    &report.engine, on_known, &fd, &report.error) == 0;
    put(fd, &report);
    _exit(EXIT_SUCCESS);
}

static void start(struct snmp_keeper *keeper, int64_t now_ns)
{
    int fds[2];

    keeper->until_ns = now_ns + (int64_t)SNMP_KEEP_AGAIN_MS * 1000000;
    if (pipe2(fds, O_CLOEXEC) < 0) {
        error_set(&keeper->error, -errno, "pipe: %s", error_name(errno));
        return;
    }
    pid_t pid = fork();
    if (pid == 0)
        run_child(keeper, fds[1]);
    close(fds[1]);
    if (pid < 0) {
        error_set(&keeper->error, -errno, "fork: %s", error_name(errno));
        close(fds[0]);
        return;
    }
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
    keeper->fd = fds[0];
    keeper->until_ns = now_ns + (int64_t)SNMP_KEEP_MS * 1000000;
}

void snmp_keeper_open(struct snmp_keeper *keeper, const char *state_directory, int64_t now_ns)
{
    *keeper = (struct snmp_keeper){.state_directory = state_directory, .fd = -1};
    error_set(&keeper->error, -EAGAIN, "our SNMP engine is being read");
    start(keeper, now_ns);
}

void snmp_keeper_close(struct snmp_keeper *keeper)
{
    if (keeper->fd >= 0)
        close(keeper->fd);
    keeper->fd = -1;
}

static void use(struct snmp_keeper *keeper, const struct snmp_engine *engine, int64_t now_ns)
{
    struct buf text = {0};

    snmp_keeper_close(keeper);
    keeper->engine = *engine;
    keeper->booted_ns = now_ns;
    keeper->ready = true;
    snmp_engine_print(engine, &text);
    log_message(LOG_NOTICE, "%.*s", (int)text.length - 1, text.data);
    buf_free(&text);
}

/* Its last word, or none: it was killed. */
static void take_last(struct snmp_keeper *keeper, const struct report *report, int64_t now_ns)
{
    snmp_keeper_close(keeper);
    keeper->until_ns = now_ns + (int64_t)SNMP_KEEP_AGAIN_MS * 1000000;
    if (report && report->kept) {
        use(keeper, &report->engine, now_ns);
        return;
    }
    if (report)
        keeper->error = report->error;
    else
        error_set(&keeper->error, -ECHILD, "whoever reads our SNMP engine has died");
    log_warning("%s", keeper->error.text);
    if (keeper->read.id_length)
        use(keeper, &keeper->read, now_ns);
}

static bool take(struct snmp_keeper *keeper, int64_t now_ns)
{
    struct report report;
    ssize_t n = read(keeper->fd, &report, sizeof report);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n == sizeof report && !report.kept && !report.error.code)
        keeper->read = report.engine;
    else
        take_last(keeper, n == sizeof report ? &report : NULL, now_ns);
    return keeper->fd >= 0;
}

void snmp_keeper_turn(struct snmp_keeper *keeper, int64_t now_ns)
{
    while (keeper->fd >= 0 && take(keeper, now_ns))
        ;
    if (keeper->ready || now_ns < keeper->until_ns)
        return;
    if (keeper->fd < 0) {
        start(keeper, now_ns);
    } else if (keeper->read.id_length) {
        log_warning("our SNMP engine cannot be kept in %s: its disk does not answer",
                    keeper->state_directory);
        use(keeper, &keeper->read, now_ns);
    } else {
        error_set(&keeper->error, -ETIMEDOUT, "read our SNMP engine in %s: no answer",
                  keeper->state_directory);
        keeper->until_ns = now_ns + (int64_t)SNMP_KEEP_AGAIN_MS * 1000000;
    }
}
