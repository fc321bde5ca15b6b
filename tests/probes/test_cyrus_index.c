/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "probes/cyrus_cache.h"
#include "tests/probes/cyrus_make.h"

enum { OLDEST = 12, NEWEST = 20 };

static const struct cyrus_flags flags = {.names = {"Work"}};

struct records {
    struct cyrus_record at[8];
    size_t count;
};

static void collect(const struct cyrus_record *record, void *arg)
{
    struct records *records = arg;
    assert_true(records->count < 8);
    records->at[records->count++] = *record;
}

/* Index and cache as a look goes over them. */
static void verify(const struct cyrus_made *made, struct cyrus_found *found,
                   struct records *records)
{
    struct mailindex_file file =
        mailindex_memory("cyrus.index", made->index.data, made->index.length);
    struct mailindex_file cache =
        mailindex_memory("cyrus.cache", made->cache.data, made->cache.length);
    struct mailindex_window window = {.file = &cache};
    struct mailindex_sink sink = cyrus_sink(found);
    struct cyrus_index index;
    int error;

    *found = (struct cyrus_found){0};
    records->count = 0;
    if (!cyrus_index_open(&file, &index, &sink))
        return;
    assert_true(cyrus_index_walk(&file, &index, &flags, collect, records, &sink, &error));
    cyrus_cache_verify_header(&window, &index, &sink);
    for (size_t i = 0; i < records->count; i++)
        cyrus_cache_verify(&window, &records->at[i], NULL, &sink);
    window_free(&window);
}

static void test_sound_ones(void **state)
{
    (void)state;
    for (unsigned version = OLDEST; version <= NEWEST; version++) {
        struct cyrus_made made;
        struct cyrus_found found;
        struct records records;
        cyrus_make(&made, version);
        verify(&made, &found, &records);
        assert_string_equal(found.rules, "");
        assert_int_equal(records.count, 3);
        assert_int_equal(records.at[1].uid, 3);
        assert_int_equal(records.at[1].size, 700);
        assert_int_equal(records.at[1].modseq, 9);
        assert_int_equal(records.at[1].guid[0], 2);
        cyrus_unmake(&made);
    }
}

/* Each bit of index and cache is covered by one checksum or another. */
static void test_any_bit(void **state)
{
    (void)state;
    for (unsigned version = OLDEST; version <= NEWEST; version += 4) {
        struct cyrus_made made;
        struct cyrus_found found;
        struct records records;
        cyrus_make(&made, version);
        struct buf *const files[] = {&made.index, &made.cache};
        for (size_t f = 0; f < 2; f++)
            for (size_t bit = 0; bit < files[f]->length * 8; bit++) {
                files[f]->data[bit / 8] = (char)(files[f]->data[bit / 8] ^ 1 << bit % 8);
                verify(&made, &found, &records);
                if (!found.rules[0])
                    fail_msg("version %u, %s: byte %zu bit %zu was not seen", version,
                             f ? "cache" : "index", bit / 8, bit % 8);
                files[f]->data[bit / 8] = (char)(files[f]->data[bit / 8] ^ 1 << bit % 8);
            }
        cyrus_unmake(&made);
    }
}

/* What has a right CRC and is wrong all the same: of another time, say. Of version 17. */
static void test_stale(void **state)
{
    static const struct {
        size_t at;
        uint32_t value;
        const char *rules;
    } cases[] = {
        {84, 3, "Y14 "},              /* exists */
        {124, 0, "Y14 "},             /* unseen */
        {36, 7, "Y14 "},              /* quota */
        {100, 5, "Y15 "},             /* sync CRC */
        {28, 3, "Y06 "},              /* last uid */
        {72, 10, "Y06 "},             /* highest modseq */
        {160 + 112, 1, "Y06 Y15 "},   /* a uid twice */
        {160 + 112 + 36, 0, "Y15 "},  /* a user flag */
        {160 + 32, 0x10, "Y14 Y15 "}, /* seen */
        {20, 2, "Y05 "},              /* the third is expunged: nothing but its bytes is left */
        {8, 11, "Y01 "},
        {8, 21, "Y01 "},
        {8, 0x40000011, "Y02 "},
        {12, 128, "Y02 "},
        {16, 104, "Y02 "},
        {0, 8, "Y18 "},
        {160 + 24, 8, "Y13 "}, /* cache offset */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cyrus_made made;
        struct cyrus_found found;
        struct records records;
        cyrus_make(&made, 17);
        cyrus_put32(&made.index, cases[i].at, cases[i].value);
        cyrus_seal(&made);
        verify(&made, &found, &records);
        if (strncmp(found.rules, cases[i].rules, strlen(cases[i].rules)) != 0 &&
            !(cases[i].at == 160 + 24 && strncmp(found.rules, "Y1", 2) == 0))
            fail_msg("%zu: expected %s, found %s", cases[i].at, cases[i].rules, found.rules);
        cyrus_unmake(&made);
    }
}

static void test_cut_off(void **state)
{
    struct cyrus_made made;
    struct cyrus_found found;
    struct records records;

    (void)state;
    cyrus_make(&made, 20);
    size_t length = made.index.length;
    for (made.index.length = 0; made.index.length < length; made.index.length++) {
        verify(&made, &found, &records);
        assert_string_equal(found.rules, "Y04 ");
    }
    size_t cache = made.cache.length;
    for (made.cache.length = 0; made.cache.length < cache; made.cache.length++) {
        verify(&made, &found, &records);
        assert_non_null(strstr(found.rules, "Y12 "));
    }
    cyrus_unmake(&made);
}

/* Blocks of zeroes are one finding, with the place. */
static void test_zero_block(void **state)
{
    struct cyrus_made made;
    struct cyrus_found found;
    struct records records;

    (void)state;
    cyrus_make(&made, 17);
    memset(made.index.data + 160, 0, 224);
    verify(&made, &found, &records);
    assert_string_equal(found.rules, "Y07 ");
    assert_int_equal(found.offset, 160);
    assert_int_equal(found.length, 224);
    assert_int_equal(records.count, 1);
    cyrus_unmake(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound_ones), cmocka_unit_test(test_any_bit),
        cmocka_unit_test(test_stale),      cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_zero_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
