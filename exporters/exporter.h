/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_EXPORTER_H
#define EXPORTERS_EXPORTER_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/exporter.pb-c.h"

/*
 * An exporter that may block, or is heavy, runs in a worker process of its own, which may be killed
 * at any moment. It gets its configuration, snapshots and events over a socket and says what became
 * of each event. What it was given and has not called delivered when it dies is given again to the
 * next process, so that each event arrives at least once; a receiver knows one that comes twice by
 * its id.
 */
struct exporter_link; /* exporter_link.h */

/*
 * As whom its process runs where the agent was started by root. What it does is up to the agent,
 * which has a network: whoever runs what the agent names must not have more rights than that.
 */
enum exporter_rights {
    EXPORTER_ROOT,  /* as root, to keep its own files, with the declared capabilities and no others
                     */
    EXPORTER_AGENT, /* as the agent's user, with no way to become more */
    EXPORTER_USER,  /* the same, but what it starts may have other rights of its own by its file's
                       mode, as sendmail has */
};

struct exporter {
    const char *name; /* "snmp" */
    const char *what; /* for people: "SNMP notifications and AgentX" */
    enum exporter_rights rights;
    const char *capabilities; /* as struct probe's; of EXPORTER_ROOT */
    /*
     * The whole life of the worker, in whatever loop it likes; ends when the agent closes its end.
     * state_directory: where it may keep what must outlive it, of its own; NULL: nowhere. Gives the
     * exit status.
     */
    int (*run)(struct exporter_link *link, const char *state_directory);
};

/* All there are, NULL at the end. */
extern const struct exporter *const exporters[];

const struct exporter *exporter_find(const char *name);

#endif
