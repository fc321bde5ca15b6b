/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CONFINEMENT_H
#define AGENT_CONFINEMENT_H

#include "core/error.h"

/*
 * Leaves all threads of this process, for good, the system calls that the agent needs once it is at
 * work (seccomp(2)): loop, timers, sockets that are listened to, its history, its configuration.
 *
 *  - What only somebody who has taken the agent over would call (execve, ptrace, mount,
 *    open_by_handle_at, a change of user, ...) ends the process by SIGSYS.
 *  - Anything else that is not known says ENOSYS, as an older kernel would: a C library that is
 *    newer than this list falls back on what it did before, and an agent that is to run for years
 * is not ended by an upgrade.
 *
 * Negative where the kernel has no such filters; nothing is confined then. Does nothing where a
 * sanitizer is built in, which needs far more.
 */
int confinement_apply(struct error *e);

#endif
