/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "probes/smart_ata.h"

#define UNKNOWN NAN

static const char seagate[] = "ST2000NM0008-2F3100", wd[] = "WDC WD20EZAZ-00GGJB0";

/* One attribute of a disk of 1 TB, and the number that comes of it. */
static const struct {
    const char *model;
    int rotational;
    uint8_t id;
    uint64_t raw;
    enum smart_number number;
    double expected;
} table[] = {
    /* counts of sectors */
    {wd, 1, 5, 0, SMART_REALLOCATED, 0},
    {wd, 1, 5, 655, SMART_REALLOCATED, 655},
    {wd, 1, 5, 262166, SMART_REALLOCATED, 262166},
    {"FUJITSU MHZ2160BH G1", 1, 5, 0x7d000000000, SMART_REALLOCATED, 0},
    {"FUJITSU MHZ2160BH G1", 1, 5, 0x7d000000003, SMART_REALLOCATED, 3},
    {"MCCOE64GEMPP", 0, 5, 2379776, SMART_REALLOCATED, UNKNOWN},
    {wd, 1, 5, 0xffffffff, SMART_REALLOCATED, 0xffff},
    {wd, 1, 197, 65529, SMART_PENDING, 65529},
    {wd, 1, 197, 0x27c51e8f0003, SMART_PENDING, UNKNOWN},
    {wd, 1, 198, 46, SMART_OFFLINE_UNCORRECTABLE, 46},
    {wd, 1, 198, 0xffffffffffff, SMART_OFFLINE_UNCORRECTABLE, UNKNOWN},
    {"OCZ-VECTOR150", 0, 198, 1234, SMART_OFFLINE_UNCORRECTABLE, UNKNOWN},
    /* words of Seagate */
    {seagate, 1, 188, 0x000100010001, SMART_COMMAND_TIMEOUTS, 1},
    {seagate, 1, 188, 0x000000000004, SMART_COMMAND_TIMEOUTS, 4},
    {seagate, 1, 188, 0x002000020000, SMART_COMMAND_TIMEOUTS, 0},
    {wd, 1, 188, 40000, SMART_COMMAND_TIMEOUTS, 40000},
    {wd, 1, 187, 3, SMART_REPORTED_UNCORRECTABLE, 3},
    {wd, 1, 199, 24048382, SMART_CRC_ERRORS, 24048382},
    /* temperatures */
    {wd, 1, 194, 34, SMART_TEMPERATURE, 34},
    {wd, 1, 194, 0x3100100027, SMART_TEMPERATURE, 39}, /* maximum, minimum, now */
    {wd, 1, 194, 0x2fffff0022, SMART_TEMPERATURE, 34}, /* minimum -1 */
    {wd, 1, 194, 0x32000a00fb, SMART_TEMPERATURE, UNKNOWN},
    {wd, 1, 194, 0x320000fffb, SMART_TEMPERATURE, -5},
    {seagate, 1, 194, 0x1400000022, SMART_TEMPERATURE, 34},
    {seagate, 1, 190, 0x22220022, SMART_TEMPERATURE, 34},
    {wd, 0, 194, 0, SMART_TEMPERATURE, UNKNOWN},
    {wd, 0, 194, 255, SMART_TEMPERATURE, UNKNOWN},
    {"KINGSTON SA400S37240G", 0, 231, 93, SMART_TEMPERATURE, UNKNOWN}, /* life left */
    /* power-on time */
    {wd, 1, 9, 1730, SMART_POWER_ON, 1730 * 3600.0},
    {seagate, 1, 9, 0x200e7a0000b7d4, SMART_POWER_ON, 47060 * 3600.0}, /* hours, milliseconds */
    {seagate, 1, 9, 0x70b300001119, SMART_POWER_ON, 4377 * 3600.0},
    {"TOSHIBA MK1651GSY", 1, 9, 378645, SMART_POWER_ON, 378645 * 60.0},
    {"SAMSUNG MP0804H", 1, 9, 557429, SMART_POWER_ON, 557429 * 30.0},
    {wd, 1, 9, 400000, SMART_POWER_ON, UNKNOWN}, /* 45 years */
};

static void decodes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct smart_facts facts;
        struct smart_attribute attribute = {.id = table[i].id,
                                            .value = 100,
                                            .worst = 100,
                                            .raw = table[i].raw,
                                            .name =
                                                smart_ata_name(table[i].id, table[i].rotational)};
        smart_facts_init(&facts);
        facts.model = table[i].model;
        facts.firmware = "2.9.09";
        facts.rotational = table[i].rotational;
        facts.bytes = UINT64_C(1000204886016);
        facts.attributes = &attribute;
        facts.attribute_count = 1;
        smart_ata_decode(&facts);
        double is = facts.number[table[i].number], wanted = table[i].expected;
        if (is != wanted && !(isnan(is) && isnan(wanted)))
            fail_msg("line %zu: attribute %d raw 0x%llx of %s is %g, not %g", i, table[i].id,
                     (unsigned long long)table[i].raw, table[i].model, is, wanted);
    }
}

/* What stands beside the raw value: errors of a rate, degrees, hours. */
static void takes_words_apart(void **state)
{
    static const struct {
        const char *model;
        uint8_t id;
        uint64_t raw;
        double decoded;
    } words[] = {
        {seagate, 1, 0x0003075bcd15, 3}, {seagate, 7, 0x00070134cb12, 7},
        {seagate, 195, 0x075bcd15, 0},   {wd, 1, 12, UNKNOWN},
        {wd, 3, 0x1100000001, 1},        {wd, 196, 0x1b650000, 0},
        {wd, 196, 0x1b65000000a1, 0xa1}, {seagate, 240, 0x31ba5e0000b74a, 0xb74a},
        {wd, 194, 0x3100100027, 39},
    };
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct smart_facts facts;
        struct smart_attribute a = {
            .id = words[i].id, .raw = words[i].raw, .name = smart_ata_name(words[i].id, 1)};
        smart_facts_init(&facts);
        facts.model = words[i].model;
        facts.rotational = 1;
        facts.bytes = UINT64_C(1000204886016);
        facts.attributes = &a;
        facts.attribute_count = 1;
        smart_ata_decode(&facts);
        if (a.decoded != words[i].decoded && !(isnan(a.decoded) && isnan(words[i].decoded)))
            fail_msg("line %zu: %g, not %g", i, a.decoded, words[i].decoded);
    }
}

static void believes_names(void **state)
{
    struct smart_attribute a[] = {
        {.id = 198, .raw = 5000, .name = "Host_Reads_GiB"},
        {.id = 199, .raw = 6000, .name = "Host_Writes_GiB"},
        {.id = 197, .raw = 7, .name = "Not_In_Use"},
        {.id = 190, .raw = 40, .name = "SATA_Error_Ct"},
        {.id = 187, .raw = 2, .name = "Uncorrectable_Error_Cnt"},
        {.id = 5, .raw = 9, .name = "Retired_Block_Count"},
    };
    struct smart_facts facts;
    (void)state;
    smart_facts_init(&facts);
    facts.rotational = 0;
    facts.attributes = a;
    facts.attribute_count = sizeof a / sizeof a[0];
    smart_ata_decode(&facts);
    assert_true(isnan(facts.number[SMART_OFFLINE_UNCORRECTABLE]));
    assert_true(isnan(facts.number[SMART_CRC_ERRORS]));
    assert_true(isnan(facts.number[SMART_PENDING]));
    assert_true(isnan(facts.number[SMART_TEMPERATURE]));
    assert_true(facts.number[SMART_REPORTED_UNCORRECTABLE] == 2);
    assert_true(facts.number[SMART_REALLOCATED] == 9);
}

static void temperature_comes_from_194_first(void **state)
{
    struct smart_attribute a[] = {{.id = 190, .raw = 45, .name = "Airflow_Temperature_Cel"},
                                  {.id = 194, .raw = 33, .name = "Temperature_Celsius"}};
    struct smart_facts facts;
    (void)state;
    smart_facts_init(&facts);
    facts.attributes = a;
    facts.attribute_count = 2;
    smart_ata_decode(&facts);
    assert_true(facts.number[SMART_TEMPERATURE] == 33);

    a[1].raw = 345; /* a firmware that counts tenths */
    smart_facts_init(&facts);
    facts.model = "SAMSUNG SV1204H";
    facts.attributes = a;
    facts.attribute_count = 2;
    smart_ata_decode(&facts);
    assert_true(facts.number[SMART_TEMPERATURE] == 34.5);

    facts.model = "Maxtor 4D080H4"; /* one on which it is no temperature */
    facts.number[SMART_TEMPERATURE] = NAN;
    smart_ata_decode(&facts);
    assert_true(facts.number[SMART_TEMPERATURE] == 45);
}

static void units(void **state)
{
    static const struct {
        const char *model, *firmware;
        int id;
        enum smart_unit unit;
    } known[] = {
        {"FUJITSU MHY2250BH", "0085000B", 9, SMART_UNIT_MINUTES},
        {"FUJITSU MHY2250BH", "0084000D", 9, SMART_UNIT_DEFAULT},
        {"FUJITSU MHV2060AT PL", "", 9, SMART_UNIT_SECONDS},
        {"FUJITSU MHZ2160BH G1", "", 9, SMART_UNIT_DEFAULT},
        {"Maxtor 6Y120P0", "", 9, SMART_UNIT_MINUTES},
        {"Maxtor 96147H8", "", 9, SMART_UNIT_MINUTES},
        {"Maxtor 6V250F0", "", 9, SMART_UNIT_DEFAULT},
        {"Maxtor STM3250310AS", "", 9, SMART_UNIT_DEFAULT},
        {"SAMSUNG HD501LJ", "", 9, SMART_UNIT_DEFAULT},
        {"MCCOE64GEMPP", "2.9.09", 5, SMART_UNIT_NOTHING},
        {"MCCOE64GEMPP", "2.9.09", 9, SMART_UNIT_DEFAULT},
        {"", "", 9, SMART_UNIT_DEFAULT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        assert_int_equal(smart_ata_unit(known[i].model, known[i].firmware, (uint8_t)known[i].id),
                         known[i].unit);
}

static void wear_and_spare_of_ssds(void **state)
{
    struct smart_attribute a[] = {
        {.id = 177, .value = 95, .name = "Wear_Leveling_Count"},
        {.id = 202, .value = 98, .raw = 2, .name = "Percent_Lifetime_Remain"},
        {.id = 179, .value = 100, .threshold = 10, .name = "Used_Rsvd_Blk_Cnt_Tot"},
    };
    struct smart_facts facts;
    (void)state;
    for (int rotational = 0; rotational < 2; rotational++) {
        smart_facts_init(&facts);
        facts.rotational = rotational;
        facts.attributes = a;
        facts.attribute_count = 3;
        smart_ata_decode(&facts);
        if (rotational) {
            assert_true(isnan(facts.number[SMART_WEAR]));
            assert_true(isnan(facts.number[SMART_SPARE]));
        } else {
            assert_true(facts.number[SMART_WEAR] == 0.02);
            assert_true(facts.number[SMART_SPARE] == 1);
            assert_true(facts.number[SMART_SPARE_THRESHOLD] == 0.1);
        }
    }
}

static void names(void **state)
{
    (void)state;
    assert_string_equal(smart_ata_name(5, -1), "Reallocated_Sector_Ct");
    assert_string_equal(smart_ata_name(193, 1), "Load_Cycle_Count");
    assert_string_equal(smart_ata_name(193, 0), "Unknown_SSD_Attribute");
    assert_string_equal(smart_ata_name(177, 1), "Unknown_HDD_Attribute");
    assert_string_equal(smart_ata_name(177, -1), "Wear_Leveling_Count");
    assert_string_equal(smart_ata_name(150, 1), "Unknown_Attribute");
    assert_string_equal(smart_ata_name(0, 1), "Unknown_Attribute");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes),        cmocka_unit_test(takes_words_apart),
        cmocka_unit_test(believes_names), cmocka_unit_test(temperature_comes_from_194_first),
        cmocka_unit_test(units),          cmocka_unit_test(wear_and_spare_of_ssds),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
