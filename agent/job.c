/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/job.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/hear.h"
#include "core/clock.h"
#include "core/log.h"

/* What has come by the time a deadline passes is read before it counts. */
enum { SECOND_LOOK_MS = 5 };

static void on_message(void *owner, ProtobufCMessage *message);
static void on_end(void *owner, int code, const struct error *e);
static void conclude(struct job *job, const struct launch_event *gone);

/* The bytes that one worker may send. */
#define MAX_BYTES ((size_t)256 * 1024 * 1024)

static const struct link_events link_events = {.type = &forewarn__report__descriptor,
                                               .max_bytes = MAX_BYTES,
                                               .message = on_message,
                                               .end = on_end};

static int64_t now_ms(const struct job *job)
{
    return (int64_t)uv_now(job->loop);
}

static void on_timer(uv_timer_t *timer);

static void arm(struct job *job, int64_t ms)
{
    uv_timer_start(&job->timer, on_timer, ms > 0 ? (uint64_t)ms : 0, 0);
}

static void arm_deadline(struct job *job)
{
    job->second_look = false;
    arm(job, job->round.deadline_ms - now_ms(job));
}

static void kill_worker(struct job *job)
{
    struct error e = {0};
    link_close(&job->link);
    if (launch_kill(job->launch, job->worker, &e) < 0)
        log_debug("%s", e.text);
}

static void set_over(struct job *job)
{
    uv_timer_stop(&job->timer);
    link_close(&job->link);
    job->state = JOB_OVER;
}

/* Starts a worker for the state that the job is in. */
static int spawn(struct job *job, enum job_state state)
{
    struct error e = {0};
    job->state = state;
    job->gone = (struct launch_event){0};
    int code = launch_spawn(job->launch, job->probe_index, &job->worker, &e);
    if (code < 0)
        round_failed(&job->round, e.text);
    return code;
}

static void poll_targets(struct job *job)
{
    round_started(&job->round, now_ms(job));
    if (spawn(job, JOB_POLLING) < 0)
        set_over(job);
    else
        arm_deadline(job);
}

static void blind_spot(struct job *job, const char *target, const char *message)
{
    intake_finding(job->intake, &(struct finding){.kind = "timeout",
                                                  .blind = true,
                                                  .probe = job->probe->name,
                                                  .target = target,
                                                  .offset = -1,
                                                  .message = message});
}

/* Names the targets that no worker came to. */
static void finish_list(struct job *job, bool whole)
{
    SCRATCH_ARENA(scratch);

    kill_worker(job);
    for (size_t i = 0; i < job->listed_count; i++)
        if (!round_knows(&job->round, job->listed[i]))
            blind_spot(job, job->listed[i],
                       arena_printf(scratch, "not looked at: %s", job->round.failure));
    if (!whole && !job->round.last[0])
        blind_spot(job, "", "nothing was looked at");
    else if (!whole)
        blind_spot(job, "",
                   arena_printf(scratch, "what comes after %s was not looked at", job->round.last));
    set_over(job);
}

static void give_up(struct job *job)
{
    job->ended_ms = now_ms(job);
    if (spawn(job, JOB_LISTING) < 0)
        finish_list(job, false);
    else
        arm(job, JOB_LIST_MS);
}

/* The worker is of no more use: kills it and waits for what the launcher tells. */
static void lose(struct job *job, enum loss loss, const struct error *why)
{
    job->state = JOB_DYING;
    job->loss = loss;
    job->lost_ms = now_ms(job);
    job->why = why ? *why : (struct error){0};
    kill_worker(job);
    /* The launcher tells within LAUNCH_STUCK_MS, later where the machine is very busy. */
    arm(job, 4 * LAUNCH_STUCK_MS);
    if (job->gone.worker)
        conclude(job, &job->gone);
}

/* Who asks takes no second worker for it. */
static void end_asked(struct job *job, const char *why)
{
    job->ended_ms = now_ms(job);
    round_failed(&job->round, why);
    set_over(job);
}

/* It is known how the worker ended: says so, and goes on with another or gives up. */
static void conclude(struct job *job, const struct launch_event *gone)
{
    struct finding finding;
    if (gone->stuck_pid && job->round.current && job->quarantine)
        quarantine_add(job->quarantine, job->probe, job->round.current, job->worker,
                       clock_wall_ms(&clock_system));
    bool again = round_lost(&job->round, job->loss, gone, job->why.text, job->lost_ms, &finding);

    if (again && now_ms(job) >= job->round.end_ms) {
        round_failed(&job->round, "the time for the whole check ran out");
        again = false;
    }
    if (finding.kind)
        intake_finding(job->intake, &finding);
    job->source.again = true;
    if (job->asked)
        end_asked(job, finding.kind ? finding.message : "the time is over");
    else if (again)
        poll_targets(job);
    else
        give_up(job);
}

static void on_timer(uv_timer_t *timer)
{
    struct job *job = timer->data;
    const struct launch_event unknown = {.status = SIGKILL};

    switch (job->state) {
    case JOB_POLLING:
        if (job->second_look) {
            lose(job, LOSS_DEADLINE, NULL);
        } else {
            job->second_look = true;
            arm(job, SECOND_LOOK_MS);
        }
        break;
    case JOB_DYING:
        conclude(job, &unknown);
        break;
    case JOB_LEAVING:
        kill_worker(job);
        set_over(job);
        break;
    case JOB_LISTING:
        finish_list(job, false);
        break;
    case JOB_OVER:
        break;
    }
}

static void send_order(struct job *job)
{
    SCRATCH_ARENA(scratch);
    Forewarn__Order order = FOREWARN__ORDER__INIT;

    order.skip = ARENA_ARRAY(scratch, char *, job->round.target_count);
    for (size_t i = 0; i < job->round.target_count; i++)
        order.skip[order.n_skip++] = (char *)job->round.targets[i]->name;
    order.settings = (char *)(uintptr_t)job->settings;
    if (job->asked)
        order.ask = (char *)(uintptr_t)job->asked;
    else if (job->state == JOB_LISTING)
        order.has_list = order.list = true;
    else
        order.has_poll = order.poll = true;
    order.has_inputs = order.inputs = job->inputs;
    link_send(job->link, &order.base);
}

static void on_gone(struct job *job, const struct launch_event *event)
{
    switch (job->state) {
    case JOB_POLLING:
        /* What it said last may still be under way; the socket's end comes after it. */
        job->gone = *event;
        if (!job->link || event->stuck_pid)
            lose(job, LOSS_EXIT, NULL);
        break;
    case JOB_DYING:
        conclude(job, event);
        break;
    case JOB_LEAVING:
        if (event->status != 0)
            log_warning("%s: the worker ended with status 0x%x after its round", job->probe->name,
                        (unsigned)event->status);
        set_over(job);
        break;
    case JOB_LISTING:
        finish_list(job, false);
        break;
    case JOB_OVER:
        break;
    }
}

void job_event(struct job *job, const struct launch_event *event, int socket, int log)
{
    bool wanted = job->state == JOB_POLLING || job->state == JOB_LISTING;

    if (event->what == LAUNCH_STARTED && wanted && socket >= 0) {
        job->link = link_open(job->loop, socket, log, job->probe->name, &link_events, job);
        send_order(job);
        return;
    }
    if (socket >= 0)
        close(socket);
    if (log >= 0)
        close(log);
    if (event->what == LAUNCH_GONE)
        on_gone(job, event);
    if (event->what != LAUNCH_FAILED)
        return;
    if (job->state == JOB_POLLING) {
        SCRATCH_ARENA(scratch);
        round_failed(&job->round, arena_printf(scratch, "the worker could not be started: %s",
                                               error_name(event->status)));
        set_over(job);
    } else {
        on_gone(job, event);
    }
}

static void take_name(struct job *job, Forewarn__Report *report)
{
    bool done = report->done != NULL;

    if (report->begin && job->listed_count < ROUND_MAX_TARGETS &&
        strlen(report->begin) <= ROUND_MAX_NAME) {
        job->listed = arena_grow(job->round.arena, job->listed, job->listed_count,
                                 &job->listed_room, sizeof *job->listed);
        job->listed[job->listed_count++] = arena_strdup(job->round.arena, report->begin);
    }
    forewarn__report__free_unpacked(report, NULL);
    if (done)
        finish_list(job, true);
}

static void on_message(void *owner, ProtobufCMessage *message)
{
    struct job *job = owner;
    Forewarn__Report *report = (Forewarn__Report *)message;
    struct error e = {0};

    if (job->state == JOB_LISTING) {
        take_name(job, report);
        return;
    }
    int64_t deadline_ms = job->round.deadline_ms;
    int code = hear_report(&job->round, job->intake, &job->source, report, now_ms(job), &e);
    if (code < 0) {
        lose(job, code == -EDQUOT ? LOSS_FLOOD : LOSS_PROTOCOL, &e);
    } else if (job->round.done) {
        job->ended_ms = now_ms(job);
        job->state = JOB_LEAVING;
        link_hang_up(job->link);
        arm(job, JOB_LEAVE_MS);
    } else if (job->round.deadline_ms != deadline_ms) { /* else talking gains no time */
        arm_deadline(job);
    }
}

static void on_end(void *owner, int code, const struct error *e)
{
    struct job *job = owner;
    if (job->state == JOB_LISTING)
        finish_list(job, false);
    else
        lose(job, code == 0 ? LOSS_EXIT : code == -EDQUOT ? LOSS_FLOOD : LOSS_PROTOCOL, e);
}

/* Says again what a former round has found, as each round's findings stand for themselves. */
static void leave_aside(struct job *job, const struct quarantined *held)
{
    SCRATCH_ARENA(scratch);
    int64_t ms = clock_wall_ms(&clock_system) - held->since_ms;

    round_leave_aside(&job->round, held->target);
    intake_finding(job->intake,
                   &(struct finding){
                       .kind = "hung",
                       .blind = true,
                       .probe = job->probe->name,
                       .target = held->target,
                       .offset = -1,
                       .message = arena_printf(scratch,
                                               "not looked at: a process has been stuck in it for "
                                               "%lld s and survives SIGKILL",
                                               (long long)ms / 1000)});
}

void job_start(struct job *job, int64_t end_ms)
{
    uv_timer_init(job->loop, &job->timer);
    job->timer.data = job;
    job->source.probe = job->probe;
    job->begun_ms = job->ended_ms = now_ms(job);
    round_init(&job->round, job->probe, end_ms);
    if (job->settings)
        job->settings = arena_strdup(job->round.arena, job->settings);
    if (job->target_ms)
        job->round.target_ms = job->target_ms;
    for (size_t i = 0; job->quarantine && i < job->quarantine->count; i++)
        if (job->quarantine->at[i].probe == job->probe)
            leave_aside(job, &job->quarantine->at[i]);
    poll_targets(job);
}

void job_time_over(struct job *job)
{
    if (job->state == JOB_POLLING)
        lose(job, LOSS_TIME, NULL);
}

void job_abandon(struct job *job, const char *why)
{
    const struct launch_event unknown = {.status = SIGKILL};

    if (job->state == JOB_POLLING) {
        round_failed(&job->round, why);
    } else if (job->state == JOB_DYING) {
        struct finding finding;
        round_lost(&job->round, job->loss, &unknown, job->why.text, job->lost_ms, &finding);
        if (finding.kind)
            intake_finding(job->intake, &finding);
        round_failed(&job->round, why);
    }
    if (job->state == JOB_POLLING || job->state == JOB_DYING || job->state == JOB_LISTING)
        finish_list(job, false);
    set_over(job);
}

void job_close(struct job *job, uv_close_cb closed)
{
    link_close(&job->link);
    uv_close((uv_handle_t *)&job->timer, closed);
}

void job_free(struct job *job)
{
    round_free(&job->round);
}
