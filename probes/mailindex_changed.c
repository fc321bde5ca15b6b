/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_changed.h"

#include <stdio.h>

#include "probes/cyrus_look.h"

static void take_newer(const struct mailindex_dir *dir, const char *name, int64_t *newest_ms)
{
    struct mailindex_stamp stamp;

    if (dir->fd < 0 || mailindex_stamp_of(dir, name, &stamp) < 0)
        return;
    int64_t ms = stamp.ctime_s * 1000 + stamp.ctime_ns / 1000000;
    if (ms > *newest_ms)
        *newest_ms = ms;
}

static void take_dovecot(const struct mailindex_mailbox *mailbox, int64_t *newest_ms)
{
    char log[64], cache[64];

    snprintf(log, sizeof log, "%s.log", mailbox->index_name);
    snprintf(cache, sizeof cache, "%s.cache", mailbox->index_name);
    take_newer(&mailbox->index, mailbox->index_name, newest_ms);
    take_newer(&mailbox->index, log, newest_ms);
    take_newer(&mailbox->index, cache, newest_ms);
    if (mailbox->format == MAILINDEX_MAILDIR) {
        take_newer(&mailbox->control, "dovecot-uidlist", newest_ms);
        take_newer(&mailbox->mail, "cur", newest_ms);
        take_newer(&mailbox->mail, "new", newest_ms);
    } else {
        take_newer(&mailbox->mail, ".", newest_ms);
    }
}

static void take_cyrus(const struct mailindex_mailbox *mailbox, int64_t *newest_ms)
{
    static const char *const names[] = {"cyrus.index", "cyrus.cache", "cyrus.header",
                                        "cyrus.annotations"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        take_newer(&mailbox->index, names[i], newest_ms);
    take_newer(&mailbox->mail, ".", newest_ms);
    take_newer(&mailbox->alt, ".", newest_ms);
}

/* They are written in place, so that the directory does not show it. */
static void take_databases(const struct mailindex_mailbox *mailbox, struct mailindex_io *io,
                           int64_t *newest_ms)
{
    DIR *list = mailindex_dir_list(&mailbox->mail, io);
    struct dirent *entry;

    while (list && (entry = readdir(list)))
        if (cyrus_is_called_database(entry->d_name))
            take_newer(&mailbox->mail, entry->d_name, newest_ms);
    if (list)
        closedir(list);
}

int64_t mailindex_changed_ms(const struct mailindex_mailbox *mailbox, struct mailindex_io *io)
{
    int64_t newest = 0;

    if (mailbox->format == MAILINDEX_CYRUS)
        take_cyrus(mailbox, &newest);
    else if (mailbox->format == MAILINDEX_CYRUS_DATABASES)
        take_databases(mailbox, io, &newest);
    else
        take_dovecot(mailbox, &newest);
    return newest;
}
