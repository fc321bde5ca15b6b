/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_EVENTS_H
#define AGENT_EVENTS_H

#include <stdint.h>
#include <uv.h>

/*
 * The kernel's own word that something happened, on the event loop: md's attributes (the kernel
 * sends no uevent when a member fails, or when a rebuild starts or ends), disks and arrays that
 * come and go (udev), links and addresses (rtnetlink). Needs no rights and opens no device. What
 * cannot be listened to is logged and left out: rounds come at their intervals all the same.
 */
struct events;

/*
 * wanted: enum probe_wake of all that somebody waits for; other sources are not opened. happened()
 * gets those for which rounds should begin now; several events that come together are told once.
 */
struct events *events_open(uv_loop_t *loop, unsigned wanted,
                           void (*happened)(void *owner, unsigned wakes), void *owner);

/* Memory is freed by the loop. */
void events_close(struct events **events);

#endif
