/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "probes/smart_json.h"
#include "probes/smart_nvme.h"

enum { HOUR = 3600 };

static const struct {
    const char *key;
    enum smart_number number;
    double times, per;
} fields[] = {
    {"critical_warning", SMART_CRITICAL_WARNING, 1, 1},
    {"available_spare", SMART_SPARE, 1, 100},
    {"available_spare_threshold", SMART_SPARE_THRESHOLD, 1, 100},
    {"percentage_used", SMART_WEAR, 1, 100},
    {"media_errors", SMART_MEDIA_ERRORS, 1, 1},
    {"power_cycles", SMART_POWER_CYCLES, 1, 1},
    {"power_on_hours", SMART_POWER_ON, HOUR, 1},
    {"unsafe_shutdowns", SMART_UNSAFE_SHUTDOWNS, 1, 1},
    {"num_err_log_entries", SMART_ERROR_LOG, 1, 1},
    {"critical_comp_time", SMART_OVER_TEMPERATURE, 60, 1},
};

/* NVM Express base specification, device self-test log: 0 passed, 5 to 7 failed, others aborted. */
static void self_tests(const json_t *top, struct smart_facts *facts)
{
    const json_t *log = json_object_get(top, "nvme_self_test_log");
    const json_t *table = json_object_get(log, "table");
    if (table || json_object_get(log, "current_self_test_operation")) /* it was read */
        smart_set(facts, SMART_SELFTEST_LOG, (double)json_array_size(table));
    for (size_t i = 0; i < json_array_size(table); i++) {
        const json_t *row = json_array_get(table, i);
        double result = smart_json_number(row, "self_test_result.value");
        double age =
            facts->number[SMART_POWER_ON] - smart_json_number(row, "power_on_hours") * HOUR;
        if (!(result == 0 || (result >= 5 && result <= 7)))
            continue;
        smart_set(facts, SMART_SELFTEST_PASSED, result == 0);
        smart_set(facts, SMART_SELFTEST_AGE, age >= 0 ? age : NAN);
        return;
    }
}

static void error_log(const json_t *log, struct smart_facts *facts)
{
    double relevant = 0;
    const json_t *table = json_object_get(log, "table");
    if (!log)
        return;
    for (size_t i = 0; i < json_array_size(table); i++) {
        const json_t *row = json_array_get(table, i);
        double type = smart_json_number(row, "status_field.status_code_type");
        double code = smart_json_number(row, "status_field.status_code");
        if (type >= 0 && type <= 7 && code >= 0 && code <= 255)
            relevant += smart_nvme_relevant((unsigned)type, (unsigned)code);
    }
    smart_set(facts, SMART_ERROR_LOG_RELEVANT, relevant);
}

void smart_json_nvme(const json_t *top, struct smart_facts *facts)
{
    const json_t *health = json_object_get(top, "nvme_smart_health_information_log");
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        smart_set(facts, fields[i].number,
                  smart_json_number(health, fields[i].key) * fields[i].times / fields[i].per);
    smart_facts_doubt_spare(facts);
    self_tests(top, facts);
    error_log(json_object_get(top, "nvme_error_information_log"), facts);
}
