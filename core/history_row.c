/* SPDX-License-Identifier: Apache-2.0 */
#include "core/history_row.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "core/bits.h"

enum { MAX_LABELS = 256, HEAD_WHOLE = 1 };
enum what { NO_SAMPLE, SAME_VALUE, OTHER_VALUE, WHATS };

static uint32_t check_of(const void *bytes, size_t length, uint64_t place)
{
    return htole32((uint32_t)XXH3_64bits_withSeed(bytes, length, place));
}

void row_begin(struct buf *row)
{
    row->length = 0;
    buf_add(row, "\0\0\0\0", ROW_CHECK_BYTES);
}

void row_finish(struct buf *row, uint64_t place)
{
    uint32_t check = check_of(row->data + ROW_CHECK_BYTES, row->length - ROW_CHECK_BYTES, place);
    memcpy(row->data, &check, ROW_CHECK_BYTES);
}

bool row_open(const void *bytes, size_t length, uint64_t place, struct span *content)
{
    const uint8_t *at = bytes;
    if (length < ROW_CHECK_BYTES)
        return false;
    uint32_t check = check_of(at + ROW_CHECK_BYTES, length - ROW_CHECK_BYTES, place);
    *content = (struct span){at + ROW_CHECK_BYTES, at + length};
    return memcmp(at, &check, ROW_CHECK_BYTES) == 0;
}

static void put_text(const char *text, struct buf *out)
{
    size_t length = strlen(text);
    varint_add(out, length);
    buf_add(out, text, length);
}

void row_put_labels(const struct label *labels, size_t count, struct buf *out)
{
    varint_add(out, count);
    for (size_t i = 0; i < count; i++) {
        put_text(labels[i].name, out);
        put_text(labels[i].value, out);
    }
}

static bool take_text(struct span *span, struct arena *arena, const char **text)
{
    uint64_t length;
    if (!varint_take(span, &length) || length > (size_t)(span->end - span->at) ||
        memchr(span->at, 0, length))
        return false;
    *text = arena_strndup(arena, (const char *)span->at, length);
    span->at += length;
    return true;
}

int row_take_labels(struct span content, struct arena *arena, const struct labels **labels)
{
    struct label at[MAX_LABELS];
    uint64_t count;
    if (!varint_take(&content, &count) || count > MAX_LABELS)
        return -EBADMSG;
    for (uint64_t i = 0; i < count; i++)
        if (!take_text(&content, arena, &at[i].name) || !take_text(&content, arena, &at[i].value))
            return -EBADMSG;
    if (content.at != content.end)
        return -EBADMSG;
    *labels = labels_new(arena, at, count);
    return 0;
}

void head_state_grow(struct head_state *state, size_t count)
{
    if (count <= state->count)
        return;
    if (count > state->room) {
        size_t room = state->room ? state->room : 64;
        while (room < count)
            room *= 2;
        state->values = reallocarray(state->values, room, sizeof *state->values);
        if (!state->values)
            abort();
        state->room = room;
    }
    memset(state->values + state->count, 0, (count - state->count) * sizeof *state->values);
    state->count = count;
}

void head_state_free(struct head_state *state)
{
    free(state->values);
    *state = (struct head_state){0};
}

static void forget(struct head_state *state)
{
    if (state->count)
        memset(state->values, 0, state->count * sizeof *state->values);
}

/* What a whole number is told by its difference to. */
static int64_t base_of(uint64_t value)
{
    int64_t whole;
    return bits_are_whole(value, &whole) ? whole : 0;
}

static void put_value(uint64_t before, uint64_t value, struct buf *out)
{
    int64_t whole;
    uint64_t little = htole64(value);
    if (bits_are_whole(value, &whole)) {
        varint_add(out, zigzag(whole - base_of(before)) << 1);
        return;
    }
    varint_add(out, 1);
    buf_add(out, &little, sizeof little);
}

static bool take_value(struct span *span, uint64_t before, uint64_t *value)
{
    uint64_t n;
    if (!varint_take(span, &n))
        return false;
    if (n & 1) {
        uint64_t little;
        if (n != 1 || (size_t)(span->end - span->at) < sizeof little)
            return false;
        memcpy(&little, span->at, sizeof little);
        span->at += sizeof little;
        *value = le64toh(little);
        return true;
    }
    /* Both are below 2^63 in size, so that any sum can be made and looked at. */
    int64_t whole;
    if (__builtin_add_overflow(base_of(before), unzigzag(n >> 1), &whole))
        return false;
    *value = bits_of_whole(whole);
    return true;
}

/* How many of the samples from the first one on stand side by side and are alike. */
static size_t alike(const struct head_state *state, const struct head_sample *samples, size_t count,
                    bool same)
{
    size_t n = 0;
    while (n < count && samples[n].id == samples[0].id + n &&
           (samples[n].value == state->values[samples[n].id]) == same)
        n++;
    return n;
}

void row_put_head(struct head_state *state, const struct head_sample *samples, size_t count,
                  bool whole, struct buf *out)
{
    uint32_t next = 0;
    varint_add(out, whole ? HEAD_WHOLE : 0);
    if (whole)
        forget(state);
    for (size_t i = 0; i < count;) {
        bool same = samples[i].value == state->values[samples[i].id];
        size_t n = alike(state, samples + i, count - i, same);
        if (samples[i].id > next)
            varint_add(out, (uint64_t)(samples[i].id - next) * 4 + NO_SAMPLE);
        varint_add(out, n * 4 + (same ? SAME_VALUE : OTHER_VALUE));
        for (size_t end = i + n; i < end; i++) {
            if (!same)
                put_value(state->values[samples[i].id], samples[i].value, out);
            state->values[samples[i].id] = samples[i].value;
            next = samples[i].id + 1;
        }
    }
}

bool row_head_is_whole(struct span content)
{
    uint64_t flags;
    return varint_take(&content, &flags) && flags == HEAD_WHOLE;
}

int row_take_head(struct head_state *state, struct span content,
                  void (*visit)(const struct head_sample *, void *), void *arg)
{
    uint64_t flags, run;
    size_t id = 0;
    if (!varint_take(&content, &flags) || flags > HEAD_WHOLE)
        return -EBADMSG;
    if (flags == HEAD_WHOLE)
        forget(state);
    while (content.at != content.end) {
        if (!varint_take(&content, &run) || run % 4 >= WHATS || run / 4 > state->count - id)
            return -EBADMSG;
        for (size_t end = id + run / 4; id < end; id++) {
            if (run % 4 == OTHER_VALUE &&
                !take_value(&content, state->values[id], &state->values[id]))
                return -EBADMSG;
            if (run % 4 != NO_SAMPLE)
                visit(&(struct head_sample){(uint32_t)id, state->values[id]}, arg);
        }
    }
    return 0;
}
