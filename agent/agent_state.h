/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_AGENT_STATE_H
#define AGENT_AGENT_STATE_H

#include "agent/agent.h"
#include "agent/control.h"
#include "agent/evaluation.h"
#include "agent/events.h"
#include "agent/herald.h"
#include "agent/keeper.h"
#include "agent/listen.h"
#include "agent/manager.h"
#include "agent/settings.h"
#include "agent/timeline.h"
#include "agent/watch.h"
#include "agent/web.h"
#include "agent/web_probe.h"

/*
 * The running agent. agent.c starts and ends it, agent_loop.c is what it does with time,
 * agent_look.c what it knows, agent_control.c what it answers.
 */
struct agent {
    const struct agent_options *options;
    const char *host;   /* its name, in the arena */
    int64_t started_ms; /* wall clock */
    struct arena *arena;
    const char *history_directory, *exporter_directory, *probe_directory;
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
    struct seen *self;        /* what the agent has to say of itself */
    struct snapshot snapshot; /* for exporters; agent_publish() */
    struct snapshot_source sources[CONFIG_MAX_PROBES + 1];
    struct arena *snapshot_arena;
    struct control *control;
    struct manager manager;  /* of services */
    int sockets[LISTEN_MAX]; /* HTTP is served at these */
    size_t socket_count;
    struct web *web; /* what was read at the start, until it is taken over */
    struct web_files web_files;
    struct prometheus *prometheus; /* NULL: no HTTP */
    struct web_watch web_watch;
    struct web_probe web_probe;
    unsigned compat;
    uv_timer_t tick;
    uv_prepare_t turn;
    uv_work_t first_work;
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
int agent_begin(struct agent *agent, struct settings *settings, struct error *e);
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

/* agent_snapshot.c: what the agent has to say of itself, for the caller to free. */
struct seen *agent_see_self(const struct agent *agent, int64_t t_ms);

/*
 * Makes another agent->snapshot of what is known now, and publishes it; to be called when a round
 * or a tick has ended, or one was forgotten, before anybody reads the one before.
 */
void agent_publish(struct agent *agent);

/*
 * agent_web.c: HTTP. Binds the sockets (as root, before there is a loop), reads the web
 * configuration (as the user that reads it later, too), begins to answer, takes up another
 * configuration, ends with the loop, releases what is left after it.
 */
int agent_web_listen(struct agent *agent, const struct config *config, struct error *e);
int agent_web_read(struct agent *agent, const struct config *config, struct error *e);
int agent_web_begin(struct agent *agent, const struct config *config, struct error *e);
void agent_web_use(struct agent *agent, const struct config *config);
void agent_web_end(struct agent *agent);
void agent_web_release(struct agent *agent);

/* agent_control.c: the commands of the control socket. */
extern const struct control_command agent_commands[];

#endif
