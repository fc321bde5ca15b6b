/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_SESSION_H
#define AGENT_SESSION_H

#include "agent/launch.h"

/*
 * The processes of a session: a worker leads one, and all that it starts stays in it, in whatever
 * process group. Known from /proc, of which nothing is read that waits for a process.
 */

/* What /proc/PID/stat says of a process. */
struct session_member {
    pid_t pid;
    char name[16]; /* its comm */
    char state;    /* R, S, D, t, Z, ... */
    pid_t session;
};

/* The pure part: a line of /proc/PID/stat. False where it is none. */
bool session_parse_stat(const char *line, struct session_member *member);

/*
 * Sends SIGKILL to all in the session that are no zombies, and says how many there were. deep:
 * looks at all processes; else only at the children of this process, which are what is left of a
 * session whose leader was reaped by a subreaper. *first (which may be NULL) is one of them.
 */
size_t session_kill(pid_t session, bool deep, struct session_member *first);

/* Fills the stuck_* fields about a member. */
void session_describe(const struct session_member *member, struct launch_event *event);

#endif
