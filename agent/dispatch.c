/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/dispatch.h"

#include <unistd.h>

#include "agent/teller.h"
#include "core/log.h"

void dispatch_abandon(struct dispatch *dispatch, const char *why)
{
    for (struct job *job = dispatch->jobs; job; job = job->next)
        if (job->state != JOB_OVER)
            job_abandon(job, why);
}

static void release(struct dispatch *dispatch, uint32_t worker)
{
    const struct quarantined *released =
        dispatch->quarantine ? quarantine_release(dispatch->quarantine, worker) : NULL;
    if (released)
        log_warning("%s: the process that was stuck in %s is gone; it will be looked at again",
                    released->probe->name, released->target);
}

static void route(struct dispatch *dispatch, const struct launch_event *event, int socket, int log)
{
    if (event->what == LAUNCH_FREED)
        release(dispatch, event->worker);
    for (struct job *job = dispatch->jobs; job; job = job->next)
        if (job->worker == event->worker) {
            job_event(job, event, socket, log);
            return;
        }
    for (struct teller *teller = dispatch->tellers; teller; teller = teller->next)
        if (teller->worker == event->worker) {
            teller_event(teller, event, socket, log);
            return;
        }
    /* Of a worker that nobody waits for any more. */
    if (socket >= 0)
        close(socket);
    if (log >= 0)
        close(log);
}

static void on_launcher(uv_poll_t *poll, int status, int events)
{
    struct dispatch *dispatch = poll->data;
    struct launch_event event;
    struct error e = {0};
    int socket, log, code;

    (void)status;
    (void)events;
    while ((code = launch_receive(dispatch->launch, &event, &socket, &log, &e)) > 0)
        route(dispatch, &event, socket, log);
    if (code < 0) {
        uv_poll_stop(poll);
        dispatch_abandon(dispatch, e.text);
    }
}

static void on_launcher_log(uv_poll_t *poll, int status, int events)
{
    struct dispatch *dispatch = poll->data;
    char text[4096];

    (void)events;
    ssize_t n = status < 0 ? -1 : read(dispatch->launch->log, text, sizeof text);
    if (n > 0)
        relay_bytes(&dispatch->relay, text, (size_t)n);
    else
        uv_poll_stop(poll);
}

void dispatch_open(struct dispatch *dispatch, uv_loop_t *loop, struct launch *launch,
                   struct quarantine *quarantine)
{
    *dispatch = (struct dispatch){
        .launch = launch, .quarantine = quarantine, .relay = {.name = "launcher"}};
    uv_poll_init(loop, &dispatch->orders, launch->orders);
    dispatch->orders.data = dispatch->log.data = dispatch;
    uv_poll_start(&dispatch->orders, UV_READABLE, on_launcher);
    if (launch->log < 0)
        return;
    uv_poll_init(loop, &dispatch->log, launch->log);
    uv_poll_start(&dispatch->log, UV_READABLE, on_launcher_log);
}

void dispatch_close(struct dispatch *dispatch)
{
    uv_close((uv_handle_t *)&dispatch->orders, NULL);
    if (dispatch->launch->log >= 0)
        uv_close((uv_handle_t *)&dispatch->log, NULL);
    relay_end(&dispatch->relay);
}

void dispatch_add(struct dispatch *dispatch, struct job *job)
{
    job->next = dispatch->jobs;
    dispatch->jobs = job;
}

void dispatch_remove(struct dispatch *dispatch, const struct job *job)
{
    struct job **link = &dispatch->jobs;
    while (*link && *link != job)
        link = &(*link)->next;
    if (*link)
        *link = job->next;
}

void dispatch_add_teller(struct dispatch *dispatch, struct teller *teller)
{
    teller->next = dispatch->tellers;
    dispatch->tellers = teller;
}

bool dispatch_works(const struct dispatch *dispatch)
{
    return uv_is_active((const uv_handle_t *)&dispatch->orders);
}
