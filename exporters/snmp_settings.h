/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_SNMP_SETTINGS_H
#define EXPORTERS_SNMP_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/error.h"

/* Who is told, and how; as the agent's configuration has it, secrets included. */
struct snmp_receiver {
    const char *name;
    const char *address; /* as net-snmp has it: "udp:host:162" */
    int version;         /* 2 (2c) or 3 */
    const char *community;
    const char *user, *auth_protocol, *auth_passphrase, *priv_protocol, *priv_passphrase;
    const char *engine_id; /* hexadecimal: ours in traps to it; "": the one that is kept */
    bool inform;
    int timeout_ms, retries;
};

struct snmp_settings {
    struct snmp_receiver *receivers;
    size_t receiver_count;
    const char *agentx; /* address of the master agent, "": none */
};

enum { SNMP_MAX_RECEIVERS = 32 };

/* Reads the exporter's configuration, JSON; all strings are in the arena. */
int snmp_settings_read(const char *json, struct arena *arena, struct snmp_settings *settings,
                       struct error *e);

#endif
