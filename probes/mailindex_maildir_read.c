/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/mailindex_maildir.h"

enum {
    MAILDIR_HEADER = 36, /* bytes of the extension */
    MAX_KEYWORDS_FILE = 64 * 1024,
};

/* The maildir extension: what Dovecot saw when it synchronized last. */
struct seen {
    struct {
        uint32_t check, mtime, mtime_ns;
    } recent, cur;
    uint32_t uidlist_mtime, uidlist_mtime_ns, uidlist_size;
};

static void read_uidlist(struct maildir *m)
{
    struct mailindex_check *check = m->check;
    const struct mailindex_dir *dir = &check->mailbox->control;
    struct mailindex_bytes bytes = {0};
    struct error e = {0};

    m->list_path = arena_printf(check->arena, "%s/dovecot-uidlist", dir->path);
    if (dir->fd < 0)
        return;
    int code =
        mailindex_read(dir, "dovecot-uidlist", DOVECOT_UIDLIST_MAX, check->options->io, &bytes, &e);
    if (code == -ESTALE)
        check->moved = true;
    else if (code < 0 && code != -ENOENT)
        mailindex_check_unreadable(check, m->list_path, e.text);
    m->list_stamp = bytes.stamp;
    if (code == 0) {
        const char *text = arena_strndup(check->arena, (const char *)bytes.data, bytes.length);
        dovecot_uidlist_parse(m->list_path, text, bytes.length, check->arena, &m->list,
                              check->sink);
    }
    mailindex_bytes_free(&bytes);
}

static void read_keywords(struct maildir *m)
{
    struct mailindex_check *check = m->check;
    struct mailindex_bytes bytes = {0};
    struct error e;

    if (check->mailbox->control.fd >= 0 &&
        mailindex_read(&check->mailbox->control, "dovecot-keywords", MAX_KEYWORDS_FILE,
                       check->options->io, &bytes, &e) == 0) {
        char *text = arena_strndup(check->arena, (const char *)bytes.data, bytes.length);
        maildir_keywords_parse(text, bytes.length, &m->keywords);
        m->has_keywords = m->keywords.bad_lines == 0;
        if (!m->has_keywords)
            mailindex_report(
                check->sink, "M06",
                (struct mailindex_place){
                    arena_printf(check->arena, "%s/dovecot-keywords", check->mailbox->control.path),
                    (uint64_t)m->keywords.bad_offset, 0},
                "lines that are not a number from 0 to %d and a keyword, each number once: %zu",
                MAILDIR_KEYWORDS - 1, m->keywords.bad_lines);
    }
    mailindex_bytes_free(&bytes);
}

static void add_file(struct maildir *m, const char *name, bool recent)
{
    struct arena *arena = m->check->arena;
    m->files = arena_grow(arena, m->files, m->count, &m->room, sizeof *m->files);
    struct mail_file *file = &m->files[m->count++];
    *file = (struct mail_file){.name = arena_strdup(arena, name), .recent = recent};
    maildir_name_parse(file->name, strlen(file->name), &file->parsed);
}

static bool list_files(struct maildir *m, const char *name, struct mailindex_stamp *stamp)
{
    struct mailindex_check *check = m->check;
    const struct mailindex_dir *mail = &check->mailbox->mail;
    const char *path = arena_printf(check->arena, "%s/%s", mail->path, name);
    struct mailindex_dir dir;
    struct error e = {0};
    struct dirent *entry;

    mailindex_stamp_of(mail, name, stamp);
    int code = mailindex_dir_below(mail, name, path, check->options->io, &dir, &e);
    DIR *list = code < 0 ? NULL : mailindex_dir_list(&dir, check->options->io);
    if (!list) {
        mailindex_check_unreadable(check, path, code < 0 ? e.text : error_name(errno));
        if (code == 0)
            mailindex_dir_close(&dir);
        return false;
    }
    while ((entry = readdir(list)))
        if (entry->d_name[0] != '.')
            add_file(m, entry->d_name, strcmp(name, "new") == 0);
    closedir(list);
    mailindex_dir_close(&dir);
    return true;
}

static int compare_bases(const char *a, size_t a_length, const char *b, size_t b_length)
{
    int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
    return order ? order : a_length < b_length ? -1 : a_length > b_length;
}

static int by_base(const void *a, const void *b)
{
    const struct mail_file *x = a, *y = b;
    return compare_bases(x->name, x->parsed.base, y->name, y->parsed.base);
}

struct mail_file *mailindex_maildir_find(const struct maildir *m, const char *name, size_t length)
{
    const char *colon = memchr(name, ':', length);
    size_t base = colon ? (size_t)(colon - name) : length, low = 0, high = m->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct mail_file *file = &m->files[middle];
        int order = compare_bases(file->name, file->parsed.base, name, base);
        if (order == 0)
            return file;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool read_seen(const struct dovecot_index *state, struct seen *seen)
{
    const struct dovecot_extension *extension = dovecot_index_extension(state, "maildir", 0);
    if (!extension || extension->hdr_size < MAILDIR_HEADER)
        return false;
    const uint8_t *at = extension->data;
    *seen = (struct seen){.recent = {le32(at), le32(at + 4), le32(at + 8)},
                          .cur = {le32(at + 12), le32(at + 16), le32(at + 20)},
                          .uidlist_mtime = le32(at + 24),
                          .uidlist_mtime_ns = le32(at + 28),
                          .uidlist_size = le32(at + 32)};
    return true;
}

static bool same_time(const struct mailindex_stamp *stamp, uint32_t seconds, uint32_t ns)
{
    return (uint32_t)stamp->mtime_s == seconds && stamp->mtime_ns == ns;
}

/* Whether all is as Dovecot left it: then index, uidlist and directories must agree. */
static void see_sync(struct maildir *m)
{
    struct seen seen;

    if (!m->state || !m->list.usable || !m->files_seen || !read_seen(m->state, &seen))
        return;
    m->mails_in_sync = same_time(&m->cur_stamp, seen.cur.mtime, seen.cur.mtime_ns) &&
                       same_time(&m->new_stamp, seen.recent.mtime, seen.recent.mtime_ns);
    m->all_in_sync = m->mails_in_sync &&
                     same_time(&m->list_stamp, seen.uidlist_mtime, seen.uidlist_mtime_ns) &&
                     (uint32_t)m->list_stamp.size == seen.uidlist_size;
}

const char *mailindex_maildir_path(const struct maildir *m, const struct mail_file *file)
{
    return arena_printf(m->check->arena, "%s/%s/%s", m->check->mailbox->mail.path,
                        file->recent ? "new" : "cur", file->name);
}

void mailindex_maildir_read(struct maildir *m)
{
    read_uidlist(m);
    read_keywords(m);
    bool recent = list_files(m, "new", &m->new_stamp);
    m->files_seen = list_files(m, "cur", &m->cur_stamp) && recent;
    if (m->count)
        qsort(m->files, m->count, sizeof *m->files, by_base);
    see_sync(m);
}

bool mailindex_maildir_moved(const struct maildir *m)
{
    struct mailindex_stamp now;
    const struct mailindex_mailbox *mailbox = m->check->mailbox;

    mailindex_stamp_of(&mailbox->mail, "cur", &now);
    if (!mailindex_stamp_same(&now, &m->cur_stamp))
        return true;
    mailindex_stamp_of(&mailbox->mail, "new", &now);
    if (!mailindex_stamp_same(&now, &m->new_stamp))
        return true;
    if (mailbox->control.fd < 0)
        return false;
    mailindex_stamp_of(&mailbox->control, "dovecot-uidlist", &now);
    return !mailindex_stamp_same(&now, &m->list_stamp);
}
