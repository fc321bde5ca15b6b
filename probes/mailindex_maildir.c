/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "probes/mailindex_maildir.h"

enum { BODY_CHUNK = 64 * 1024 };

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

/* Lines that end in LF without CR; before: the byte before the first one. memchr() is fast. */
static int64_t count_bare(const uint8_t *bytes, size_t length, uint8_t before)
{
    const uint8_t *end = bytes + length, *at = bytes;
    int64_t bare = 0;

    while ((at = memchr(at, '\n', (size_t)(end - at)))) {
        bare += (at > bytes ? at[-1] : before) != '\r';
        at++;
    }
    return bare;
}

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
        vsize += got + count_bare(chunk, (size_t)got, before);
        before = chunk[got - 1];
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
        mailindex_report(
            m->check->sink, "M03", (struct mailindex_place){mailindex_maildir_path(m, file), at, 0},
            "its name says %" PRId64 " bytes, it has %" PRId64, file->parsed.size, stamp.size);
    else if (file->parsed.vsize >= 0 && vsize != file->parsed.vsize)
        mailindex_report(
            m->check->sink, "M05",
            (struct mailindex_place){mailindex_maildir_path(m, file), 0, (uint64_t)stamp.size},
            "its name says %" PRId64 " bytes with CR LF, it has %" PRId64, file->parsed.vsize,
            vsize);
}

static void check_mails(struct maildir *m)
{
    struct mailindex_facts facts;

    mailindex_facts_open(&facts, m->check, m->state);
    for (size_t i = 0; i < m->list.count; i++) {
        const struct dovecot_uidlist_entry *entry = &m->list.entries[i];
        const struct mail_file *file = mailindex_maildir_find(m, entry->name, entry->name_length);
        uint32_t position;
        if (!file || !dovecot_index_find(m->state, entry->uid, &position))
            continue;
        if (m->mails_in_sync)
            check_flags(m, file, entry->uid, position);
        struct mailindex_mail mail = {.uid = entry->uid,
                                      .position = position,
                                      .file = {mailindex_maildir_path(m, file), 0, 0},
                                      .size = file->parsed.size,
                                      .vsize = file->parsed.vsize};
        mailindex_facts_check(&facts, &mail);
    }
    mailindex_facts_close(&facts);
}

void mailindex_check_maildir(struct mailindex_check *check)
{
    struct maildir m = {.check = check, .state = mailindex_check_state(check)};

    mailindex_maildir_read(&m);
    if (m.state && m.list.usable && m.state->header.uid_validity) {
        mailindex_maildir_agree(&m);
        check_mails(&m);
    }
    for (size_t i = 0; i < m.count; i++)
        check_file(&m, &m.files[i]);
    if (mailindex_maildir_moved(&m))
        check->moved = true;
}
