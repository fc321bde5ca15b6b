/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/cyrus_header.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static const char magic[] = "\241\002\213\015Cyrus mailbox header\n"
                            "\"The best thing about this system was that it had lots of goals.\"\n"
                            "\t--Jim Morris on Andrew\n";

/* Text that is taken apart from left to right. */
struct reader {
    const char *at, *end;
    struct arena *arena;
    int depth;
};

/*
 * A word: atom | '"' (char | '\' char)* '"' | '{' number ['+'] '}' CR LF bytes. NULL where there
 * is none.
 */
static const char *quoted(struct reader *reader)
{
    const char *start = ++reader->at;
    while (reader->at < reader->end && *reader->at != '"')
        reader->at += *reader->at == '\\' && reader->at + 1 < reader->end ? 2 : 1;
    size_t length = (size_t)(reader->at - start);
    if (reader->at < reader->end)
        reader->at++;
    char *word = arena_strndup(reader->arena, start, length), *to = word;
    for (const char *from = word; *from; from++) {
        if (*from == '\\' && from[1])
            from++;
        *to++ = *from;
    }
    *to = '\0';
    return word;
}

static const char *literal(struct reader *reader)
{
    size_t length = 0;
    for (reader->at++; reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9';
         reader->at++)
        if (length < CYRUS_HEADER_MAX)
            length = 10 * length + (size_t)(*reader->at - '0');
    while (reader->at < reader->end && strchr("+}\r", *reader->at))
        reader->at++;
    if (reader->at < reader->end && *reader->at == '\n')
        reader->at++;
    if (length > (size_t)(reader->end - reader->at))
        length = (size_t)(reader->end - reader->at);
    const char *word = arena_strndup(reader->arena, reader->at, length);
    reader->at += length;
    return word;
}

static const char *word(struct reader *reader)
{
    if (*reader->at == '"')
        return quoted(reader);
    if (*reader->at == '{')
        return literal(reader);
    const char *start = reader->at;
    while (reader->at < reader->end && !strchr(" ()\n", *reader->at))
        reader->at++;
    return reader->at == start ? NULL
                               : arena_strndup(reader->arena, start, (size_t)(reader->at - start));
}

static void skip_spaces(struct reader *reader)
{
    while (reader->at < reader->end && *reader->at == ' ')
        reader->at++;
}

/* '(' or '%(' ... up to its ')', whatever is in it. */
static void skip_list(struct reader *reader)
{
    int depth = 0;
    while (reader->at < reader->end) {
        if (*reader->at == '(')
            depth++;
        else if (*reader->at == ')')
            depth--;
        else if (*reader->at == '"' || *reader->at == '{') {
            word(reader);
            continue;
        }
        reader->at++;
        if (!depth)
            break;
    }
}

static void take_flags(struct reader *reader, struct cyrus_flags *flags)
{
    reader->at++; /* '(' */
    for (int i = 0; i < CYRUS_USER_FLAGS;) {
        skip_spaces(reader);
        const char *name = reader->at < reader->end ? word(reader) : NULL;
        if (!name)
            break;
        flags->names[i++] = strcmp(name, "NIL") == 0 ? NULL : name;
    }
    if (reader->at < reader->end)
        reader->at++; /* ')' */
}

/* "%(" { key value } ")": the keys are single letters, N the name and U the user flags. */
static bool take_list(struct reader *reader, struct cyrus_header *header)
{
    if (reader->end - reader->at < 2 || memcmp(reader->at, "%(", 2) != 0)
        return false;
    reader->at += 2;
    for (;;) {
        skip_spaces(reader);
        if (reader->at < reader->end && *reader->at == ')')
            return true;
        const char *key = reader->at < reader->end ? word(reader) : NULL;
        if (!key)
            return false;
        skip_spaces(reader);
        if (reader->at == reader->end)
            return false;
        if (strcmp(key, "U") == 0 && *reader->at == '(')
            take_flags(reader, &header->flags);
        else if (*reader->at == '(')
            skip_list(reader);
        else if (*reader->at == '%' && reader->at + 1 < reader->end && reader->at[1] == '(') {
            reader->at++;
            skip_list(reader);
        } else {
            const char *value = word(reader);
            if (!value)
                return false;
            if (strcmp(key, "N") == 0)
                header->name = value;
        }
    }
}

/* The three lines of older files: the second has the flags, an empty place for one taken back. */
static bool take_lines(struct reader *reader, struct cyrus_header *header)
{
    const char *line = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
    if (!line)
        return false;
    line++;
    const char *end = memchr(line, '\n', (size_t)(reader->end - line));
    if (!end || !memchr(end + 1, '\n', (size_t)(reader->end - end - 1)))
        return false;
    for (int i = 0; line <= end && i < CYRUS_USER_FLAGS; i++) {
        const char *space = memchr(line, ' ', (size_t)(end - line));
        if (!space)
            space = end;
        if (space > line)
            header->flags.names[i] = arena_strndup(reader->arena, line, (size_t)(space - line));
        line = space + 1;
    }
    return true;
}

bool cyrus_header_parse(const char *file, const char *text, size_t length, struct arena *arena,
                        struct cyrus_header *header, struct mailindex_sink *sink)
{
    size_t start = sizeof magic - 1;
    struct reader reader = {.end = text + length, .arena = arena};

    *header = (struct cyrus_header){
        .crc = (uint32_t)crc32(0, (const unsigned char *)text, (unsigned)length)};
    if (length < start || memcmp(text, magic, start) != 0) {
        mailindex_report(sink, "Y09", (struct mailindex_place){file, 0, start},
                         "expected \"Cyrus mailbox header\", found something else");
        return false;
    }
    reader.at = text + start;
    if (reader.at < reader.end && *reader.at == '%' ? take_list(&reader, header)
                                                    : take_lines(&reader, header))
        return true;
    mailindex_report(
        sink, "Y09", (struct mailindex_place){file, start, length > start ? length - start : 0},
        "expected name, rights and flags, found a line that is cut or not of that form");
    return false;
}

void cyrus_header_verify(const char *file, size_t length, const struct cyrus_header *header,
                         const struct cyrus_index *index, struct mailindex_sink *sink)
{
    if (index->header_file_crc && index->header_file_crc != header->crc)
        mailindex_report(sink, "Y08", (struct mailindex_place){file, 0, length},
                         "expected CRC32 %08x by the index, found %08x", index->header_file_crc,
                         header->crc);
}
