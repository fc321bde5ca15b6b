/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/supervise.h"

#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "agent/job.h"
#include "agent/relay.h"
#include "agent/self.h"

/*
 * What is kept of the time for workers that have to be killed and for naming what was not looked
 * at: a share of it, but no more than both can take.
 */
enum { RESERVE_SHARE = 8, RESERVE_MS = LAUNCH_STUCK_MS + JOB_LIST_MS };

struct supervisor {
    const struct supervise_config *config;
    uv_loop_t loop;
    uv_poll_t orders, log;
    uv_timer_t timer;
    int64_t reserve_ms;
    bool time_over;
    struct job *jobs;
    size_t job_count;
    struct relay relay; /* of the launcher's own log */
};

static bool all_over(const struct supervisor *s)
{
    for (size_t i = 0; i < s->job_count; i++)
        if (s->jobs[i].state != JOB_OVER)
            return false;
    return true;
}

static void abandon_all(struct supervisor *s, const char *why)
{
    for (size_t i = 0; i < s->job_count; i++)
        if (s->jobs[i].state != JOB_OVER)
            job_abandon(&s->jobs[i], why);
}

static void route(struct supervisor *s, const struct launch_event *event, int socket, int log)
{
    for (size_t i = 0; i < s->job_count; i++)
        if (s->jobs[i].worker == event->worker) {
            job_event(&s->jobs[i], event, socket, log);
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
    struct supervisor *s = poll->data;
    struct launch_event event;
    struct error e = {0};
    int socket, log, code;

    (void)status;
    (void)events;
    while ((code = launch_receive(s->config->launch, &event, &socket, &log, &e)) > 0)
        route(s, &event, socket, log);
    if (code < 0) {
        uv_poll_stop(poll);
        abandon_all(s, e.text);
    }
}

static void on_launcher_log(uv_poll_t *poll, int status, int events)
{
    struct supervisor *s = poll->data;
    char text[4096];

    (void)events;
    ssize_t n = status < 0 ? -1 : read(s->config->launch->log, text, sizeof text);
    if (n > 0)
        relay_bytes(&s->relay, text, (size_t)n);
    else
        uv_poll_stop(poll);
}

static void on_time_over(uv_timer_t *timer)
{
    struct supervisor *s = timer->data;
    if (s->time_over) {
        abandon_all(s, "the time for the whole check ran out");
        return;
    }
    s->time_over = true;
    for (size_t i = 0; i < s->job_count; i++)
        job_time_over(&s->jobs[i]);
    uv_timer_start(timer, on_time_over, (uint64_t)s->reserve_ms, 0);
}

static void start_all(struct supervisor *s)
{
    const struct supervise_config *config = s->config;
    int64_t reserve = config->timeout_ms / RESERVE_SHARE;
    s->reserve_ms = reserve < RESERVE_MS ? reserve : RESERVE_MS;
    int64_t time = config->timeout_ms - s->reserve_ms;

    uv_update_time(&s->loop);
    uv_timer_start(&s->timer, on_time_over, (uint64_t)time, 0);
    for (size_t i = 0; i < s->job_count; i++) {
        struct job *job = &s->jobs[i];
        *job = (struct job){.loop = &s->loop,
                            .launch = config->launch,
                            .intake = config->intake,
                            .probe_index = config->chosen[i],
                            .probe = config->probes[config->chosen[i]]};
        job_start(job, (int64_t)uv_now(&s->loop) + time);
    }
}

/* The samples about a job, and its result. */
static void report_job(const struct job *job, struct intake *intake, struct probe_result *result)
{
    struct batch batch;
    const struct round *round = &job->round;
    bool up = round->done && !round->failure[0];

    *result = (struct probe_result){
        .name = job->probe->name,
        .up = up,
        .seconds = (double)(job->ended_ms - job->begun_ms) / 1000,
        .error = up                  ? ""
                 : round->failure[0] ? arena_strdup(intake->arena, round->failure)
                                     : "the round did not come to its end",
    };
    batch_init(&batch);
    BATCH_SAMPLE(&batch, &self_probe_up, up, job->probe->name);
    BATCH_SAMPLE(&batch, &self_probe_duration, result->seconds, job->probe->name);
    for (size_t i = 0; i < round->target_count; i++)
        if (round->targets[i].fate != TARGET_UNSEEN)
            BATCH_SAMPLE(&batch, &self_target_hung, round->targets[i].fate == TARGET_HUNG,
                         job->probe->name, round->targets[i].name);
    intake_batch(intake, &self_probe, &batch);
    batch_free(&batch);
}

static void close_all(struct supervisor *s)
{
    uv_close((uv_handle_t *)&s->orders, NULL);
    uv_close((uv_handle_t *)&s->log, NULL);
    uv_close((uv_handle_t *)&s->timer, NULL);
    for (size_t i = 0; i < s->job_count; i++)
        job_close(&s->jobs[i]);
    uv_run(&s->loop, UV_RUN_DEFAULT);
    uv_loop_close(&s->loop);
    relay_end(&s->relay);
}

int supervise(const struct supervise_config *config, struct probe_result *results, struct error *e)
{
    struct supervisor s = {
        .config = config, .job_count = config->chosen_count, .relay = {.name = "launcher"}};
    int code = uv_loop_init(&s.loop);
    if (code < 0)
        return error_set(e, code, "event loop: %s", uv_strerror(code));

    s.jobs = calloc(s.job_count + 1, sizeof *s.jobs);
    if (!s.jobs)
        abort();
    uv_timer_init(&s.loop, &s.timer);
    uv_poll_init(&s.loop, &s.orders, config->launch->orders);
    uv_poll_init(&s.loop, &s.log, config->launch->log);
    s.timer.data = s.orders.data = s.log.data = &s;
    uv_poll_start(&s.orders, UV_READABLE, on_launcher);
    uv_poll_start(&s.log, UV_READABLE, on_launcher_log);
    start_all(&s);
    while (!all_over(&s))
        uv_run(&s.loop, UV_RUN_ONCE);
    for (size_t i = 0; i < s.job_count; i++)
        report_job(&s.jobs[i], config->intake, &results[i]);
    close_all(&s);
    for (size_t i = 0; i < s.job_count; i++)
        job_free(&s.jobs[i]);
    free(s.jobs);
    return 0;
}
