/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_rights.h"

#include <errno.h>
#include <pwd.h>
#include <sys/fsuid.h>

/* setfsuid(2) says what was before and never that it failed: asking again does. */
static uid_t current_uid(void)
{
    return (uid_t)setfsuid((uid_t)-1);
}

int mailindex_rights_take(const char *user, struct mailindex_rights *before, struct error *e)
{
    *before = (struct mailindex_rights){.uid = current_uid(), .gid = (gid_t)setfsgid((gid_t)-1)};
    if (!user)
        return 0;
    errno = 0;
    const struct passwd *entry = getpwnam(user);
    if (!entry)
        return error_set(e, errno ? -errno : -ENOENT, "there is no user '%.80s'", user);
    setfsgid(entry->pw_gid);
    setfsuid(entry->pw_uid);
    if (current_uid() == entry->pw_uid)
        return 0;
    mailindex_rights_give_back(before);
    return error_set(e, -EPERM, "the rights of user '%.80s' cannot be taken: run as root", user);
}

void mailindex_rights_give_back(const struct mailindex_rights *before)
{
    setfsuid(before->uid);
    setfsgid(before->gid);
}
