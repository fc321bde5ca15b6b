/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_SNMP_KEEPER_H
#define EXPORTERS_SNMP_KEEPER_H

#include <stdbool.h>

#include "exporters/snmp_engine.h"

/*
 * Gets our engine ready in a process of its own, as the disk with the state directory may be the
 * one that has just died: who waits for it is told at once what was read, and does not wait for
 * ever for that to be kept.
 */
enum { SNMP_KEEP_MS = 3000, SNMP_KEEP_AGAIN_MS = 30 * 1000 };

struct snmp_keeper {
    const char *state_directory;
    int fd;           /* to be waited for; -1: nothing is under way */
    int64_t until_ns; /* then go on with what was read; or try again */
    struct snmp_engine read;
    bool ready; /* engine is good to be used */
    struct snmp_engine engine;
    int64_t booted_ns;
    struct error error; /* why it is not ready */
};

void snmp_keeper_open(struct snmp_keeper *keeper, const char *state_directory, int64_t now_ns);
void snmp_keeper_close(struct snmp_keeper *keeper);

/* When fd is readable or until_ns has come: looks what there is; starts again what failed. */
void snmp_keeper_turn(struct snmp_keeper *keeper, int64_t now_ns);

#endif
