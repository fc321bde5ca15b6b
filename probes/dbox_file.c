/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dbox_file.h"

#include <inttypes.h>
#include <string.h>

enum {
    MAX_HEADER_LINE = 256,
    MIN_MESSAGE_HEADER = 16,
    MAX_MESSAGE_HEADER = 1024,
    SIZE_AT = 13, /* of its 16 hex digits in a mail's header */
    SIZE_DIGITS = 16,
    GUID_BYTES = 16,
    METADATA_STEP = 1024,
};

static const char metadata_magic[] = "\n\1\3\n";

static struct mailindex_place place(const struct mailindex_file *file, uint64_t at, uint64_t length)
{
    return (struct mailindex_place){file->name, at, length};
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool hex_number(const uint8_t *text, size_t length, uint64_t *value)
{
    *value = 0;
    if (!length || length > SIZE_DIGITS)
        return false;
    for (size_t i = 0; i < length; i++) {
        int digit = hex_digit(text[i]);
        if (digit < 0)
            return false;
        *value = *value << 4 | (uint64_t)digit;
    }
    return true;
}

/* As much as there is of what was asked for. */
static const uint8_t *up_to(struct mailindex_window *window, uint64_t at, size_t most,
                            size_t *length)
{
    uint64_t size = window->file->size;
    *length = at >= size ? 0 : size - at < most ? (size_t)(size - at) : most;
    return *length ? window_at(window, at, *length) : NULL;
}

static bool header_line(const uint8_t *line, size_t length, struct dbox_file_header *header)
{
    uint64_t message_header = 0;

    if (length < 2 || memcmp(line, "2 ", 2) != 0)
        return false;
    for (size_t at = 2; at < length;) {
        const uint8_t *space = memchr(line + at, ' ', length - at);
        size_t end = space ? (size_t)(space - line) : length;
        uint64_t value;
        if (end > at && !hex_number(line + at + 1, end - at - 1, &value))
            return false;
        if (end > at && line[at] == 'M')
            message_header = value;
        at = end + 1;
    }
    header->message_header = (uint32_t)message_header;
    return message_header >= MIN_MESSAGE_HEADER && message_header <= MAX_MESSAGE_HEADER;
}

bool dbox_file_header(const struct mailindex_file *file, struct mailindex_window *window,
                      struct dbox_file_header *header, struct mailindex_sink *sink)
{
    size_t length;
    const uint8_t *line = up_to(window, 0, MAX_HEADER_LINE, &length);
    const uint8_t *feed = line ? memchr(line, '\n', length) : NULL;

    if (!line && window->error)
        return false;
    if (feed && header_line(line, (size_t)(feed - line), header)) {
        header->first = (uint64_t)(feed - line) + 1;
        return true;
    }
    mailindex_report(sink, "D01", place(file, 0, length ? length : 1),
                     "expected a header line '2 M1e C...', found %s",
                     file->size ? "something else" : "an empty file");
    return false;
}

static bool all_zero(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i])
            return false;
    return true;
}

/* The header of a mail; NULL where it is sound, else what is wrong with it. */
static const char *read_mail_header(const uint8_t *bytes, uint32_t length, struct dbox_mail *mail)
{
    if (all_zero(bytes, length)) {
        mail->unwritten = true;
        return "all of its header is zero";
    }
    if (bytes[0] != 1 || bytes[1] != 2)
        return "its header does not begin with the magic bytes 1 2";
    if (bytes[2] != 'N' || bytes[length - 1] != '\n')
        return "its header is not that of a mail or does not end in a line feed";
    for (size_t i = 3; i < SIZE_AT; i++)
        if (bytes[i] != ' ')
            return "its header has something where blanks must be";
    if (length < SIZE_AT + SIZE_DIGITS || !hex_number(bytes + SIZE_AT, SIZE_DIGITS, &mail->body))
        return "its size is no number";
    return NULL;
}

static void metadata_line(const uint8_t *line, size_t length, struct dbox_mail *mail)
{
    uint64_t value;

    if (line[0] == 'G' && length == 1 + 2 * GUID_BYTES) {
        mail->has_guid = true;
        for (size_t i = 0; i < GUID_BYTES && mail->has_guid; i++)
            mail->has_guid =
                hex_number(line + 1 + 2 * i, 2, &value) && (mail->guid[i] = (uint8_t)value, true);
    } else if ((line[0] == 'Z' || line[0] == 'V') && hex_number(line + 1, length - 1, &value) &&
               value <= INT64_MAX) {
        *(line[0] == 'Z' ? &mail->size : &mail->vsize) = (int64_t)value;
    }
}

/* Lines up to an empty one; NULL where all is there, else what is wrong. */
static const char *read_metadata(struct mailindex_window *window, uint64_t at,
                                 struct dbox_mail *mail)
{
    uint64_t start = at;

    while (at - start < DBOX_METADATA_MAX) {
        size_t length;
        const uint8_t *line = up_to(window, at, METADATA_STEP, &length);
        const uint8_t *feed = line ? memchr(line, '\n', length) : NULL;
        if (!line || (!feed && length < METADATA_STEP))
            return "the file ends within its metadata";
        if (feed == line) {
            mail->end = at + 1;
            return NULL;
        }
        if (feed && (line[0] < 'A' || line[0] > 'Z'))
            return "a line of its metadata does not begin with a key";
        if (feed)
            metadata_line(line, (size_t)(feed - line), mail);
        at += feed ? (uint64_t)(feed - line) + 1 : length;
    }
    return "its metadata has no end";
}

static bool broken(const struct mailindex_file *file, struct mailindex_sink *sink, uint64_t mail,
                   uint64_t at, uint64_t length, const char *why)
{
    mailindex_report(sink, "D01", place(file, at, length), "the mail at %" PRIu64 ": %s", mail,
                     why);
    return false;
}

bool dbox_mail_read(const struct mailindex_file *file, struct mailindex_window *window,
                    const struct dbox_file_header *header, uint64_t at, struct dbox_mail *mail,
                    struct mailindex_sink *sink)
{
    uint64_t length = header->message_header;

    *mail = (struct dbox_mail){.at = at, .size = -1, .vsize = -1};
    const uint8_t *bytes = window_at(window, at, length);
    if (!bytes)
        return !window->error &&
               broken(file, sink, at, at, length, "the file ends within its header");
    const char *why = read_mail_header(bytes, (uint32_t)length, mail);
    if (why)
        return broken(file, sink, at, at, length, why);
    uint64_t end = at + length + mail->body;
    if (end < at || end > file->size || file->size - end < sizeof metadata_magic - 1)
        return broken(file, sink, at, at, file->size - at,
                      "its size reaches beyond the end of the file");
    bytes = window_at(window, end, sizeof metadata_magic - 1);
    if (!bytes)
        return false;
    if (memcmp(bytes, metadata_magic, sizeof metadata_magic - 1) != 0)
        return broken(file, sink, at, at, end + sizeof metadata_magic - 1 - at,
                      "its metadata is not where its size says");
    why = read_metadata(window, end + sizeof metadata_magic - 1, mail);
    return !why || (!window->error && broken(file, sink, at, end, file->size - end, why));
}
