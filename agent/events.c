/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/events.h"

#include <stdlib.h>

#include "agent/event.h"
#include "agent/events_files.h"
#include "agent/events_sockets.h"
#include "core/log.h"
#include "probes/probe.h"

struct events {
    uv_timer_t timer; /* of the rounds that are asked for */
    unsigned wanted, pending;
    int64_t last_ms; /* when rounds were asked for last, uv_now() */
    void (*happened)(void *owner, unsigned wakes);
    void *owner;
    struct events_files *files;
    struct events_socket *blocks, *routes;
};

static void on_due(uv_timer_t *timer)
{
    struct events *events = timer->data;
    unsigned pending = events->pending;

    events->pending = 0;
    events->last_ms = (int64_t)uv_now(timer->loop);
    /* Also after a disk came: it may be an array's before md says anything. */
    if (events->files)
        events_files_scan(events->files);
    events->happened(events->owner, pending);
}

static void note(void *owner, unsigned wakes)
{
    struct events *events = owner;
    bool first = !events->pending;
    int64_t now_ms = (int64_t)uv_now(events->timer.loop);

    events->pending |= wakes & events->wanted;
    if (first && events->pending)
        uv_timer_start(&events->timer, on_due,
                       (uint64_t)(event_due_ms(now_ms, events->last_ms) - now_ms), 0);
}

static void on_file(void *owner)
{
    note(owner, PROBE_WAKE_ARRAY);
}

static void open_sockets(struct events *events, uv_loop_t *loop)
{
    struct error e = {0};

    if (events->wanted & (PROBE_WAKE_ARRAY | PROBE_WAKE_DISK) &&
        events_blocks_open(loop, note, events, &events->blocks, &e) < 0)
        log_warning("disks that come and go are not told of: %s", e.text);
    if (events->wanted & PROBE_WAKE_LINK &&
        events_routes_open(loop, note, events, &events->routes, &e) < 0)
        log_warning("links that come and go are not told of: %s", e.text);
}

struct events *events_open(uv_loop_t *loop, unsigned wanted,
                           void (*happened)(void *owner, unsigned wakes), void *owner)
{
    struct events *events = calloc(1, sizeof *events);
    if (!events)
        abort();
    *events = (struct events){
        .wanted = wanted, .last_ms = INT64_MIN, .happened = happened, .owner = owner};
    uv_timer_init(loop, &events->timer);
    events->timer.data = events;
    open_sockets(events, loop);
    if (wanted & PROBE_WAKE_ARRAY)
        events->files = events_files_open(loop, on_file, events);
    return events;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void events_close(struct events **events)
{
    struct events *old = *events;

    *events = NULL;
    if (!old)
        return;
    events_files_close(&old->files);
    events_socket_close(&old->blocks);
    events_socket_close(&old->routes);
    uv_close((uv_handle_t *)&old->timer, on_closed);
}
