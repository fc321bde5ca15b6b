/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_AGENT_H
#define AGENT_AGENT_H

#include "agent/configuration.h"
#include "core/error.h"

/* What the command line of forewarnd says; NULL: the usual. */
struct agent_options {
    const char *config_file;
    const char *root; /* the directory to look at: "/" or a recorded tree */
    const char *control_socket;
    const char *launcher_socket; /* of a launcher that is asked, instead of starting one */
    bool is_launcher;            /* launcher_service.h: nothing of an agent */
    const char *listen[CONFIG_MAX_LISTEN]; /* for HTTP; none: those of the configuration */
    size_t listen_count;
    bool no_listen;      /* no HTTP */
    bool inherited_only; /* HTTP at sockets that systemd has opened, and nowhere else */
    const char *web_config;
};

/*
 * The whole life of an agent: reads its settings, starts the launcher, gives up root, and looks,
 * judges and answers until SIGTERM or SIGINT. SIGHUP reads the settings anew. Negative where it
 * could not start or had to give up; errors of the configuration are logged one by one.
 */
int agent_run(const struct agent_options *options, struct error *e);

#endif
