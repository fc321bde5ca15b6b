/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include "probes/smart_json.h"

enum { SELF_TESTS = 20, HOUR = 3600 };

/* smartctl says nothing of an empty log, nor of none at all: then the number is not known. */
static void count_self_tests(const json_t *top, struct smart_facts *facts)
{
    int entries = 0;
    for (int i = 0; i < SELF_TESTS; i++) {
        char key[32];
        snprintf(key, sizeof key, "scsi_self_test_%d", i);
        entries += json_is_object(json_object_get(top, key));
    }
    if (entries)
        smart_set(facts, SMART_SELFTEST_LOG, entries);
}

/* SPC-5, self-test results log: 0 passed, 1 and 2 aborted, 3 to 7 failed, 15 in progress. */
static void self_tests(const json_t *top, struct smart_facts *facts)
{
    for (int i = 0; i < SELF_TESTS; i++) {
        char key[32];
        snprintf(key, sizeof key, "scsi_self_test_%d", i);
        const json_t *test = json_object_get(top, key);
        double result = smart_json_number(test, "result.value");
        double hours = smart_json_number(test, "power_on_time.hours");
        double now = floor(facts->number[SMART_POWER_ON] / HOUR);
        if (!(result == 0 || (result >= 3 && result <= 7)))
            continue;
        smart_set(facts, SMART_SELFTEST_PASSED, result == 0);
        if (hours >= 0 && hours <= 0xffff && now >= 0)
            smart_set(facts, SMART_SELFTEST_AGE,
                      fmod(fmod(now - hours, 65536) + 65536, 65536) * HOUR);
        return;
    }
}

/* Errors that neither ECC nor rereading mended, of reads, writes and verifies. */
static void uncorrected(const json_t *top, struct smart_facts *facts)
{
    static const char *const ways[] = {
        "scsi_error_counter_log.read.total_uncorrected_errors",
        "scsi_error_counter_log.write.total_uncorrected_errors",
        "scsi_error_counter_log.verify.total_uncorrected_errors",
    };
    double sum = NAN;
    for (size_t i = 0; i < 3; i++) {
        double n = smart_json_number(top, ways[i]);
        if (n >= 0)
            sum = (isnan(sum) ? 0 : sum) + n;
    }
    smart_set(facts, SMART_REPORTED_UNCORRECTABLE, sum);
}

void smart_json_scsi(const json_t *top, struct smart_facts *facts)
{
    const json_t *cycles = json_object_get(top, "scsi_start_stop_cycle_counter");
    smart_set(facts, SMART_GROWN_DEFECTS, smart_json_number(top, "scsi_grown_defect_list"));
    smart_set(facts, SMART_PENDING, smart_json_number(top, "scsi_pending_defects.count"));
    smart_set(facts, SMART_START_STOP_CYCLES,
              smart_json_number(cycles, "accumulated_start_stop_cycles"));
    smart_set(facts, SMART_LOAD_CYCLES,
              smart_json_number(cycles, "accumulated_load_unload_cycles"));
    smart_set(facts, SMART_WEAR,
              smart_json_number(top, "scsi_percentage_used_endurance_indicator") / 100);
    if (facts->rotational == 0)
        smart_set(facts, SMART_WEAR,
                  smart_json_number(top, "endurance_used.current_percent") / 100);
    uncorrected(top, facts);
    count_self_tests(top, facts);
    self_tests(top, facts);
}
