/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "probes/mailindex_check.h"

enum { GUID_BYTES = 16, MAX_GUID = 128, SIZE_BYTES = 8 };

/* What the cache has of one mail. */
struct cached {
    int64_t size, vsize; /* -1: not there */
    char guid[MAX_GUID]; /* "": not there */
    uint64_t size_at, vsize_at, guid_at;
};

void mailindex_ignore(const struct mailindex_finding *finding, void *arg)
{
    (void)finding;
    (void)arg;
}

void mailindex_guid_text(const uint8_t *bytes, char text[2 * GUID_BYTES + 1])
{
    for (size_t i = 0; i < GUID_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

struct mailindex_place mailindex_check_at(const struct mailindex_check *check, uint32_t uid)
{
    const struct mailindex_handle *handles = check->files.handles;
    const struct dovecot_index *index = check->look.index;
    uint32_t position;

    if (index && dovecot_index_find(index, uid, &position))
        return (struct mailindex_place){handles[MAILINDEX_INDEX].file.name,
                                        index->records_at +
                                            (uint64_t)position * index->header.record_size,
                                        index->header.record_size};
    return (struct mailindex_place){handles[MAILINDEX_LOG].file.name, 0, 0};
}

void mailindex_facts_open(struct mailindex_facts *facts, struct mailindex_check *check,
                          const struct dovecot_index *state)
{
    const struct mailindex_handle *handle = &check->files.handles[MAILINDEX_CACHE];
    struct mailindex_sink quiet = {.report = mailindex_ignore};

    *facts = (struct mailindex_facts){.check = check, .state = state};
    facts->vsize = dovecot_index_extension(state, "vsize", 4);
    facts->guid = dovecot_index_extension(state, "guid", GUID_BYTES);
    facts->offset = dovecot_index_extension(state, "cache", 4);
    if (handle->fd < 0 || !facts->offset)
        return;
    facts->has_cache = dovecot_cache_open(&facts->cache, &handle->file, &quiet) &&
                       facts->cache.header.indexid == state->header.indexid &&
                       facts->cache.header.file_seq == facts->offset->reset_id;
}

void mailindex_facts_close(struct mailindex_facts *facts)
{
    if (facts->cache.file)
        dovecot_cache_close(&facts->cache);
}

static void take_field(const struct dovecot_cache_field *field, const uint8_t *data, uint32_t size,
                       uint64_t at, void *arg)
{
    struct cached *cached = arg;

    if (strcmp(field->name, "size.physical") == 0 && size == SIZE_BYTES && cached->size < 0) {
        cached->size = (int64_t)le64(data);
        cached->size_at = at;
    } else if (strcmp(field->name, "size.virtual") == 0 && size == SIZE_BYTES &&
               cached->vsize < 0) {
        cached->vsize = (int64_t)le64(data);
        cached->vsize_at = at;
    } else if (strcmp(field->name, "guid") == 0 && size && size < MAX_GUID && !cached->guid[0]) {
        memcpy(cached->guid, data, size);
        cached->guid[size] = '\0';
        cached->guid_at = at;
    }
}

static uint32_t offset_of(const struct mailindex_facts *facts, uint32_t position)
{
    return le32(dovecot_index_data(facts->state, facts->offset, position));
}

static struct cached look_up(struct mailindex_facts *facts, uint32_t position)
{
    struct cached cached = {.size = -1, .vsize = -1};
    uint32_t offset = facts->has_cache ? offset_of(facts, position) : 0;
    if (offset)
        dovecot_cache_lookup(&facts->cache, offset, take_field, &cached);
    return cached;
}

/*
 * Where it stands that this mail's record is at that offset of the cache: where only the cache
 * disagrees with the mail, this may be what is wrong.
 */
static struct mailindex_place place_of_offset(const struct mailindex_facts *facts,
                                              const struct mailindex_mail *mail, uint64_t at)
{
    struct mailindex_place place;
    if (dovecot_state_cache_place(facts->check->look.state, mail->position, &place))
        return place;
    return (struct mailindex_place){facts->cache.file->name, at, SIZE_BYTES};
}

/* Looks in the log for the record that gave a mail a value of an extension. */
struct search {
    const struct mailindex_file *file;
    struct mailindex_window window;
    uint32_t uid, value;
    struct mailindex_place found;
};

static bool search_record(const struct dovecot_log_record *record, void *arg)
{
    struct search *search = arg;
    enum { ENTRY = 8, HEADER = 8 };

    if (record->type != DOVECOT_LOG_EXT_RECORD || record->rec_size != 4)
        return true;
    for (uint32_t at = 0; at + ENTRY <= record->size; at += ENTRY) {
        uint64_t place = record->offset + HEADER + at;
        const uint8_t *entry = window_at(&search->window, place, ENTRY);
        if (entry && le32(entry) == search->uid && le32(entry + 4) == search->value)
            search->found = (struct mailindex_place){search->file->name, place, ENTRY};
    }
    return true;
}

/* Where the virtual size that the index has of that mail stands: in the index or in the log. */
static struct mailindex_place place_of_vsize(const struct mailindex_facts *facts, uint32_t uid,
                                             uint32_t value)
{
    const struct mailindex_check *check = facts->check;
    const struct mailindex_handle *log = &check->files.handles[MAILINDEX_LOG];
    const struct dovecot_index *index = check->look.index;
    const struct dovecot_extension *extension =
        index ? dovecot_index_extension(index, "vsize", 4) : NULL;
    struct mailindex_sink quiet = {.report = mailindex_ignore};
    struct dovecot_log_facts walked;
    struct search search = {
        .file = &log->file, .window = {.file = &log->file}, .uid = uid, .value = value};
    uint32_t position;

    if (extension && dovecot_index_find(index, uid, &position) &&
        le32(dovecot_index_data(index, extension, position)) == value)
        return mailindex_check_at(check, uid);
    if (log->fd >= 0)
        dovecot_log_walk(&log->file, &walked, search_record, &search, &quiet);
    window_free(&search.window);
    return search.found.file ? search.found : mailindex_check_at(check, uid);
}

static int64_t indexed_vsize(const struct mailindex_facts *facts, uint32_t position)
{
    uint32_t value =
        facts->vsize ? le32(dovecot_index_data(facts->state, facts->vsize, position)) : 0;
    return value ? (int64_t)value - 1 : -1;
}

static void check_vsize(struct mailindex_facts *facts, const struct mailindex_mail *mail,
                        const struct cached *cached)
{
    struct mailindex_sink *sink = facts->check->sink;
    int64_t indexed = indexed_vsize(facts, mail->position);
    bool index_differs = indexed >= 0 && indexed != mail->vsize;
    bool cache_differs = cached->vsize >= 0 && cached->vsize != mail->vsize;

    if (index_differs && cache_differs && indexed == cached->vsize)
        mailindex_report(sink, "X28", mail->file,
                         "uid %" PRIu32 ": its virtual size is %" PRId64
                         ", index and cache say %" PRId64,
                         mail->uid, mail->vsize, indexed);
    else if (index_differs)
        mailindex_report(sink, "X28", place_of_vsize(facts, mail->uid, (uint32_t)indexed + 1),
                         "uid %" PRIu32 ": virtual size %" PRId64 ", that of the mail is %" PRId64,
                         mail->uid, indexed, mail->vsize);
    if (cache_differs && !(index_differs && indexed == cached->vsize))
        mailindex_report(sink, "X28", place_of_offset(facts, mail, cached->vsize_at),
                         "uid %" PRIu32 ": its record in the cache has virtual size %" PRId64
                         ", that of the mail is %" PRId64,
                         mail->uid, cached->vsize, mail->vsize);
}

static void check_size(struct mailindex_facts *facts, const struct mailindex_mail *mail,
                       const struct cached *cached)
{
    if (cached->size < 0 || cached->size == mail->size)
        return;
    mailindex_report(facts->check->sink, "X29", place_of_offset(facts, mail, cached->size_at),
                     "uid %" PRIu32 ": its record in the cache has size %" PRId64
                     ", that of the mail is %" PRId64,
                     mail->uid, cached->size, mail->size);
}

static void check_guid(struct mailindex_facts *facts, const struct mailindex_mail *mail,
                       const struct cached *cached)
{
    char indexed[2 * GUID_BYTES + 1] = "";
    const uint8_t *bytes =
        facts->guid ? dovecot_index_data(facts->state, facts->guid, mail->position) : NULL;
    static const uint8_t none[GUID_BYTES];

    if (bytes && memcmp(bytes, none, GUID_BYTES) != 0)
        mailindex_guid_text(bytes, indexed);
    bool index_differs = indexed[0] && strcmp(indexed, mail->guid) != 0;
    bool cache_differs = cached->guid[0] && strcmp(cached->guid, mail->guid) != 0;
    if (cache_differs && (!indexed[0] || index_differs))
        mailindex_report(facts->check->sink, "X30", mail->file,
                         "uid %" PRIu32 ": the mail has GUID %s, that of this uid is %s", mail->uid,
                         mail->guid, cached->guid);
    else if (index_differs)
        mailindex_report(facts->check->sink, "X30", mailindex_check_at(facts->check, mail->uid),
                         "uid %" PRIu32 ": GUID %s, that of the mail is %s", mail->uid, indexed,
                         mail->guid);
}

void mailindex_facts_check(struct mailindex_facts *facts, const struct mailindex_mail *mail)
{
    struct cached cached = look_up(facts, mail->position);

    if (mail->vsize >= 0)
        check_vsize(facts, mail, &cached);
    if (mail->size >= 0)
        check_size(facts, mail, &cached);
    if (mail->guid)
        check_guid(facts, mail, &cached);
}

bool mailindex_is_packed(const uint8_t *start, size_t length)
{
    static const struct {
        const char *magic;
        size_t length;
    } magics[] = {{"\x1f\x8b", 2},
                  {"BZh", 3},
                  {"\xfd\x37\x7a\x58\x5a\0", 6},
                  {"Dovecot-LZ4", 11},
                  {"\x28\xb5\x2f\xfd", 4},
                  {"CRYPTED\3\7", 9}};
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (length >= magics[i].length && memcmp(start, magics[i].magic, magics[i].length) == 0)
            return true;
    return false;
}
