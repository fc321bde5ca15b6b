/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "agent/agent_state.h"
#include "core/clock.h"
#include "core/log.h"
#include "probes/registry.h"

/*
 * How long the first judgement waits for all probes to have had a look: what was not looked at yet
 * must not end alerts that were there before.
 */
enum { HOLD_MS = 30 * 1000, RECHECK_MS = 1000 };

static void on_tick(uv_timer_t *timer);

static bool all_have_seen(const struct agent *agent)
{
    for (size_t i = 0; i < agent->watch_count; i++)
        if (agent->watches[i].config.enabled && !agent->watches[i].seen)
            return false;
    return true;
}

static void hold(struct agent *agent)
{
    agent->holding = true;
    uv_update_time(&agent->loop);
    agent->hold_until_ms = uv_now(&agent->loop) + HOLD_MS;
}

/* The timer also comes in between, as nobody tells when the wall clock is set. */
static void arm(struct agent *agent)
{
    int64_t wait_ms = timeline_wait_ms(&agent->timeline);
    if (agent->holding && wait_ms > RECHECK_MS)
        wait_ms = RECHECK_MS;
    uv_timer_start(&agent->tick, on_tick, (uint64_t)wait_ms, 0);
}

static void tick(struct agent *agent, int64_t t_ms)
{
    const struct seen *seen[CONFIG_MAX_PROBES + 1];
    size_t count = 0;

    seen_free(&agent->self);
    agent->self = agent_see_self(agent, t_ms);
    seen[count++] = agent->self;
    for (size_t i = 0; i < agent->watch_count; i++)
        seen[count++] = watch_seen(&agent->watches[i]);
    evaluation_tick(&agent->evaluation, t_ms, seen, count);
    herald_tick(&agent->herald, agent->evaluation.alerts.at, agent->evaluation.alerts.count, t_ms);
    keeper_tick(agent->keeper, &agent->evaluation, &agent->herald);
    agent_publish(agent);
    manager_looked(&agent->manager, &agent->snapshot.look);
    if (herald_listens(&agent->herald))
        herald_snapshot(&agent->herald, &agent->snapshot);
}

void agent_keep(struct agent *agent)
{
    if (agent->evaluation.tick_ms != INT64_MIN)
        keeper_tick(agent->keeper, &agent->evaluation, &agent->herald);
}

/* The host was suspended, or somebody set the clock: what was seen before is old. */
static void jump(struct agent *agent, int64_t jump_ms)
{
    log_warning("the wall clock went %s by %lld s against the time that this host was awake",
                jump_ms < 0 ? "back" : "on", (long long)(jump_ms < 0 ? -jump_ms : jump_ms) / 1000);
    evaluation_jump(&agent->evaluation, jump_ms, agent->timeline.wall_ms);
    notify_shift(agent->herald.notify, jump_ms);
    keeper_jump(agent->keeper);
    for (size_t i = 0; i < agent->watch_count; i++) {
        seen_free(&agent->watches[i].seen);
        watch_look(&agent->watches[i]);
    }
    hold(agent);
    agent_publish(agent);
}

/* One out of turn has all rules judge. */
static bool next_tick(struct agent *agent, int64_t *t_ms)
{
    if (!timeline_tick(&agent->timeline, t_ms) &&
        (!agent->urgent || !timeline_tick_now(&agent->timeline, t_ms)))
        return false;
    if (!agent->urgent)
        return true;
    agent->urgent = false;
    evaluation_hurry(&agent->evaluation);
    return true;
}

static void go_on(struct agent *agent)
{
    int64_t t_ms, jump_ms = timeline_read(&agent->timeline);

    if (jump_ms)
        jump(agent, jump_ms);
    if (agent->holding && (all_have_seen(agent) || uv_now(&agent->loop) >= agent->hold_until_ms))
        agent->holding = false;
    if (!agent->holding && next_tick(agent, &t_ms))
        tick(agent, t_ms);
    arm(agent);
}

void agent_tick_now(struct agent *agent)
{
    agent->urgent = true;
    go_on(agent);
}

static void on_tick(uv_timer_t *timer)
{
    go_on(timer->data);
}

static void on_turn(uv_prepare_t *prepare)
{
    struct agent *agent = prepare->data;
    bool seen = false;

    for (size_t i = 0; i < agent->watch_count; i++)
        seen |= watch_turn(&agent->watches[i]);
    if (seen)
        agent_publish(agent);
    for (size_t i = 0; i < agent->watch_count; i++)
        agent->urgent |= watch_take_urgent(&agent->watches[i]);
    if (seen && (agent->holding || agent->urgent))
        go_on(agent);
    if (!dispatch_works(&agent->dispatch) && !agent->failed) {
        log_error("the launcher has died, so that no probe can be started any more");
        agent->failed = true;
        uv_stop(&agent->loop);
    }
}

static void on_event(void *owner, unsigned wakes)
{
    struct agent *agent = owner;

    for (size_t i = 0; i < agent->watch_count; i++)
        if (agent->watches[i].probe->wakes & wakes)
            watch_look_urgently(&agent->watches[i]);
}

static void block_signals(sigset_t *before)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, before);
}

static void do_nothing(uv_work_t *work)
{
    (void)work;
}

/*
 * The first work starts the threads of the pool. Those that are started while signals are blocked
 * are ended by none, ever.
 */
static void start_threads(struct agent *agent)
{
    sigset_t before;

    block_signals(&before);
    uv_queue_work(&agent->loop, &agent->first_work, do_nothing, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void wait_for_events(struct agent *agent)
{
    unsigned wanted = 0;

    for (size_t i = 0; i < agent->watch_count; i++)
        wanted |= agent->watches[i].probe->wakes;
    if (agent->live)
        agent->events = events_open(&agent->loop, wanted, on_event, agent);
}

static void use(struct agent *agent, struct settings *settings)
{
    const struct config *config = &settings->config;

    evaluation_set_rules(&agent->evaluation, settings->rules, config->external_labels,
                         config->evaluation_interval_ms);
    settings->rules = NULL;
    timeline_set_step(&agent->timeline, evaluation_step_ms(&agent->evaluation));
    keeper_configure(agent->keeper, config);
    herald_configure(&agent->herald, config);
    for (size_t i = 0; i < agent->watch_count; i++)
        watch_configure(&agent->watches[i], &config->probes[i]);
    agent->compat = config->compat;
    agent_publish(agent);
}

/* Settings that are read off the loop, as a disk may be slow. */
struct reload {
    uv_work_t work;
    struct agent *agent;
    struct settings settings;
    unsigned errors;
    int code;
};

static void log_line(const char *text, void *arg)
{
    unsigned *errors = arg;
    (*errors)++;
    log_lines(LOG_ERR, text);
}

static void read_settings(uv_work_t *work)
{
    struct reload *reload = work->data;
    reload->code = settings_load(reload->agent->options->config_file, probes, &reload->settings,
                                 log_line, &reload->errors);
}

static void start_reload(struct agent *agent);

static void take_up(struct reload *reload)
{
    if (reload->code == 0) {
        use(reload->agent, &reload->settings);
        agent_web_use(reload->agent, &reload->settings.config);
        log_info("the configuration was read anew");
        go_on(reload->agent);
    } else {
        log_error("the configuration was read anew and is wrong in %u place%s: the old one goes on",
                  reload->errors, reload->errors == 1 ? "" : "s");
    }
}

static void on_read(uv_work_t *work, int status)
{
    struct reload *reload = work->data;
    struct agent *agent = reload->agent;

    agent->reloading = false;
    if (status == 0 && !agent->ending) {
        take_up(reload);
        manager_reloaded(&agent->manager);
    }
    if (reload->code == 0)
        settings_free(&reload->settings);
    free(reload);
    if (agent->reload_again && !agent->ending)
        start_reload(agent);
}

static void start_reload(struct agent *agent)
{
    struct reload *reload;

    agent->reload_again = agent->reloading;
    if (agent->reloading)
        return;
    reload = calloc(1, sizeof *reload);
    if (!reload)
        abort();
    reload->agent = agent;
    reload->work.data = reload;
    agent->reloading = true;
    manager_reloading(&agent->manager);
    uv_queue_work(&agent->loop, &reload->work, read_settings, on_read);
}

static void on_hangup(uv_signal_t *signal, int number)
{
    (void)number;
    start_reload(signal->data);
}

static void on_terminate(uv_signal_t *signal, int number)
{
    (void)number;
    uv_stop(signal->loop);
}

static void open_handles(struct agent *agent)
{
    uv_timer_init(&agent->loop, &agent->tick);
    uv_prepare_init(&agent->loop, &agent->turn);
    uv_signal_init(&agent->loop, &agent->hangup);
    uv_signal_init(&agent->loop, &agent->terminate);
    uv_signal_init(&agent->loop, &agent->interrupt);
    agent->tick.data = agent->turn.data = agent;
    agent->hangup.data = agent->terminate.data = agent->interrupt.data = agent;
    uv_prepare_start(&agent->turn, on_turn);
    uv_signal_start(&agent->hangup, on_hangup, SIGHUP);
    uv_signal_start(&agent->terminate, on_terminate, SIGTERM);
    uv_signal_start(&agent->interrupt, on_terminate, SIGINT);
}

static void on_kept(void *owner)
{
    struct agent *agent = owner;
    herald_kept(&agent->herald);
}

int agent_begin(struct agent *agent, struct settings *settings, struct error *e)
{
    open_handles(agent);
    manager_open(&agent->manager, &agent->loop);
    start_threads(agent);
    dispatch_open(&agent->dispatch, &agent->loop, &agent->launch, &agent->quarantine);
    herald_open(&agent->herald, &agent->loop, &agent->dispatch, agent->host,
                launch_first_exporter(probes));
    for (; probes[agent->watch_count] && agent->watch_count < CONFIG_MAX_PROBES;
         agent->watch_count++) {
        size_t i = agent->watch_count;
        watch_open(&agent->watches[i], &agent->loop, &agent->dispatch, probes[i], (uint32_t)i,
                   &settings->config.probes[i]);
        watch_look(&agent->watches[i]);
    }
    wait_for_events(agent);
    timeline_init(&agent->timeline, &clock_system, settings->config.evaluation_interval_ms);
    use(agent, settings);
    keeper_restore(agent->keeper, &agent->evaluation, &agent->herald, agent->timeline.wall_ms);
    keeper_listen(agent->keeper, &agent->loop, on_kept, agent);
    agent->timeline.tick_ms = agent->evaluation.tick_ms;
    hold(agent);
    agent->urgent = true; /* the first tick, soon after the last agent's */
    arm(agent);
    int code = agent_web_begin(agent, &settings->config, e);
    agent_publish(agent);
    return code;
}

void agent_end(struct agent *agent)
{
    /* Whoever asks twice must not keep it from writing what it knows. */
    block_signals(NULL);
    agent->ending = true;
    manager_close(&agent->manager);
    agent_web_end(agent);
    for (size_t i = 0; i < agent->watch_count; i++)
        watch_close(&agent->watches[i]);
    events_close(&agent->events);
    herald_close(&agent->herald);
    keeper_deafen(agent->keeper);
    dispatch_close(&agent->dispatch);
    uv_close((uv_handle_t *)&agent->tick, NULL);
    uv_close((uv_handle_t *)&agent->turn, NULL);
    uv_close((uv_handle_t *)&agent->hangup, NULL);
    uv_close((uv_handle_t *)&agent->terminate, NULL);
    uv_close((uv_handle_t *)&agent->interrupt, NULL);
}
