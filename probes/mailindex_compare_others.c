/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "probes/mailindex_compare_inside.h"
#include "probes/mailindex_store.h"

enum {
    MAX_FILES = 1000, /* of a directory */
    MAX_SIZE = 64 << 20,
    RECORD = 24,        /* of dovecot.mailbox.log */
    INDEX_HEADER = 120, /* of dovecot.index.backup */
};

/* Locks and what is being written; the index files are looked at by themselves. */
static bool is_left_out(const struct mailindex_compare *compare, const char *name)
{
    static const char *const ends[] = {".lock", ".newlock", ".tmp", ".NEW"};
    static const char *const own[] = {"", ".log", ".log.2", ".cache"};
    const char *index = compare->check->mailbox->index_name;
    size_t length = strlen(index);

    if (strncmp(name, "temp.", 5) == 0 || strncmp(name, ".temp.", 6) == 0)
        return true;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (text_ends_in(name, ends[i]))
            return true;
    if (strncmp(name, index, length) != 0)
        return false;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(name + length, own[i]) == 0)
            return true;
    return false;
}

static bool is_mail(const struct mailindex_compare *compare, const char *name)
{
    switch (compare->check->mailbox->format) {
    case MAILINDEX_SDBOX:
        return compare_is_mail(name, COMPARE_U);
    case MAILINDEX_STORAGE:
        return compare_is_mail(name, COMPARE_M);
    case MAILINDEX_CYRUS:
        return compare_is_mail(name, COMPARE_CYRUS);
    case MAILINDEX_MAILDIR:
    case MAILINDEX_MDBOX:
    case MAILINDEX_LIST:
    case MAILINDEX_INDEX_ONLY:
    case MAILINDEX_CYRUS_DATABASES:
        break;
    }
    return false;
}

/* What was in the file's place before may have had another length, and another time. */
static void compare_whole(struct mailindex_compare *compare, const struct mailindex_handle *handle,
                          struct sums *now)
{
    struct compare_file file = {handle, handle->file.size, SUMS_MAIL_MAX, NULL, NULL};
    struct sums_difference difference;
    struct sums before;
    bool known =
        compare->before && sums_find(compare->before, (enum sums_kind)now->kind, now->id, &before);

    enum compare_result result =
        compare_file(compare, &file, known ? &before : NULL, now, &difference);
    if (result == COMPARE_OTHER && before.length == now->length && before.time == now->time &&
        sums_time_is_settled(now->time))
        compare_rot(compare, compare_place(handle, &difference));
}

/* The first bytes say whether it is still the same file: it is begun anew when it is long. */
static void compare_growing(struct mailindex_compare *compare,
                            const struct mailindex_handle *handle, const uint8_t *first)
{
    struct compare_file file = {handle, handle->file.size, SUMS_MAIL_MAX, NULL, NULL};
    struct sums before, now = {.kind = SUMS_GROWING};
    struct sums_difference difference;

    now.id = sums_name(handle->file.name, strlen(handle->file.name)) ^ sums_name(first, RECORD);
    bool known = compare->before && sums_find(compare->before, SUMS_GROWING, now.id, &before);
    enum compare_result result =
        compare_file(compare, &file, known ? &before : NULL, &now, &difference);
    if (result == COMPARE_OTHER)
        mailindex_report(compare->sink, "B18", compare_place(handle, &difference),
                         "what was written here is another now");
    else if (result == COMPARE_SHORT)
        compare_shorter(compare, before.time, now.time);
}

/* An index that Dovecot kept: the same position, the same content. */
static void compare_backup(struct mailindex_compare *compare, const struct mailindex_handle *handle,
                           const uint8_t *header)
{
    struct compare_file file = {handle, handle->file.size, SUMS_MAX, NULL, NULL};
    struct sums before, now = {.kind = SUMS_BACKUP};
    struct sums_difference difference;

    now.id = sums_id(le32(header + 16), le32(header + 60));
    now.extra = le32(header + 68);
    bool same = compare->before && sums_find(compare->before, SUMS_BACKUP, now.id, &before) &&
                before.extra == now.extra;
    enum compare_result result =
        compare_file(compare, &file, same ? &before : NULL, &now, &difference);
    if (result == COMPARE_OTHER || result == COMPARE_SHORT)
        compare_doubt(compare, "B1", compare_place(handle, &difference),
                      "the same index had other content here");
}

/* What it says is what an empty file beside it is called: Dovecot goes by both. */
static void check_uidvalidity(struct mailindex_compare *compare, const struct mailindex_dir *dir,
                              const char *name, const struct mailindex_handle *handle,
                              const char *text)
{
    char beside[64];

    snprintf(beside, sizeof beside, "%s.%.8s", name, text);
    if (!strchr(text, '/') && mailindex_has_file(dir, beside))
        return;
    mailindex_report(compare->sink, "B20",
                     (struct mailindex_place){handle->file.name, 0, handle->file.size},
                     "there is no file of that number beside it, which there always is");
}

static void compare_open(struct mailindex_compare *compare, const struct mailindex_dir *dir,
                         const char *name, const struct mailindex_handle *handle)
{
    const struct mailindex_file *file = &handle->file;
    struct sums now = {.kind = SUMS_FILE};
    uint8_t start[INDEX_HEADER + 1] = {0}; /* a text, too */
    ssize_t got = file->read(file->arg, 0, start, INDEX_HEADER);

    /* As it is: what else is told rests on bytes that may be wrong themselves. */
    now.id = sums_name(file->name, strlen(file->name));
    compare_whole(compare, handle, &now);
    if (got >= RECORD && strcmp(name, "dovecot.mailbox.log") == 0)
        compare_growing(compare, handle, start);
    if (got == INDEX_HEADER && text_ends_in(name, ".index.backup"))
        compare_backup(compare, handle, start);
    if (got > 0 && strcmp(name, "dovecot-uidvalidity") == 0)
        check_uidvalidity(compare, dir, name, handle, (const char *)start);
    if (strcmp(name, "dovecot-keywords") == 0)
        compare_keywords(compare, handle);
}

static void compare_other(struct mailindex_compare *compare, const struct mailindex_dir *dir,
                          const char *name)
{
    struct mailindex_check *check = compare->check;
    struct mailindex_handle handle;
    struct error e = {0};

    arena_reset(compare->scratch);
    if (mailindex_handle_open(dir, name, compare->scratch, check->options->io, &handle, &e) < 0)
        mailindex_check_unreadable(check, handle.file.name, e.text);
    else if (handle.fd >= 0 && handle.file.size && handle.file.size <= MAX_SIZE)
        compare_open(compare, dir, name, &handle);
    mailindex_handle_close(&handle);
}

static void compare_directory(struct mailindex_compare *compare, const struct mailindex_dir *dir)
{
    struct dirent *entry;
    DIR *list = mailindex_dir_list(dir, compare->check->options->io);
    int count = 0;

    if (!list) {
        mailindex_check_unreadable(compare->check, dir->path, error_name(errno));
        return;
    }
    while ((entry = readdir(list)) && count < MAX_FILES)
        if (entry->d_type == DT_REG && !is_left_out(compare, entry->d_name) &&
            !is_mail(compare, entry->d_name)) {
            compare_other(compare, dir, entry->d_name);
            count++;
        }
    closedir(list);
}

void compare_others(struct mailindex_compare *compare)
{
    const struct mailindex_mailbox *mailbox = compare->check->mailbox;
    const struct mailindex_dir *dirs[] = {&mailbox->index, &mailbox->control, &mailbox->mail};

    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
        bool again = false;
        for (size_t k = 0; k < i; k++)
            again |= dirs[k]->fd == dirs[i]->fd;
        if (dirs[i]->fd >= 0 && !again)
            compare_directory(compare, dirs[i]);
    }
}
