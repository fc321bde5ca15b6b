/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/mailindex_storage.h"

enum { GUID_BYTES = 16, MDBOX_RECORD = 8 };

/* A file that must be the same at the end, or what was counted is of two different times. */
struct held {
    struct held *next;
    const char *path;
    struct mailindex_stamp stamp;
};

struct counting {
    struct mailindex_storage *storage;
    struct held *held;
    bool whole; /* all mailboxes were seen, and none is damaged itself */
};

static struct mailindex_stored *find_mail(const struct mailindex_storage *storage, uint32_t map_uid)
{
    size_t low = 0, high = storage->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (storage->mails[middle].map.map_uid < map_uid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < storage->count && storage->mails[low].map.map_uid == map_uid ? &storage->mails[low]
                                                                              : NULL;
}

/* A mail that the map does not have: where it never had it, it is the map that is behind. */
static void report_lost(const struct mailindex_storage *storage, const struct mailindex_check *box,
                        uint32_t uid, uint32_t map_uid)
{
    const struct mailindex_handle *map = &storage->check->files.handles[MAILINDEX_INDEX];
    enum { NEXT_UID_AT = 28 };

    if (map_uid >= storage->state->header.next_uid && map->fd >= 0)
        mailindex_report(box->sink, "D15", (struct mailindex_place){map->file.name, NEXT_UID_AT, 4},
                         "uid %" PRIu32 " of '%s' is map_uid %" PRIu32
                         ", and the map ends before %" PRIu32,
                         uid, box->mailbox->name, map_uid, storage->state->header.next_uid);
    else
        mailindex_report(box->sink, "D15", mailindex_check_at(box, uid),
                         "uid %" PRIu32 " is map_uid %" PRIu32 ", which the map does not have", uid,
                         map_uid);
}

static bool same_guid(const struct mailindex_facts *facts, uint32_t position,
                      const struct dbox_mail *mail)
{
    const uint8_t *guid =
        facts->guid ? dovecot_index_data(facts->state, facts->guid, position) : NULL;
    return guid && mail->has_guid && memcmp(guid, mail->guid, GUID_BYTES) == 0;
}

/* What the mail says of itself, against index and cache of the mailbox. */
static void check_facts(const struct mailindex_storage *storage, struct mailindex_facts *facts,
                        uint32_t position, const struct mailindex_stored *stored)
{
    const struct dbox_mail *mail = &stored->mail;
    uint32_t uid = dovecot_index_uid(facts->state, position);
    char guid[2 * GUID_BYTES + 1];

    if (!stored->framed)
        return;
    mailindex_guid_text(mail->guid, guid);
    struct mailindex_mail said = {.uid = uid,
                                  .position = position,
                                  .size = mail->size >= 0 ? mail->size : (int64_t)mail->body,
                                  .vsize = mail->vsize,
                                  .guid = mail->has_guid ? guid : NULL};
    /* With another GUID it is another mail: then it is the record that leads to the wrong one. */
    said.file = mailindex_check_at(facts->check, uid);
    if (same_guid(facts, position, mail))
        said.file = (struct mailindex_place){arena_printf(facts->check->arena, "%s/m.%" PRIu32,
                                                          storage->check->mailbox->mail.path,
                                                          stored->map.file_id),
                                             mail->at, mail->end - mail->at};
    mailindex_facts_check(facts, &said);
}

static void count_mails(struct counting *counting, struct mailindex_check *box)
{
    struct mailindex_storage *storage = counting->storage;
    const struct dovecot_index *state = mailindex_check_state(box);
    const struct dovecot_extension *mdbox =
        state ? dovecot_index_extension(state, "mdbox", MDBOX_RECORD) : NULL;
    struct mailindex_facts facts;

    if (!state || (state->count && !mdbox)) {
        counting->whole = false;
        return;
    }
    mailindex_facts_open(&facts, box, state);
    for (uint32_t i = 0; i < state->count; i++) {
        uint32_t map_uid = le32(dovecot_index_data(state, mdbox, i));
        struct mailindex_stored *stored = find_mail(storage, map_uid);
        if (stored) {
            stored->counted++;
            check_facts(storage, &facts, i, stored);
        } else {
            report_lost(storage, box, dovecot_index_uid(state, i), map_uid);
        }
    }
    mailindex_facts_close(&facts);
}

static void hold(struct counting *counting, const struct mailindex_check *box)
{
    struct arena *arena = counting->storage->check->arena;
    for (int i = MAILINDEX_INDEX; i <= MAILINDEX_LOG; i++) {
        const struct mailindex_handle *handle = &box->files.handles[i];
        struct held *held = ARENA_NEW(arena, struct held);
        *held = (struct held){counting->held, handle->file.name, handle->stamp};
        counting->held = held;
    }
}

static bool has_moved(const struct counting *counting)
{
    for (const struct held *held = counting->held; held; held = held->next) {
        struct mailindex_stamp now = {0};
        struct stat st;
        if (lstat(held->path, &st) == 0)
            now = mailindex_stamp(&st);
        if (!mailindex_stamp_same(&now, &held->stamp))
            return true;
    }
    return false;
}

/* Reads one mailbox; its own damage is told where it is looked at itself. */
static void count_mailbox(struct counting *counting, const struct mailindex_mailbox *mailbox)
{
    struct mailindex_check *map = counting->storage->check;
    struct mailindex_sink quiet = {.report = mailindex_ignore};
    struct mailindex_check box = {
        .mailbox = mailbox, .options = map->options, .arena = map->arena, .sink = map->sink};
    const char *of_map = map->sink->mailbox, *unreadable = "";
    struct error e;

    if (mailindex_files_open(&box.files, &mailbox->index, mailbox->index_name, true, box.arena,
                             map->options->io, &unreadable, &e) < 0) {
        counting->whole = false;
    } else if (box.files.handles[MAILINDEX_INDEX].fd >= 0 ||
               box.files.handles[MAILINDEX_LOG].fd >= 0) {
        struct dovecot_files files = mailindex_files_of(&box.files, DOVECOT_MAILBOX);
        files.cache = NULL; /* only looked up in */
        dovecot_look(&files, &box.look, &quiet);
        hold(counting, &box);
        map->sink->mailbox = mailbox->name;
        count_mails(counting, &box);
        map->sink->mailbox = of_map;
        dovecot_look_free(&box.look);
    }
    mailindex_files_close(&box.files);
}

static void check_references(const struct mailindex_storage *storage)
{
    for (size_t i = 0; i < storage->count; i++) {
        const struct mailindex_stored *stored = &storage->mails[i];
        if (stored->counted == stored->map.references)
            continue;
        mailindex_report(
            storage->check->sink, stored->counted > stored->map.references ? "D16" : "D17",
            mailindex_check_at(storage->check, stored->map.map_uid),
            "map_uid %" PRIu32 ": %" PRIu16 " references, mailboxes have it %" PRIu32 " times",
            stored->map.map_uid, stored->map.references, stored->counted);
    }
}

static void not_all(const char *path, const char *why, void *arg)
{
    struct counting *counting = arg;
    (void)path;
    (void)why;
    counting->whole = false;
}

void mailindex_storage_mailboxes(struct mailindex_storage *storage)
{
    struct mailindex_check *check = storage->check;
    struct counting counting = {.storage = storage, .whole = true};
    struct mailindex_walk_options options = {
        .io = check->options->io, .unreadable = not_all, .arg = &counting};
    struct mailindex_walk *walk;
    struct mailindex_mailbox mailbox;
    struct error e;

    if (mailindex_walk_location(check->mailbox->location, &options, &walk, &e) < 0)
        return;
    while (mailindex_walk_next(walk, &mailbox) > 0)
        if (mailbox.format == MAILINDEX_MDBOX)
            count_mailbox(&counting, &mailbox);
    mailindex_walk_free(&walk);
    if (has_moved(&counting))
        check->moved = true;
    else if (counting.whole)
        check_references(storage);
}
