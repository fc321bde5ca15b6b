/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_extensions.h"

#include <string.h>

enum { EXTENSION_HEADER = 16, HEADER_SIZE_MAX = 16 * 1024 * 1024 };

const struct dovecot_extension_kind *dovecot_extension_kind(const char *name)
{
    static const struct dovecot_extension_kind kinds[] = {
        {"1saved", -1, -1},
        {"box-name", -1, -1},
        {"cache", 0, 4},
        {"dbox-hdr", -1, 0},
        {"fts", -1, -1},
        {"guid", 0, 16},
        {"hdr-pop3-uidl", 4, 0},
        {"hdr-vsize", 16, 0},
        {"header-md5", 0, 16},
        {"hmodseq", 0, 8},
        {"index sync", -1, -1},
        {"keywords", -1, -1},
        {"last-rename-stamp", -1, 0},
        {"list", -1, 28},
        {"maildir", -1, -1}, /* of a mail store a header of 36, in a list a field of 8 */
        {"map", 8, 12},
        {"mbox", -1, 8},
        {"mdbox", 0, 8},
        {"mdbox-hdr", -1, 0},
        {"modseq", 16, 8},
        {"msgs", 0, 16},
        {"ref", 0, 2},
        {"subs", -1, -1},
        {"virtual", -1, -1},
        {"virtual-guid", -1, -1},
        {"virtual2", -1, -1},
        {"vsize", -1, -1}, /* of a mail 4, in a list 16 */
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

static size_t differences(const char *a, const char *b)
{
    size_t n = 0;
    for (; *a; a++, b++)
        n += *a != *b;
    return n;
}

const char *dovecot_extension_like(const char *name)
{
    static const char *const known[] = {
        "1saved",    "box-name",   "cache",   "dbox-hdr",   "guid",     "hdr-pop3-uidl",
        "hdr-vsize", "header-md5", "hmodseq", "index sync", "keywords", "last-rename-stamp",
        "list",      "maildir",    "map",     "mbox",       "mdbox",    "mdbox-hdr",
        "modseq",    "msgs",       "ref",     "subs",       "virtual",  "virtual-guid",
        "virtual2",  "vsize",      "fts"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t length = strlen(known[i]);
        if (strlen(name) == length && differences(known[i], name) <= (length > 4 ? 2 : 1))
            return known[i];
    }
    return NULL;
}

bool dovecot_extension_name_valid(const uint8_t *name, size_t size)
{
    if (size == 0 || size > DOVECOT_EXTENSION_NAME_MAX)
        return false;
    for (size_t i = 0; i < size; i++)
        if (name[i] < 0x20 || name[i] > 0x7e)
            return false;
    return true;
}

struct walk {
    const struct mailindex_file *file;
    const uint8_t *bytes;
    struct dovecot_index *index;
    struct mailindex_sink *sink;
    uint64_t at; /* of the extension header */
};

static struct mailindex_place here(const struct walk *w, uint64_t offset, uint64_t length)
{
    return (struct mailindex_place){w->file->name, w->at + offset, length};
}

static uint64_t align8(uint64_t n)
{
    return (n + 7) & ~(uint64_t)7;
}

static void check_padding(const struct walk *w, uint64_t from, uint64_t to)
{
    for (uint64_t i = from; i < to; i++)
        if (w->bytes[i]) {
            mailindex_report(w->sink, "I14", (struct mailindex_place){w->file->name, i, 1},
                             "expected zero in the padding of an extension header, found 0x%02x",
                             w->bytes[i]);
            return;
        }
}

/* The name with its checks; false where there is none. */
static bool take_name(const struct walk *w, struct dovecot_extension *e, uint16_t name_size)
{
    const uint8_t *name = w->bytes + w->at + EXTENSION_HEADER;

    if (!dovecot_extension_name_valid(name, name_size)) {
        mailindex_report(w->sink, "I11", here(w, EXTENSION_HEADER, name_size),
                         "expected a printable extension name of 1 to %d bytes, found %u bytes%s",
                         DOVECOT_EXTENSION_NAME_MAX, name_size,
                         name_size ? " with others among them" : "");
        return false;
    }
    memcpy(e->name, name, name_size);
    if (dovecot_extension_kind(e->name) || strncmp(e->name, "sort-", 5) == 0)
        return true;
    const char *like = dovecot_extension_like(e->name);
    if (like)
        mailindex_report(w->sink, "I19", here(w, EXTENSION_HEADER, name_size),
                         "expected extension \"%s\", found \"%s\"", like, e->name);
    return true;
}

static void broken(const struct walk *w, const struct dovecot_extension *e, uint64_t offset,
                   uint64_t length, const char *what)
{
    mailindex_report(w->sink, "I11", here(w, offset, length), "extension \"%s\": %s", e->name,
                     what);
}

static bool power_of_two(unsigned n)
{
    return n && (n & (n - 1)) == 0;
}

/* The field that the extension has in each record; false: it must not be used. */
static bool check_field(const struct walk *w, const struct dovecot_extension *e)
{
    uint32_t record_size = w->index->header.record_size;

    if (e->record_size == 0 && e->hdr_size == 0)
        broken(w, e, 0, 12, "has neither a header nor a field in records");
    if (!power_of_two(e->record_align) && (e->record_size || e->record_align))
        broken(w, e, 12, 2, "its alignment is not 1, 2, 4 or 8");
    else if (e->record_align > 8)
        broken(w, e, 12, 2, "its alignment is larger than 8");
    else if (e->record_size && e->record_offset % e->record_align)
        broken(w, e, 8, 2, "its place in the record is not aligned");
    else if (e->record_size && record_size % e->record_align)
        broken(w, e, 12, 2, "the record size does not fit its alignment");
    if (e->record_size == 0)
        return true;
    if (e->record_size >= 32768 || (uint32_t)e->record_offset + e->record_size > record_size) {
        broken(w, e, 8, 4, "its field points outside of the record");
        return false;
    }
    if (e->record_offset < 5) {
        broken(w, e, 8, 2, "its field lies over uid and flags");
        return false;
    }
    return true;
}

static void check_known_sizes(const struct walk *w, const struct dovecot_extension *e)
{
    const struct dovecot_extension_kind *kind = dovecot_extension_kind(e->name);

    if (!kind)
        return;
    if (kind->hdr_size >= 0 && e->reset_id && strcmp(e->name, "cache") != 0)
        mailindex_report(w->sink, "I13", here(w, 4, 4),
                         "extension \"%s\": expected reset_id 0, as it is never reset, found %u",
                         e->name, e->reset_id);
    if (kind->hdr_size >= 0 && e->hdr_size != (uint32_t)kind->hdr_size)
        mailindex_report(w->sink, "I13", here(w, 0, 4),
                         "extension \"%s\": expected hdr_size %d, found %u", e->name,
                         kind->hdr_size, e->hdr_size);
    if (kind->record_size >= 0 && e->record_size != kind->record_size)
        mailindex_report(w->sink, "I13", here(w, 10, 2),
                         "extension \"%s\": expected record_size %d, found %u", e->name,
                         kind->record_size, e->record_size);
}

static void overlap(const struct walk *w, const struct dovecot_extension *a,
                    const struct dovecot_extension *b)
{
    const struct dovecot_extension *both[] = {a, b};

    for (size_t i = 0; i < 2; i++)
        mailindex_report(
            w->sink, "I12", (struct mailindex_place){w->file->name, both[i]->at + 8, 4},
            "the field of extension \"%s\" in the record (at %u) overlaps that of "
            "\"%s\" (at %u)",
            both[i]->name, both[i]->record_offset, both[1 - i]->name, both[1 - i]->record_offset);
}

static void check_others(const struct walk *w, const struct dovecot_extension *e)
{
    for (size_t i = 0; i < w->index->extension_count; i++) {
        const struct dovecot_extension *o = &w->index->extensions[i];
        if (strcmp(o->name, e->name) == 0)
            broken(w, e, EXTENSION_HEADER, strlen(e->name), "is there twice");
        if (e->record_size && o->record_size &&
            e->record_offset < o->record_offset + o->record_size &&
            o->record_offset < e->record_offset + e->record_size)
            overlap(w, e, o);
    }
}

/* One extension header; 0: it ends the walk. Gives its bytes, with padding. */
static uint64_t take_extension(struct walk *w)
{
    const uint8_t *b = w->bytes + w->at;
    uint64_t room = w->index->header.header_size - w->at;
    struct dovecot_extension e = {.at = w->at};

    if (room < EXTENSION_HEADER) {
        mailindex_report(w->sink, "I11", here(w, 0, room),
                         "expected an extension header, found %u bytes", (unsigned)room);
        return 0;
    }
    e.hdr_size = le32(b);
    e.reset_id = le32(b + 4);
    e.record_offset = le16(b + 8);
    e.record_size = le16(b + 10);
    e.record_align = le16(b + 12);
    uint16_t name_size = le16(b + 14);
    uint64_t data = align8(w->at + EXTENSION_HEADER + name_size) - w->at;
    if (e.hdr_size >= HEADER_SIZE_MAX || data + e.hdr_size > room) {
        mailindex_report(w->sink, "I11", here(w, 0, EXTENSION_HEADER),
                         "expected an extension within the header's %u bytes, found name_size %u, "
                         "hdr_size %u at %llu",
                         w->index->header.header_size, name_size, e.hdr_size,
                         (unsigned long long)w->at);
        return 0;
    }
    uint64_t end = align8(w->at + data + e.hdr_size) - w->at;
    if (end > room)
        end = room;
    e.data_at = w->at + data;
    e.data = b + data;
    bool named = take_name(w, &e, name_size);
    if (!check_field(w, &e)) /* whoever looks for the field finds none */
        e.record_size = e.record_offset = 0;
    if (named) {
        check_padding(w, w->at + EXTENSION_HEADER + name_size, e.data_at);
        check_padding(w, e.data_at + e.hdr_size, w->at + end);
        check_known_sizes(w, &e);
        check_others(w, &e);
    }
    if (w->index->extension_count == DOVECOT_EXTENSIONS_MAX) {
        mailindex_report(w->sink, "I11", here(w, 0, EXTENSION_HEADER),
                         "expected at most %d extensions, found more", DOVECOT_EXTENSIONS_MAX);
        return 0;
    }
    w->index->extensions[w->index->extension_count++] = e;
    return end;
}

void dovecot_extensions_parse(const struct mailindex_file *file, const uint8_t *bytes,
                              struct dovecot_index *index, struct mailindex_sink *sink)
{
    struct walk w = {file, bytes, index, sink, align8(index->header.base_header_size)};
    uint64_t length = 1;

    while (length && w.at < index->header.header_size) {
        length = take_extension(&w);
        w.at += length;
    }
}
