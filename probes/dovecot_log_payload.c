/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_log_payload.h"

#include <string.h>

#include "probes/dovecot_extensions.h"

/* A payload that is being looked at. */
struct payload {
    struct dovecot_log_context *c;
    const struct dovecot_log_record *record;
    uint64_t at, end;
};

static bool broken(const struct payload *p, const char *rule, uint64_t at, const char *what,
                   uint64_t found)
{
    if (p->c->sink)
        mailindex_report(p->c->sink, rule,
                         (struct mailindex_place){p->c->window->file->name, p->record->offset,
                                                  (uint64_t)p->record->size + 8},
                         "at byte %llu: expected %s, found %llu", (unsigned long long)at, what,
                         (unsigned long long)found);
    return false;
}

static const uint8_t *next(const struct payload *p, size_t length)
{
    if (length > p->end - p->at)
        return NULL;
    return window_at(p->c->window, p->at, length);
}

static bool zero_padded(const struct payload *p, uint64_t from)
{
    for (; from % 4; from++) {
        const uint8_t *b = from < p->end ? window_at(p->c->window, from, 1) : NULL;
        if (b && *b)
            return broken(p, "L04", from, "zero in the padding", *b);
    }
    return true;
}

static bool whole(const struct payload *p, uint64_t element)
{
    if (p->record->size % element)
        return broken(p, "L04", p->at, "a whole number of elements; bytes", p->record->size);
    return true;
}

/* A uid that is spoken of must have been appended before, so it is below all appended later. */
static void spoken_of(const struct payload *p, uint32_t uid)
{
    if (uid > p->c->highest_uid) {
        p->c->highest_uid = uid;
        p->c->highest_at = p->record->offset;
    }
}

/* Ranges of uids, each with bytes of element in all, from at to end: they ascend. */
static bool ranges(struct payload *p, uint64_t element,
                   bool (*each)(const struct payload *p, const uint8_t *b))
{
    uint32_t before = 0;

    if (p->at >= p->end || (p->end - p->at) % element)
        return broken(p, "L04", p->at, "ranges of uids; bytes", p->end - p->at);
    for (; p->at < p->end; p->at += element) {
        const uint8_t *b = next(p, (size_t)element);
        if (!b)
            return false;
        uint32_t first = le32(b), last = le32(b + 4);
        if (first == 0 || last < first)
            return broken(p, "L04", p->at, "a range of uids; its end", last);
        if (first <= before)
            return broken(p, "L04", p->at, "ranges of uids in order; a start at", first);
        if (each && !each(p, b))
            return false;
        before = last;
    }
    spoken_of(p, before);
    return true;
}

static bool check_flag_change(const struct payload *p, const uint8_t *b)
{
    if ((b[8] | b[9]) & 0x20)
        return broken(p, "L04", p->at + 8, "flags that exist", (uint64_t)(b[8] | b[9]));
    if (b[10] > 1 || b[11])
        return broken(p, "L04", p->at + 10, "0 or 1, and zero", le16(b + 10));
    return true;
}

static bool check_append(struct payload *p)
{
    if (!whole(p, 8))
        return false;
    for (; p->at < p->end; p->at += 8) {
        const uint8_t *b = next(p, 8);
        if (!b)
            return false;
        uint32_t uid = le32(b);
        if (uid <= p->c->last_append)
            return broken(p, "L10", p->at, "a uid above that of all mails before; the uid", uid);
        if (b[4] & 0x20 || b[5] || b[6] || b[7])
            return broken(p, "L04", p->at + 4, "flags that exist and zeros", le32(b + 4));
        if (uid <= p->c->highest_uid) {
            struct dovecot_log_record earlier = *p->record;
            struct payload there = *p;
            there.record = &earlier;
            earlier.offset = p->c->highest_at;
            p->c->highest_uid = 0;
            return broken(&there, "L10", earlier.offset,
                          "no change to a mail that was appended only later; the later uid", uid);
        }
        p->c->last_append = uid;
    }
    spoken_of(p, p->c->last_append);
    return true;
}

static bool check_header_update(struct payload *p)
{
    while (p->at < p->end) {
        const uint8_t *b = next(p, 4);
        if (!b)
            return broken(p, "L04", p->at, "a change to the header; bytes", p->end - p->at);
        uint32_t offset = le16(b), size = le16(b + 2);
        if (size == 0 || size > p->end - p->at - 4 || offset + size > 120)
            return broken(p, "L04", p->at, "a change within the header's 120 bytes; up to",
                          offset + size);
        if (!zero_padded(p, p->at + 4 + size))
            return false;
        p->at = (p->at + 4 + size + 3) & ~(uint64_t)3;
    }
    return true;
}

/* Of a new extension. */
static bool check_intro_name(const struct payload *p, const uint8_t *b, uint16_t name_size,
                             uint32_t hdr_size, uint16_t rec_size)
{
    char name[DOVECOT_EXTENSION_NAME_MAX + 1] = "";

    if (!dovecot_extension_name_valid(b + 20, name_size))
        return broken(p, "L04", p->at + 20, "a printable name of an extension; its length",
                      name_size);
    memcpy(name, b + 20, name_size);
    const struct dovecot_extension_kind *kind = dovecot_extension_kind(name);
    if (!kind && dovecot_extension_like(name) && strncmp(name, "sort-", 5) != 0)
        return broken(p, "L08", p->at + 20,
                      "the name of a known extension; not quite one of length", name_size);
    if (kind && ((kind->hdr_size >= 0 && hdr_size != (uint32_t)kind->hdr_size) ||
                 (kind->record_size >= 0 && rec_size != kind->record_size)))
        return broken(p, "L08", p->at + 8, "the sizes that this extension has; the record's",
                      rec_size);
    if (p->c->modseq == 0 && strcmp(name, "modseq") == 0)
        p->c->modseq = 1;
    return true;
}

static bool check_intro(struct payload *p)
{
    bool any = false;

    for (; p->end - p->at >= 20 || !any; any = true) {
        const uint8_t *b = next(p, 20);
        if (!b)
            return broken(p, "L04", p->at, "an introduction of an extension; bytes",
                          p->end - p->at);
        uint32_t id = le32(b), hdr_size = le32(b + 8);
        uint16_t rec_size = le16(b + 12), align = le16(b + 14), flags = le16(b + 16),
                 name_size = le16(b + 18);
        if (name_size > p->end - p->at - 20)
            return broken(p, "L04", p->at + 18, "a name within the record; its length", name_size);
        if ((id == UINT32_MAX) != (name_size != 0) || (id != UINT32_MAX && id >= 1024))
            return broken(p, "L04", p->at, "either an id or a name; the id", id);
        if (align > 8 || flags > 1 || rec_size >= 32768 || hdr_size >= 16 * 1024 * 1024 ||
            (rec_size == 0 && hdr_size == 0))
            return broken(p, "L04", p->at + 8, "sizes and flags of an extension; the record's size",
                          rec_size);
        b = next(p, 20 + (size_t)name_size);
        if (name_size && (!b || !check_intro_name(p, b, name_size, hdr_size, rec_size)))
            return false;
        p->c->have_intro = true;
        p->c->rec_size = rec_size;
        if (!zero_padded(p, p->at + 20 + name_size))
            return false;
        p->at = (p->at + 20 + name_size + 3) & ~(uint64_t)3;
        if (p->at > p->end)
            p->at = p->end;
    }
    return true;
}

static bool check_reset(struct payload *p)
{
    const uint8_t *b = next(p, p->record->size == 8 ? 8 : 4);

    if (!p->c->have_intro)
        return broken(p, "L10", p->at, "an extension's introduction before; records", 0);
    if (!b || (p->record->size != 4 && p->record->size != 8))
        return broken(p, "L04", p->at, "4 or 8 bytes", p->record->size);
    if (p->record->size == 8 && (b[4] > 1 || b[5] || b[6] || b[7]))
        return broken(p, "L04", p->at + 4, "0 or 1 and zeros", le32(b + 4));
    return true;
}

static bool check_ext_header(struct payload *p, uint64_t head)
{
    if (!p->c->have_intro)
        return broken(p, "L10", p->at, "an extension's introduction before; records", 0);
    while (p->at < p->end) {
        const uint8_t *b = next(p, (size_t)head);
        if (!b)
            return broken(p, "L04", p->at, "a change to an extension's header; bytes",
                          p->end - p->at);
        uint64_t offset = head == 4 ? le16(b) : le32(b);
        uint64_t size = head == 4 ? le16(b + 2) : le32(b + 4);
        if (size == 0 || size > p->end - p->at - head || offset + size > 16 * 1024 * 1024)
            return broken(p, "L04", p->at, "a change within an extension's header; its size", size);
        if (!zero_padded(p, p->at + head + size))
            return false;
        p->at = (p->at + head + size + 3) & ~(uint64_t)3;
    }
    return true;
}

/* uids with something each: EXT_RECORD and INCREMENT */
static bool check_elements(struct payload *p, uint64_t element, uint64_t used)
{
    uint32_t before = 0;

    if (!p->c->have_intro)
        return broken(p, "L10", p->at, "an extension's introduction before; records", 0);
    if (!whole(p, element))
        return false;
    for (; p->at < p->end; p->at += element) {
        const uint8_t *b = next(p, (size_t)element);
        if (!b)
            return false;
        uint32_t uid = le32(b);
        if (uid <= before)
            return broken(p, "L04", p->at, "uids in order; a uid", uid);
        for (uint64_t i = used; i < element; i++)
            if (b[i])
                return broken(p, "L04", p->at + i, "zero in the padding", b[i]);
        before = uid;
    }
    spoken_of(p, before);
    return true;
}

static bool check_keywords(struct payload *p)
{
    const uint8_t *b = next(p, 4);
    uint32_t size = b ? le16(b + 2) : 0;

    if (!b || size == 0)
        return broken(p, "L04", p->at, "the name of a keyword; its length", size);
    if (b[0] > 1 || b[1])
        return broken(p, "L04", p->at, "0 (add) or 1 (remove)", le16(b));
    b = next(p, 4 + (size_t)size);
    if (!b)
        return broken(p, "L04", p->at + 2, "a name within the record; its length", size);
    for (uint32_t i = 0; i < size; i++)
        if (b[4 + i] <= 0x20 || b[4 + i] == 0x7f)
            return broken(p, "L04", p->at + 4 + i, "a keyword without control characters",
                          b[4 + i]);
    if (!zero_padded(p, p->at + 4 + size))
        return false;
    p->at = (p->at + 4 + size + 3) & ~(uint64_t)3;
    return ranges(p, 8, NULL);
}

static bool check_expunge_guids(struct payload *p)
{
    if (!whole(p, 20))
        return false;
    for (; p->at < p->end; p->at += 20) {
        const uint8_t *b = next(p, 20);
        if (!b || le32(b) == 0)
            return broken(p, "L04", p->at, "a uid", 0);
        spoken_of(p, le32(b));
    }
    return true;
}

static bool check_modseqs(struct payload *p)
{
    if (!whole(p, 12))
        return false;
    for (; p->at < p->end; p->at += 12) {
        const uint8_t *b = next(p, 12);
        if (!b)
            return false;
        uint64_t modseq = le32(b + 4) | (uint64_t)le32(b + 8) << 32;
        if (modseq >> 63)
            return broken(p, "L04", p->at + 4, "a modseq below 2^63", modseq);
        if (p->c->modseq && p->c->modseq < modseq)
            p->c->modseq = modseq;
        spoken_of(p, le32(b));
    }
    return true;
}

/* [+-][ps]name NUL ... NUL, padding, numbers */
static bool check_attributes(struct payload *p)
{
    size_t length = p->record->size > WINDOW_LENGTH_MAX ? WINDOW_LENGTH_MAX : p->record->size;
    const uint8_t *b = next(p, length);
    size_t i = 0;

    if (!b)
        return false;
    while (i + 2 < length && b[i]) {
        if (b[i] != '+' && b[i] != '-')
            return broken(p, "L04", p->at + i, "'+' or '-'", b[i]);
        if (b[i + 1] != 'p' && b[i + 1] != 's')
            return broken(p, "L04", p->at + i + 1, "'p' or 's'", b[i + 1]);
        const uint8_t *nul = memchr(b + i + 2, 0, length - i - 2);
        if (!nul)
            return length < p->record->size ||
                   broken(p, "L04", p->at + i, "the end of an attribute's name; bytes", length - i);
        if (nul == b + i + 2)
            return broken(p, "L04", p->at + i, "an attribute's name; its length", 0);
        i = (size_t)(nul - b) + 1;
    }
    if (i == 0 || b[i])
        return broken(p, "L04", p->at + i, "the end of attributes", i < length ? b[i] : 0);
    return true;
}

/* Whether the changes of flags are such that clients see. */
static bool visible(const struct payload *p)
{
    if (p->c->minor < 3)
        return true;
    for (uint64_t at = p->record->offset + 8; at < p->end; at += 12) {
        const uint8_t *b = window_at(p->c->window, at, 12);
        if (b && ((b[8] | b[9]) & 0x1f || b[10]))
            return true;
    }
    return false;
}

/* mail_transaction_update_modseq() */
static void count_modseq(const struct payload *p)
{
    switch (p->record->type) {
    case DOVECOT_LOG_EXPUNGE:
    case DOVECOT_LOG_EXPUNGE_GUID:
        p->c->modseq += p->c->modseq && p->record->external;
        break;
    case DOVECOT_LOG_APPEND:
    case DOVECOT_LOG_KEYWORDS:
    case DOVECOT_LOG_KEYWORDS_RESET:
    case DOVECOT_LOG_ATTRIBUTE:
        p->c->modseq += p->c->modseq != 0;
        break;
    case DOVECOT_LOG_FLAGS:
        p->c->modseq += p->c->modseq && visible(p);
        break;
    default:
        break;
    }
}

bool dovecot_log_type_known(uint32_t type)
{
    if (type == (DOVECOT_LOG_EXPUNGE | 0xcd90) || type == (DOVECOT_LOG_EXPUNGE_GUID | 0xcd90))
        return true;
    if (type == DOVECOT_LOG_EXPUNGE || type == DOVECOT_LOG_EXPUNGE_GUID || type & (type - 1))
        return false;
    return type & 0x1f9fe6 ? true : false;
}

static bool check(struct payload *p)
{
    switch (p->record->type) {
    case DOVECOT_LOG_EXPUNGE:
    case DOVECOT_LOG_KEYWORDS_RESET:
        return ranges(p, 8, NULL);
    case DOVECOT_LOG_APPEND:
        return check_append(p);
    case DOVECOT_LOG_FLAGS:
        return ranges(p, 12, check_flag_change);
    case DOVECOT_LOG_HEADER_UPDATE:
        return check_header_update(p);
    case DOVECOT_LOG_EXT_INTRO:
        return check_intro(p);
    case DOVECOT_LOG_EXT_RESET:
        return check_reset(p);
    case DOVECOT_LOG_EXT_HEADER:
        return check_ext_header(p, 4);
    case DOVECOT_LOG_EXT_HEADER_LONG:
        return check_ext_header(p, 8);
    case DOVECOT_LOG_EXT_RECORD:
        return check_elements(p, dovecot_log_element(p->c->rec_size), 4 + (uint64_t)p->c->rec_size);
    case DOVECOT_LOG_INCREMENT:
        return check_elements(p, 8, 8);
    case DOVECOT_LOG_KEYWORDS:
        return check_keywords(p);
    case DOVECOT_LOG_EXPUNGE_GUID:
        return check_expunge_guids(p);
    case DOVECOT_LOG_MODSEQ:
        return check_modseqs(p);
    case DOVECOT_LOG_ATTRIBUTE:
        return check_attributes(p);
    default:
        return true;
    }
}

bool dovecot_log_payload_check(struct dovecot_log_context *context,
                               const struct dovecot_log_record *record)
{
    struct payload p = {context, record, record->offset + 8, record->offset + 8 + record->size};
    bool good = check(&p);

    count_modseq(&p);
    return good;
}
