/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "probes/mailindex_maildir.h"

enum { TICK_MS = 20 }; /* of a file system's clock, at most */

static struct mailindex_place at_index(const struct maildir *m)
{
    const struct mailindex_handle *handles = m->check->files.handles;
    bool log = handles[MAILINDEX_INDEX].fd < 0;
    return (struct mailindex_place){handles[log ? MAILINDEX_LOG : MAILINDEX_INDEX].file.name, 0, 0};
}

static struct mailindex_place at_entry(const struct maildir *m,
                                       const struct dovecot_uidlist_entry *entry)
{
    return (struct mailindex_place){m->list_path, entry->at, entry->length};
}

static struct mailindex_place at_file(const struct maildir *m, const struct mail_file *file)
{
    return (struct mailindex_place){mailindex_maildir_path(m, file), 0, 0};
}

static void check_uid_validity(struct maildir *m)
{
    const struct dovecot_index_header *header = &m->state->header;

    if (header->uid_validity && header->uid_validity != m->list.uid_validity)
        mailindex_report(m->check->sink, "X20", (struct mailindex_place){at_index(m).file, 24, 4},
                         "uidvalidity is %" PRIu32 ", that of dovecot-uidlist is %" PRIu32,
                         header->uid_validity, m->list.uid_validity);
}

/* The uidlist is written before the index, and was read after it. */
static void check_next_uid(struct maildir *m)
{
    const struct dovecot_index_header *header = &m->state->header;
    uint64_t end = (uint64_t)m->list_stamp.size;

    if (header->next_uid <= m->list.next_uid)
        return;
    const struct dovecot_uidlist_entry *last =
        m->list.count ? &m->list.entries[m->list.count - 1] : NULL;
    uint64_t at = last ? last->at : 0;
    mailindex_report(m->check->sink, "X21", (struct mailindex_place){m->list_path, at, end - at},
                     "its next uid is %" PRIu32 ", the index has %" PRIu32
                     ": its last lines are lost",
                     m->list.next_uid, header->next_uid);
}

static void check_uids_listed(struct maildir *m)
{
    for (uint32_t i = 0; i < m->state->count; i++) {
        uint32_t uid = dovecot_index_uid(m->state, i);
        if (dovecot_uidlist_find(&m->list, uid))
            continue;
        size_t next = 0;
        while (next < m->list.count && m->list.entries[next].uid < uid)
            next++;
        uint64_t at =
            next < m->list.count ? m->list.entries[next].at : (uint64_t)m->list_stamp.size;
        mailindex_report(m->check->sink, "X26", (struct mailindex_place){m->list_path, at, 0},
                         "it has no line for uid %" PRIu32 ", which the index has", uid);
    }
}

/* The name that the file would have, with the flags that the index has. */
static const char *missing_path(const struct maildir *m, const struct dovecot_uidlist_entry *entry,
                                uint32_t position)
{
    uint8_t flags = dovecot_index_flags(m->state, position);
    return arena_printf(m->check->arena, "%s/cur/%.*s:2,%s%s%s%s%s", m->check->mailbox->mail.path,
                        (int)entry->name_length, entry->name, flags & DOVECOT_DRAFT ? "D" : "",
                        flags & DOVECOT_FLAGGED ? "F" : "", flags & DOVECOT_ANSWERED ? "R" : "",
                        flags & DOVECOT_SEEN ? "S" : "", flags & DOVECOT_DELETED ? "T" : "");
}

/* With files that no line is of, it is the lines that are wrong; else a file is gone. */
static void report_missing(struct maildir *m, const struct dovecot_uidlist_entry *entry,
                           uint32_t position)
{
    struct mailindex_place file = {missing_path(m, entry, position), 0, 0};
    mailindex_report(m->check->sink, "X24", m->unlisted ? at_entry(m, entry) : file,
                     "uid %" PRIu32 " is '%.*s', and there is no such file", entry->uid,
                     (int)entry->name_length, entry->name);
}

static void check_lines(struct maildir *m)
{
    for (size_t i = 0; i < m->list.count; i++) {
        const struct dovecot_uidlist_entry *entry = &m->list.entries[i];
        uint32_t position;
        struct mail_file *file = mailindex_maildir_find(m, entry->name, entry->name_length);
        bool indexed = dovecot_index_find(m->state, entry->uid, &position);
        if (!file && indexed)
            report_missing(m, entry, position);
        if (file && !indexed && m->all_in_sync)
            mailindex_report(m->check->sink, "X27", at_index(m),
                             "uid %" PRIu32 " is in dovecot-uidlist and has its file, and is not "
                             "in the index",
                             entry->uid);
    }
}

static void mark_listed(struct maildir *m)
{
    for (size_t i = 0; i < m->list.count; i++) {
        struct mail_file *file =
            mailindex_maildir_find(m, m->list.entries[i].name, m->list.entries[i].name_length);
        if (file)
            file->listed = true;
    }
}

/*
 * A file that came within the same tick of the clock as the last change leaves the directory's time
 * as it was, and Dovecot has not seen it yet either.
 */
static bool came_last(const struct maildir *m, const struct mail_file *file)
{
    const struct mailindex_stamp *dir = file->recent ? &m->new_stamp : &m->cur_stamp;
    struct mailindex_stamp stamp;
    const char *name =
        arena_printf(m->check->arena, "%s/%s", file->recent ? "new" : "cur", file->name);

    if (mailindex_stamp_of(&m->check->mailbox->mail, name, &stamp) < 0)
        return true;
    int64_t apart = (stamp.ctime_s - dir->mtime_s) * 1000 +
                    ((int64_t)stamp.ctime_ns - (int64_t)dir->mtime_ns) / 1000000;
    return apart >= -TICK_MS && apart <= TICK_MS;
}

/* Lines of dovecot-uidlist that may be what is wrong: the first whose file is not there. */
static struct mailindex_place at_broken_line(const struct maildir *m, const struct mail_file *file)
{
    for (size_t i = 0; i < m->list.count; i++) {
        const struct dovecot_uidlist_entry *entry = &m->list.entries[i];
        uint32_t position;
        if (dovecot_index_find(m->state, entry->uid, &position) &&
            !mailindex_maildir_find(m, entry->name, entry->name_length))
            return at_entry(m, entry);
    }
    return at_file(m, file);
}

static void check_files_listed(struct maildir *m)
{
    for (size_t i = 0; i < m->count; i++) {
        struct mail_file *file = &m->files[i];
        if (file->listed || came_last(m, file))
            continue;
        m->unlisted = true;
        mailindex_report(m->check->sink, "X25", at_broken_line(m, file),
                         "there is no line for '%s/%s', though no mail came or went since it was "
                         "written",
                         file->recent ? "new" : "cur", file->name);
    }
}

void mailindex_maildir_agree(struct maildir *m)
{
    check_uid_validity(m);
    check_next_uid(m);
    check_uids_listed(m);
    if (!m->mails_in_sync)
        return;
    mark_listed(m);
    check_files_listed(m);
    check_lines(m);
}
