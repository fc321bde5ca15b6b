/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "probes/smart_nvme.h"

static void put(uint8_t *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static void health(void **state)
{
    uint8_t log[SMART_NVME_HEALTH] = {0};
    struct smart_facts facts;
    (void)state;
    log[0] = 4;           /* reliability */
    put(log + 1, 321, 2); /* kelvin */
    log[3] = 93;
    log[4] = 5;
    log[5] = 130;
    put(log + 112, 12, 8);
    put(log + 128, 8733, 8);
    put(log + 144, 39, 8);
    put(log + 160, 17, 8);
    put(log + 176, 4871, 8);
    put(log + 196, 2, 4);
    smart_facts_init(&facts);
    smart_nvme_health(log, &facts);
    static const struct {
        enum smart_number number;
        double value;
    } expected[] = {
        {SMART_HEALTHY, 0},       {SMART_CRITICAL_WARNING, 4},     {SMART_TEMPERATURE, 48},
        {SMART_SPARE, 0.93},      {SMART_SPARE_THRESHOLD, 0.05},   {SMART_WEAR, 1.3},
        {SMART_POWER_CYCLES, 12}, {SMART_POWER_ON, 8733 * 3600.0}, {SMART_UNSAFE_SHUTDOWNS, 39},
        {SMART_MEDIA_ERRORS, 17}, {SMART_ERROR_LOG, 4871},         {SMART_OVER_TEMPERATURE, 120},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_true(fabs(facts.number[expected[i].number] - expected[i].value) < 1e-9);
    log[0] = 0;
    memset(log + 160, 0xff, 16); /* nobody counts that far, and nothing overflows */
    smart_facts_init(&facts);
    smart_nvme_health(log, &facts);
    assert_true(facts.number[SMART_HEALTHY] == 1);
    assert_true(facts.number[SMART_MEDIA_ERRORS] > 3e38);
}

static void errors(void **state)
{
    static const struct {
        unsigned type, code;
        bool relevant;
    } statuses[] = {
        {0, 0x02, false}, {0, 0x01, false}, {0, 0x04, true},  {0, 0x06, true},
        {1, 0x02, false}, {2, 0x81, true},  {2, 0x80, true},  {2, 0x85, false},
        {2, 0x86, false}, {3, 0x00, true},  {3, 0x03, false}, {7, 0x10, false},
    };
    enum { N = sizeof statuses / sizeof statuses[0] };
    uint8_t log[(N + 2) * SMART_NVME_ERROR] = {0};
    struct smart_facts facts;
    int relevant = 0;
    (void)state;
    for (size_t i = 0; i < N; i++) {
        uint8_t *entry = log + i * SMART_NVME_ERROR;
        put(entry, i + 1, 8);
        put(entry + 12, (statuses[i].type << 8 | statuses[i].code) << 1 | 1, 2);
        assert_int_equal(smart_nvme_relevant(statuses[i].type, statuses[i].code),
                         statuses[i].relevant);
        relevant += statuses[i].relevant;
    }
    /* an unused entry with whatever in it */
    put(log + N * SMART_NVME_ERROR + 12, 0x281 << 1, 2);
    smart_facts_init(&facts);
    smart_nvme_errors(log, N + 2, &facts);
    assert_true(facts.number[SMART_ERROR_LOG_RELEVANT] == relevant);
}

static void selftests(void **state)
{
    uint8_t log[SMART_NVME_SELFTESTS] = {0};
    struct smart_facts facts;
    (void)state;
    smart_facts_init(&facts);
    facts.number[SMART_POWER_ON] = 1000 * 3600;
    smart_nvme_selftests(log, &facts);
    assert_true(isnan(facts.number[SMART_SELFTEST_PASSED]));
    assert_true(facts.number[SMART_SELFTEST_LOG] == 0);
    memset(log + 4, 0xff, SMART_NVME_SELFTESTS - 4); /* another way to be empty */
    smart_facts_init(&facts);
    smart_nvme_selftests(log, &facts);
    assert_true(facts.number[SMART_SELFTEST_LOG] == 0);
    assert_true(isnan(facts.number[SMART_SELFTEST_PASSED]));
    memset(log, 0, sizeof log);
    smart_facts_init(&facts);
    facts.number[SMART_POWER_ON] = 1000 * 3600;
    log[4] = 1 << 4 | 1; /* aborted */
    log[4 + 28] = 2 << 4 | 0;
    put(log + 4 + 28 + 4, 990, 8);
    log[4 + 56] = 2 << 4 | 7;
    smart_nvme_selftests(log, &facts);
    assert_true(facts.number[SMART_SELFTEST_PASSED] == 1);
    assert_true(facts.number[SMART_SELFTEST_AGE] == 10 * 3600);
    assert_true(facts.number[SMART_SELFTEST_LOG] == 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(health),
        cmocka_unit_test(errors),
        cmocka_unit_test(selftests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
