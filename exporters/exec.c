/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/log.h"
#include "exporters/exec_environment.h"
#include "exporters/exec_run.h"
#include "exporters/receivers.h"

/*
 * Runs a command for each event. One at a time for a receiver, so that order is kept, and few
 * together.
 */
enum { MOST_RUNS = 8 };

struct exec {
    struct receivers receivers;
    struct {
        struct exec_run run; /* pid 0: free */
        struct receiver *receiver;
    } slot[MOST_RUNS];
};

static int64_t now_ms(void)
{
    return clock_monotonic_ns(&clock_system) / 1000000;
}

static void *read_settings(const json_t *object, struct error *e)
{
    return exec_settings_read(object, e);
}

static void free_settings(void *settings)
{
    exec_settings_free(settings);
}

static bool wants(const struct receiver *receiver, const Forewarn__Event *event)
{
    return exec_wants(receiver->settings, event);
}

static const struct receiver_kind kind = {
    .read = read_settings, .free = free_settings, .wants = wants};

static size_t free_slot(const struct exec *exec)
{
    size_t i = 0;
    while (exec->slot[i].run.pid)
        i++;
    return i;
}

static void start(struct exec *exec, struct receiver *receiver)
{
    SCRATCH_ARENA(arena);
    const struct exec_settings *settings = receiver->settings;
    const Forewarn__Event *event = receiver_event(receiver, 0);
    size_t slot = free_slot(exec); /* there is one, as no more receivers are busy than there are */
    struct buf input = {0};
    struct error e = {0};

    exec_input(settings, event, &input);
    int code = exec_run_start(
        &exec->slot[slot].run, receiver->name, exec_arguments(settings, event, arena),
        exec_environment(settings, event, arena), &input, settings->timeout_ms, now_ms(), &e);
    buf_free(&input);
    if (code == 0)
        exec->slot[slot].receiver = receiver;
    else
        receivers_settle(&exec->receivers, receiver, OUTCOME_FAILED, e.text, 0, now_ms());
}

static void start_due(struct exec *exec)
{
    struct receiver *receiver;
    while ((receiver = receivers_next(&exec->receivers, now_ms())))
        start(exec, receiver);
}

/* What has ended, or has taken too long. */
static void look_after(struct exec *exec)
{
    for (size_t i = 0; i < MOST_RUNS; i++) {
        struct error e = {0};
        struct exec_run *run = &exec->slot[i].run;
        if (!run->pid)
            continue;
        exec_run_read(run);
        exec_run_expire(run, now_ms());
        int code = exec_run_end(run, &e);
        if (code != -EAGAIN)
            receivers_settle(&exec->receivers, exec->slot[i].receiver,
                             code == 0 ? OUTCOME_DELIVERED : OUTCOME_FAILED,
                             code == 0 ? NULL : e.text, 0, now_ms());
    }
}

static int wait_ms(const struct exec *exec)
{
    int64_t now = now_ms(), wait = receivers_wait_ms(&exec->receivers, now);
    for (size_t i = 0; i < MOST_RUNS; i++) {
        const struct exec_run *run = &exec->slot[i].run;
        if (!run->pid || run->killed)
            continue;
        int64_t left = run->deadline_ms > now ? run->deadline_ms - now : 0;
        if (wait < 0 || left < wait)
            wait = left;
    }
    return wait > INT32_MAX ? INT32_MAX : (int)wait;
}

static void wait_for_something(const struct exec *exec)
{
    struct pollfd fds[1 + 2 * MOST_RUNS] = {
        {.fd = exporter_link_fd(exec->receivers.link), .events = POLLIN}};
    nfds_t count = 1;

    for (size_t i = 0; i < MOST_RUNS; i++) {
        const struct exec_run *run = &exec->slot[i].run;
        if (!run->pid)
            continue;
        fds[count++] = (struct pollfd){.fd = run->pidfd, .events = POLLIN};
        fds[count++] = (struct pollfd){.fd = run->output, .events = POLLIN};
    }
    poll(fds, count, wait_ms(exec));
}

static int run(struct exporter_link *link, const char *state_directory)
{
    struct exec exec = {0};
    struct error e = {0};
    int code;

    (void)state_directory;
    receivers_init(&exec.receivers, link, &kind, MOST_RUNS);
    while ((code = receivers_take(&exec.receivers, &e)) == 0) {
        look_after(&exec);
        start_due(&exec);
        wait_for_something(&exec);
    }
    if (code != -EPIPE)
        log_error("%s", e.text);
    /* Nobody could be told how they end, so that they are run again anyway. */
    for (size_t i = 0; i < MOST_RUNS; i++)
        if (exec.slot[i].run.pid)
            exec_run_kill(&exec.slot[i].run);
    receivers_free(&exec.receivers);
    return code == -EPIPE ? EXIT_SUCCESS : EXIT_FAILURE;
}

const struct exporter exec_exporter = {
    .name = "exec",
    .what = "commands",
    .rights = EXPORTER_USER,
    .capabilities = "",
    .run = run,
};
