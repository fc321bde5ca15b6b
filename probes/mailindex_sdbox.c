/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/dbox_file.h"
#include "probes/mailindex_check.h"

enum {
    GUID_BYTES = 16,
    NAME_BYTES = 32,
    RECENT_MS = 2000, /* between writing an expunge to the log and removing the file */
};

struct sdbox {
    struct mailindex_check *check;
    const struct dovecot_index *state;
    struct mailindex_facts facts;
    uint32_t *uids; /* of the files u.N there are, ascending */
    size_t count, room;
    bool half_expunged; /* a mail that was to be expunged has no file, and is not expunged */
    bool unknown;       /* there are files of mails that the index once had, and has no more */
    bool recent;        /* files came or went just after the log was last written to */
};

/* u.1 ... u.4294967294, as Dovecot writes it; 0: no such name. */
static uint32_t uid_of(const char *name)
{
    char again[NAME_BYTES];
    char *end;

    if (strncmp(name, "u.", 2) != 0)
        return 0;
    unsigned long uid = strtoul(name + 2, &end, 10);
    if (*end || uid > UINT32_MAX)
        return 0;
    snprintf(again, sizeof again, "u.%lu", uid);
    return strcmp(again, name) == 0 ? (uint32_t)uid : 0;
}

static int by_uid(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* False where the directory cannot be read. */
static bool list_files(struct sdbox *box, const struct mailindex_dir *dir)
{
    struct mailindex_check *check = box->check;
    struct dirent *entry;
    DIR *list = mailindex_dir_list(dir, check->options->io);

    if (!list) {
        mailindex_check_unreadable(check, dir->path, error_name(errno));
        return false;
    }
    while ((entry = readdir(list))) {
        uint32_t uid = uid_of(entry->d_name);
        if (!uid)
            continue;
        box->uids = arena_grow(check->arena, box->uids, box->count, &box->room, sizeof *box->uids);
        box->uids[box->count++] = uid;
    }
    closedir(list);
    return true;
}

static bool has_file(const struct sdbox *box, uint32_t uid)
{
    return box->count && bsearch(&uid, box->uids, box->count, sizeof uid, by_uid);
}

static const char *path_of(const struct sdbox *box, uint32_t uid)
{
    return arena_printf(box->check->arena, "%s/u.%" PRIu32, box->check->mailbox->mail.path, uid);
}

/* Opens u.N where the mail is, or in the place for old mail. */
static int open_mail(const struct sdbox *box, uint32_t uid, struct mailindex_handle *handle)
{
    struct mailindex_check *check = box->check;
    const struct mailindex_mailbox *mailbox = check->mailbox;
    struct error e = {0};
    char name[NAME_BYTES];

    snprintf(name, sizeof name, "u.%" PRIu32, uid);
    int code =
        mailindex_handle_open(&mailbox->mail, name, check->arena, check->options->io, handle, &e);
    if (code == 0 && handle->fd < 0 && mailbox->alt.fd >= 0)
        code = mailindex_handle_open(&mailbox->alt, name, check->arena, check->options->io, handle,
                                     &e);
    if (code < 0)
        mailindex_check_unreadable(check, handle->file.name, e.text);
    return code;
}

/* What the log says of an expunged mail whose file is there nevertheless. */
struct expunged {
    const struct mailindex_file *file;
    struct mailindex_window window;
    uint32_t uid;
    struct mailindex_place found;
    char guid[2 * GUID_BYTES + 1];
};

static bool search_expunge(const struct dovecot_log_record *record, void *arg)
{
    struct expunged *search = arg;
    enum { ENTRY = 4 + GUID_BYTES, HEADER = 8 };

    if (record->type != DOVECOT_LOG_EXPUNGE_GUID || !record->external)
        return true;
    for (uint32_t at = 0; at + ENTRY <= record->size; at += ENTRY) {
        uint64_t place = record->offset + HEADER + at;
        const uint8_t *entry = window_at(&search->window, place, ENTRY);
        if (!entry || le32(entry) != search->uid)
            continue;
        mailindex_guid_text(entry + 4, search->guid);
        search->found = (struct mailindex_place){search->file->name, place, ENTRY};
    }
    return true;
}

static bool read_guid(const struct sdbox *box, uint32_t uid, char guid[2 * GUID_BYTES + 1])
{
    struct mailindex_sink quiet = {.report = mailindex_ignore};
    struct mailindex_handle handle;
    struct dbox_file_header header;
    struct dbox_mail mail = {0};

    if (open_mail(box, uid, &handle) < 0)
        return false;
    struct mailindex_window window = {.file = &handle.file};
    bool found = handle.fd >= 0 && dbox_file_header(&handle.file, &window, &header, &quiet) &&
                 dbox_mail_read(&handle.file, &window, &header, header.first, &mail, &quiet) &&
                 mail.has_guid;
    if (found)
        mailindex_guid_text(mail.guid, guid);
    window_free(&window);
    mailindex_handle_close(&handle);
    return found;
}

/*
 * An expunge of a mail that is still there: it is the log that is wrong where it names the GUID of
 * another mail, or where another one was to be expunged and is gone.
 */
static bool check_expunged(const struct sdbox *box, uint32_t uid)
{
    static const char unknown[] = "00000000000000000000000000000000";
    const struct mailindex_handle *log = &box->check->files.handles[MAILINDEX_LOG];
    struct mailindex_sink quiet = {.report = mailindex_ignore};
    struct dovecot_log_facts walked;
    struct expunged search = {.file = &log->file, .window = {.file = &log->file}, .uid = uid};
    char guid[2 * GUID_BYTES + 1];

    if (log->fd < 0)
        return false;
    dovecot_log_walk(&log->file, &walked, search_expunge, &search, &quiet);
    window_free(&search.window);
    if (!search.found.file)
        return false;
    bool another = strcmp(search.guid, unknown) != 0 && read_guid(box, uid, guid) &&
                   strcmp(guid, search.guid) != 0;
    if (!another && !box->half_expunged)
        return false;
    mailindex_report(box->check->sink, "D06", search.found,
                     "uid %" PRIu32 " was expunged, and u.%" PRIu32 " is there; %s", uid, uid,
                     another ? "the GUID is that of another mail"
                             : "another mail was to be expunged and has no file");
    return true;
}

/* Whether there is a mail whose expunge was asked for, that has no file any more. */
static bool is_half_expunged(const struct sdbox *box)
{
    for (uint32_t i = 0; i < box->state->count; i++)
        if (dovecot_state_pending(box->check->look.state, i) & DOVECOT_PENDING_EXPUNGE &&
            !has_file(box, dovecot_index_uid(box->state, i)))
            return true;
    return false;
}

static void check_files_indexed(struct sdbox *box)
{
    struct mailindex_sink *sink = box->check->sink;
    const struct dovecot_index_header *header = &box->state->header;

    for (size_t i = 0; i < box->count; i++) {
        uint32_t position, uid = box->uids[i];
        struct mailindex_place file = {path_of(box, uid), 0, 0};
        if (dovecot_index_find(box->state, uid, &position))
            continue;
        box->unknown |= uid < header->next_uid;
        if (uid >= header->next_uid)
            mailindex_report(sink, "D03", file, "the index ends before uid %" PRIu32, uid);
        else if (!check_expunged(box, uid))
            mailindex_report(sink, "D03", file,
                             "the index has no uid %" PRIu32 ", and %" PRIu32 " is its next one",
                             uid, header->next_uid);
    }
}

/* Its framing; then what it says of itself against index and cache. position -1: not indexed. */
static void check_mail(struct sdbox *box, struct mailindex_handle *handle, uint32_t uid,
                       int64_t position)
{
    struct mailindex_sink *sink = box->check->sink;
    struct mailindex_window window = {.file = &handle->file};
    struct dbox_file_header header;
    struct dbox_mail mail;
    char guid[2 * GUID_BYTES + 1];

    if (dbox_file_header(&handle->file, &window, &header, sink) &&
        dbox_mail_read(&handle->file, &window, &header, header.first, &mail, sink)) {
        if (mail.end != handle->file.size)
            mailindex_report(
                sink, "D01",
                (struct mailindex_place){handle->file.name, mail.end, handle->file.size - mail.end},
                "the mail ends at %" PRIu64 ", the file at %" PRIu64, mail.end, handle->file.size);
        mailindex_guid_text(mail.guid, guid);
        struct mailindex_mail said = {
            .uid = uid,
            .position = (uint32_t)position,
            .file = {handle->file.name, header.first, mail.end - header.first},
            .size = mail.size >= 0 ? mail.size : (int64_t)mail.body,
            .vsize = mail.vsize,
            .guid = mail.has_guid ? guid : NULL};
        if (position >= 0)
            mailindex_facts_check(&box->facts, &said);
    }
    if (window.error || mailindex_handle_shrank(handle))
        box->check->moved = true;
    window_free(&window);
}

static void check_uid(struct sdbox *box, uint32_t uid, int64_t position)
{
    struct mailindex_handle handle;

    if (position >= 0 && !has_file(box, uid)) {
        if (!box->recent || box->unknown)
            mailindex_report(box->check->sink, "D02", mailindex_check_at(box->check, uid),
                             "the index has uid %" PRIu32 ", and there is no file u.%" PRIu32, uid,
                             uid);
        return;
    }
    if (open_mail(box, uid, &handle) < 0)
        return;
    if (handle.fd >= 0)
        check_mail(box, &handle, uid, position);
    mailindex_handle_close(&handle);
}

/*
 * Whether the directory changed just after the log was last written to: then mails may be on their
 * way out, and where this is a copy of a store that was in use, they stay so. It takes one more
 * write to the log to know.
 */
static bool came_after_log(const struct mailindex_check *check)
{
    const struct mailindex_stamp *log = &check->files.handles[MAILINDEX_LOG].stamp;
    struct mailindex_stamp mail;

    if (mailindex_stamp_of(&check->mailbox->mail, ".", &mail) < 0)
        return false;
    int64_t later = (mail.mtime_s - log->mtime_s) * 1000 +
                    ((int64_t)mail.mtime_ns - (int64_t)log->mtime_ns) / 1000000;
    return later >= 0 && later < RECENT_MS;
}

/* Nobody said that this is an sdbox: with no mail at all it is the index of one. */
static bool is_index_only(const struct sdbox *box)
{
    return box->check->mailbox->guessed && !box->count;
}

void mailindex_check_sdbox(struct mailindex_check *check)
{
    struct sdbox box = {.check = check, .state = mailindex_check_state(check)};

    if (!list_files(&box, &check->mailbox->mail) ||
        (check->mailbox->alt.fd >= 0 && !list_files(&box, &check->mailbox->alt)) ||
        is_index_only(&box))
        return;
    if (box.count)
        qsort(box.uids, box.count, sizeof *box.uids, by_uid);
    if (!box.state) {
        for (size_t i = 0; i < box.count; i++)
            check_uid(&box, box.uids[i], -1);
        return;
    }
    if (box.count && !box.state->count && box.uids[0] >= box.state->header.next_uid) {
        mailindex_report(
            check->sink, "D04",
            (struct mailindex_place){check->files.handles[MAILINDEX_LOG].file.name, 0, 0},
            "the index is empty, and there are %zu mails", box.count);
        return;
    }
    box.recent = came_after_log(check);
    box.half_expunged = is_half_expunged(&box);
    mailindex_facts_open(&box.facts, check, box.state);
    check_files_indexed(&box);
    for (uint32_t i = 0; i < box.state->count; i++)
        check_uid(&box, dovecot_index_uid(box.state, i), i);
    mailindex_facts_close(&box.facts);
}
