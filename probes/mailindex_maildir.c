/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/dovecot_uidlist.h"
#include "probes/maildir_name.h"
#include "probes/mailindex_check.h"

enum {
    MAILDIR_HEADER = 36, /* bytes of the extension */
    MAX_KEYWORDS_FILE = 64 * 1024,
    BODY_CHUNK = 64 * 1024,
};

/* A mail's file, in cur or new. */
struct mail_file {
    const char *name;
    struct maildir_name parsed;
    bool recent; /* in new */
    bool listed; /* the uidlist has it */
};

/* The maildir extension: what Dovecot saw when it synchronized last. */
struct seen {
    struct {
        uint32_t check, mtime, mtime_ns;
    } recent, cur;
    uint32_t uidlist_mtime, uidlist_mtime_ns, uidlist_size;
};

struct maildir {
    struct mailindex_check *check;
    const struct dovecot_index *state; /* NULL: not to be trusted */
    struct dovecot_uidlist list;
    const char *list_path;
    struct mailindex_stamp list_stamp, cur_stamp, new_stamp;
    struct mail_file *files;
    size_t count, room;
    bool files_seen; /* both directories were read to their end */
    bool in_sync;    /* index, uidlist and directories are as Dovecot left them: all must agree */
    struct maildir_keywords keywords;
    bool has_keywords;
    uint8_t *chunk; /* to read mails with */
};

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

static const char *path_of(const struct maildir *m, const struct mail_file *file)
{
    return arena_printf(m->check->arena, "%s/%s/%s", m->check->mailbox->mail.path,
                        file->recent ? "new" : "cur", file->name);
}

static struct mailindex_place at_file(const struct maildir *m, const struct mail_file *file)
{
    return (struct mailindex_place){path_of(m, file), 0, 0};
}

/* ---- reading ---- */

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

static struct mail_file *find_file(const struct maildir *m, const char *name, size_t length)
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
static bool is_in_sync(const struct maildir *m)
{
    struct seen seen;

    return m->state && m->list.usable && m->files_seen && read_seen(m->state, &seen) &&
           same_time(&m->list_stamp, seen.uidlist_mtime, seen.uidlist_mtime_ns) &&
           (uint32_t)m->list_stamp.size == seen.uidlist_size &&
           same_time(&m->cur_stamp, seen.cur.mtime, seen.cur.mtime_ns) &&
           same_time(&m->new_stamp, seen.recent.mtime, seen.recent.mtime_ns);
}

/* ---- the rules ---- */

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

/* All in sync: each line has its file, each file its line, each mail both. */
static void check_lists_agree(struct maildir *m)
{
    for (size_t i = 0; i < m->list.count; i++) {
        const struct dovecot_uidlist_entry *entry = &m->list.entries[i];
        uint32_t position;
        struct mail_file *file = find_file(m, entry->name, entry->name_length);
        bool indexed = dovecot_index_find(m->state, entry->uid, &position);
        if (!file && indexed)
            mailindex_report(m->check->sink, "X24", at_entry(m, entry),
                             "uid %" PRIu32 " is '%.*s', and there is no such file", entry->uid,
                             (int)entry->name_length, entry->name);
        if (file && !indexed)
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
            find_file(m, m->list.entries[i].name, m->list.entries[i].name_length);
        if (file)
            file->listed = true;
    }
}

static void check_files_listed(struct maildir *m)
{
    for (size_t i = 0; i < m->count; i++)
        if (!m->files[i].listed)
            mailindex_report(m->check->sink, "X25", at_file(m, &m->files[i]),
                             "dovecot-uidlist has no line for this file, though nothing changed "
                             "since it was written");
}

static bool same_keywords(const struct maildir *m, uint32_t position, uint32_t letters)
{
    uint32_t count = dovecot_index_keyword_count(m->state);

    for (uint32_t k = 0; k < count; k++) {
        const char *name = dovecot_index_keyword_name(m->state, k);
        int letter = 0;
        while (letter < MAILDIR_KEYWORDS &&
               !(m->keywords.names[letter] && strcmp(m->keywords.names[letter], name) == 0))
            letter++;
        if (letter < MAILDIR_KEYWORDS &&
            dovecot_index_keyword(m->state, position, k) != (letters >> letter & 1))
            return false;
    }
    return true;
}

static void check_flags(struct maildir *m, const struct mail_file *file, uint32_t uid,
                        uint32_t position)
{
    uint8_t flags = dovecot_index_flags(m->state, position);

    if (flags & DOVECOT_DIRTY || !file->parsed.flags_said ||
        dovecot_state_pending(m->check->look.state, position))
        return;
    if ((flags & DOVECOT_FLAGS_VISIBLE) != file->parsed.flags)
        mailindex_report(m->check->sink, "X22", mailindex_check_at(m->check, uid),
                         "uid %" PRIu32 " has flags 0x%02x, its file name '%s' says 0x%02x", uid,
                         flags & DOVECOT_FLAGS_VISIBLE, file->name, file->parsed.flags);
    else if (m->has_keywords && !same_keywords(m, position, file->parsed.keywords))
        mailindex_report(m->check->sink, "X23", mailindex_check_at(m->check, uid),
                         "uid %" PRIu32 " has other keywords than its file name '%s' says", uid,
                         file->name);
}

/* ---- sizes ---- */

/* The file's size as a server sends it: each line ends in CR LF. -1: it cannot be said. */
static int64_t count_virtual(struct maildir *m, const char *name, bool *packed)
{
    struct mailindex_io *io = m->check->options->io;
    uint8_t *chunk = m->chunk;
    struct stat st;
    struct error e;
    if (!chunk)
        chunk = m->chunk = arena_alloc(m->check->arena, BODY_CHUNK);
    int fd = mailindex_open(&m->check->mailbox->mail, name, io, &st, &e);
    int64_t got = 1, vsize = 0, at = 0;
    uint8_t before = 0;

    while (fd >= 0 && (got = mailindex_read_at(fd, chunk, BODY_CHUNK, at, io)) > 0) {
        if (at == 0)
            *packed = mailindex_is_packed(chunk, (size_t)got);
        for (int64_t i = 0; i < got; before = chunk[i++])
            vsize += chunk[i] == '\n' && before != '\r' ? 2 : 1;
        at += got;
    }
    if (fd >= 0)
        close(fd);
    return fd < 0 || got < 0 ? -1 : vsize;
}

/* A mail that was renamed or taken away meanwhile is none of ours. */
static bool stat_file(const struct maildir *m, const char *name, struct mailindex_stamp *stamp)
{
    return mailindex_stamp_of(&m->check->mailbox->mail, name, stamp) == 0;
}

static void check_file(struct maildir *m, const struct mail_file *file)
{
    struct arena *arena = m->check->arena;
    const char *name = arena_printf(arena, "%s/%s", file->recent ? "new" : "cur", file->name);
    struct mailindex_stamp stamp;
    bool packed = false;

    if (!stat_file(m, name, &stamp))
        return;
    bool differs = file->parsed.size >= 0 && stamp.size != file->parsed.size;
    if (!differs && !m->check->options->deep)
        return;
    int64_t vsize = count_virtual(m, name, &packed);
    if (vsize < 0 || packed)
        return;
    uint64_t at = (uint64_t)(stamp.size < file->parsed.size ? stamp.size : file->parsed.size);
    if (differs)
        mailindex_report(m->check->sink, "M03", (struct mailindex_place){path_of(m, file), at, 0},
                         "its name says %" PRId64 " bytes, it has %" PRId64, file->parsed.size,
                         stamp.size);
    else if (file->parsed.vsize >= 0 && vsize != file->parsed.vsize)
        mailindex_report(m->check->sink, "M05", at_file(m, file),
                         "its name says %" PRId64 " bytes with CR LF, it has %" PRId64,
                         file->parsed.vsize, vsize);
}

static void check_mails(struct maildir *m)
{
    struct mailindex_facts facts;

    mailindex_facts_open(&facts, m->check, m->state);
    for (size_t i = 0; i < m->list.count; i++) {
        const struct dovecot_uidlist_entry *entry = &m->list.entries[i];
        const struct mail_file *file = find_file(m, entry->name, entry->name_length);
        uint32_t position;
        if (!file || !dovecot_index_find(m->state, entry->uid, &position))
            continue;
        if (m->in_sync)
            check_flags(m, file, entry->uid, position);
        struct mailindex_mail mail = {.uid = entry->uid,
                                      .position = position,
                                      .file = at_file(m, file),
                                      .size = file->parsed.size,
                                      .vsize = file->parsed.vsize};
        mailindex_facts_check(&facts, &mail);
    }
    mailindex_facts_close(&facts);
}

/* Whether the directories or the uidlist changed while they were looked at. */
static bool has_moved(const struct maildir *m)
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

static void check_uidlist(struct maildir *m)
{
    check_uid_validity(m);
    check_next_uid(m);
    check_uids_listed(m);
    m->in_sync = is_in_sync(m);
    if (m->in_sync) {
        check_lists_agree(m);
        mark_listed(m);
        check_files_listed(m);
    }
    check_mails(m);
}

void mailindex_check_maildir(struct mailindex_check *check)
{
    struct maildir m = {.check = check, .state = mailindex_check_state(check)};

    read_uidlist(&m);
    read_keywords(&m);
    bool recent = list_files(&m, "new", &m.new_stamp);
    m.files_seen = list_files(&m, "cur", &m.cur_stamp) && recent;
    if (m.count)
        qsort(m.files, m.count, sizeof *m.files, by_base);
    if (m.state && m.list.usable && m.state->header.uid_validity)
        check_uidlist(&m);
    for (size_t i = 0; i < m.count; i++)
        check_file(&m, &m.files[i]);
    if (has_moved(&m))
        check->moved = true;
}
