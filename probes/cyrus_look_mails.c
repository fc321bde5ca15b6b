/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/cyrus_look_inside.h"

enum { NAME = 16, PIECE = 256 * 1024 };

static const struct mailindex_dir *dir_of(const struct cyrus_mailbox *mailbox,
                                          const struct cyrus_record *record)
{
    const struct mailindex_mailbox *from = mailbox->check->mailbox;
    return record->flags & CYRUS_ARCHIVED ? &from->alt : &from->mail;
}

/* Expunged mails keep their files for a while, and lose them without another word in the index. */
static bool may_be_gone(const struct cyrus_record *record)
{
    return record->flags & (CYRUS_EXPUNGED | CYRUS_UNLINKED);
}

static const char *path_of(const struct cyrus_mailbox *mailbox, const struct mailindex_dir *dir,
                           const char *name)
{
    return arena_printf(mailbox->check->arena, "%s/%s", dir->path, name);
}

/* ---- content ---- */

/* SHA-1 of a file; the bytes that were read, or a negative errno. */
static int64_t digest(int fd, struct mailindex_io *io, uint8_t guid[EVP_MAX_MD_SIZE])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    uint8_t *piece = malloc(PIECE);
    int64_t got = -ENOMEM, at = 0;

    if (context && piece && EVP_DigestInit_ex(context, EVP_sha1(), NULL) == 1) {
        while ((got = mailindex_read_at(fd, piece, PIECE, at, io)) > 0) {
            EVP_DigestUpdate(context, piece, (size_t)got);
            at += got;
        }
        if (EVP_DigestFinal_ex(context, guid, NULL) != 1)
            got = -EIO;
    }
    free(piece);
    EVP_MD_CTX_free(context);
    return got < 0 ? got : at;
}

static void hex(const uint8_t *guid, char *text)
{
    for (int i = 0; i < CYRUS_GUID; i++)
        snprintf(text + 2 * i, 3, "%02x", guid[i]);
}

static void compare_content(struct cyrus_mailbox *mailbox, const struct cyrus_record *record,
                            const struct mailindex_dir *dir, const char *name)
{
    static const uint8_t unknown[CYRUS_GUID];
    struct mailindex_check *check = mailbox->check;
    uint8_t guid[EVP_MAX_MD_SIZE];
    char wanted[2 * CYRUS_GUID + 1], found[2 * CYRUS_GUID + 1];
    struct error e = {0};
    struct stat st;

    if (memcmp(record->guid, unknown, CYRUS_GUID) == 0)
        return;
    int fd = mailindex_open(dir, name, check->options->io, &st, &e);
    if (fd == -ENOENT)
        return; /* expunged meanwhile: the index says so by now */
    int64_t read = fd < 0 ? fd : digest(fd, check->options->io, guid);
    if (fd >= 0)
        close(fd);
    if (read < 0) {
        mailindex_check_unreadable(check, path_of(mailbox, dir, name), error_name((int)read));
        return;
    }
    if (memcmp(guid, record->guid, CYRUS_GUID) == 0)
        return;
    hex(record->guid, wanted);
    hex(guid, found);
    mailindex_report(check->sink, "Y11",
                     (struct mailindex_place){path_of(mailbox, dir, name), 0, (uint64_t)st.st_size},
                     "uid %u: expected SHA-1 %s, found %s", record->uid, wanted, found);
}

/* ---- one after the other ---- */

static bool look_mail(struct cyrus_mailbox *mailbox, const struct cyrus_record *record)
{
    struct mailindex_check *check = mailbox->check;
    const struct mailindex_dir *dir = dir_of(mailbox, record);
    char name[NAME];
    struct stat st;

    if (dir->fd < 0)
        return true; /* it is not known where archived mails are */
    snprintf(name, sizeof name, "%u.", record->uid);
    if (fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
        if (errno != ENOENT)
            mailindex_check_unreadable(check, path_of(mailbox, dir, name), error_name(errno));
        return errno != ENOENT;
    }
    if ((uint64_t)st.st_size != record->size)
        mailindex_report(
            check->sink, "Y11",
            (struct mailindex_place){path_of(mailbox, dir, name), 0, (uint64_t)st.st_size},
            "uid %u: expected %llu bytes, found %llu", record->uid,
            (unsigned long long)record->size, (unsigned long long)st.st_size);
    else if (check->options->deep)
        compare_content(mailbox, record, dir, name);
    return true;
}

static void report_missing(struct cyrus_mailbox *mailbox, const struct cyrus_record *record)
{
    char name[NAME];
    snprintf(name, sizeof name, "%u.", record->uid);
    mailindex_report(
        mailbox->check->sink, "Y10",
        (struct mailindex_place){path_of(mailbox, dir_of(mailbox, record), name), 0, 0},
        "uid %u: the file is not there", record->uid);
}

/* All mails missing means rather that they lie elsewhere, where nobody said where. */
static void look_listed(struct cyrus_mailbox *mailbox)
{
    struct mailindex_check *check = mailbox->check;
    size_t missing = 0, wanted = 0;
    bool *gone = arena_alloc(check->arena, mailbox->count + 1);

    for (size_t i = 0; i < mailbox->count; i++) {
        const struct cyrus_record *record = &mailbox->records[i];
        bool found = look_mail(mailbox, record);
        wanted += !may_be_gone(record);
        gone[i] = !found && !may_be_gone(record);
        missing += gone[i];
    }
    if (missing && missing == wanted && check->mailbox->guessed) {
        mailindex_report(check->sink, "Y17",
                         (struct mailindex_place){mailbox->handle.file.name, 0, 0},
                         "none of its %zu mails is there", missing);
        return;
    }
    for (size_t i = 0; i < mailbox->count; i++)
        if (gone[i])
            report_missing(mailbox, &mailbox->records[i]);
}

/* ---- what the index does not know ---- */

/* The uid of "123."; 0: another name. */
static uint32_t uid_of(const char *name)
{
    char *end;
    if (*name < '1' || *name > '9')
        return 0;
    unsigned long uid = strtoul(name, &end, 10);
    return strcmp(end, ".") == 0 && uid <= UINT32_MAX ? (uint32_t)uid : 0;
}

static int compare_uids(const void *key, const void *record)
{
    uint32_t uid = *(const uint32_t *)key, other = ((const struct cyrus_record *)record)->uid;
    return uid < other ? -1 : uid > other;
}

struct unknown {
    size_t count;
    uint32_t lowest;
};

static void add(struct unknown *unknown, uint32_t uid)
{
    if (!unknown->count++ || uid < unknown->lowest)
        unknown->lowest = uid;
}

static void report_unknown(struct cyrus_mailbox *mailbox, const char *rule,
                           const struct unknown *unknown, const char *what)
{
    char name[NAME];
    if (!unknown->count)
        return;
    snprintf(name, sizeof name, "%u.", unknown->lowest);
    mailindex_report(
        mailbox->check->sink, rule,
        (struct mailindex_place){path_of(mailbox, &mailbox->check->mailbox->mail, name), 0, 0},
        "%zu mail files that %s; the first is that of uid %u", unknown->count, what,
        unknown->lowest);
}

/*
 * A mail's file is there before the index knows of it. Only while nobody has the index locked is it
 * certain that no delivery is under way.
 */
static void look_unlisted(struct cyrus_mailbox *mailbox)
{
    struct mailindex_check *check = mailbox->check;
    struct unknown newer = {0}, other = {0};
    DIR *list = mailindex_dir_list(&check->mailbox->mail, check->options->io);
    struct dirent *entry;

    if (!list) {
        mailindex_check_unreadable(check, check->mailbox->mail.path, error_name(errno));
        return;
    }
    while ((entry = readdir(list))) {
        uint32_t uid = uid_of(entry->d_name);
        if (uid > mailbox->index.last_uid)
            add(&newer, uid);
        else if (uid && mailbox->whole &&
                 !bsearch(&uid, mailbox->records, mailbox->count, sizeof *mailbox->records,
                          compare_uids))
            add(&other, uid);
    }
    closedir(list);
    if (!newer.count && !other.count)
        return;
    if (cyrus_lock(mailbox->handle.fd, 0)) {
        report_unknown(mailbox, "Y16", &newer, "are newer than the index");
        report_unknown(mailbox, "Y20", &other, "the index does not have");
        cyrus_unlock(mailbox->handle.fd);
    }
}

void cyrus_look_mails(struct cyrus_mailbox *mailbox)
{
    if (mailbox->check->mailbox->mail.fd < 0)
        return;
    look_listed(mailbox);
    look_unlisted(mailbox);
}
