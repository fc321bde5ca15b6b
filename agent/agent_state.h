/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_AGENT_STATE_H
#define AGENT_AGENT_STATE_H

#include "agent/agent.h"
#include "agent/control.h"
#include "agent/evaluation.h"
#include "agent/events.h"
#include "agent/herald.h"
#include "agent/keeper.h"
#include "agent/manager.h"
#include "agent/settings.h"
#include "agent/timeline.h"
#include "agent/watch.h"

/*
 * The running agent. agent.c starts and ends it, agent_loop.c is what it does with time,
 * agent_look.c what it knows, agent_control.c what it answers.
 */
struct agent {
    const struct agent_options *options;
    const char *host;   /* its name, in the arena */
    int64_t started_ms; /* wall clock */
    struct arena *arena;
    const char *history_directory, *exporter_directory;
    uv_loop_t loop;
    struct launch launch;
    struct dispatch dispatch;
    struct quarantine quarantine;
    struct watch watches[CONFIG_MAX_PROBES];
    size_t watch_count;
    struct timeline timeline;
    struct store *store;
    struct evaluation evaluation;
    struct events *events; /* NULL: a recorded tree, where nothing happens */
    struct keeper *keeper;
    struct herald herald;
    struct seen *self;        /* what the agent had to say of itself at the last tick */
    struct snapshot snapshot; /* for exporters; agent_publish() */
    struct snapshot_source sources[CONFIG_MAX_PROBES + 1];
    struct arena *snapshot_arena;
    struct control *control;
    struct manager manager; /* of services */
    uv_timer_t tick;
    uv_prepare_t turn;
    uv_signal_t hangup, terminate, interrupt;
    bool live;    /* it is this host that is looked at */
    bool urgent;  /* something was seen that is to be judged out of turn */
    bool holding; /* no tick until every probe has had a look, or the time for it is over */
    uint64_t hold_until_ms; /* uv_now() */
    bool reloading, reload_again;
    bool ending; /* what is still under way comes to nothing */
    bool failed; /* it had to give up */
};

/* agent_loop.c: starts the probes and the ticks. The settings' rules are taken out. */
void agent_begin(struct agent *agent, struct settings *settings);
void agent_end(struct agent *agent); /* closes what agent_begin() opened */

/* A tick out of turn, at which all rules judge: for what cannot wait. */
void agent_tick_now(struct agent *agent);

/*
 * agent_look.c: what the agent knows, as a look at the host; what it points to is good until the
 * loop goes on.
 */
void agent_look(const struct agent *agent, struct arena *arena, struct look *look);

/* agent_loop.c: has what was changed between two ticks written. */
void agent_keep(struct agent *agent);

/*
 * agent_snapshot.c: makes another agent->snapshot of what is known now; to be called when a round
 * or a tick has ended, before anybody reads the one before.
 */
void agent_publish(struct agent *agent);

/* agent_control.c: the commands of the control socket. */
extern const struct control_command agent_commands[];

#endif
