/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "core/history_row.h"
#include "tests/fuzz/fuzz.h"

enum { SERIES = 300 };

struct taken {
    struct head_sample samples[SERIES];
    size_t count;
};

static void take(const struct head_sample *sample, void *arg)
{
    struct taken *taken = arg;
    if (taken->count == SERIES)
        abort();
    taken->samples[taken->count++] = *sample;
}

/* The samples of a row, written and read again, are the same. */
static void write_head_again(const struct head_state *before, const struct taken *taken, bool whole)
{
    struct head_state writes = {0}, reads = {0};
    struct taken again = {0};
    struct buf row = {0};
    head_state_grow(&writes, SERIES);
    head_state_grow(&reads, SERIES);
    memcpy(writes.values, before->values, SERIES * sizeof *writes.values);
    memcpy(reads.values, before->values, SERIES * sizeof *reads.values);
    row_put_head(&writes, taken->samples, taken->count, whole, &row);
    const uint8_t *at = (const uint8_t *)row.data;
    if (row_take_head(&reads, (struct span){at, at + row.length}, take, &again) < 0 ||
        again.count != taken->count)
        abort();
    for (size_t i = 0; i < again.count; i++)
        if (again.samples[i].id != taken->samples[i].id ||
            again.samples[i].value != taken->samples[i].value)
            abort();
    head_state_free(&writes);
    head_state_free(&reads);
    buf_free(&row);
}

static void heads(const uint8_t *data, size_t size)
{
    struct head_state state = {0}, before = {0};
    head_state_grow(&state, SERIES);
    head_state_grow(&before, SERIES);
    while (size) { /* rows with their lengths before them */
        size_t length = data[0] < size - 1 ? data[0] : size - 1;
        struct span content = {data + 1, data + 1 + length};
        struct taken taken = {0};
        memcpy(before.values, state.values, SERIES * sizeof *state.values);
        if (row_take_head(&state, content, take, &taken) == 0) {
            write_head_again(&before, &taken, row_head_is_whole(content));
            write_head_again(&before, &taken, true);
        }
        data += 1 + length;
        size -= 1 + length;
    }
    head_state_free(&state);
    head_state_free(&before);
}

static void labels(const uint8_t *data, size_t size)
{
    SCRATCH_ARENA(arena);
    const struct labels *labels, *again;
    struct buf row = {0};
    if (row_take_labels((struct span){data, data + size}, arena, &labels) < 0)
        return;
    row_put_labels(labels->at, labels->count, &row);
    const uint8_t *at = (const uint8_t *)row.data;
    if (row_take_labels((struct span){at, at + row.length}, arena, &again) < 0 ||
        !labels_equal(labels, again))
        abort();
    buf_free(&row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span content;
    heads(data, size);
    labels(data, size);
    row_open(data, size, size, &content);
    return 0;
}
