/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_names.h"

#include <stddef.h>
#include <string.h>

bool mailindex_is_passed_by(const char *name, bool in_maildir)
{
    static const char *const names[] = {".", "..", ".snapshot", ".snapshots", ".zfs", "lost+found"};
    static const char *const maildir[] = {"cur", "new", "tmp"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    for (size_t i = 0; i < sizeof maildir / sizeof *maildir && in_maildir; i++)
        if (strcmp(name, maildir[i]) == 0)
            return true;
    return false;
}

const char *mailindex_name_of(const char *folder, const char *mailboxes)
{
    size_t length = strlen(mailboxes);
    return length && strncmp(folder, mailboxes, length) == 0 && folder[length] == '/'
               ? folder + length + 1
               : folder;
}
