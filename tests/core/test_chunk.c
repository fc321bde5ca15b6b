/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/batch.h"
#include "core/chunk.h"

enum { MINUTE = 60000 };
static const int64_t start_ms = INT64_C(1700000000000);

/* What a made-up series is at its n-th sample. */
struct course {
    const char *what;
    struct point (*at)(unsigned n);
    unsigned count;
    size_t most_bytes;
};

static struct point on_tick(unsigned n, double v)
{
    return (struct point){start_ms + (int64_t)n * MINUTE, v};
}

/* Even noise from 0 to 2^bits - 1, the same at each run. */
static uint64_t noise(unsigned n, unsigned bits)
{
    uint64_t x = n * UINT64_C(0x9e3779b97f4a7c15) + 0x1234567;
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (x ^ (x >> 31)) >> (64 - bits);
}

static struct point constant(unsigned n)
{
    return on_tick(n, 0.1);
}

static struct point steady(unsigned n)
{
    return on_tick(n, 1e9 + 60.0 * n);
}

static struct point falling(unsigned n)
{
    return on_tick(n, 1000.0 - n);
}

static struct point rare_steps(unsigned n)
{
    return on_tick(n, n / 1000 * 8);
}

static struct point temperature(unsigned n)
{
    return on_tick(n, 35 + (double)noise(n / 7, 2));
}

static struct point speed(unsigned n)
{
    return on_tick(n, 1024.0 * (150000 + (double)noise(n, 13)));
}

static struct point ratio(unsigned n)
{
    return on_tick(n, (double)noise(n, 52) / 4503599627370496.0);
}

static struct point jitter(unsigned n)
{
    struct point point = on_tick(n, 42);
    point.t += (int64_t)noise(n, 3) - 4;
    return point;
}

static struct point special(unsigned n)
{
    static const double values[] = {0,    -0.0, 1, NAN, -INFINITY, INFINITY, 9007199254740992.0,
                                    1e300};
    return on_tick(n, n % 9 == 8 ? stale_nan() : values[n % 9]);
}

static struct point gaps(unsigned n)
{
    return (struct point){(int64_t)n * n * (n + 1 + n % 2) + n % 7, n % 4};
}

static struct point edges(unsigned n)
{
    static const int64_t times[] = {INT64_MIN, -1, 0, 1, INT64_MAX - 1, INT64_MAX};
    return (struct point){times[n], n};
}

static struct point at_most_whole(unsigned n)
{
    return on_tick(n, 9007199254740992.0 - (4.0 - n));
}

/* Without a way to tell constants as runs, a month of them would be 43,200 samples in 10,800 bytes.
 */
static const struct course courses[] = {
    {"one sample", constant, 1, 18},
    {"two samples", constant, 2, 22},
    {"a month of a constant", constant, 43200, 32},
    {"a month of a steady counter", steady, 43200, 32},
    {"falling through 0", falling, 3000, 32},
    {"a counter that steps now and then", rare_steps, 10000, 110},
    {"a temperature", temperature, 10000, 3200},
    {"a speed", speed, 10000, 22000},
    {"noise", ratio, 10000, 72500},
    {"a constant with jitter", jitter, 10000, 20100},
    {"special values", special, 1000, 8000},
    {"gaps", gaps, 1000, 7000},
    {"the edges of time", edges, 6, 60},
    {"up to 2^53 and on", at_most_whole, 8, 40},
    {"as many as may be", constant, CHUNK_MAX_POINTS, 32},
};

static size_t encode(const struct course *course, struct buf *out)
{
    struct chunk_writer writer = {0};
    for (unsigned n = 0; n < course->count; n++)
        chunk_append(&writer, course->at(n));
    size_t length = chunk_length(&writer);
    chunk_finish(&writer, out);
    chunk_free(&writer);
    return length;
}

static void assert_same(struct point a, struct point b)
{
    assert_int_equal(a.t, b.t);
    assert_memory_equal(&a.v, &b.v, sizeof a.v);
}

static void assert_reads(struct chunk_reader *reader, const struct course *course, unsigned n,
                         size_t room)
{
    struct point *points = calloc(room, sizeof *points);
    int got;
    while ((got = chunk_read(reader, points, room)) > 0)
        for (int i = 0; i < got; i++)
            assert_same(points[i], course->at(n++));
    assert_int_equal(got, 0);
    assert_int_equal(n, course->count);
    free(points);
}

static void gives_back_what_it_got(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof courses / sizeof *courses; i++) {
        struct buf bytes = {0};
        struct chunk_reader reader;
        size_t length = encode(&courses[i], &bytes);
        print_message("%-34s %6u samples in %6zu bytes\n", courses[i].what, courses[i].count,
                      bytes.length);
        assert_in_range(bytes.length, 1, courses[i].most_bytes);
        assert_in_range(length, bytes.length - (bytes.length > 4 ? 4 : 0), bytes.length + 4);
        for (size_t room = 1; room < 100000; room = room * 37 + 1) {
            assert_int_equal(chunk_open(bytes.data, bytes.length, &reader), 0);
            assert_reads(&reader, &courses[i], 0, room);
        }
        buf_free(&bytes);
    }
}

/* A chunk is read while it grows, and after it was finished it can grow on. */
static void reads_what_is_being_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof courses / sizeof *courses; i++) {
        struct chunk_writer writer = {0};
        struct course course = courses[i];
        struct chunk_reader reader;
        unsigned most = course.count < 200 ? course.count : 200;
        for (unsigned n = 0; n < most; n++) {
            struct buf bytes = {0};
            chunk_append(&writer, course.at(n));
            course.count = n + 1;
            chunk_open_writer(&writer, &reader);
            assert_reads(&reader, &course, 0, 64);
            if (n % 50 == 0)
                chunk_finish(&writer, &bytes);
            buf_free(&bytes);
        }
        chunk_free(&writer);
    }
}

static void skips(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof courses / sizeof *courses; i++) {
        const struct course *course = &courses[i];
        struct buf bytes = {0};
        struct chunk_reader reader;
        encode(course, &bytes);
        for (unsigned n = 0; n < course->count; n += 1 + course->count / 50)
            for (int before = 0; before < 2; before++) {
                chunk_open(bytes.data, bytes.length, &reader);
                int64_t t = course->at(n).t;
                if (before && t == INT64_MIN)
                    continue;
                assert_int_equal(chunk_skip(&reader, t - before), 0);
                assert_reads(&reader, course, before ? n : n + 1, 1000);
            }
        buf_free(&bytes);
    }
}

/* Reads to the end: 0, or -EBADMSG. Times grow, whatever the bytes are. */
static int read_all(const struct buf *bytes, size_t length)
{
    struct point points[64];
    struct chunk_reader reader;
    int64_t last = INT64_MIN;
    unsigned total = 0;
    int got = chunk_open(bytes->data, length, &reader);
    if (got < 0)
        return got;
    while ((got = chunk_read(&reader, points, 64)) > 0) {
        for (int i = 0; i < got; i++, total++) {
            assert_true(points[i].t > last || !total);
            last = points[i].t;
        }
        assert_true(total <= CHUNK_MAX_POINTS);
    }
    return got;
}

/* Each prefix of a chunk is none, and with a byte changed it is none or another one. */
static void takes_any_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof courses / sizeof *courses; i++) {
        struct course course = courses[i];
        struct buf bytes = {0};
        course.count = course.count < 300 ? course.count : 300;
        encode(&course, &bytes);
        for (size_t n = 0; n < bytes.length; n++) {
            char was = bytes.data[n];
            assert_int_equal(read_all(&bytes, n), -EBADMSG);
            bytes.data[n] ^= (char)(1 + noise((unsigned)n, 6));
            read_all(&bytes, bytes.length);
            bytes.data[n] = was;
        }
        assert_int_equal(read_all(&bytes, bytes.length), 0);
        buf_free(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_what_it_got),
        cmocka_unit_test(reads_what_is_being_written),
        cmocka_unit_test(skips),
        cmocka_unit_test(takes_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
