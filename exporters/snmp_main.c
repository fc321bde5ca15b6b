/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/wire.h"
#include "exporters/exporter_link.h"
#include "exporters/snmp.h"
#include "exporters/snmp_channel.h"
#include "exporters/snmp_keeper.h"
#include "exporters/snmp_queue.h"
#include "exporters/snmp_send.h"

/*
 * The worker: hands each event to the processes of its receivers, one event at a time each, keeps
 * it until they have delivered it, and tells the agent; hands snapshots to the AgentX subagent. It
 * waits for none of them.
 */
struct receiver {
    struct snmp_sender sender;
    struct snmp_channel channel;
    struct snmp_queue queue;
    char error[512]; /* that the agent was told last, "": it delivers */
};

struct worker {
    struct exporter_link *link;
    const char *state_directory;
    struct arena *arena;
    bool configured;
    struct snmp_settings settings;
    struct receiver *receivers; /* settings.receiver_count */
    struct snmp_keeper keeper;
    struct snmp_channel agentx;
    struct buf agentx_settings; /* a Tell */
    struct buf agentx_next;     /* the newest snapshot, behind what it is still reading */
    int64_t now_ns;
};

static int run_sender(struct exporter_link *link, void *arg)
{
    return snmp_sender_run(arg, link);
}

static int run_agentx(struct exporter_link *link, void *arg)
{
    const struct worker *worker = arg;
    return snmp_execute("forewarn-agentx", exporter_link_fd(link), worker->state_directory);
}

static bool needs_engine(const struct snmp_receiver *receiver)
{
    return receiver->version == 3 && !receiver->inform;
}

static void open_receivers(struct worker *worker)
{
    bool engine = false;

    worker->receivers =
        ARENA_ARRAY(worker->arena, struct receiver, worker->settings.receiver_count + 1);
    for (size_t i = 0; i < worker->settings.receiver_count; i++) {
        struct receiver *receiver = &worker->receivers[i];
        receiver->sender.receiver = &worker->settings.receivers[i];
        receiver->sender.booted_ns = worker->now_ns;
        snmp_channel_init(&receiver->channel, receiver->sender.receiver->name, run_sender,
                          &receiver->sender);
        snmp_queue_init(&receiver->queue);
        engine |= needs_engine(receiver->sender.receiver);
    }
    if (engine)
        snmp_keeper_open(&worker->keeper, worker->state_directory, worker->now_ns);
}

/* Another configuration comes with another worker. */
static int configure(struct worker *worker, Forewarn__Tell *tell, struct error *e)
{
    if (worker->configured)
        return error_set(e, -EINVAL, "a second configuration");
    int code = snmp_settings_read(tell->configuration, worker->arena, &worker->settings, e);
    if (code < 0)
        return code;
    worker->configured = true;
    open_receivers(worker);
    if (worker->settings.agentx[0])
        wire_put(&worker->agentx_settings, &tell->base);
    return 0;
}

static void take_snapshot(struct worker *worker, Forewarn__Tell *tell)
{
    Forewarn__Tell own = FOREWARN__TELL__INIT; /* the snapshot alone */

    if (!worker->settings.agentx[0])
        return;
    own.snapshot = tell->snapshot;
    worker->agentx_next.length = 0;
    wire_put(&worker->agentx_next, &own.base);
}

static struct receiver *find_receiver(struct worker *worker, const char *name)
{
    for (size_t i = 0; i < worker->settings.receiver_count; i++)
        if (strcmp(worker->settings.receivers[i].name, name) == 0)
            return &worker->receivers[i];
    return NULL;
}

static void take_event(struct worker *worker, Forewarn__Event *event)
{
    const char *id = event->id ? event->id : "";

    for (size_t i = 0; i < event->n_receiver; i++) {
        struct receiver *receiver = find_receiver(worker, event->receiver[i]);
        if (!receiver) {
            exporter_link_told(worker->link, id, event->receiver[i], true,
                               "there is no such receiver");
            continue;
        }
        char *dropped = snmp_queue_add(&receiver->queue, event, event->receiver[i]);
        if (dropped)
            exporter_link_told(worker->link, dropped, event->receiver[i], true,
                               "a newer heartbeat came before it was sent");
        free(dropped);
    }
}

/* Everything the agent has to say now; negative: it is gone. */
static int take_all(struct worker *worker)
{
    Forewarn__Tell *tell;
    struct error e = {0};
    int code;

    while ((code = exporter_link_take(worker->link, &tell, &e)) > 0) {
        code = 0;
        if (tell->configuration)
            code = configure(worker, tell, &e);
        if (code == 0 && worker->configured && tell->snapshot)
            take_snapshot(worker, tell);
        if (code == 0 && worker->configured && tell->event)
            take_event(worker, tell->event);
        bool large = tell->snapshot != NULL;
        forewarn__tell__free_unpacked(tell, NULL);
        if (large)
            malloc_trim(0); /* it is worth a megabyte, once a tick */
        if (code < 0)
            break;
    }
    if (code < 0 && code != -EPIPE)
        log_error("%s", e.text);
    return code;
}

/* The agent writes errors down: it is told each once, until there is another or none. */
static void tell_error(struct worker *worker, struct receiver *receiver, const char *id,
                       const char *error)
{
    if (strcmp(receiver->error, error) == 0)
        return;
    snprintf(receiver->error, sizeof receiver->error, "%s", error);
    exporter_link_told(worker->link, id, receiver->channel.name, false, error);
}

static void take_told(struct worker *worker, struct receiver *receiver, const Forewarn__Told *told)
{
    const char *name = receiver->channel.name, *id = told->id ? told->id : "";

    if (!told->delivered) {
        tell_error(worker, receiver, id, told->error ? told->error : "not delivered");
        return;
    }
    exporter_link_told(worker->link, id, name, true, told->error);
    snmp_queue_done(&receiver->queue, id);
    if (told->error)
        return;
    snmp_channel_well(&receiver->channel);
    if (receiver->error[0])
        log_message(LOG_NOTICE, "%s: delivers again, %zu more to go", name, receiver->queue.count);
    receiver->error[0] = '\0';
}

static void hear_receiver(struct worker *worker, struct receiver *receiver)
{
    Forewarn__Told *told;
    int code;

    if (!receiver->channel.pid)
        return;
    while ((code = snmp_channel_take(&receiver->channel, &told, worker->now_ns)) > 0) {
        take_told(worker, receiver, told);
        forewarn__told__free_unpacked(told, NULL);
    }
    if (code < 0)
        receiver->queue.under_way = false;
}

/* Whether it has what it needs. */
static bool has_engine(struct worker *worker, struct receiver *receiver)
{
    if (!needs_engine(receiver->sender.receiver))
        return true;
    if (!worker->keeper.ready)
        return false;
    receiver->sender.engine = worker->keeper.engine;
    receiver->sender.booted_ns = worker->keeper.booted_ns;
    return true;
}

static void hand_on(struct worker *worker, struct receiver *receiver)
{
    struct snmp_queue *queue = &receiver->queue;

    if (receiver->channel.pid)
        snmp_channel_flush(&receiver->channel);
    if (!has_engine(worker, receiver)) {
        if (receiver->queue.first && worker->keeper.error.code != -EAGAIN)
            tell_error(worker, receiver, receiver->queue.first->id, worker->keeper.error.text);
    } else if (queue->first && !queue->under_way &&
               snmp_channel_start(&receiver->channel, worker->now_ns)) {
        queue->under_way = true;
        snmp_channel_put(&receiver->channel, &queue->first->bytes);
    }
}

static void serve_agentx(struct worker *worker)
{
    struct snmp_channel *channel = &worker->agentx;
    Forewarn__Told *told;

    if (!worker->settings.agentx || !worker->settings.agentx[0])
        return;
    if (!channel->pid) {
        if (!snmp_channel_start(channel, worker->now_ns))
            return;
        snmp_channel_put(channel, &worker->agentx_settings);
    }
    snmp_channel_flush(channel);
    if (!channel->out.length && worker->agentx_next.length) {
        snmp_channel_put(channel, &worker->agentx_next);
        buf_free(&worker->agentx_next);
    }
    while (channel->pid && snmp_channel_take(channel, &told, worker->now_ns) > 0)
        forewarn__told__free_unpacked(told, NULL);
}

enum { MAX_POLL = SNMP_MAX_RECEIVERS + 3 };

static void wait_for(struct pollfd *polls, nfds_t *count, int fd, bool writes)
{
    if (fd >= 0)
        polls[(*count)++] =
            (struct pollfd){.fd = fd, .events = (short)(POLLIN | (writes ? POLLOUT : 0))};
}

static void sooner(int64_t *until_ns, int64_t at_ns)
{
    if (at_ns < *until_ns)
        *until_ns = at_ns;
}

/* Until something is to be done. */
static void wait(struct worker *worker)
{
    struct pollfd polls[MAX_POLL];
    nfds_t count = 0;
    int64_t until_ns = INT64_MAX;

    wait_for(polls, &count, exporter_link_fd(worker->link), false);
    wait_for(polls, &count, worker->keeper.fd, false);
    wait_for(polls, &count, worker->agentx.fd, worker->agentx.out.length > 0);
    if (worker->configured && worker->settings.agentx[0] && !worker->agentx.pid)
        sooner(&until_ns, worker->agentx.again_ns);
    for (size_t i = 0; i < worker->settings.receiver_count; i++) {
        struct receiver *receiver = &worker->receivers[i];
        wait_for(polls, &count, receiver->channel.fd, receiver->channel.out.length > 0);
        if (receiver->queue.first && !receiver->channel.pid && has_engine(worker, receiver))
            sooner(&until_ns, receiver->channel.again_ns);
    }
    if (worker->keeper.until_ns && !worker->keeper.ready)
        sooner(&until_ns, worker->keeper.until_ns);
    int64_t ms = until_ns == INT64_MAX ? -1 : (until_ns - worker->now_ns) / 1000000 + 1;
    poll(polls, count, ms < -1 ? 0 : (int)ms);
}

static int serve(struct worker *worker)
{
    int code = 0;

    while (code >= 0) {
        wait(worker);
        worker->now_ns = clock_monotonic_ns(&clock_system);
        code = take_all(worker);
        if (worker->keeper.until_ns)
            snmp_keeper_turn(&worker->keeper, worker->now_ns);
        for (size_t i = 0; code >= 0 && i < worker->settings.receiver_count; i++) {
            hear_receiver(worker, &worker->receivers[i]);
            hand_on(worker, &worker->receivers[i]);
        }
        serve_agentx(worker);
    }
    return code == -EPIPE ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void close_all(struct worker *worker)
{
    for (size_t i = 0; i < worker->settings.receiver_count; i++) {
        snmp_channel_stop(&worker->receivers[i].channel);
        snmp_queue_free(&worker->receivers[i].queue);
    }
    snmp_channel_stop(&worker->agentx);
    snmp_keeper_close(&worker->keeper);
    buf_free(&worker->agentx_settings);
    buf_free(&worker->agentx_next);
    arena_free(&worker->arena);
    exporter_link_free(&worker->link);
}

int main(int argc, char **argv)
{
    struct worker worker = {.keeper.fd = -1};

    log_open("snmp", LOG_NOTICE);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    if (snmp_arguments(argc, argv, &worker.state_directory) < 0)
        return EXIT_FAILURE;
    worker.arena = arena_new();
    worker.link = exporter_link_new(SNMP_LINK_FD);
    worker.now_ns = clock_monotonic_ns(&clock_system);
    snmp_channel_init(&worker.agentx, "agentx", run_agentx, &worker);
    int status = serve(&worker);
    close_all(&worker);
    return status;
}
