/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/mailindex_sums.h"

static struct sums make(const uint8_t *bytes, uint64_t length, size_t piece, int max,
                        const struct sums *as)
{
    struct sums_maker *maker = sums_maker_new();
    struct sums sums = {.kind = SUMS_MAIL, .id = 1};

    if (as)
        sums_start_as(maker, as);
    else
        sums_start(maker, length, max);
    for (uint64_t at = 0; at < length; at += piece)
        sums_add(maker, bytes + at, length - at < piece ? (size_t)(length - at) : piece);
    sums_finish(maker, &sums);
    sums_maker_free(&maker);
    return sums;
}

/* Ranges do not depend on how the bytes came, and there are never more than wanted. */
static void test_ranges(void **state)
{
    static const size_t lengths[] = {0, 1, 255, 256, 257, 3072, 3073, 100000, 1 << 20};
    uint8_t *bytes = calloc(1, 1 << 20);

    (void)state;
    for (size_t i = 0; i < 1 << 20; i++)
        bytes[i] = (uint8_t)(i * 2654435761U >> 13);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        for (int max = SUMS_MAIL_MAX; max <= SUMS_MAX; max += SUMS_MAX - SUMS_MAIL_MAX) {
            struct sums a = make(bytes, lengths[i], 1 << 20, max, NULL);
            struct sums b = make(bytes, lengths[i], 77, max, NULL);
            struct sums_difference difference;
            assert_true(a.count <= max);
            assert_int_equal(a.count, (lengths[i] + (1U << a.shift) - 1) >> a.shift);
            assert_memory_equal(a.sum, b.sum, sizeof a.sum);
            assert_false(sums_differ(&a, &b, &difference));
        }
    free(bytes);
}

static void test_differences(void **state)
{
    static const struct {
        size_t from, to; /* bytes that change */
        uint64_t offset, length;
        bool to_the_end;
    } cases[] = {
        {0, 1, 0, 1024, false},          {1023, 1025, 0, 2048, false},
        {9000, 10000, 8192, 1808, true}, {9999, 10000, 9216, 784, false},
        {0, 10000, 0, 10000, true},
    };
    uint8_t bytes[10000];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sums_difference difference;
        memset(bytes, 7, sizeof bytes);
        struct sums before = make(bytes, sizeof bytes, 500, SUMS_MAX, NULL);
        memset(bytes + cases[i].from, 8, cases[i].to - cases[i].from);
        struct sums now = make(bytes, sizeof bytes, 500, SUMS_MAX, &before);
        assert_true(sums_differ(&before, &now, &difference));
        assert_int_equal(difference.offset, cases[i].offset);
        assert_int_equal(difference.length, cases[i].length);
        assert_int_equal(difference.to_the_end, cases[i].to_the_end);
    }
}

/* A mail takes few bytes. */
static void test_bytes(void **state)
{
    SCRATCH_ARENA(arena);
    struct sums_writer writer = {0};
    struct sums sums = {.kind = SUMS_INDEX,
                        .id = sums_id(1795286034, 7),
                        .extra = 4711,
                        .length = 99,
                        .shift = 8,
                        .count = 1,
                        .sum = {0xdeadbeef}};
    struct sums back;

    (void)state;
    sums_write(&writer, &sums);
    size_t first = writer.bytes.length;
    for (uint64_t id = 1; id <= 1000; id++) {
        sums = (struct sums){.kind = SUMS_MAIL,
                             .id = id * 3,
                             .length = 4000,
                             .shift = 10,
                             .count = 4,
                             .sum = {1, 2, (uint32_t)id, 4}};
        sums_write(&writer, &sums);
    }
    assert_true((writer.bytes.length - first) / 1000 <= 24);
    struct sums_list *list = sums_list_read(writer.bytes.data, writer.bytes.length, arena);
    assert_true(sums_list_is_whole(list));
    assert_true(sums_find_last(list, SUMS_INDEX, &back));
    assert_int_equal(back.extra, 4711);
    assert_int_equal(back.sum[0], 0xdeadbeef);
    assert_true(sums_find(list, SUMS_MAIL, 300, &back));
    assert_int_equal(back.sum[2], 100);
    assert_int_equal(back.length, 4000);
    assert_false(sums_find(list, SUMS_MAIL, 301, &back));
    assert_false(sums_find_last(list, SUMS_LOG, &back));
    for (size_t length = 0; length < writer.bytes.length; length++)
        sums_list_read(writer.bytes.data, length, arena); /* cut off anywhere */
    buf_free(&writer.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ranges),
                                       cmocka_unit_test(test_differences),
                                       cmocka_unit_test(test_bytes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
