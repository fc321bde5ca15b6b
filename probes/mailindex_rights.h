/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_RIGHTS_H
#define PROBES_MAILINDEX_RIGHTS_H

#include <sys/types.h>

#include "core/error.h"

/*
 * Whose rights files are opened with, for a while: on NFS root is nobody (root_squash), but who
 * owns the mail is not. NULL: stays as it is. Only this thread's file accesses change.
 */
struct mailindex_rights {
    uid_t uid;
    gid_t gid;
};

int mailindex_rights_take(const char *user, struct mailindex_rights *before, struct error *e);
void mailindex_rights_give_back(const struct mailindex_rights *before);

#endif
