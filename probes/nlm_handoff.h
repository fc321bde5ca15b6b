/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_NLM_HANDOFF_H
#define PROBES_NLM_HANDOFF_H

#include <stdbool.h>

#include "core/error.h"

/*
 * The lock itself, end to end: somebody else (this process, past the mount, at the server) holds
 * the lock on a file; a child waits for it in the kernel, as any program on the mount would; it is
 * released, and the time until the child has it is taken. Where the server's callback arrives that
 * is milliseconds, else about 30 s, when the kernel asks again by itself.
 *
 * Two processes that lock through the same mount show nothing: the kernel hands over between them
 * without asking the server.
 */
enum { NLM_HANDOFF_HOLD_MS = 200 }; /* for the child's wish to reach the server */

/* Who holds the lock first; 0 or negative. lock() does not wait. */
struct nlm_holder {
    int (*lock)(void *owner, struct error *e);
    int (*unlock)(void *owner, struct error *e);
    void *owner;
};

enum nlm_handoff {
    NLM_HANDOFF_DONE,      /* seconds from the release to the grant */
    NLM_HANDOFF_LATE,      /* not within the deadline */
    NLM_HANDOFF_LOCAL,     /* the child got it while it was held: the mount does not lock there */
    NLM_HANDOFF_IMPOSSIBLE /* e says why */
};

/*
 * Hands the lock on the open file over. When it returns the lock is released and no child is left,
 * except one that is stuck in the kernel and survives SIGKILL. A process that is killed in between
 * leaves a lock behind, but no child: unlock() again then.
 */
enum nlm_handoff nlm_handoff(const struct nlm_holder *holder, int fd, int deadline_ms,
                             double *seconds, struct error *e);

#endif
