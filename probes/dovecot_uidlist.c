/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_uidlist.h"

#include <inttypes.h>
#include <string.h>

enum { VERSION = 3, GUID_DIGITS = 32, SHOWN = 40 };

struct reader {
    const char *file;
    const char *text; /* all of it */
    struct arena *arena;
    struct dovecot_uidlist *list;
    struct mailindex_sink *sink;
    size_t room;
};

/* A decimal number at *at, which is moved behind it; false where there is none of 32 bits. */
static bool number(const char **at, const char *end, uint64_t most, uint64_t *value)
{
    const char *start = *at;
    *value = 0;
    for (; *at < end && **at >= '0' && **at <= '9'; (*at)++) {
        *value = *value * 10 + (uint64_t)(**at - '0');
        if (*value > most)
            return false;
    }
    return *at > start;
}

static struct mailindex_place place(const struct reader *reader, const char *at, const char *end)
{
    return (struct mailindex_place){reader->file, (uint64_t)(at - reader->text),
                                    (uint64_t)(end - at)};
}

/* One "<key><value>" of the header; false where it is broken. */
static bool header_field(struct dovecot_uidlist *list, const char *at, const char *end)
{
    uint64_t value;
    const char *digits = at + 1;

    if (*at == 'G') {
        size_t length = (size_t)(end - digits);
        if (length != GUID_DIGITS || strspn(digits, "0123456789abcdefABCDEF") < length)
            return false;
        memcpy(list->guid, digits, length);
        list->guid[length] = '\0';
        return true;
    }
    if (*at != 'V' && *at != 'N')
        return true; /* for a later version */
    if (!number(&digits, end, UINT32_MAX, &value) || digits != end)
        return false;
    *(*at == 'V' ? &list->uid_validity : &list->next_uid) = (uint32_t)value;
    return true;
}

static bool header_fields(struct dovecot_uidlist *list, const char *at, const char *end)
{
    while (at < end) {
        const char *space = memchr(at, ' ', (size_t)(end - at));
        const char *stop = space ? space : end;
        if (stop > at && !header_field(list, at, stop))
            return false;
        at = stop + 1;
    }
    return list->uid_validity && list->next_uid;
}

/* Says whether the rest can be read. */
static bool read_header(struct reader *reader, const char *line, const char *end)
{
    const char *at = line;
    uint64_t version;

    if (!number(&at, end, 99, &version) || at == end || *at != ' ') {
        mailindex_report(reader->sink, "U01", place(reader, line, end),
                         "the first line is no header of version 3");
        return false;
    }
    if (version < VERSION)
        return false; /* of Dovecot 1.0: it rewrites it at once */
    reader->list->usable = version == VERSION && header_fields(reader->list, at + 1, end);
    if (!reader->list->usable)
        mailindex_report(reader->sink, "U01", place(reader, line, end),
                         "the header has no sound uidvalidity, next uid or GUID");
    return reader->list->usable;
}

/* "<key><value> ..." up to ":<name>"; false where it is broken. */
static bool entry_fields(struct dovecot_uidlist_entry *entry, const char *at, const char *end)
{
    while (at < end && *at != ':') {
        const char *space = memchr(at, ' ', (size_t)(end - at));
        const char *digits = at + 1;
        uint64_t value;
        if (!space || *at < 'A' || *at > 'Z')
            return false;
        if ((*at == 'S' || *at == 'W') && number(&digits, space, INT64_MAX / 10, &value))
            *(*at == 'S' ? &entry->size : &entry->vsize) = (int64_t)value;
        at = space + 1;
    }
    if (at + 1 >= end)
        return false;
    entry->name = at + 1;
    entry->name_length = (uint32_t)(end - entry->name);
    return true;
}

static const char *entry_fault(const struct dovecot_uidlist_entry *entry)
{
    if (entry->uid == 0 || entry->uid == UINT32_MAX)
        return "its uid cannot be";
    if (memchr(entry->name, '/', entry->name_length) ||
        memchr(entry->name, '\0', entry->name_length))
        return "its file name holds a '/' or a NUL";
    return NULL;
}

static void broken(struct reader *reader, const char *rule, const char *line, const char *end,
                   const char *why)
{
    reader->list->broken = true;
    mailindex_report(reader->sink, rule, place(reader, line, end), "line '%.*s': %s",
                     (int)(end - line > SHOWN ? SHOWN : end - line), line, why);
}

static void add(struct reader *reader, const struct dovecot_uidlist_entry *entry)
{
    struct dovecot_uidlist *list = reader->list;
    list->entries =
        arena_grow(reader->arena, list->entries, list->count, &reader->room, sizeof *list->entries);
    list->entries[list->count++] = *entry;
    if (entry->uid >= list->next_uid)
        list->next_uid = entry->uid + 1;
}

static void read_entry(struct reader *reader, const char *line, const char *end)
{
    struct dovecot_uidlist *list = reader->list;
    struct dovecot_uidlist_entry entry = {.size = -1,
                                          .vsize = -1,
                                          .at = (uint64_t)(line - reader->text),
                                          .length = (uint32_t)(end - line)};
    const char *at = line;
    uint64_t uid;

    if (!number(&at, end, UINT32_MAX, &uid) || at == end || *at != ' ' ||
        !entry_fields(&entry, at + 1, end)) {
        broken(reader, "U03", line, end, "not '<uid> [fields] :<file name>'");
        return;
    }
    entry.uid = (uint32_t)uid;
    const char *fault = entry_fault(&entry);
    if (fault)
        broken(reader, "U03", line, end, fault);
    else if (list->count && list->entries[list->count - 1].uid >= entry.uid)
        broken(reader, "U04", line, end, "its uid does not follow the one before");
    else
        add(reader, &entry);
}

void dovecot_uidlist_parse(const char *name, const char *text, size_t length, struct arena *arena,
                           struct dovecot_uidlist *list, struct mailindex_sink *sink)
{
    struct reader reader = {.file = name, .text = text, .arena = arena, .list = list, .sink = sink};
    const char *end = text + length;

    *list = (struct dovecot_uidlist){0};
    if (!length) {
        mailindex_report(sink, "U01", (struct mailindex_place){name, 0, 0}, "the file is empty");
        return;
    }
    for (const char *line = text; line < end;) {
        const char *feed = memchr(line, '\n', (size_t)(end - line));
        const char *stop = feed ? feed : end;
        if (!feed) {
            broken(&reader, "U02", line, stop, "the file ends within it");
            return;
        }
        if (line == text && !read_header(&reader, line, stop))
            return;
        if (line > text)
            read_entry(&reader, line, stop);
        line = stop + 1;
    }
}

const struct dovecot_uidlist_entry *dovecot_uidlist_find(const struct dovecot_uidlist *list,
                                                         uint32_t uid)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (list->entries[middle].uid < uid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < list->count && list->entries[low].uid == uid ? &list->entries[low] : NULL;
}
