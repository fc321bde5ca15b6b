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
            assert_true(a.shift >= (max == SUMS_MAIL_MAX ? 12 : 8));
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
        {0, 1, 0, 2048, false},          {2047, 2049, 0, 4096, false},
        {8000, 10000, 6144, 3856, true}, {9999, 10000, 8192, 1808, true},
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
    for (uint64_t id = 1000; id > 0; id--) {
        struct sums mail = {.kind = SUMS_MAIL,
                            .id = id * 3,
                            .length = 4000,
                            .shift = 12,
                            .count = 1,
                            .sum = {(uint32_t)id},
                            .time = 4711};
        sums_write(&writer, &mail);
    }
    sums_write(&writer, &sums);
    sums = (struct sums){.kind = SUMS_LOG,
                         .id = 7,
                         .length = 100,
                         .shift = 8,
                         .count = 1,
                         .time = sums_time(1795286034000000000, true),
                         .has_whole = true,
                         .whole = 5,
                         .beyond = 6};
    sums_write(&writer, &sums);
    sums_write_end(&writer);
    assert_true(writer.bytes.length / 1000 <= 12);
    struct sums_list *list = sums_list_read(writer.bytes.data, writer.bytes.length, arena);
    assert_true(sums_list_is_whole(list));
    assert_true(sums_find_last(list, SUMS_INDEX, &back));
    assert_int_equal(back.extra, 4711);
    assert_int_equal(back.sum[0], 0xdeadbeef);
    assert_true(sums_find(list, SUMS_MAIL, 300, &back));
    assert_int_equal(back.sum[0], 100);
    assert_int_equal(back.length, 4000);
    assert_int_equal(back.time, 4711);
    assert_true(sums_find(list, SUMS_LOG, 7, &back));
    assert_true(sums_time_is_settled(back.time));
    assert_int_equal(back.whole, 5);
    assert_int_equal(back.beyond, 6);
    assert_true(sums_find_time(list, SUMS_LOG, sums.time, &back));
    assert_false(sums_find_time(list, SUMS_LOG, sums.time - 1, &back));
    assert_false(sums_find(list, SUMS_MAIL, 301, &back));
    assert_false(sums_find_last(list, SUMS_CACHE, &back));
    for (size_t length = 0; length < writer.bytes.length; length++)
        sums_list_read(writer.bytes.data, length, arena); /* cut off anywhere */
    sums_writer_free(&writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ranges),
                                       cmocka_unit_test(test_differences),
                                       cmocka_unit_test(test_bytes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
