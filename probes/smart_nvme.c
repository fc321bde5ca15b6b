/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/smart_nvme.h"

#include <math.h>

enum {
    GENERIC = 0,
    MEDIUM = 2,
    PATH = 3,
    KELVIN = 273,
    HOUR = 3600,
    SELFTESTS = 20,
    SELFTEST_BYTES = 28,
};

bool smart_nvme_relevant(unsigned type, unsigned code)
{
    switch (type) {
    case GENERIC:
        return code == 0x04 || code == 0x06; /* data transfer error, internal error */
    case MEDIUM:
        return code < 0x85 || code > 0x87; /* not: compare failure, access denied, deallocated */
    case PATH:
        return code == 0x00 || code == 0x60; /* internal path error, controller pathing error */
    default:
        return false;
    }
}

/* Little endian; a double holds the 16 bytes that nobody ever counts to. */
static double number(const uint8_t *at, int bytes)
{
    double value = 0;
    for (int i = bytes - 1; i >= 0; i--)
        value = value * 256 + at[i];
    return value;
}

static const struct {
    int offset, bytes;
    enum smart_number number;
    double times, per;
} fields[] = {
    {0, 1, SMART_CRITICAL_WARNING, 1, 1},    {3, 1, SMART_SPARE, 1, 100},
    {4, 1, SMART_SPARE_THRESHOLD, 1, 100},   {5, 1, SMART_WEAR, 1, 100},
    {112, 16, SMART_POWER_CYCLES, 1, 1},     {128, 16, SMART_POWER_ON, HOUR, 1},
    {144, 16, SMART_UNSAFE_SHUTDOWNS, 1, 1}, {160, 16, SMART_MEDIA_ERRORS, 1, 1},
    {176, 16, SMART_ERROR_LOG, 1, 1},        {196, 4, SMART_OVER_TEMPERATURE, 60, 1},
};

void smart_nvme_health(const uint8_t log[SMART_NVME_HEALTH], struct smart_facts *facts)
{
    double kelvin = number(log + 1, 2);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        smart_set(facts, fields[i].number,
                  number(log + fields[i].offset, fields[i].bytes) * fields[i].times /
                      fields[i].per);
    smart_facts_doubt_spare(facts);
    smart_set(facts, SMART_HEALTHY, log[0] == 0);
    if (kelvin > 0)
        smart_set(facts, SMART_TEMPERATURE, kelvin - KELVIN);
}

void smart_nvme_errors(const uint8_t *log, size_t entries, struct smart_facts *facts)
{
    double relevant = 0;
    for (size_t i = 0; i < entries; i++) {
        const uint8_t *entry = log + i * SMART_NVME_ERROR;
        unsigned status = (unsigned)number(entry + 12, 2) >> 1; /* bit 0 is the phase tag */
        if (number(entry, 8) > 0)                               /* a count of 0: unused */
            relevant += smart_nvme_relevant(status >> 8 & 7, status & 0xff);
    }
    smart_set(facts, SMART_ERROR_LOG_RELEVANT, relevant);
}

/* An entry that is not used has no code, or the result Fh. */
static bool is_selftest(const uint8_t *entry)
{
    return entry[0] >> 4 != 0 && (entry[0] & 0xf) != 0xf;
}

void smart_nvme_selftests(const uint8_t log[SMART_NVME_SELFTESTS], struct smart_facts *facts)
{
    int entries = 0;
    for (int i = 0; i < SELFTESTS; i++)
        entries += is_selftest(log + 4 + i * SELFTEST_BYTES);
    smart_set(facts, SMART_SELFTEST_LOG, entries);
    for (int i = 0; i < SELFTESTS; i++) {
        const uint8_t *test = log + 4 + i * SELFTEST_BYTES;
        int result = test[0] & 0xf;
        double age = facts->number[SMART_POWER_ON] - number(test + 4, 8) * HOUR;
        if (!is_selftest(test) || !(result == 0 || (result >= 5 && result <= 7)))
            continue; /* unused, or aborted */
        smart_set(facts, SMART_SELFTEST_PASSED, result == 0);
        smart_set(facts, SMART_SELFTEST_AGE, age >= 0 ? age : NAN);
        return;
    }
}
