/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_storage.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* One m.N, and the mails that the map has in it, by offset. */
struct m_file {
    struct mailindex_storage *storage;
    struct mailindex_stored **mails;
    size_t count;
    struct mailindex_handle handle;
    struct mailindex_window window;
    struct dbox_file_header header;
};

static int by_place(const void *a, const void *b)
{
    const struct dovecot_map_mail *x = &(*(struct mailindex_stored *const *)a)->map,
                                  *y = &(*(struct mailindex_stored *const *)b)->map;
    if (x->file_id != y->file_id)
        return x->file_id < y->file_id ? -1 : 1;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* Where a mail is expected but is not, or is not as the map says. */
static void misplaced(const struct m_file *file, const struct mailindex_stored *stored,
                      const char *what)
{
    const struct dovecot_map_mail *map = &stored->map;
    mailindex_report(file->storage->check->sink, "D12",
                     (struct mailindex_place){file->handle.file.name, map->offset, map->size},
                     "the map has map_uid %" PRIu32 " with %" PRIu32 " bytes at %" PRIu32 ": %s",
                     map->map_uid, map->size, map->offset, what);
}

static void check_mapped(struct m_file *file, struct mailindex_stored *stored)
{
    const struct dovecot_map_mail *map = &stored->map;
    struct mailindex_sink *sink = file->storage->check->sink;
    uint64_t size = file->handle.file.size;

    if ((uint64_t)map->offset + map->size > size) {
        misplaced(file, stored, "the file ends before");
        return;
    }
    stored->framed = dbox_mail_read(&file->handle.file, &file->window, &file->header, map->offset,
                                    &stored->mail, sink);
    if (stored->framed && stored->mail.end != (uint64_t)map->offset + map->size) {
        misplaced(file, stored, "the mail there has another size");
        stored->framed = false;
    }
}

/*
 * Goes from mail to mail up to end, which is where the map has one, or the file's end: mails that
 * the map does not have may be there (their mailboxes' transaction was never finished), but no
 * gaps.
 */
static void check_gap(struct m_file *file, uint64_t at, uint64_t end)
{
    struct dbox_mail mail;
    struct mailindex_sink *sink = file->storage->check->sink;
    struct mailindex_sink quiet = {.report = mailindex_ignore};

    while (at < end) {
        bool framed = dbox_mail_read(&file->handle.file, &file->window, &file->header, at, &mail,
                                     end == file->handle.file.size ? &quiet : sink);
        if (!framed)
            return;
        at = mail.end;
    }
}

static void check_file(struct m_file *file)
{
    struct mailindex_check *check = file->storage->check;
    uint64_t at;

    if (!dbox_file_header(&file->handle.file, &file->window, &file->header, check->sink))
        return;
    at = file->header.first;
    for (size_t i = 0; i < file->count; i++) {
        struct mailindex_stored *stored = file->mails[i];
        if (at < stored->map.offset)
            check_gap(file, at, stored->map.offset);
        check_mapped(file, stored);
        at = (uint64_t)stored->map.offset + stored->map.size;
    }
    check_gap(file, at, file->handle.file.size);
}

static int open_file(struct m_file *file, uint32_t id)
{
    struct mailindex_check *check = file->storage->check;
    const struct mailindex_mailbox *mailbox = check->mailbox;
    struct mailindex_io *io = check->options->io;
    struct error e = {0};
    char name[32];

    snprintf(name, sizeof name, "m.%" PRIu32, id);
    int code = mailindex_handle_open(&mailbox->mail, name, check->arena, io, &file->handle, &e);
    if (code == 0 && file->handle.fd < 0 && mailbox->alt.fd >= 0)
        code = mailindex_handle_open(&mailbox->alt, name, check->arena, io, &file->handle, &e);
    if (code < 0)
        mailindex_check_unreadable(check, file->handle.file.name, e.text);
    return code;
}

/* A file of which no mail is wanted any more may be gone before the map knows. */
static void check_missing(const struct m_file *file)
{
    size_t wanted = 0;
    for (size_t i = 0; i < file->count; i++)
        wanted += file->mails[i]->map.references > 0;
    if (wanted)
        mailindex_report(file->storage->check->sink, "D11",
                         (struct mailindex_place){file->handle.file.name, 0, 0},
                         "the file is not there, and the map has %zu mails in it", wanted);
}

static void take_file(struct mailindex_storage *storage, struct mailindex_stored **mails,
                      size_t count)
{
    struct m_file file = {.storage = storage, .mails = mails, .count = count};

    if (open_file(&file, mails[0]->map.file_id) < 0)
        return;
    file.window.file = &file.handle.file;
    if (file.handle.fd >= 0)
        check_file(&file);
    else
        check_missing(&file);
    if (file.window.error || mailindex_handle_shrank(&file.handle))
        storage->check->moved = true;
    window_free(&file.window);
    mailindex_handle_close(&file.handle);
}

void mailindex_storage_files(struct mailindex_storage *storage)
{
    struct mailindex_stored **sorted =
        ARENA_ARRAY(storage->check->arena, struct mailindex_stored *, storage->count + 1);

    for (size_t i = 0; i < storage->count; i++)
        sorted[i] = &storage->mails[i];
    qsort(sorted, storage->count, sizeof *sorted, by_place);
    for (size_t i = 0; i < storage->count;) {
        size_t end = i + 1;
        while (end < storage->count && sorted[end]->map.file_id == sorted[i]->map.file_id)
            end++;
        take_file(storage, sorted + i, end - i);
        i = end;
    }
}

void mailindex_check_storage(struct mailindex_check *check)
{
    struct mailindex_storage storage = {.check = check, .state = mailindex_check_state(check)};

    if (!storage.state)
        return;
    storage.mails = ARENA_ARRAY(check->arena, struct mailindex_stored, storage.state->count + 1);
    for (uint32_t i = 0; i < storage.state->count; i++)
        if (dovecot_map_mail(storage.state, i, &storage.mails[storage.count].map))
            storage.count++;
    mailindex_storage_files(&storage);
    mailindex_storage_mailboxes(&storage);
}
