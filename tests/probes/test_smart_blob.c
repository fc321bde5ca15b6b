/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "probes/smart_blob.h"
#include "tests/probes/smart_make.h"

static const struct smart_made disk = {
    .model = "EXAMPLE HD-1000",
    .serial = "S0123456789",
    .firmware = "FW01",
    .wwn = UINT64_C(0x5000c500a1b2c3d4),
    .sectors = 1953525168,
    .rate = 7200,
    .status = 1,
    .rows =
        {
            {5, 98, 98, 10, 12},
            {9, 80, 80, 0, 20000},
            {12, 100, 100, 0, 33},
            {187, 97, 97, 0, 3},
            {188, 100, 100, 0, 0x000100010001},
            {194, 36, 50, 0, 0x3100100024},
            {197, 100, 100, 0, 8},
            {198, 100, 100, 0, 2},
            {199, 200, 200, 0, 5},
        },
};

static void reads(void **state)
{
    uint8_t bytes[SMART_MADE_MAX];
    size_t size = smart_make(&disk, bytes);
    SCRATCH_ARENA(arena);
    struct smart_facts facts;
    struct error e = {0};
    (void)state;
    assert_int_equal(size, 1572);
    assert_int_equal(smart_blob_facts(bytes, size, NULL, arena, &facts, &e), 0);
    assert_string_equal(facts.disk, "0x5000c500a1b2c3d4");
    assert_string_equal(facts.model, "EXAMPLE HD-1000");
    assert_string_equal(facts.serial, "S0123456789");
    assert_string_equal(facts.firmware, "FW01");
    assert_int_equal(facts.rotational, 1);
    assert_true(facts.bytes == disk.sectors * 512);
    static const struct {
        enum smart_number number;
        double value;
    } expected[] = {
        {SMART_HEALTHY, 1},
        {SMART_REALLOCATED, 12},
        {SMART_PENDING, 8},
        {SMART_OFFLINE_UNCORRECTABLE, 2},
        {SMART_REPORTED_UNCORRECTABLE, 3},
        {SMART_CRC_ERRORS, 5},
        {SMART_COMMAND_TIMEOUTS, 1},
        {SMART_TEMPERATURE, 36},
        {SMART_POWER_ON, 20000 * 3600.0},
        {SMART_POWER_CYCLES, 33},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_true(facts.number[expected[i].number] == expected[i].value);
    assert_true(isnan(facts.number[SMART_WEAR]));
    assert_true(isnan(facts.number[SMART_SELFTEST_PASSED]));
    assert_int_equal(facts.attribute_count, 9);
    assert_int_equal(facts.attributes[0].value, 98);
    assert_int_equal(facts.attributes[0].threshold, 10);
}

static void health_is_what_the_disk_says(void **state)
{
    uint8_t bytes[SMART_MADE_MAX];
    struct smart_made other = disk;
    struct smart_facts facts;
    (void)state;
    for (int status = -1; status < 2; status++) {
        SCRATCH_ARENA(arena);
        other.status = status;
        size_t size = smart_make(&other, bytes);
        assert_int_equal(smart_blob_facts(bytes, size, NULL, arena, &facts, NULL), 0);
        if (status < 0)
            assert_true(isnan(facts.number[SMART_HEALTHY]));
        else
            assert_true(facts.number[SMART_HEALTHY] == status);
    }
}

static void names_come_from_elsewhere(void **state)
{
    uint8_t bytes[SMART_MADE_MAX];
    size_t size = smart_make(&disk, bytes);
    struct smart_attribute other[] = {{.id = 198, .name = "Host_Reads_GiB"}};
    struct smart_facts names, facts;
    SCRATCH_ARENA(arena);
    (void)state;
    smart_facts_init(&names);
    names.attributes = other;
    names.attribute_count = 1;
    assert_int_equal(smart_blob_facts(bytes, size, &names, arena, &facts, NULL), 0);
    assert_true(isnan(facts.number[SMART_OFFLINE_UNCORRECTABLE]));
    assert_true(facts.number[SMART_PENDING] == 8);
}

/* The disk without a world wide name goes by model and serial; 28-bit addresses; an SSD. */
static void old_and_new_identify(void **state)
{
    uint8_t bytes[SMART_MADE_MAX];
    struct smart_made other = disk;
    struct smart_facts facts;
    SCRATCH_ARENA(arena);
    (void)state;
    other.wwn = 0;
    other.rate = 1;
    size_t size = smart_make(&other, bytes);
    uint8_t *identify = bytes + 8;
    identify[2 * 83 + 1] = 0;
    memset(identify + 200, 0, 8);
    identify[2 * 60 + 2] = 0x10; /* 0x100000 sectors */
    assert_int_equal(smart_blob_facts(bytes, size, NULL, arena, &facts, NULL), 0);
    assert_string_equal(facts.disk, "EXAMPLE_HD-1000_S0123456789");
    assert_string_equal(facts.wwn, "");
    assert_int_equal(facts.rotational, 0);
    assert_true(facts.bytes == 0x100000 * 512);
}

/* Cut at every length, and with a wrong byte in each chunk's head: never read, never wrong. */
static void refuses_what_is_not_whole(void **state)
{
    uint8_t bytes[SMART_MADE_MAX];
    size_t size = smart_make(&disk, bytes);
    static const size_t heads[] = {0, 520, 532, 1052};
    (void)state;
    for (size_t cut = 0; cut < size; cut++) {
        struct error e = {0};
        bool whole = cut == 1052; /* all but the thresholds */
        assert_int_equal(smart_blob_check(bytes, cut, &e) == 0, whole);
        assert_int_equal(e.text[0] != '\0', !whole);
    }
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        for (size_t k = 0; k < 8; k++) {
            uint8_t wrong[SMART_MADE_MAX];
            memcpy(wrong, bytes, size);
            wrong[heads[i] + k] ^= 0x41;
            assert_true(smart_blob_check(wrong, size, NULL) < 0);
        }
    assert_true(smart_blob_check(bytes, SMART_BLOB_MAX + 1, NULL) < 0);
}

/* One series a label set: the second of two rows with one id is left out. */
static void an_id_twice_counts_once(void **state)
{
    uint8_t bytes[SMART_MADE_MAX];
    struct smart_made other = disk;
    struct smart_facts facts;
    SCRATCH_ARENA(arena);
    (void)state;
    other.rows[1] = (struct smart_row){5, 1, 1, 1, 77};
    size_t size = smart_make(&other, bytes);
    assert_int_equal(smart_blob_facts(bytes, size, NULL, arena, &facts, NULL), 0);
    assert_int_equal(facts.attribute_count, 8);
    assert_true(facts.number[SMART_REALLOCATED] == 12);
}

static void refuses_a_chunk_twice(void **state)
{
    uint8_t bytes[SMART_MADE_MAX * 2];
    size_t size = smart_make(&disk, bytes);
    (void)state;
    memcpy(bytes + size, bytes, 520);
    assert_true(smart_blob_check(bytes, size + 520, NULL) < 0);
}

/* Who it is is known even where the rest is not. */
static void keeps_the_identity(void **state)
{
    uint8_t bytes[SMART_MADE_MAX];
    struct smart_facts facts;
    struct error e = {0};
    SCRATCH_ARENA(arena);
    (void)state;
    smart_make(&disk, bytes);
    assert_true(smart_blob_facts(bytes, 520, NULL, arena, &facts, &e) < 0);
    assert_string_equal(facts.disk, "0x5000c500a1b2c3d4");
    assert_non_null(strstr(e.text, "SMDT"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),
        cmocka_unit_test(health_is_what_the_disk_says),
        cmocka_unit_test(names_come_from_elsewhere),
        cmocka_unit_test(old_and_new_identify),
        cmocka_unit_test(refuses_what_is_not_whole),
        cmocka_unit_test(an_id_twice_counts_once),
        cmocka_unit_test(refuses_a_chunk_twice),
        cmocka_unit_test(keeps_the_identity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
