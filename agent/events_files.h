/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_EVENTS_FILES_H
#define AGENT_EVENTS_FILES_H

#include <uv.h>

/*
 * Files of the kernel that say POLLPRI when they change: /proc/mdstat and, of each md array and its
 * members, array_state, sync_action, degraded and state (Documentation/admin-guide/md.rst). They
 * are listed, opened and read off the loop.
 */
struct events_files;

enum { EVENTS_MAX_FILES = 512 };

/* changed() is called on the loop. After it nothing more is told until events_files_scan(). */
struct events_files *events_files_open(uv_loop_t *loop, void (*changed)(void *owner), void *owner);
void events_files_close(struct events_files **files); /* memory is freed by the loop */

/* Looks which files there are now, reads them, and waits for the next change. */
void events_files_scan(struct events_files *files);

#endif
