/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "core/chunk.h"
#include "tests/fuzz/fuzz.h"

static size_t read_all(const void *bytes, size_t length, struct point *points)
{
    struct chunk_reader reader;
    size_t count = 0;
    int got = chunk_open(bytes, length, &reader);
    if (got < 0)
        return 0;
    while ((got = chunk_read(&reader, points + count, 1000)) > 0)
        count += (size_t)got;
    return got < 0 ? 0 : count;
}

/* What was read of whatever bytes is written, and read again the same. */
static void write_again(const struct point *points, size_t count, struct point *again)
{
    struct chunk_writer writer = {0};
    struct buf bytes = {0};
    for (size_t i = 0; i < count; i++)
        chunk_append(&writer, points[i]);
    chunk_finish(&writer, &bytes);
    if (read_all(bytes.data, bytes.length, again) != count ||
        memcmp(points, again, count * sizeof *points) != 0)
        abort();
    chunk_free(&writer);
    buf_free(&bytes);
}

/* Skipping comes to the same place as reading. */
static void skip(const uint8_t *data, size_t size, const struct point *points, size_t count)
{
    struct chunk_reader reader;
    struct point next;
    size_t n = size * 31 % count;
    chunk_open(data, size, &reader);
    if (chunk_skip(&reader, points[n].t) < 0)
        abort();
    int got = chunk_read(&reader, &next, 1);
    if (got != (n + 1 < count) || (got && memcmp(&next, &points[n + 1], sizeof next) != 0))
        abort();
}

/* The bytes as pairs of step and value. */
static size_t make_points(const uint8_t *data, size_t size, struct point *points)
{
    struct point point = {0};
    size_t count = 0;
    for (; size >= 4 && count < CHUNK_MAX_POINTS; data += 4, size -= 4) {
        uint64_t bits;
        memcpy(&bits, &point.v, sizeof bits);
        point.t += 1 + (int64_t)data[0] * (data[1] & 1 ? 60000 : 1);
        if (data[1] & 2)
            bits ^= (uint64_t)data[2] << (data[3] & 63);
        memcpy(&point.v, &bits, sizeof bits);
        if (data[1] & 4)
            point.v = data[2] * (data[1] & 8 ? 1e12 : 1) + data[3];
        points[count++] = point;
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct point *points = calloc(CHUNK_MAX_POINTS + 1000, 2 * sizeof *points);
    struct point *again = points + CHUNK_MAX_POINTS + 1000;
    size_t count = read_all(data, size, points);
    if (count) {
        skip(data, size, points, count);
        write_again(points, count, again);
    }
    count = make_points(data, size, points);
    if (count)
        write_again(points, count, again);
    free(points);
    return 0;
}
