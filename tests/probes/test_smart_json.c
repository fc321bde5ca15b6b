/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/root.h"
#include "probes/smart_json.h"

#define UNKNOWN NAN

static char *load(const char *name, struct arena *arena, size_t *length)
{
    struct root *root;
    char *text = NULL;
    struct error e = {0};
    assert_int_equal(root_open(TOP_SRCDIR "/tests/data/smart", &root, &e), 0);
    assert_int_equal(root_read(root, name, SMART_JSON_MAX, arena, &text, length, &e), 0);
    root_close(&root);
    return text;
}

static void parse(const char *name, struct arena *arena, struct smart_json *json)
{
    size_t length;
    struct error e = {0};
    char *text = load(name, arena, &length);
    if (smart_json_parse(text, length, arena, json, &e) < 0)
        fail_msg("%s: %s", name, e.text);
}

enum { HOUR = 3600 };

static const struct {
    const char *file;
    enum smart_number number;
    double value;
} table[] = {
    {"ata.json", SMART_HEALTHY, 0},
    {"ata.json", SMART_REALLOCATED, 12}, /* the attribute, not the device statistics */
    {"ata.json", SMART_PENDING, 8},
    {"ata.json", SMART_OFFLINE_UNCORRECTABLE, 2},
    {"ata.json", SMART_REPORTED_UNCORRECTABLE, 3},
    {"ata.json", SMART_CRC_ERRORS, 5},
    {"ata.json", SMART_COMMAND_TIMEOUTS, 1},
    {"ata.json", SMART_TEMPERATURE, 36},
    {"ata.json", SMART_POWER_ON, 20000.5 * HOUR},
    {"ata.json", SMART_POWER_CYCLES, 33},
    {"ata.json", SMART_SELFTEST_PASSED, 0}, /* the aborted one does not count */
    {"ata.json", SMART_SELFTEST_AGE, 100.0 * HOUR},
    {"ata.json", SMART_SELFTEST_LOG, 3}, /* it does */
    {"ata.json", SMART_ERC_READ, 7},
    {"ata.json", SMART_ERC_WRITE, 0},
    {"ata.json", SMART_ERROR_LOG, 7},
    {"ata.json", SMART_ERROR_LOG_RELEVANT, 2},
    {"ata.json", SMART_START_FAILURES, 1},
    {"ata.json", SMART_COMMAND_RESETS, 6},
    {"ata.json", SMART_OVER_TEMPERATURE, 180},
    {"ata.json", SMART_WEAR, UNKNOWN},
    {"ata.json", SMART_GROWN_DEFECTS, UNKNOWN},
    {"ata.json", SMART_MEDIA_ERRORS, UNKNOWN},
    {"ata.json", SMART_CRITICAL_WARNING, UNKNOWN},
    {"sas.json", SMART_HEALTHY, 1},
    {"sas.json", SMART_GROWN_DEFECTS, 56},
    {"sas.json", SMART_PENDING, 4},
    {"sas.json", SMART_REPORTED_UNCORRECTABLE, 3},
    {"sas.json", SMART_TEMPERATURE, 33},
    {"sas.json", SMART_POWER_ON, 1249 * HOUR + 44 * 60},
    {"sas.json", SMART_SELFTEST_PASSED, 1},
    {"sas.json", SMART_SELFTEST_AGE, 10 * HOUR},
    {"sas.json", SMART_SELFTEST_LOG, 2},
    {"sas.json", SMART_START_STOP_CYCLES, 54},
    {"sas.json", SMART_LOAD_CYCLES, 1181},
    {"sas.json", SMART_REALLOCATED, UNKNOWN},
    {"nvme.json", SMART_HEALTHY, 0},
    {"nvme.json", SMART_CRITICAL_WARNING, 5},
    {"nvme.json", SMART_SPARE, 0.09},
    {"nvme.json", SMART_SPARE_THRESHOLD, 0.1},
    {"nvme.json", SMART_WEAR, 1.04},
    {"nvme.json", SMART_MEDIA_ERRORS, 17},
    {"nvme.json", SMART_TEMPERATURE, 48},
    {"nvme.json", SMART_POWER_ON, 8733.0 * HOUR},
    {"nvme.json", SMART_UNSAFE_SHUTDOWNS, 39},
    {"nvme.json", SMART_ERROR_LOG, 4871},
    {"nvme.json", SMART_ERROR_LOG_RELEVANT, 2},
    {"nvme.json", SMART_SELFTEST_PASSED, 0},
    {"nvme.json", SMART_SELFTEST_AGE, 33 * HOUR},
    {"nvme.json", SMART_SELFTEST_LOG, 2},
    {"nvme.json", SMART_OVER_TEMPERATURE, 120},
    {"nvme.json", SMART_REPORTED_UNCORRECTABLE, UNKNOWN},
};

static void numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        SCRATCH_ARENA(arena);
        struct smart_json json;
        parse(table[i].file, arena, &json);
        assert_int_equal(json.outcome, SMART_READ);
        double is = json.facts.number[table[i].number], wanted = table[i].value;
        if (!(fabs(is - wanted) < 1e-9) && !(isnan(is) && isnan(wanted)))
            fail_msg("%s: %s is %g, not %g", table[i].file, smart_metric(table[i].number)->name, is,
                     wanted);
    }
}

static void identities(void **state)
{
    static const struct {
        const char *file, *disk, *model, *serial, *firmware, *bus;
        int rotational;
    } who[] = {
        {"ata.json", "0x5000c500a1b2c3d4", "EXAMPLE HD-1000", "S0123456789", "FW01", "ata", 1},
        {"sas.json", "0x5000c500aabbccdd", "EXAMPLE SAS-2000", "Z0000001", "0002", "sas", 1},
        {"nvme.json", "eui.0025385a11b3699d", "EXAMPLE NVME-3", "N77", "1.0", "nvme", 0},
        {"asleep.json", "EXAMPLE_HD-1000_S0000000003", "EXAMPLE HD-1000", "S0000000003", "", "ata",
         -1},
        {"denied.json", "", "", "", "", "", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof who / sizeof who[0]; i++) {
        SCRATCH_ARENA(arena);
        struct smart_json json;
        parse(who[i].file, arena, &json);
        assert_string_equal(json.facts.disk, who[i].disk);
        assert_string_equal(json.facts.model, who[i].model);
        assert_string_equal(json.facts.serial, who[i].serial);
        assert_string_equal(json.facts.firmware, who[i].firmware);
        assert_string_equal(json.facts.bus, who[i].bus);
        assert_int_equal(json.facts.rotational, who[i].rotational);
    }
}

static void outcomes(void **state)
{
    static const struct {
        const char *file;
        enum smart_outcome outcome;
        const char *message;
    } ends[] = {
        {"ata.json", SMART_READ, ""},
        {"asleep.json", SMART_ASLEEP, "Device is in STANDBY mode, exit(2)"},
        {"denied.json", SMART_FAILED, "Smartctl open device: /dev/sdd failed: Permission denied"},
        {"nosmart.json", SMART_UNSUPPORTED, "Device does not support SMART"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        SCRATCH_ARENA(arena);
        struct smart_json json;
        parse(ends[i].file, arena, &json);
        assert_int_equal(json.outcome, ends[i].outcome);
        assert_string_equal(json.message, ends[i].message);
    }
}

static void attributes(void **state)
{
    SCRATCH_ARENA(arena);
    struct smart_json json;
    (void)state;
    parse("ata.json", arena, &json);
    assert_int_equal(json.facts.attribute_count, 9);
    const struct smart_attribute *a = &json.facts.attributes[3];
    assert_int_equal(a->id, 188);
    assert_true(a->raw == UINT64_C(4295032833));
    assert_true(a->decoded == 1);
    assert_int_equal(a->threshold, 0);
}

/* A file cut anywhere is refused, never half believed. */
static void cut_off(void **state)
{
    SCRATCH_ARENA(arena);
    size_t length;
    char *text = load("ata.json", arena, &length);
    (void)state;
    while (text[length - 1] == '\n')
        length--;
    for (size_t cut = 0; cut < length; cut += 7) {
        struct error e = {0};
        struct smart_json json;
        SCRATCH_ARENA(scratch);
        assert_true(smart_json_parse(text, cut, scratch, &json, &e) < 0);
        assert_true(e.text[0] != '\0');
        assert_int_equal(json.outcome, SMART_FAILED);
    }
}

static void bad_texts(void **state)
{
    static const struct {
        const char *text;
        int code;
    } bad[] = {
        {"", -ENODATA},
        {"\n", -EBADMSG},
        {"smartctl 7.3 2022-02-28 r5338 [x86_64-linux-6.1.0] (local build)\n", -EBADMSG},
        {"[]", -EBADMSG},
        {"3", -EBADMSG},
        {"{}", -EBADMSG},
        {"{\"smartctl\": {}} x", -EBADMSG},
        {"{\"smartctl\": {\"exit_status\": 1e999}}", -EBADMSG},
        {"{\"smartctl\": \"\xff\xfe\"}", -EBADMSG},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        SCRATCH_ARENA(arena);
        struct smart_json json;
        struct error e = {0};
        assert_int_equal(smart_json_parse(bad[i].text, strlen(bad[i].text), arena, &json, &e),
                         bad[i].code);
        assert_true(strpbrk(e.text, "\n\xff") == NULL);
    }
}

/* Right keys, wrong kinds of values: nothing known, nothing broken. */
static void wrong_kinds(void **state)
{
    static const char text[] =
        "{\"smartctl\": [], \"device\": 3, \"model_name\": {}, \"serial_number\": 7,"
        " \"wwn\": {\"naa\": -1, \"oui\": 1e300, \"id\": \"x\"}, \"rotation_rate\": \"fast\","
        " \"temperature\": {\"current\": \"hot\"}, \"power_on_time\": {\"hours\": -5},"
        " \"smart_status\": {\"passed\": \"yes\"}, \"user_capacity\": {\"bytes\": -1},"
        " \"ata_smart_attributes\": {\"table\": [null, 1, [], {\"id\": 0, \"raw\": {\"value\": 1}},"
        "  {\"id\": 5}, {\"id\": 5, \"raw\": {\"value\": -1}}, {\"id\": 999, \"raw\": {\"value\": "
        "1}},"
        "  {\"id\": 5, \"raw\": {\"value\": 1e30}}]},"
        " \"nvme_smart_health_information_log\": [1], \"nvme_namespaces\": {},"
        " \"scsi_error_counter_log\": {\"read\": {\"total_uncorrected_errors\": \"2\"}}}";
    SCRATCH_ARENA(arena);
    struct smart_json json;
    (void)state;
    assert_int_equal(smart_json_parse(text, strlen(text), arena, &json, NULL), 0);
    assert_int_equal(json.outcome, SMART_FAILED);
    assert_int_equal(json.facts.attribute_count, 0);
    for (int i = 0; i < SMART_NUMBERS; i++)
        assert_true(isnan(json.facts.number[i]));
    assert_string_equal(json.facts.disk, "");
    assert_string_equal(json.odd, "nvme_smart_health_information_log is no object");
}

/* Said, as what is left out may have been the sign. */
static void odd_parts(void **state)
{
    static const struct {
        const char *text, *odd;
    } parts[] = {
        {"{\"smartctl\": {}}", ""},
        {"{\"smartctl\": {}, \"smart_status\": {\"passed\": false}}", ""},
        {"{\"smartctl\": {}, \"smart_status\": {\"passed\": 0}}",
         "smart_status.passed is neither true nor false"},
        {"{\"smartctl\": {}, \"ata_smart_attributes\": {\"table\": \"x\"}}",
         "1 of its attributes cannot be read"},
        {"{\"smartctl\": {}, \"ata_smart_attributes\": {\"table\": [{\"id\": \"5\"},"
         " {\"id\": 5, \"raw\": {\"value\": 2}}, {\"id\": 9, \"raw\": {\"value\": -2}}]}}",
         "2 of its attributes cannot be read"},
    };
    SCRATCH_ARENA(arena);
    struct smart_json json;
    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *text = parts[i].text;
        assert_int_equal(smart_json_parse(text, strlen(text), arena, &json, NULL), 0);
        assert_string_equal(json.odd, parts[i].odd);
    }
}

/* An empty log is told from one that was not read, and from a disk that cannot test itself. */
static void selftest_logs(void **state)
{
    static const struct {
        const char *text;
        double entries;
    } logs[] = {
        {"{\"smartctl\": {}}", UNKNOWN},
        {"{\"smartctl\": {}, \"ata_smart_self_test_log\": {\"standard\": {\"count\": 0}}}", 0},
        {"{\"smartctl\": {}, \"ata_smart_self_test_log\": {\"extended\": {\"count\": 0},"
         " \"standard\": {\"count\": 2}}}",
         2},
        {"{\"smartctl\": {}, \"ata_smart_self_test_log\": {\"standard\": {}}}", UNKNOWN},
        {"{\"smartctl\": {}, \"ata_smart_data\": {\"capabilities\": {\"self_tests_supported\": "
         "false}}, \"ata_smart_self_test_log\": {\"standard\": {\"count\": 0}}}",
         UNKNOWN},
        {"{\"smartctl\": {}, \"nvme_self_test_log\": {\"current_self_test_operation\": "
         "{\"value\": 0}}}",
         0},
        {"{\"smartctl\": {}, \"nvme_self_test_log\": {}}", UNKNOWN},
        {"{\"smartctl\": {}, \"nvme_self_test_log\": [0]}", UNKNOWN},
        {"{\"smartctl\": {}, \"scsi_self_test_0\": 3}", UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
        SCRATCH_ARENA(arena);
        struct smart_json json;
        assert_int_equal(smart_json_parse(logs[i].text, strlen(logs[i].text), arena, &json, NULL),
                         0);
        double is = json.facts.number[SMART_SELFTEST_LOG], wanted = logs[i].entries;
        if (is != wanted && !(isnan(is) && isnan(wanted)))
            fail_msg("%s: %g, not %g", logs[i].text, is, wanted);
    }
}

/* As much as is read at all, of the kind that costs most. */
static void size_is_bounded(void **state)
{
    struct buf text = {0};
    SCRATCH_ARENA(arena);
    struct smart_json json;
    struct error e = {0};
    (void)state;
    buf_puts(&text, "{\"smartctl\": [");
    while (text.length <= SMART_JSON_MAX)
        buf_puts(&text, "[],");
    assert_int_equal(smart_json_parse(text.data, text.length, arena, &json, &e), -EFBIG);
    memset(text.data, '[', text.length);
    assert_int_equal(smart_json_parse(text.data, SMART_JSON_MAX, arena, &json, &e), -EBADMSG);
    buf_free(&text);
}

static void scans(void **state)
{
    SCRATCH_ARENA(arena);
    struct smart_scanned *devices;
    struct error e = {0};
    size_t length, count;
    char *text = load("scan.json", arena, &length);
    (void)state;
    assert_int_equal(smart_json_scan(text, length, arena, &devices, &count, &e), 0);
    assert_int_equal(count, 2);
    assert_string_equal(devices[1].name, "/dev/bus/0");
    assert_string_equal(devices[1].type, "megaraid,3");
    assert_true(smart_json_scan("{", 1, arena, &devices, &count, &e) < 0);
    assert_int_equal(smart_json_scan("{}", 2, arena, &devices, &count, &e), 0);
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),         cmocka_unit_test(identities),
        cmocka_unit_test(outcomes),        cmocka_unit_test(attributes),
        cmocka_unit_test(cut_off),         cmocka_unit_test(bad_texts),
        cmocka_unit_test(wrong_kinds),     cmocka_unit_test(odd_parts),
        cmocka_unit_test(size_is_bounded), cmocka_unit_test(scans),
        cmocka_unit_test(selftest_logs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
