/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/cyrus_index.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

enum { BASE_HEADER = 24, OLDEST = 12, NEWEST = 20, CRC = 4 };

/* Where fields of the header lie; 0: the version does not have it. */
struct header_layout {
    uint16_t quota_used, last_uid, uidvalidity, deleted, answered, flagged, exists, options;
    uint16_t highest_modseq, header_file_crc, sync_crc, unseen;
};

static const struct header_layout header_12 = {.last_uid = 28,
                                               .quota_used = 32,
                                               .uidvalidity = 44,
                                               .deleted = 48,
                                               .answered = 52,
                                               .flagged = 56,
                                               .options = 60,
                                               .highest_modseq = 68,
                                               .exists = 84,
                                               .header_file_crc = 96,
                                               .sync_crc = 100};
static const struct header_layout header_14 = {.last_uid = 28,
                                               .quota_used = 32,
                                               .uidvalidity = 44,
                                               .deleted = 48,
                                               .answered = 52,
                                               .flagged = 56,
                                               .options = 60,
                                               .highest_modseq = 68,
                                               .exists = 84,
                                               .header_file_crc = 96,
                                               .sync_crc = 100,
                                               .unseen = 124};
static const struct header_layout header_19 = {.last_uid = 28,
                                               .quota_used = 32,
                                               .uidvalidity = 44,
                                               .deleted = 48,
                                               .answered = 52,
                                               .flagged = 56,
                                               .exists = 60,
                                               .options = 64,
                                               .highest_modseq = 72,
                                               .header_file_crc = 96,
                                               .sync_crc = 100,
                                               .unseen = 124};
static const struct header_layout header_20 = {.quota_used = 32,
                                               .deleted = 48,
                                               .answered = 52,
                                               .flagged = 56,
                                               .exists = 60,
                                               .options = 64,
                                               .highest_modseq = 72,
                                               .last_uid = 88,
                                               .uidvalidity = 92,
                                               .header_file_crc = 96,
                                               .sync_crc = 100,
                                               .unseen = 124};

static const struct version {
    uint16_t header_size, record_size;
    const struct header_layout *header;
} versions[] = {
    {128, 96, &header_12},  {128, 104, &header_12}, {160, 104, &header_14},
    {160, 104, &header_14}, {160, 112, &header_14}, {160, 112, &header_14},
    {160, 112, &header_14}, {160, 112, &header_19}, {192, 144, &header_20},
};

static struct mailindex_place place(const struct mailindex_file *file, uint64_t offset,
                                    uint64_t length)
{
    return (struct mailindex_place){file->name, offset, length};
}

static void take_header(const uint8_t *at, struct cyrus_index *index)
{
    const struct header_layout *layout = versions[index->version - OLDEST].header;
    index->quota_used = be64(at + layout->quota_used);
    index->last_uid = be32(at + layout->last_uid);
    index->uidvalidity = be32(at + layout->uidvalidity);
    index->deleted = be32(at + layout->deleted);
    index->answered = be32(at + layout->answered);
    index->flagged = be32(at + layout->flagged);
    index->exists = be32(at + layout->exists);
    index->options = be32(at + layout->options);
    index->highest_modseq = be64(at + layout->highest_modseq);
    index->header_file_crc = be32(at + layout->header_file_crc);
    index->sync_crc = be32(at + layout->sync_crc);
    index->unseen = layout->unseen ? be32(at + layout->unseen) : 0;
}

/* Version 19 was written with the records of 20 by some builds, and Cyrus reads that. */
static bool sizes_fit(const struct cyrus_index *index)
{
    const struct version *version = &versions[index->version - OLDEST];
    return index->header_size == version->header_size &&
           (index->record_size == version->record_size ||
            (index->version == 19 && index->record_size == versions[20 - OLDEST].record_size));
}

static bool check_length(const struct mailindex_file *file, const struct cyrus_index *index,
                         struct mailindex_sink *sink)
{
    uint64_t wanted = index->header_size + (uint64_t)index->records * index->record_size;

    if (file->size < wanted) {
        mailindex_report(sink, "Y04", place(file, file->size, wanted - file->size),
                         "expected %" PRIu64 " bytes for %u records, found %" PRIu64, wanted,
                         index->records, file->size);
        return false;
    }
    if (file->size > wanted)
        mailindex_report(sink, "Y05", place(file, wanted, file->size - wanted),
                         "expected %u records, found %" PRIu64 " more bytes", index->records,
                         file->size - wanted);
    return true;
}

static bool parse_header(const struct mailindex_file *file, const uint8_t *at, size_t length,
                         struct cyrus_index *index, struct mailindex_sink *sink)
{
    *index = (struct cyrus_index){.generation = be32(at),
                                  .version = be32(at + 8),
                                  .header_size = be32(at + 12),
                                  .record_size = be32(at + 16),
                                  .records = be32(at + 20)};
    if (index->version < OLDEST || index->version > NEWEST) {
        /* a number that no Cyrus ever wrote is damage, another one is too old or too new */
        bool known = index->version >= 6 && index->version < 64;
        mailindex_report(sink, known ? "Y01" : "Y02", place(file, 8, 4),
                         "expected a version from 12 to 20, found %u", index->version);
        return false;
    }
    if (!sizes_fit(index)) {
        mailindex_report(sink, "Y02", place(file, 12, 8),
                         "expected a header of %u and records of %u bytes in version %u, found %u "
                         "and %u",
                         versions[index->version - OLDEST].header_size,
                         versions[index->version - OLDEST].record_size, index->version,
                         index->header_size, index->record_size);
        return false;
    }
    if (length < index->header_size) {
        mailindex_report(sink, "Y04", place(file, length, index->header_size - length),
                         "expected a header of %u bytes, found %zu", index->header_size, length);
        return false;
    }
    uint32_t crc = be32(at + index->header_size - CRC);
    uint32_t found = (uint32_t)crc32(0, at, index->header_size - CRC);
    if (crc != found) {
        mailindex_report(sink, "Y03", place(file, 0, index->header_size),
                         "expected CRC32 %08x, found %08x", crc, found);
        return false;
    }
    take_header(at, index);
    return check_length(file, index, sink);
}

bool cyrus_index_open(const struct mailindex_file *file, struct cyrus_index *index,
                      struct mailindex_sink *sink)
{
    struct mailindex_window window = {.file = file};
    enum { LARGEST = 192 };
    size_t length = file->size < LARGEST ? (size_t)file->size : LARGEST;
    const uint8_t *at = length < BASE_HEADER ? NULL : window_at(&window, 0, length);
    bool found = at && parse_header(file, at, length, index, sink);

    if (!at)
        mailindex_report(sink, "Y04", place(file, 0, length), "expected a header, found %zu bytes",
                         length);
    window_free(&window);
    return found;
}

/* ---- records ---- */

/* Versions 12 to 19; v20 has longer times and sizes. */
static struct cyrus_record record_12(const uint8_t *at)
{
    return (struct cyrus_record){
        .uid = be32(at),
        .internal_date = be32(at + 4),
        .size = be32(at + 12),
        .cache_offset = be32(at + 24) | (uint64_t)(be32(at + 56) & 0xffff0000) << 16,
        .last_updated = be32(at + 28),
        .flags = be32(at + 32),
        .user_flags = {be32(at + 36), be32(at + 40), be32(at + 44), be32(at + 48)},
        .modseq = be64(at + 80),
    };
}

static int64_t seconds(const uint8_t *at)
{
    return (int64_t)be64(at) / 1000000000;
}

static struct cyrus_record record_20(const uint8_t *at)
{
    return (struct cyrus_record){
        .uid = be32(at),
        .cache_offset = be32(at + 4) | (uint64_t)(be32(at + 56) & 0xffff0000) << 16,
        .internal_date = seconds(at + 8),
        .size = be64(at + 24),
        .flags = be32(at + 36),
        .user_flags = {be32(at + 40), be32(at + 44), be32(at + 48), be32(at + 52)},
        .last_updated = seconds(at + 112),
        .modseq = be64(at + 80),
    };
}

enum { RECORD_20 = 144, GUID_AT = 60 };

static struct cyrus_record take_record(const uint8_t *at, const struct cyrus_index *index,
                                       uint64_t offset)
{
    struct cyrus_record record = index->record_size == RECORD_20 ? record_20(at) : record_12(at);
    record.place = offset;
    record.cache_crc = be32(at + index->record_size - 2 * CRC);
    memcpy(record.guid, at + GUID_AT, CYRUS_GUID);
    return record;
}

const struct cyrus_part *cyrus_index_immutable(const struct cyrus_index *index)
{
    /* uid, dates, size and header size; GUID */
    static const struct cyrus_part parts_12[] = {{0, 20}, {GUID_AT, CYRUS_GUID}, {0, 0}};
    static const struct cyrus_part parts_20[] = {{0, 4}, {8, 28}, {GUID_AT, CYRUS_GUID}, {0, 0}};
    return index->record_size == RECORD_20 ? parts_20 : parts_12;
}

/* ---- what the header counts ---- */

struct recount {
    uint32_t exists, answered, flagged, deleted, unseen, sync_crc;
    uint64_t quota_used;
    uint32_t last_uid;
    uint64_t highest_modseq;
    bool whole; /* no record was left out */
};

static uint32_t crc_of(const char *text)
{
    return (uint32_t)crc32(0, (const unsigned char *)text, (unsigned)strlen(text));
}

static uint32_t crc_of_lower(const char *name)
{
    char lower[1024];
    size_t i;
    for (i = 0; name[i] && i < sizeof lower - 1; i++)
        lower[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + 32 : name[i]);
    lower[i] = '\0';
    return crc_of(lower);
}

/* crc_basic() of imap/mailbox.c: replicas compare their mailboxes by it. */
static uint32_t sync_crc(const struct cyrus_record *record, const struct cyrus_flags *flags)
{
    static const char *const system[] = {"\\answered", "\\flagged", "\\deleted", "\\draft",
                                         "\\seen"};
    static const char digits[] = "0123456789abcdef";
    char guid[2 * CYRUS_GUID + 1] = "", text[192];
    uint32_t crc = 0;

    for (unsigned i = 0; i < sizeof system / sizeof *system; i++)
        if (record->flags & 1U << i)
            crc ^= crc_of(system[i]);
    for (unsigned i = 0; i < CYRUS_USER_FLAGS; i++)
        if (flags->names[i] && record->user_flags[i / 32] & 1U << i % 32)
            crc ^= crc_of_lower(flags->names[i]);
    for (unsigned i = 0; i < CYRUS_GUID; i++) {
        guid[2 * i] = digits[record->guid[i] >> 4];
        guid[2 * i + 1] = digits[record->guid[i] & 15];
    }
    snprintf(text, sizeof text, "%u %" PRIu64 " %" PRId64 " (%u) %" PRId64 " %s", record->uid,
             record->modseq, record->last_updated, crc, record->internal_date, guid);
    return crc_of(text);
}

static void count(struct recount *recount, const struct cyrus_record *record,
                  const struct cyrus_flags *flags)
{
    if (record->flags & (CYRUS_EXPUNGED | CYRUS_UNLINKED))
        return;
    recount->exists++;
    recount->answered += (record->flags & CYRUS_ANSWERED) != 0;
    recount->flagged += (record->flags & CYRUS_FLAGGED) != 0;
    recount->deleted += (record->flags & CYRUS_DELETED_FLAG) != 0;
    recount->unseen += (record->flags & CYRUS_SEEN) == 0;
    recount->quota_used += record->size;
    if (flags)
        recount->sync_crc ^= sync_crc(record, flags);
}

static void compare(const struct mailindex_file *file, const char *what, uint64_t header,
                    uint64_t counted, struct mailindex_sink *sink)
{
    if (header != counted)
        mailindex_report(sink, "Y14", place(file, 0, file->size),
                         "expected %s %" PRIu64 " by the records, found %" PRIu64 " in the header",
                         what, counted, header);
}

static void check_recount(const struct mailindex_file *file, const struct cyrus_index *index,
                          const struct recount *recount, bool flags_known,
                          struct mailindex_sink *sink)
{
    if (!recount->whole)
        return;
    compare(file, "messages:", index->exists, recount->exists, sink);
    compare(file, "answered:", index->answered, recount->answered, sink);
    compare(file, "flagged:", index->flagged, recount->flagged, sink);
    compare(file, "deleted:", index->deleted, recount->deleted, sink);
    compare(file, "bytes used:", index->quota_used, recount->quota_used, sink);
    if (index->version >= 14)
        compare(file, "unseen:", index->unseen, recount->unseen, sink);
    if (flags_known && index->sync_crc != recount->sync_crc)
        mailindex_report(sink, "Y15", place(file, 0, file->size),
                         "expected sync CRC %08x by the records, found %08x in the header",
                         recount->sync_crc, index->sync_crc);
}

static void check_order(const struct mailindex_file *file, const struct cyrus_index *index,
                        const struct cyrus_record *record, struct recount *recount,
                        struct mailindex_sink *sink)
{
    struct mailindex_place at = place(file, record->place, index->record_size);

    if (record->uid <= recount->last_uid || record->uid > index->last_uid)
        mailindex_report(sink, "Y06", at, "expected a uid from %u to %u, found %u",
                         recount->last_uid + 1, index->last_uid, record->uid);
    if (record->modseq > index->highest_modseq)
        mailindex_report(sink, "Y06", at,
                         "expected a modseq of at most %" PRIu64 ", found %" PRIu64,
                         index->highest_modseq, record->modseq);
    if (record->uid > recount->last_uid)
        recount->last_uid = record->uid;
}

/* Many records broken one after the other are one finding. */
struct broken {
    uint64_t from, count;
    uint32_t crc, found;
};

static void tell_broken(const struct mailindex_file *file, const struct cyrus_index *index,
                        struct broken *broken, struct mailindex_sink *sink)
{
    if (broken->count == 1)
        mailindex_report(sink, "Y07", place(file, broken->from, index->record_size),
                         "expected CRC32 %08x, found %08x", broken->crc, broken->found);
    else if (broken->count)
        mailindex_report(sink, "Y07", place(file, broken->from, broken->count * index->record_size),
                         "%" PRIu64 " records whose CRC32 is wrong; the first has %08x, found %08x",
                         broken->count, broken->crc, broken->found);
    broken->count = 0;
}

static bool record_is_sound(const uint8_t *at, const struct cyrus_index *index, uint64_t offset,
                            struct broken *broken)
{
    uint32_t crc = be32(at + index->record_size - CRC);
    uint32_t found = (uint32_t)crc32(0, at, index->record_size - CRC);
    if (crc == found)
        return true;
    if (!broken->count++)
        *broken = (struct broken){.from = offset, .count = 1, .crc = crc, .found = found};
    return false;
}

bool cyrus_index_walk(const struct mailindex_file *file, const struct cyrus_index *index,
                      const struct cyrus_flags *flags,
                      void (*visit)(const struct cyrus_record *record, void *arg), void *arg,
                      struct mailindex_sink *sink, int *error)
{
    struct mailindex_window window = {.file = file};
    struct recount recount = {.whole = true};
    struct broken broken = {0};
    const uint8_t *at = NULL;

    for (uint32_t i = 0; i < index->records; i++) {
        uint64_t offset = index->header_size + (uint64_t)i * index->record_size;
        at = window_at(&window, offset, index->record_size);
        if (!at)
            break;
        if (!record_is_sound(at, index, offset, &broken)) {
            recount.whole = false;
            continue;
        }
        tell_broken(file, index, &broken, sink);
        struct cyrus_record record = take_record(at, index, offset);
        check_order(file, index, &record, &recount, sink);
        count(&recount, &record, flags);
        if (visit)
            visit(&record, arg);
    }
    tell_broken(file, index, &broken, sink);
    bool read = at || !index->records;
    *error = read ? 0 : window.error;
    window_free(&window);
    if (read)
        check_recount(file, index, &recount, flags != NULL, sink);
    return read;
}
