/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_SNMP_SEND_H
#define EXPORTERS_SNMP_SEND_H

#include "exporters/exporter_link.h"
#include "exporters/snmp_engine.h"
#include "exporters/snmp_settings.h"

/*
 * The process that sends to one receiver, by net-snmp, whose calls block: it takes one event after
 * the other from the link, sends it, for an inform waits for the answer, and says what became of
 * it. With the first that could not be delivered it ends: the next process begins with a new
 * session, and knows nothing of the receiver's engine, address and clock that may be old.
 */
struct snmp_sender {
    const struct snmp_receiver *receiver;
    struct snmp_engine engine; /* ours, for v3 traps; id_length 0: there is none */
    int64_t booted_ns;         /* when its boots began, CLOCK_BOOTTIME */
};

/* Gives the exit status. */
int snmp_sender_run(const struct snmp_sender *sender, struct exporter_link *link);

#endif
