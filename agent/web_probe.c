/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/web_probe.h"

#include <errno.h>
#include <microhttpd.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "agent/seen.h"
#include "core/clock.h"
#include "core/log.h"

static const struct metric success = {
    .name = "probe_success",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "Whether all is well with the target.",
    .source = "the probe that was asked",
};

static const struct metric duration = {
    .name = "probe_duration_seconds",
    .type = METRIC_GAUGE,
    .unit = "seconds",
    .help = "How long the look at the target took.",
    .source = "the agent's supervision of its workers",
};

static const struct metric *const own_metrics[] = {&duration, &success, NULL};
static const struct probe own = {.name = "web", .capabilities = "", .metrics = own_metrics};

/* Somebody waits for the answer. */
struct web_question {
    struct web_question *next;
    struct web_probe *web;
    struct request *request;
    struct seen *seen;
    struct job job;
    uv_timer_t end;
    unsigned handles;
    char target[ROUND_MAX_NAME + 1];
};

static void on_closed(uv_handle_t *handle)
{
    struct web_question *question = handle->data;
    if (--question->handles)
        return;
    job_free(&question->job);
    seen_free(&question->seen);
    free(question);
}

/* The job's own data is the job. */
static void on_job_closed(uv_handle_t *handle)
{
    struct job *job = handle->data;
    handle->data = (char *)job - offsetof(struct web_question, job);
    on_closed(handle);
}

static void drop(struct web_question *question)
{
    struct web_probe *web = question->web;
    struct web_question **link = &web->questions;

    while (*link != question)
        link = &(*link)->next;
    *link = question->next;
    web->count--;
    dispatch_remove(web->dispatch, &question->job);
    job_close(&question->job, on_job_closed);
    uv_close((uv_handle_t *)&question->end, on_closed);
    if (!web->count)
        uv_prepare_stop(&web->turn);
}

static size_t count_metrics(const struct probe *probe)
{
    size_t count = 0;
    while (probe->metrics[count])
        count++;
    return count;
}

/* Of the target that was asked for and of nothing else; hung targets have none. */
static bool is_well(const struct job *job, const struct probe_result *result)
{
    bool well = result->up;
    for (size_t i = 0; i < job->round.target_count; i++)
        well &= job->round.targets[i]->fate == TARGET_DONE ||
                strcmp(job->round.targets[i]->name, job->asked) != 0;
    return well;
}

static void answer(struct web_question *question)
{
    struct seen *seen = question->seen;
    const struct probe *probe = question->job.probe;
    const size_t count = count_metrics(probe);
    const struct metric **metrics = ARENA_ARRAY(seen->arena, const struct metric *, count + 3);
    const struct snapshot_source source = {seen->store, seen->at_ms};
    const struct snapshot snapshot = {.sources = &source,
                                      .source_count = 1,
                                      .metrics = metrics,
                                      .store = seen->store,
                                      .tick_ms = INT64_MIN};
    struct batch batch;

    job_report(&question->job, &seen->result);
    batch_init(&batch);
    batch_sample(&batch, &success, is_well(&question->job, &seen->result), NULL, 0);
    batch_sample(&batch, &duration, seen->result.seconds, NULL, 0);
    intake_batch(&seen->intake, &own, &batch);
    batch_free(&batch);
    memcpy((void *)metrics, probe->metrics, count * sizeof *metrics);
    metrics[count] = &duration;
    metrics[count + 1] = &success;
    if (!seen->result.up)
        log_info("%s: %s: %s", probe->name, question->target, seen->result.error);
    prometheus_answer(question->request, &snapshot);
}

static void on_turn(uv_prepare_t *turn)
{
    struct web_probe *web = turn->data;
    struct web_question *next;

    for (struct web_question *question = web->questions; question; question = next) {
        next = question->next;
        if (question->job.state != JOB_OVER)
            continue;
        answer(question);
        drop(question);
    }
}

static void on_end(uv_timer_t *timer)
{
    struct web_question *question = timer->data;
    job_time_over(&question->job);
}

static int64_t limit_ms(const struct web_probe *web, uint32_t index, int64_t timeout_ms)
{
    int64_t limit = web->config[index].deadline_ms;
    if (timeout_ms && timeout_ms < limit)
        limit = timeout_ms;
    return limit < WEB_PROBE_MAX_MS ? limit : WEB_PROBE_MAX_MS;
}

static void start(struct web_probe *web, struct request *request, uint32_t index,
                  const char *target, int64_t limit)
{
    struct web_question *question = calloc(1, sizeof *question);
    if (!question)
        abort();
    question->web = web;
    question->request = request;
    question->handles = 2;
    strcpy(question->target, target); /* the configuration lets none be longer */
    question->seen = seen_new(clock_wall_ms(&clock_system));
    question->job = (struct job){.loop = web->loop,
                                 .launch = web->dispatch->launch,
                                 .intake = &question->seen->intake,
                                 .probe_index = index,
                                 .probe = web->probes[index],
                                 .quarantine = web->dispatch->quarantine,
                                 .settings = web->config[index].json,
                                 .target_ms = limit,
                                 .asked = question->target};
    uv_timer_init(web->loop, &question->end);
    question->end.data = question;
    question->next = web->questions;
    web->questions = question;
    if (!web->count++)
        uv_prepare_start(&web->turn, on_turn);
    dispatch_add(web->dispatch, &question->job);
    uv_update_time(web->loop);
    /* All of the time is this one target's, whose share is a part of that for the whole. */
    job_start(&question->job,
              (int64_t)uv_now(web->loop) + (int64_t)((double)limit / ROUND_SHARE) + 1);
    uv_timer_start(&question->end, on_end, (uint64_t)limit, 0);
}

static bool find_module(const struct web_probe *web, const char *module, uint32_t *index)
{
    for (*index = 0; web->probes[*index]; ++*index)
        if (web->probes[*index]->asks && strcmp(web->probes[*index]->name, module) == 0)
            return true;
    return false;
}

/* The target as the configuration has it; NULL: it does not. */
static const char *find_target(const struct config_probe *config, const char *target)
{
    for (size_t i = 0; i < config->target_count; i++)
        if (strcmp(config->targets[i], target) == 0)
            return config->targets[i];
    return NULL;
}

static unsigned ask(void *owner, struct request *request, const char *module, const char *target,
                    int64_t timeout_ms, struct error *e)
{
    struct web_probe *web = owner;
    uint32_t index;

    if (!module[0] || !target[0]) {
        error_set(e, -EINVAL, "Which? /probe?module=MODULE&target=TARGET");
        return MHD_HTTP_BAD_REQUEST;
    }
    if (!find_module(web, module, &index)) {
        error_set(e, -ENOENT, "There is no module %.64s.", module);
        return MHD_HTTP_BAD_REQUEST;
    }
    const char *allowed = find_target(&web->config[index], target);
    if (!allowed) {
        error_set(e, -EPERM, "%.255s is not among the targets of the configuration.", target);
        return MHD_HTTP_FORBIDDEN;
    }
    if (web->count >= WEB_PROBE_MOST || !dispatch_works(web->dispatch)) {
        error_set(e, -EBUSY, "Too many ask at a time.");
        return MHD_HTTP_SERVICE_UNAVAILABLE;
    }
    start(web, request, index, allowed, limit_ms(web, index, timeout_ms));
    return 0;
}

void web_probe_open(struct web_probe *web, uv_loop_t *loop, struct dispatch *dispatch,
                    struct prometheus *prometheus, const struct probe *const *probes)
{
    *web = (struct web_probe){.loop = loop,
                              .dispatch = dispatch,
                              .prometheus = prometheus,
                              .probes = probes,
                              .arena = arena_new(),
                              .prober = {ask, web}};
    uv_prepare_init(loop, &web->turn);
    web->turn.data = web;
    prometheus_set_prober(prometheus, &web->prober);
}

void web_probe_close(struct web_probe *web)
{
    struct error e = {0};

    prometheus_set_prober(web->prometheus, NULL);
    while (web->questions) {
        struct web_question *question = web->questions;
        launch_kill(web->dispatch->launch, question->job.worker, &e);
        prometheus_answer(question->request, NULL);
        drop(question);
    }
    uv_close((uv_handle_t *)&web->turn, NULL);
    arena_free(&web->arena);
}

void web_probe_configure(struct web_probe *web, const struct config_probe *config)
{
    arena_reset(web->arena);
    for (size_t i = 0; web->probes[i]; i++) {
        const struct config_probe *from = &config[i];
        struct config_probe *to = &web->config[i];
        *to = *from;
        to->json = from->json ? arena_strdup(web->arena, from->json) : NULL;
        to->targets = ARENA_ARRAY(web->arena, const char *, from->target_count + 1);
        for (size_t k = 0; k < from->target_count; k++)
            to->targets[k] = arena_strdup(web->arena, from->targets[k]);
    }
}
