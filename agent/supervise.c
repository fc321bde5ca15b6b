/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/supervise.h"

#include <stdlib.h>
#include <uv.h>

#include "agent/dispatch.h"

/*
 * What is kept of the time for workers that have to be killed and for naming what was not looked
 * at: a share of it, but no more than both can take.
 */
enum { RESERVE_SHARE = 8, RESERVE_MS = LAUNCH_STUCK_MS + JOB_LIST_MS };

struct supervisor {
    const struct supervise_config *config;
    uv_loop_t loop;
    struct dispatch dispatch;
    uv_timer_t timer;
    int64_t reserve_ms;
    bool time_over;
    struct job *jobs;
    size_t job_count;
};

static bool all_over(const struct supervisor *s)
{
    for (size_t i = 0; i < s->job_count; i++)
        if (s->jobs[i].state != JOB_OVER)
            return false;
    return true;
}

static void on_time_over(uv_timer_t *timer)
{
    struct supervisor *s = timer->data;
    if (s->time_over) {
        dispatch_abandon(&s->dispatch, "the time for the whole check ran out");
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
                            .inputs = config->inputs,
                            .probe_index = config->chosen[i],
                            .probe = config->probes[config->chosen[i]]};
        dispatch_add(&s->dispatch, job);
        job_start(job, (int64_t)uv_now(&s->loop) + time);
    }
}

static void close_all(struct supervisor *s)
{
    dispatch_close(&s->dispatch);
    uv_close((uv_handle_t *)&s->timer, NULL);
    for (size_t i = 0; i < s->job_count; i++)
        job_close(&s->jobs[i], NULL);
    uv_run(&s->loop, UV_RUN_DEFAULT);
    uv_loop_close(&s->loop);
}

int supervise(const struct supervise_config *config, struct probe_result *results, struct error *e)
{
    struct supervisor s = {.config = config, .job_count = config->chosen_count};
    int code = uv_loop_init(&s.loop);
    if (code < 0)
        return error_set(e, code, "event loop: %s", uv_strerror(code));

    s.jobs = calloc(s.job_count + 1, sizeof *s.jobs);
    if (!s.jobs)
        abort();
    uv_timer_init(&s.loop, &s.timer);
    s.timer.data = &s;
    dispatch_open(&s.dispatch, &s.loop, config->launch, NULL);
    start_all(&s);
    while (!all_over(&s))
        uv_run(&s.loop, UV_RUN_ONCE);
    for (size_t i = 0; i < s.job_count; i++)
        job_report(&s.jobs[i], &results[i]);
    close_all(&s);
    for (size_t i = 0; i < s.job_count; i++)
        job_free(&s.jobs[i]);
    free(s.jobs);
    return 0;
}
