/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_sums.h"

#include <stdlib.h>
#include <string.h>

#include "core/varint.h"

/* The state lies within the maker: one allocation. */
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

/* Ranges grow by four: 256 bytes, 1 KiB, 4 KiB ... */
enum { SMALLEST = 8, STEP = 2, LARGEST = SMALLEST + 15 * STEP };

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
    uint8_t shift = SMALLEST;
    while (shift < LARGEST && (length + (UINT64_C(1) << shift) - 1) >> shift > (uint64_t)max)
        shift += STEP;
    start(maker, length, shift);
}

void sums_start_as(struct sums_maker *maker, const struct sums *sums)
{
    start(maker, sums->length, sums->shift);
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
    return XXH3_64bits(bytes, length);
}

/* ---- comparing ---- */

bool sums_differ(const struct sums *before, const struct sums *now,
                 struct sums_difference *difference)
{
    uint64_t range = UINT64_C(1) << before->shift;
    int first = -1, last = -1;

    *difference = (struct sums_difference){0};
    for (int i = 0; i < before->count && i < now->count; i++)
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
    difference->to_the_end = last == before->count - 1 && difference->ranges == last - first + 1 &&
                             difference->ranges > 1;
    return true;
}

/* ---- bytes ----
 *
 * entry  ::= kind | 0x80 where extra follows; delta of id; [extra]; length; layout; sum*
 * layout ::= count in the lower four bits, range in the upper ones
 * All numbers are varints, sums four bytes, lowest first; the delta is to the id of the entry
 * before it of the same kind, with its sign in the lowest bit.
 */

enum { WITH_EXTRA = 0x80 };

static uint64_t zigzag(uint64_t n)
{
    return n << 1 ^ (uint64_t) - (int64_t)(n >> 63);
}

static uint64_t unzigzag(uint64_t n)
{
    return n >> 1 ^ (uint64_t) - (int64_t)(n & 1);
}

void sums_write(struct sums_writer *writer, const struct sums *sums)
{
    uint8_t kind = sums->kind | (sums->extra ? WITH_EXTRA : 0);
    uint8_t layout =
        (uint8_t)(sums->count | (sums->shift ? sums->shift - SMALLEST : 0) / STEP << 4);

    if (writer->kind != sums->kind)
        writer->id = 0;
    buf_add(&writer->bytes, &kind, 1);
    varint_add(&writer->bytes, zigzag(sums->id - writer->id));
    if (sums->extra)
        varint_add(&writer->bytes, sums->extra);
    varint_add(&writer->bytes, sums->length);
    buf_add(&writer->bytes, &layout, 1);
    for (int i = 0; i < sums->count; i++) {
        uint32_t sum = sums->sum[i];
        uint8_t at[4] = {(uint8_t)sum, (uint8_t)(sum >> 8), (uint8_t)(sum >> 16),
                         (uint8_t)(sum >> 24)};
        buf_add(&writer->bytes, at, sizeof at);
    }
    writer->kind = sums->kind;
    writer->id = sums->id;
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
static bool take(struct span *span, uint8_t kind, struct sums *sums)
{
    sums->kind = kind & (WITH_EXTRA - 1);
    sums->extra = 0;
    if ((kind & WITH_EXTRA && !varint_take(span, &sums->extra)) ||
        !varint_take(span, &sums->length) || span->at == span->end)
        return false;
    uint8_t layout = *span->at++;
    sums->count = layout & 15;
    sums->shift = (uint8_t)(SMALLEST + (layout >> 4) * STEP);
    if (sums->count > SUMS_MAX || span->end - span->at < 4 * sums->count)
        return false;
    for (int i = 0; i < sums->count; i++, span->at += 4)
        sums->sum[i] = (uint32_t)span->at[0] | (uint32_t)span->at[1] << 8 |
                       (uint32_t)span->at[2] << 16 | (uint32_t)span->at[3] << 24;
    return true;
}

static int by_kind_and_id(const void *a, const void *b)
{
    const struct reference *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static bool read_entry(struct sums_list *list, struct span *span, struct arena *arena,
                       uint8_t *kind, uint64_t *id)
{
    struct sums sums;
    uint64_t delta;
    uint8_t first = *span->at++;
    uint8_t found = first & (WITH_EXTRA - 1);

    if (!found || found >= SUMS_KINDS || !varint_take(span, &delta))
        return false;
    *id = (found == *kind ? *id : 0) + unzigzag(delta);
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
        qsort(list->references, list->count, sizeof *list->references, by_kind_and_id);
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
    const struct reference *found =
        list->count ? bsearch(&wanted, list->references, list->count, sizeof wanted, by_kind_and_id)
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
