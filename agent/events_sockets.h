/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_EVENTS_SOCKETS_H
#define AGENT_EVENTS_SOCKETS_H

#include <uv.h>

#include "core/error.h"

/*
 * Sockets on which the kernel, or udevd after it, tells what comes and goes. told() is called on
 * the loop with what was heard (enum probe_wake), and with all that the source may tell where
 * something was lost.
 */
struct events_socket;
typedef void events_told_fn(void *owner, unsigned wakes);

/* Disks and arrays, once udevd has noted what it knows of them; from the kernel where none runs. */
int events_blocks_open(uv_loop_t *loop, events_told_fn *told, void *owner,
                       struct events_socket **socket, struct error *e);

/* Links and addresses. */
int events_routes_open(uv_loop_t *loop, events_told_fn *told, void *owner,
                       struct events_socket **socket, struct error *e);

void events_socket_close(struct events_socket **socket); /* memory is freed by the loop */

#endif
