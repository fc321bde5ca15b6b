/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_SNMP_CHANNEL_H
#define EXPORTERS_SNMP_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "exporters/exporter.h"

/*
 * A child process of the worker and the socket to it, on which both speak core/exporter.proto as
 * agent and worker do. Nothing here waits for the child, which may be stuck in the kernel: SIGCHLD
 * must be ignored, so that the kernel reaps it. One that has died is started again after a while
 * that grows with each time in a row.
 */
struct snmp_channel {
    const char *name; /* for the log */
    /* The life of the child; gives its exit status. */
    int (*run)(struct exporter_link *link, void *arg);
    void *arg;
    pid_t pid; /* 0: none */
    int fd;
    struct buf in, out;
    unsigned failures; /* in a row */
    int64_t again_ns;  /* when it may be started; clock_monotonic_ns() */
};

enum { SNMP_WAIT_MOST_MS = 30 * 1000 };

void snmp_channel_init(struct snmp_channel *channel, const char *name,
                       int (*run)(struct exporter_link *, void *), void *arg);

/* Starts the child, if it is time for it; false where there is none then. */
bool snmp_channel_start(struct snmp_channel *channel, int64_t now_ns);

/* Adds bytes to what is sent, and sends what the child takes. */
void snmp_channel_put(struct snmp_channel *channel, const struct buf *bytes);
void snmp_channel_flush(struct snmp_channel *channel);

/*
 * Takes what the child says next. 1: *told is it, to be freed; 0: nothing now; negative: it is
 * gone, and was cleared away.
 */
int snmp_channel_take(struct snmp_channel *channel, Forewarn__Told **told, int64_t now_ns);

/* Ends the child, by force. */
void snmp_channel_stop(struct snmp_channel *channel);

/* It has done what it is there for: the next one is started at once. */
void snmp_channel_well(struct snmp_channel *channel);

#endif
