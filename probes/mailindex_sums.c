/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_sums.h"

#include <stdlib.h>
#include <string.h>

#include "core/varint.h"

/* The state lies within the maker: one allocation. */
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

/* Ranges have 256 bytes, 512 bytes, 1 KiB ...; those of mails at least 4 KiB. */
enum { SMALLEST = 8, SMALLEST_OF_MAIL = 12, SHIFTS = 28, LARGEST = SMALLEST + SHIFTS - 1 };

struct sums_maker {
    XXH3_state_t state;
    struct sums sums;
    uint64_t at;
};

struct sums_maker *sums_maker_new(void)
{
    struct sums_maker *maker = aligned_alloc(64, (sizeof *maker + 63) / 64 * 64);
    if (!maker)
        abort();
    memset(maker, 0, sizeof *maker);
    return maker;
}

void sums_maker_free(struct sums_maker **maker)
{
    free(*maker);
    *maker = NULL;
}

static void start(struct sums_maker *maker, uint64_t length, uint8_t shift)
{
    XXH3_64bits_reset(&maker->state);
    maker->sums = (struct sums){.length = length, .shift = shift};
    maker->at = 0;
}

void sums_start(struct sums_maker *maker, uint64_t length, int max)
{
    uint8_t shift = max <= SUMS_MAIL_MAX ? SMALLEST_OF_MAIL : SMALLEST;
    while (shift < LARGEST && (length + (UINT64_C(1) << shift) - 1) >> shift > (uint64_t)max)
        shift++;
    start(maker, length, shift);
}

void sums_start_as(struct sums_maker *maker, const struct sums *sums)
{
    start(maker, sums->length, sums->shift);
}

bool sums_is_as(const struct sums_maker *maker, const struct sums *sums)
{
    return maker->sums.length == sums->length && maker->sums.shift == sums->shift;
}

static void end_range(struct sums_maker *maker)
{
    if (maker->sums.count < SUMS_MAX)
        maker->sums.sum[maker->sums.count++] = (uint32_t)XXH3_64bits_digest(&maker->state);
    XXH3_64bits_reset(&maker->state);
}

void sums_add(struct sums_maker *maker, const void *bytes, size_t length)
{
    uint64_t range = UINT64_C(1) << maker->sums.shift, left = maker->sums.length - maker->at;
    const uint8_t *at = bytes;

    if (length > left)
        length = (size_t)left;
    while (length) {
        uint64_t room = range - maker->at % range;
        size_t n = length < room ? length : (size_t)room;
        XXH3_64bits_update(&maker->state, at, n);
        maker->at += n;
        at += n;
        length -= n;
        if (maker->at % range == 0 || maker->at == maker->sums.length)
            end_range(maker);
    }
}

bool sums_finish(struct sums_maker *maker, struct sums *sums)
{
    sums->length = maker->sums.length;
    sums->shift = maker->sums.shift;
    sums->count = maker->sums.count;
    memcpy(sums->sum, maker->sums.sum, sizeof sums->sum);
    return maker->at == maker->sums.length;
}

uint32_t sums_of(const void *bytes, size_t length)
{
    return (uint32_t)XXH3_64bits(bytes, length);
}

uint64_t sums_name(const void *bytes, size_t length)
{
    uint64_t name = XXH3_64bits(bytes, length) & (UINT64_MAX >> 16);
    return name ? name : 1;
}

/* ---- comparing ---- */

bool sums_differ(const struct sums *before, const struct sums *now,
                 struct sums_difference *difference)
{
    uint64_t range = UINT64_C(1) << before->shift;
    int compared = before->count < now->count ? before->count : now->count;
    int first = -1, last = -1;

    *difference = (struct sums_difference){0};
    for (int i = 0; i < compared; i++)
        if (before->sum[i] != now->sum[i]) {
            first = first < 0 ? i : first;
            last = i;
            difference->ranges++;
        }
    if (first < 0)
        return false;
    uint64_t end = (uint64_t)(last + 1) * range;
    difference->offset = (uint64_t)first * range;
    difference->length = (end < before->length ? end : before->length) - difference->offset;
    difference->to_the_end = last == compared - 1;
    difference->all = difference->ranges == compared;
    return true;
}

/* ---- bytes ----
 *
 * entry  ::= kind and flags; delta of id; [extra]; [length]; layout; sum*; [time]; [beyond; whole]
 * layout ::= count * SHIFTS + range
 * Sorted by kind and id; the delta is to the id of the entry before it of the same kind. Numbers
 * are varints; sums have four bytes and times eight, or two where they are of a mail, lowest first.
 */

enum { WITH_EXTRA = 0x80, WITH_TIME = 0x40, WITH_WHOLE = 0x20, KIND = 0x1f };

static bool has_length(uint8_t kind)
{
    return kind != SUMS_UIDS && kind != SUMS_NAME && kind != SUMS_RECORD && kind != SUMS_KEYWORD;
}

static unsigned time_bytes(uint8_t kind)
{
    return kind == SUMS_MAIL ? 2 : 8;
}

static void put_fixed(struct buf *out, uint64_t n, unsigned bytes)
{
    uint8_t at[8];
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(n >> 8 * i);
    buf_add(out, at, bytes);
}

/* A number of so many bytes, which are there. */
static uint64_t take_fixed(struct span *span, unsigned bytes)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < bytes; i++)
        n |= (uint64_t)*span->at++ << 8 * i;
    return n;
}

static size_t room_in(const struct span *span)
{
    return (size_t)(span->end - span->at);
}

struct place {
    uint64_t id;
    uint32_t at, length; /* of what follows the id */
    uint8_t kind, first; /* first: as it is in the bytes */
};

static int by_kind_and_id(uint8_t kind, uint64_t id, uint8_t other_kind, uint64_t other_id)
{
    if (kind != other_kind)
        return kind < other_kind ? -1 : 1;
    return id < other_id ? -1 : id > other_id;
}

static int compare_places(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return by_kind_and_id(x->kind, x->id, y->kind, y->id);
}

void sums_write(struct sums_writer *writer, const struct sums *sums)
{
    struct buf *out = &writer->entries;
    struct place place = {.id = sums->id, .at = (uint32_t)out->length, .kind = sums->kind};

    place.first = (uint8_t)(sums->kind | (sums->extra ? WITH_EXTRA : 0) |
                            (sums->time ? WITH_TIME : 0) | (sums->has_whole ? WITH_WHOLE : 0));
    if (sums->extra)
        varint_add(out, sums->extra);
    if (has_length(sums->kind))
        varint_add(out, sums->length);
    int range = sums->shift ? sums->shift - SMALLEST : 0;
    put_fixed(out, (uint64_t)(sums->count * SHIFTS + range), 1);
    for (int i = 0; i < sums->count; i++)
        put_fixed(out, sums->sum[i], 4);
    if (sums->time)
        put_fixed(out, sums->time, time_bytes(sums->kind));
    if (sums->has_whole) {
        varint_add(out, sums->beyond);
        put_fixed(out, sums->whole, 4);
    }
    place.length = (uint32_t)(out->length - place.at);
    buf_add(&writer->places, &place, sizeof place);
}

void sums_write_end(struct sums_writer *writer)
{
    struct place *places = (struct place *)(void *)writer->places.data;
    size_t count = writer->places.length / sizeof *places;
    uint8_t kind = 0;
    uint64_t id = 0;

    buf_drop(&writer->bytes, writer->bytes.length);
    if (count)
        qsort(places, count, sizeof *places, compare_places);
    for (size_t i = 0; i < count; i++) {
        const struct place *place = &places[i];
        buf_add(&writer->bytes, &place->first, 1);
        varint_add(&writer->bytes, place->id - (place->kind == kind ? id : 0));
        buf_add(&writer->bytes, writer->entries.data + place->at, place->length);
        kind = place->kind;
        id = place->id;
    }
}

void sums_writer_free(struct sums_writer *writer)
{
    buf_free(&writer->entries);
    buf_free(&writer->places);
    buf_free(&writer->bytes);
}

struct reference {
    uint64_t id;
    uint32_t at;         /* of what follows the id */
    uint8_t kind, first; /* first: as it is in the bytes */
};

struct sums_list {
    const uint8_t *bytes;
    size_t length, count, room;
    struct reference *references; /* by kind and id */
    bool whole;
};

/* What follows the id; false where it does not fit. */
static bool take(struct span *span, uint8_t first, struct sums *sums)
{
    *sums = (struct sums){.kind = first & KIND, .id = sums->id};
    if ((first & WITH_EXTRA && !varint_take(span, &sums->extra)) ||
        (has_length(sums->kind) && !varint_take(span, &sums->length)) || room_in(span) < 1)
        return false;
    uint8_t layout = *span->at++;
    sums->count = layout / SHIFTS;
    sums->shift = (uint8_t)(SMALLEST + layout % SHIFTS);
    if (sums->count > SUMS_MAX || room_in(span) < 4U * sums->count)
        return false;
    for (int i = 0; i < sums->count; i++)
        sums->sum[i] = (uint32_t)take_fixed(span, 4);
    if (first & WITH_TIME) {
        if (room_in(span) < time_bytes(sums->kind))
            return false;
        sums->time = take_fixed(span, time_bytes(sums->kind));
    }
    sums->has_whole = first & WITH_WHOLE;
    if (!sums->has_whole)
        return true;
    if (!varint_take(span, &sums->beyond) || room_in(span) < 4)
        return false;
    sums->whole = (uint32_t)take_fixed(span, 4);
    return true;
}

static int compare_references(const void *a, const void *b)
{
    const struct reference *x = a, *y = b;
    return by_kind_and_id(x->kind, x->id, y->kind, y->id);
}

static bool read_entry(struct sums_list *list, struct span *span, struct arena *arena,
                       uint8_t *kind, uint64_t *id)
{
    struct sums sums = {0};
    uint64_t delta;
    uint8_t first = *span->at++;
    uint8_t found = first & KIND;

    if (!found || found >= SUMS_KINDS || !varint_take(span, &delta))
        return false;
    *id = (found == *kind ? *id : 0) + delta;
    *kind = found;
    list->references =
        arena_grow(arena, list->references, list->count, &list->room, sizeof *list->references);
    list->references[list->count] =
        (struct reference){*id, (uint32_t)(span->at - list->bytes), found, first};
    if (!take(span, first, &sums))
        return false;
    list->count++;
    return true;
}

struct sums_list *sums_list_read(const void *bytes, size_t length, struct arena *arena)
{
    if (!length)
        bytes = ""; /* not NULL */
    struct sums_list *list = ARENA_NEW(arena, struct sums_list);
    struct span span = {bytes, (const uint8_t *)bytes + length};
    uint8_t kind = 0;
    uint64_t id = 0;

    *list = (struct sums_list){.bytes = bytes, .length = length, .whole = true};
    while (list->whole && span.at < span.end)
        list->whole = read_entry(list, &span, arena, &kind, &id);
    if (list->count)
        qsort(list->references, list->count, sizeof *list->references, compare_references);
    return list;
}

bool sums_list_is_whole(const struct sums_list *list)
{
    return list->whole;
}

static bool read_at(const struct sums_list *list, const struct reference *reference,
                    struct sums *sums)
{
    struct span span = {list->bytes + reference->at, list->bytes + list->length};
    sums->id = reference->id;
    return take(&span, reference->first, sums);
}

bool sums_find(const struct sums_list *list, enum sums_kind kind, uint64_t id, struct sums *sums)
{
    struct reference wanted = {.id = id, .kind = (uint8_t)kind};
    const struct reference *found = list->count ? bsearch(&wanted, list->references, list->count,
                                                          sizeof wanted, compare_references)
                                                : NULL;
    return found && read_at(list, found, sums);
}

bool sums_find_last(const struct sums_list *list, enum sums_kind kind, struct sums *sums)
{
    for (size_t i = list->count; i-- > 0 && list->references[i].kind >= kind;)
        if (list->references[i].kind == kind)
            return read_at(list, &list->references[i], sums);
    return false;
}

bool sums_find_time(const struct sums_list *list, enum sums_kind kind, uint64_t time,
                    struct sums *sums)
{
    for (size_t i = list->count; i-- > 0 && list->references[i].kind >= kind;)
        if (list->references[i].kind == kind && read_at(list, &list->references[i], sums) &&
            sums->time == time)
            return true;
    return false;
}

uint64_t sums_total(const struct sums_list *list, enum sums_kind kind)
{
    uint64_t total = 0;
    struct sums sums;

    for (size_t i = 0; i < list->count; i++)
        if (list->references[i].kind == kind && read_at(list, &list->references[i], &sums))
            total += sums.length;
    return total;
}
