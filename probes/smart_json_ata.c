/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "probes/smart_ata.h"
#include "probes/smart_json.h"

enum { MAX_ATTRIBUTES = 64, HOUR = 3600 };

static int byte(const json_t *top, const char *key)
{
    double value = smart_json_number(top, key);
    return value >= 0 && value <= 255 ? (int)value : -1;
}

/* false: no attribute. */
static bool take_attribute(const json_t *row, struct arena *arena, struct smart_facts *facts)
{
    int id = byte(row, "id");
    double raw = smart_json_number(row, "raw.value");
    if (id <= 0 || !(raw >= 0) || raw >= 0x1p64)
        return false;
    for (size_t i = 0; i < facts->attribute_count; i++)
        if (facts->attributes[i].id == id)
            return true;
    const char *name = smart_json_text(row, "name", arena);
    facts->attributes[facts->attribute_count++] = (struct smart_attribute){
        .id = (uint8_t)id,
        .value = byte(row, "value"),
        .worst = byte(row, "worst"),
        .threshold = byte(row, "thresh"),
        .raw = (uint64_t)raw,
        .decoded = NAN,
        .name = name[0] ? name : smart_ata_name((uint8_t)id, facts->rotational),
    };
    return true;
}

size_t smart_json_ata(const json_t *top, struct arena *arena, struct smart_facts *facts)
{
    const json_t *table = smart_json_at(top, "ata_smart_attributes.table");
    size_t n = json_array_size(table), odd = 0;
    if (n == 0)
        return table && !json_is_array(table);
    n = n < MAX_ATTRIBUTES ? n : MAX_ATTRIBUTES;
    facts->attributes = ARENA_ARRAY(arena, struct smart_attribute, n);
    for (size_t i = 0; i < n; i++)
        odd += !take_attribute(json_array_get(table, i), arena, facts);
    smart_ata_decode(facts);
    return odd;
}

/*
 * ACS-4, 9.5 Device Statistics log: page and offset, and the number it is. Those that have an
 * attribute of their own come second, as the attributes are read more often.
 */
static const struct statistic {
    int page, offset;
    enum smart_number number;
    double times, per;
} statistics[] = {
    {1, 16, SMART_POWER_ON, HOUR, 1},
    {3, 32, SMART_REALLOCATED, 1, 1},
    {3, 48, SMART_START_FAILURES, 1, 1},
    {3, 56, SMART_PENDING, 1, 1}, /* candidates for reallocation */
    {4, 8, SMART_REPORTED_UNCORRECTABLE, 1, 1},
    {4, 16, SMART_COMMAND_RESETS, 1, 1},
    {5, 80, SMART_OVER_TEMPERATURE, 60, 1},
    {6, 24, SMART_CRC_ERRORS, 1, 1},
    {7, 8, SMART_WEAR, 1, 100},
};

static void take_statistic(int page, const json_t *row, struct smart_facts *facts)
{
    double offset = smart_json_number(row, "offset"), value = smart_json_number(row, "value");
    if (!(value >= 0) || smart_json_bool(row, "flags.valid") != 1)
        return;
    for (size_t i = 0; i < sizeof statistics / sizeof statistics[0]; i++) {
        const struct statistic *s = &statistics[i];
        if (s->page != page || s->offset != offset)
            continue;
        if (s->number == SMART_WEAR) /* the standard's own wins over a maker's attribute */
            facts->number[SMART_WEAR] = value * s->times / s->per;
        smart_set(facts, s->number, value * s->times / s->per);
    }
}

static void device_statistics(const json_t *top, struct smart_facts *facts)
{
    const json_t *pages = smart_json_at(top, "ata_device_statistics.pages");
    for (size_t i = 0; i < json_array_size(pages); i++) {
        const json_t *page = json_array_get(pages, i);
        const json_t *table = json_object_get(page, "table");
        for (size_t k = 0; k < json_array_size(table); k++)
            take_statistic(byte(page, "number"), json_array_get(table, k), facts);
    }
}

/*
 * The newest test that came to its end; aborted and running ones (result 1, 2, 15 in the upper half
 * of the status) say nothing. lifetime_hours has 16 bits and starts again.
 */
static bool self_test(const json_t *table, struct smart_facts *facts)
{
    for (size_t i = 0; i < json_array_size(table); i++) {
        const json_t *row = json_array_get(table, i);
        int status = byte(row, "status.value"), result = status < 0 ? 15 : status >> 4;
        double hours = smart_json_number(row, "lifetime_hours");
        double now = floor(facts->number[SMART_POWER_ON] / HOUR);
        if (result == 1 || result == 2 || result == 15)
            continue;
        smart_set(facts, SMART_SELFTEST_PASSED, result == 0);
        if (hours >= 0 && hours <= 0xffff && now >= 0)
            smart_set(facts, SMART_SELFTEST_AGE,
                      fmod(fmod(now - hours, 65536) + 65536, 65536) * HOUR);
        return true;
    }
    return false;
}

/*
 * How many tests the logs have. A disk that cannot test itself may have an empty log all the same,
 * which tells nothing of it.
 */
static void count_self_tests(const json_t *top, struct smart_facts *facts)
{
    double extended = smart_json_number(top, "ata_smart_self_test_log.extended.count");
    double standard = smart_json_number(top, "ata_smart_self_test_log.standard.count");
    if (smart_json_bool(top, "ata_smart_data.capabilities.self_tests_supported") != 0)
        smart_set(facts, SMART_SELFTEST_LOG, fmax(extended, standard)); /* NAN gives way */
}

static void recovery_control(const json_t *top, struct smart_facts *facts)
{
    static const struct {
        const char *enabled, *time;
        enum smart_number number;
    } ways[] = {
        {"ata_sct_erc.read.enabled", "ata_sct_erc.read.deciseconds", SMART_ERC_READ},
        {"ata_sct_erc.write.enabled", "ata_sct_erc.write.deciseconds", SMART_ERC_WRITE},
    };
    for (size_t i = 0; i < 2; i++) {
        int enabled = smart_json_bool(top, ways[i].enabled);
        if (enabled == 0)
            smart_set(facts, ways[i].number, 0);
        else if (enabled == 1)
            smart_set(facts, ways[i].number, smart_json_number(top, ways[i].time) / 10);
    }
}

/* Bits of the error register that speak of medium or cable: ICRC, UNC, IDNF; ABRT alone does not.
 */
static double relevant_errors(const json_t *table)
{
    double relevant = 0;
    for (size_t i = 0; i < json_array_size(table); i++) {
        int error = byte(json_array_get(table, i), "completion_registers.error");
        relevant += error > 0 && (error & 0xd0);
    }
    return relevant;
}

static void error_log(const json_t *top, struct smart_facts *facts)
{
    static const char *const logs[] = {"extended", "summary"};
    const json_t *log = json_object_get(top, "ata_smart_error_log");
    for (size_t i = 0; i < 2; i++) {
        const json_t *part = json_object_get(log, logs[i]);
        double count = smart_json_number(part, "count");
        if (isnan(count))
            continue;
        smart_set(facts, SMART_ERROR_LOG, count);
        const json_t *table = json_object_get(part, "table");
        if (table || count == 0)
            smart_set(facts, SMART_ERROR_LOG_RELEVANT, relevant_errors(table));
    }
}

void smart_json_ata_logs(const json_t *top, struct smart_facts *facts)
{
    device_statistics(top, facts);
    count_self_tests(top, facts);
    if (!self_test(smart_json_at(top, "ata_smart_self_test_log.extended.table"), facts))
        self_test(smart_json_at(top, "ata_smart_self_test_log.standard.table"), facts);
    recovery_control(top, facts);
    error_log(top, facts);
    smart_set(facts, SMART_PENDING, smart_json_number(top, "ata_pending_defects_log.count"));
    if (facts->rotational == 0) { /* smartctl 7.5 says them in one place for all */
        smart_set(facts, SMART_WEAR,
                  smart_json_number(top, "endurance_used.current_percent") / 100);
        smart_set(facts, SMART_SPARE,
                  smart_json_number(top, "spare_available.current_percent") / 100);
        smart_set(facts, SMART_SPARE_THRESHOLD,
                  smart_json_number(top, "spare_available.threshold_percent") / 100);
    }
}
