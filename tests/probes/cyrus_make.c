/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/probes/cyrus_make.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MAILS = 3, ITEMS = 10, GUID_AT = 60, LEVELS = 31 };

static const struct {
    uint32_t uid, flags, size, user_flags;
    uint64_t modseq;
} mails[MAILS] = {{1, 0, 500, 0, 4}, {3, 0x12, 700, 1, 9}, {4, 0x80000004, 900, 0, 11}};

void cyrus_put32(struct buf *buf, size_t at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        buf->data[at + (size_t)i] = (char)(value >> (24 - 8 * i));
}

static void put64(struct buf *buf, size_t at, uint64_t value)
{
    cyrus_put32(buf, at, (uint32_t)(value >> 32));
    cyrus_put32(buf, at + 4, (uint32_t)value);
}

static void zeroes(struct buf *buf, size_t length)
{
    static const char none[512];
    for (; length > sizeof none; length -= sizeof none)
        buf_add(buf, none, sizeof none);
    buf_add(buf, none, length);
}

static uint32_t crc_of(const void *bytes, size_t length)
{
    return (uint32_t)crc32(0, bytes, (unsigned)length);
}

/* An item of the cache has another length each time. */
static void make_cache(struct cyrus_made *made, uint64_t offsets[MAILS], uint32_t crcs[MAILS])
{
    zeroes(&made->cache, 4);
    cyrus_put32(&made->cache, 0, 7); /* generation */
    for (unsigned i = 0; i < MAILS; i++) {
        offsets[i] = made->cache.length;
        for (unsigned item = 0; item < ITEMS; item++) {
            size_t at = made->cache.length, length = item * 5 + i;
            zeroes(&made->cache, 4 + (length + 3) / 4 * 4);
            cyrus_put32(&made->cache, at, (uint32_t)length);
            memset(made->cache.data + at + 4, 'a' + (int)item, length);
        }
        crcs[i] = crc_of(made->cache.data + offsets[i], made->cache.length - offsets[i]);
    }
}

static void make_record(struct cyrus_made *made, unsigned i, uint64_t offset, uint32_t crc)
{
    struct buf *index = &made->index;
    bool twenty = made->record_size == 144;
    size_t at = made->header_size + (size_t)i * made->record_size;

    cyrus_put32(index, at, mails[i].uid);
    if (twenty) {
        cyrus_put32(index, at + 4, (uint32_t)offset);
        put64(index, at + 8, UINT64_C(1700000000) * 1000000000);
        put64(index, at + 24, mails[i].size);
        cyrus_put32(index, at + 36, mails[i].flags);
        cyrus_put32(index, at + 40, mails[i].user_flags);
        put64(index, at + 112, UINT64_C(1700000001) * 1000000000);
    } else {
        cyrus_put32(index, at + 4, 1700000000);
        cyrus_put32(index, at + 12, mails[i].size);
        cyrus_put32(index, at + 24, (uint32_t)offset);
        cyrus_put32(index, at + 28, 1700000001);
        cyrus_put32(index, at + 32, mails[i].flags);
        cyrus_put32(index, at + 36, mails[i].user_flags);
    }
    memset(index->data + at + GUID_AT, (int)i + 1, 20);
    put64(index, at + 80, mails[i].modseq);
    cyrus_put32(index, at + made->record_size - 8, crc);
}

/* "uid modseq last_updated (flags) internaldate guid" of the two that are not expunged. */
static uint32_t sync_crc(void)
{
    char text[160], guid[41];
    uint32_t sum = 0;

    for (unsigned i = 0; i < 2; i++) {
        uint32_t flags = i ? crc_of("\\flagged", 8) ^ crc_of("\\seen", 5) ^ crc_of("work", 4) : 0;
        for (int n = 0; n < 20; n++)
            snprintf(guid + 2 * n, 3, "%02x", i + 1);
        int length = snprintf(text, sizeof text, "%u %" PRIu64 " 1700000001 (%u) 1700000000 %s",
                              mails[i].uid, mails[i].modseq, flags, guid);
        sum ^= crc_of(text, (size_t)length);
    }
    return sum;
}

static void make_header(struct cyrus_made *made, unsigned version)
{
    struct buf *index = &made->index;
    unsigned exists = version < 19 ? 84 : 60;

    cyrus_put32(index, 0, 7);
    cyrus_put32(index, 8, version);
    cyrus_put32(index, 12, made->header_size);
    cyrus_put32(index, 16, made->record_size);
    cyrus_put32(index, 20, MAILS);
    put64(index, 32, 1200);
    cyrus_put32(index, version < 20 ? 28 : 88, 4); /* last uid */
    cyrus_put32(index, 56, 1);                     /* flagged */
    cyrus_put32(index, exists, 2);
    put64(index, version < 19 ? 68 : 72, 11); /* highest modseq */
    cyrus_put32(index, 100, sync_crc());
    if (version >= 14)
        cyrus_put32(index, 124, 1); /* unseen */
}

void cyrus_seal(struct cyrus_made *made)
{
    struct buf *index = &made->index;
    size_t at = made->header_size - 4;

    cyrus_put32(index, at, crc_of(index->data, at));
    for (uint32_t i = 0; i < made->records; i++) {
        at = made->header_size + (size_t)i * made->record_size;
        cyrus_put32(index, at + made->record_size - 4,
                    crc_of(index->data + at, made->record_size - 4));
    }
}

void cyrus_make(struct cyrus_made *made, unsigned version)
{
    uint64_t offsets[MAILS];
    uint32_t crcs[MAILS];

    *made = (struct cyrus_made){.header_size = version < 14   ? 128
                                               : version < 20 ? 160
                                                              : 192,
                                .record_size = version < 13   ? 96
                                               : version < 16 ? 104
                                               : version < 20 ? 112
                                                              : 144,
                                .records = MAILS};
    make_cache(made, offsets, crcs);
    zeroes(&made->index, made->header_size + (size_t)MAILS * made->record_size);
    for (unsigned i = 0; i < MAILS; i++)
        make_record(made, i, offsets[i], crcs[i]);
    make_header(made, version);
    cyrus_seal(made);
}

void cyrus_unmake(struct cyrus_made *made)
{
    buf_free(&made->index);
    buf_free(&made->cache);
}

/* ---- twoskip ---- */

/* Appends a record without pointers; its offset. */
static uint64_t append(struct buf *buf, char type, unsigned level, const char *key,
                       const char *value)
{
    uint64_t at = buf->length;
    size_t keys = strlen(key), values = strlen(value), padded = (keys + values + 7) / 8 * 8;
    size_t head = 8 + 8 * (level + 1);

    zeroes(buf, head + 8 + padded);
    buf->data[at] = type;
    buf->data[at + 1] = (char)level;
    buf->data[at + 3] = (char)keys;
    buf->data[at + 7] = (char)values;
    memcpy(buf->data + at + head + 8, key, keys);
    memcpy(buf->data + at + head + 8 + keys, value, values);
    cyrus_put32(buf, at + head + 4, crc_of(buf->data + at + head + 8, padded));
    cyrus_put32(buf, at + head, crc_of(buf->data + at, head));
    return at;
}

static void point(struct buf *buf, uint64_t at, unsigned pointer, uint64_t to)
{
    size_t head = 8 + 8 * ((size_t)buf->data[at + 1] + 1);
    put64(buf, at + 8 + 8 * pointer, to);
    cyrus_put32(buf, at + head, crc_of(buf->data + at, head));
}

static void link_behind(struct buf *buf, uint64_t last[LEVELS], uint64_t at, unsigned level)
{
    for (unsigned i = 0; i < level; i++) {
        point(buf, last[i], i ? i + 1 : 0, at);
        last[i] = at;
    }
}

void cyrus_make_twoskip(struct buf *buf, unsigned keys)
{
    uint64_t last[LEVELS];
    char key[16];

    zeroes(buf, 64);
    memcpy(buf->data, "\241\002\213\015twoskip file", 16);
    uint64_t dummy = append(buf, '=', LEVELS, "", "");
    for (int i = 0; i < LEVELS; i++)
        last[i] = dummy;
    append(buf, '+', 2, "key00", "an old value that nothing leads to");
    for (unsigned i = 0; i < keys; i++) {
        snprintf(key, sizeof key, "key%02u", i);
        if (i % 3 == 2)
            buf_add(buf, " BLANK\007\240", 8);
        unsigned level = 1 + i % 3;
        link_behind(buf, last, append(buf, '+', level, key, "some value"), level);
    }
    uint64_t gone = append(buf, '-', 0, "", "");
    point(buf, last[0], 1, gone); /* the second pointer of level 0, and higher: it counts */
    append(buf, '$', 0, "", "");
    cyrus_put32(buf, 20, 1);
    put64(buf, 24, 3);
    put64(buf, 32, keys);
    put64(buf, 48, buf->length);
    cyrus_put32(buf, 60, crc_of(buf->data, 60));
}

static void take(const struct mailindex_finding *finding, void *arg)
{
    struct cyrus_found *found = arg;
    size_t length = strlen(found->rules);

    if (!length) {
        found->offset = finding->offset;
        found->length = finding->length;
    }
    snprintf(found->rules + length, sizeof found->rules - length, "%s ", finding->rule);
}

struct mailindex_sink cyrus_sink(struct cyrus_found *found)
{
    return (struct mailindex_sink){.report = take, .arg = found};
}
