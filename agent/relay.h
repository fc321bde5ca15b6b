/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RELAY_H
#define AGENT_RELAY_H

#include <stddef.h>

/*
 * What a worker and its libraries write to standard error, into the agent's log line by line as
 * "md: ...". A worker never holds the agent's own standard error, and can not fill its log: after
 * RELAY_MAX_LINES the rest is dropped, and the last line says so.
 */
enum { RELAY_MAX_LINES = 50, RELAY_MAX_LINE = 400 };

struct relay {
    const char *name; /* goes before each line */
    char line[RELAY_MAX_LINE + 1];
    size_t length;
    unsigned lines;
};

void relay_bytes(struct relay *relay, const char *bytes, size_t count);

/* Logs what is left of a line that has no end. */
void relay_end(struct relay *relay);

#endif
