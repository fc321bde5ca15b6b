/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_EVENT_H
#define AGENT_EVENT_H

#include <stddef.h>
#include <stdint.h>

/*
 * What the kernel tells, and what is to be made of it: which rounds (enum probe_wake of
 * probes/probe.h), and when. Pure.
 */

/*
 * Of a uevent of the block subsystem: its action ("add"), the device's kernel name and type
 * ("disk", "partition"); NULL where one is not known. That a disk changed is nothing to look at: it
 * is said whenever somebody who could have written to it closes it, the look itself included.
 */
unsigned event_of_block(const char *action, const char *name, const char *type);

/* Of what a socket of rtnetlink(7) gave: links and addresses that came, went or changed. */
unsigned event_of_route(const void *data, size_t length);

/*
 * When the rounds begin that are asked for now, where the last ones began at last_ms (INT64_MIN:
 * none): soon, as one thing that happens is told in many ways, but not again and again.
 */
enum { EVENT_SOON_MS = 250, EVENT_LEAST_MS = 1000 };
int64_t event_due_ms(int64_t now_ms, int64_t last_ms);

#endif
