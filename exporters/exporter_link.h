/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_EXPORTER_LINK_H
#define EXPORTERS_EXPORTER_LINK_H

#include "exporters/exporter.h"

/* The worker's end of its socket to the agent (core/exporter.proto). One thread. */

struct exporter_link *exporter_link_new(int fd); /* the descriptor is the link's from now on */
void exporter_link_free(struct exporter_link **link);

/* To wait for: readable when there is something to take. It is non-blocking. */
int exporter_link_fd(const struct exporter_link *link);

/*
 * Takes the next message. 1: *tell is it, to be freed with forewarn__tell__free_unpacked(tell,
 * NULL); 0: none is there now; negative: the agent has closed its end (-EPIPE), or speaks something
 * else.
 */
int exporter_link_take(struct exporter_link *link, Forewarn__Tell **tell, struct error *e);

/*
 * Says of an event, for one receiver, that it was delivered (error: NULL), could not be delivered
 * so far, or is dropped (delivered, with an error). May block for a moment where the agent is slow.
 */
int exporter_link_told(struct exporter_link *link, const char *id, const char *receiver,
                       bool delivered, const char *error);

#endif
