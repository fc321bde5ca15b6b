/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_PRIVILEGES_H
#define AGENT_PRIVILEGES_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/error.h"

/* Whether this process is root and may hand out capabilities (not so in many containers). */
bool privileges_are_roots(void);

/* Whom root becomes: the user "forewarn", else "nobody". */
void privileges_find_judge(uid_t *uid, gid_t *gid);

/*
 * Gives up root for good: the user "forewarn", else "nobody"; no groups, no capabilities and none
 * to come. Without root only the last holds. What a user may read has to be open by now.
 */
int privileges_drop(struct error *e);

/*
 * A user's ids out of a file in the form of passwd(5). Not getpwnam(3): its sources may be a
 * network away, and waiting for them has no bound. -ENOENT where there is no such user.
 */
int privileges_find_user(const char *passwd_file, const char *name, uid_t *uid, gid_t *gid);

#endif
