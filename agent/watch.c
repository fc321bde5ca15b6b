/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/watch.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"

/*
 * How long a whole round may take: as long as the probe's interval, and long enough for this many
 * targets that hang.
 */
enum { HUNG_TARGETS = 8 };

/* What the interval is made shorter or longer by, at most: one part in so many. */
enum { JITTER_PART = 20 };

static void on_time(uv_timer_t *timer);
static void on_end(uv_timer_t *timer);

/* The settings go, so that what they point to is kept. */
static void take_config(struct watch *watch, const struct config_probe *config)
{
    free((char *)(uintptr_t)watch->config.json);
    watch->config = *config;
    if (config->json && !(watch->config.json = strdup(config->json)))
        abort();
}

void watch_open(struct watch *watch, uv_loop_t *loop, struct dispatch *dispatch,
                const struct probe *probe, uint32_t probe_index, const struct config_probe *config)
{
    *watch = (struct watch){
        .loop = loop, .dispatch = dispatch, .probe = probe, .probe_index = probe_index};
    take_config(watch, config);
    uv_timer_init(loop, &watch->timer);
    uv_timer_init(loop, &watch->end);
    watch->timer.data = watch->end.data = watch;
}

static void schedule(struct watch *watch)
{
    int64_t part = watch->config.interval_ms / JITTER_PART;
    int64_t wait = watch->config.interval_ms - part + random() % (2 * part + 1);
    uv_timer_start(&watch->timer, on_time, (uint64_t)wait, 0);
}

static int64_t whole_ms(const struct watch *watch)
{
    int64_t hung_ms = HUNG_TARGETS * watch->config.deadline_ms;
    return hung_ms > watch->config.interval_ms ? hung_ms : watch->config.interval_ms;
}

static void start(struct watch *watch)
{
    struct job *job = calloc(1, sizeof *job);
    if (!job)
        abort();
    watch->again = false;
    watch->hurried = watch->hurry;
    watch->hurry = false;
    watch->coming = seen_new(clock_wall_ms(&clock_system));
    *job = (struct job){.loop = watch->loop,
                        .launch = watch->dispatch->launch,
                        .intake = &watch->coming->intake,
                        .probe_index = watch->probe_index,
                        .probe = watch->probe,
                        .quarantine = watch->dispatch->quarantine,
                        .settings = watch->config.json,
                        .target_ms = watch->config.deadline_ms};
    watch->job = job;
    dispatch_add(watch->dispatch, job);
    uv_update_time(watch->loop);
    job_start(job, (int64_t)uv_now(watch->loop) + whole_ms(watch));
    uv_timer_start(&watch->end, on_end, (uint64_t)whole_ms(watch), 0);
    schedule(watch);
}

void watch_look(struct watch *watch)
{
    if (!watch->config.enabled || !dispatch_works(watch->dispatch))
        return;
    if (watch->job)
        watch->again = true;
    else
        start(watch);
}

void watch_look_urgently(struct watch *watch)
{
    watch->hurry = true;
    watch_look(watch);
}

bool watch_take_urgent(struct watch *watch)
{
    bool urgent = watch->urgent;
    watch->urgent = false;
    return urgent;
}

static void on_time(uv_timer_t *timer)
{
    watch_look(timer->data);
}

/* The first time the worker is killed; should that not end the round, it is given up. */
static void on_end(uv_timer_t *timer)
{
    struct watch *watch = timer->data;
    if (!watch->job)
        return;
    if (watch->job->state == JOB_POLLING) {
        job_time_over(watch->job);
        uv_timer_start(timer, on_end, 4 * LAUNCH_STUCK_MS, 0);
    } else if (watch->job->state != JOB_OVER) {
        job_abandon(watch->job, "the time for the whole round ran out");
    }
}

static void on_job_closed(uv_handle_t *handle)
{
    struct job *job = handle->data;
    job_free(job);
    free(job);
}

static void drop_job(struct watch *watch)
{
    dispatch_remove(watch->dispatch, watch->job);
    job_close(watch->job, on_job_closed);
    watch->job = NULL;
    uv_timer_stop(&watch->end);
}

bool watch_turn(struct watch *watch)
{
    if (!watch->job || watch->job->state != JOB_OVER)
        return false;
    job_report(watch->job, &watch->coming->result);
    intake_sort(&watch->coming->intake);
    drop_job(watch);
    seen_free(&watch->seen);
    watch->seen = watch->coming;
    watch->coming = NULL;
    watch->urgent |= watch->hurried;
    if (!watch->seen->result.up)
        log_warning("%s: %s", watch->probe->name, watch->seen->result.error);
    if (watch->again)
        watch_look(watch);
    return true;
}

const struct seen *watch_seen(const struct watch *watch)
{
    return watch->seen ? watch->seen : watch->coming;
}

static void forget(struct watch *watch)
{
    struct error e = {0};

    uv_timer_stop(&watch->timer);
    if (watch->job) {
        launch_kill(watch->dispatch->launch, watch->job->worker, &e);
        drop_job(watch);
    }
    seen_free(&watch->coming);
    seen_free(&watch->seen);
}

void watch_configure(struct watch *watch, const struct config_probe *config)
{
    struct config_probe before = watch->config;

    take_config(watch, config);
    if (!config->enabled)
        forget(watch);
    else if (!before.enabled)
        watch_look(watch);
    else if (config->interval_ms != before.interval_ms) /* else the next round would be put off */
        schedule(watch);
}

void watch_close(struct watch *watch)
{
    forget(watch);
    uv_close((uv_handle_t *)&watch->timer, NULL);
    uv_close((uv_handle_t *)&watch->end, NULL);
    free((char *)(uintptr_t)watch->config.json);
    watch->config.json = NULL;
}
