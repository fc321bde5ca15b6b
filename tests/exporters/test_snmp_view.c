/* SPDX-License-Identifier: Apache-2.0 */
/* The OIDs that a manager sees, without any daemon. */
#include "exporters/snmp_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exporters/snapshot_lines.h"

static const char *const host[] = {
    "metric|forewarn_disk_info|1|disk=0x2|device=sdb|model=ACME|serial=A2",
    "metric|forewarn_disk_info|1|disk=0x1|device=sda|model=ACME|serial=A1",
    "metric|forewarn_disk_pending_sectors|24|disk=0x2",
    "metric|forewarn_disk_pending_sectors|1|disk=0x9", /* no such disk */
    "metric|forewarn_disk_temperature_celsius|-3|disk=0x1",
    "metric|forewarn_disk_temperature_celsius|NaN|disk=0x2",
    "metric|forewarn_disk_asleep|1|disk=0x1",
    "metric|forewarn_disk_wear_ratio|0.125|disk=0x1",
    "metric|forewarn_md_info|1|array=md1|level=raid1|uuid=u1",
    "metric|forewarn_md_info|1|array=md0|level=raid5|uuid=u0",
    "metric|forewarn_md_state|1|array=md0|state=clean",
    "metric|forewarn_md_state|0|array=md0|state=failed",
    "metric|forewarn_md_disks|2|array=md0|state=in_sync",
    "metric|forewarn_md_redundancy|-1|array=md0",
    "metric|forewarn_md_member_state|1|array=md0|slot=0|device=sda1|state=in_sync",
    "metric|forewarn_md_member_state|1|array=md0|slot=0|device=sda1|state=write_mostly",
    "metric|forewarn_md_member_state|0|array=md0|slot=0|device=sda1|state=faulty",
    "metric|forewarn_md_member_state|1|array=md1|slot=none|device=sdb1|state=spare",
    "metric|forewarn_md_member_state|1|array=md1|slot=none|device=sdc1|state=spare",
    "metric|forewarn_md_member_state|1|array=md7|slot=0|device=sdx1|state=spare", /* no array */
    "metric|forewarn_md_member_info|1|array=md0|slot=0|device=sda1|disk=0x1",
    "metric|forewarn_md_member_info|1|array=md0|slot=0|device=sda1|disk=0x2",
    "metric|forewarn_md_member_errors_total|3|array=md0|slot=0|device=sda1",
    "metric|forewarn_nfs_lock_callback_up|0|mount=/m|server=s|address=a|program=nlm|transport=udp",
    "metric|forewarn_nfs_lock_callback_up|1|mount=/m|server=s|address=a|program=nlm|transport=tcp",
    "metric|forewarn_mail_mailboxes|9|store=/var/vmail|verdict=sound",
    "metric|forewarn_mail_mailboxes|1|store=/var/vmail|verdict=damaged",
    "alert|MdDegraded|critical|1000|alertname=MdDegraded|array=md0|@summary=md0 is degraded",
    "alert|DiskBad|warning|2000|alertname=DiskBad|device=sdb",
    NULL,
};

static struct snmp_view *make(const char *const *lines, size_t skip, struct snmp_numbers *numbers,
                              bool *changed)
{
    struct snapshot_lines snapshot = {0};
    snapshot_lines_begin(&snapshot);
    for (size_t i = skip; lines[i]; i++)
        assert_true(snapshot_lines_take(&snapshot, lines[i]));
    struct snmp_view *view = snmp_view_new(snapshot_lines_end(&snapshot, 60000), numbers, changed);
    snapshot_lines_free(&snapshot);
    return view;
}

/* "2.1.3.1 sda": with dates as "date". */
static const char *print(const struct snmp_instance *instance, char *text, size_t room)
{
    size_t used = 0;
    if (!instance)
        return "none";
    for (size_t i = 0; i < instance->oid_length; i++)
        used += (size_t)snprintf(text + used, room - used, i ? ".%u" : "%u", instance->oid[i]);
    const struct snmp_value *value = &instance->value;
    if (value->type == SNMP_TEXT)
        snprintf(text + used, room - used, " %s", (const char *)value->text);
    else if (value->type == SNMP_DATE)
        snprintf(text + used, room - used, " date");
    else
        snprintf(text + used, room - used, " %lld", (long long)value->number);
    return text;
}

static size_t parse(const char *text, uint32_t *oid)
{
    size_t count = 0;
    for (char *end; *text; text = *end ? end + 1 : end)
        oid[count++] = (uint32_t)strtoul(text, &end, 10);
    return count;
}

static void values_are_where_the_mib_has_them(void **state)
{
    static const struct {
        const char *oid, *expected;
    } cases[] = {
        {"1.2.0", "1.2.0 mail7"},
        {"1.3.0", "1.3.0 date"},
        {"1.4.0", "1.4.0 2"},
        {"1.5.0", "1.5.0 2"},
        {"1.7.0", "none"},
        {"2.1.1.1", "none"}, /* an index is not accessible */
        {"2.1.2.1", "2.1.2.1 0x1"},
        {"2.1.3.2", "2.1.3.2 sdb"},
        {"2.1.11.1", "2.1.11.1 1"},
        {"2.1.15.2", "2.1.15.2 24"},
        {"2.1.15.1", "none"}, /* it does not tell */
        {"2.1.23.1", "2.1.23.1 13"},
        {"2.1.25.1", "2.1.25.1 -3"},
        {"2.1.25.2", "none"}, /* NaN */
        {"3.1.2.1", "3.1.2.1 md0"},
        {"3.1.7.1", "3.1.7.1 clean"},
        {"3.1.9.1", "3.1.9.1 2"},
        {"3.1.14.1", "3.1.14.1 -1"},
        {"4.1.3.1.1", "4.1.3.1.1 sda1"},
        {"4.1.4.1.1", "4.1.4.1.1 0x1, 0x2"},
        {"4.1.5.1.1", "4.1.5.1.1 in_sync, write_mostly"},
        {"4.1.6.1.1", "4.1.6.1.1 3"},
        {"4.1.3.2.2", "4.1.3.2.2 sdb1"},
        {"4.1.3.2.3", "4.1.3.2.3 sdc1"},
        {"4.1.3.2.4", "none"},
        {"5.1.6.1", "5.1.6.1 tcp"},
        {"5.1.7.1", "5.1.7.1 1"},
        {"5.1.6.2", "5.1.6.2 udp"},
        {"5.1.7.2", "5.1.7.2 2"},
        {"6.1.2.1", "6.1.2.1 /var/vmail"},
        {"6.1.3.1", "6.1.3.1 9"},
        {"6.1.4.1", "6.1.4.1 1"},
        {"6.1.5.1", "none"},
        {"7.1.4.1", "7.1.4.1 3"},
        {"7.1.5.2", "7.1.5.2 DiskBad"},
        {"7.1.12.1", "7.1.12.1 md0 is degraded"},
        {"7.1.15.2", "7.1.15.2 {alertname=\"DiskBad\",device=\"sdb\"}"},
        {"", "none"},
        {"2", "none"},
        {"2.1.2", "none"},
        {"2.1.2.1.1", "none"},
    };
    struct snmp_numbers *numbers = snmp_numbers_new();
    bool changed;
    char text[512];
    uint32_t oid[16];
    (void)state;
    struct snmp_view *view = make(host, 0, numbers, &changed);
    assert_true(changed);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(
            print(snmp_view_get(view, oid, parse(cases[i].oid, oid)), text, sizeof text),
            cases[i].expected);
    snmp_view_free(&view);
    snmp_numbers_free(&numbers);
}

static void a_walk_meets_all_in_order(void **state)
{
    static const struct {
        const char *oid, *next;
    } cases[] = {
        {"", "1.1.0 "},
        {"1.1", "1.1.0 "},
        {"1.1.0.9", "1.2.0 mail7"},
        {"1.6.0", "2.1.2.1 0x1"},
        {"2.1.25.1", "3.1.2.1 md0"},
        {"7.1.15.2", "none"},
        {"9", "none"},
        {"4294967295", "none"},
    };
    struct snmp_numbers *numbers = snmp_numbers_new();
    bool changed;
    char text[512];
    uint32_t oid[16];
    size_t met = 0;
    (void)state;
    struct snmp_view *view = make(host, 0, numbers, &changed);
    const struct snmp_instance *at = snmp_view_next(view, NULL, 0);
    for (; at; at = snmp_view_next(view, at->oid, at->oid_length)) {
        assert_ptr_equal(snmp_view_get(view, at->oid, at->oid_length), at);
        assert_true(met++ < view->count);
    }
    assert_int_equal(met, view->count);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(
            strncmp(print(snmp_view_next(view, oid, parse(cases[i].oid, oid)), text, sizeof text),
                    cases[i].next, strlen(cases[i].next)),
            0);
    snmp_view_free(&view);
    snmp_numbers_free(&numbers);
}

/* Fewer things, and what remains keeps its number. */
static void numbers_stay(void **state)
{
    static const char *const later[] = {
        "metric|forewarn_disk_info|1|disk=0x0|device=sdx",
        "metric|forewarn_disk_info|1|disk=0x2|device=sda",
        "metric|forewarn_md_info|1|array=md127|uuid=u1",
        "alert|DiskBad|critical|2000|device=sdb|alertname=DiskBad",
        NULL,
    };
    static const struct {
        const char *oid, *expected;
    } cases[] = {
        {"1.5.0", "1.5.0 4"}, /* another severity, and one that is over */
        {"2.1.2.1", "none"},          {"2.1.3.2", "2.1.3.2 sda"}, {"2.1.3.3", "2.1.3.3 sdx"},
        {"3.1.2.2", "3.1.2.2 md127"}, {"7.1.4.2", "7.1.4.2 3"},   {"7.1.2.2", "7.1.2.2 3"},
    };
    struct snmp_numbers *numbers = snmp_numbers_new();
    bool changed;
    char text[512];
    uint32_t oid[16];
    (void)state;
    struct snmp_view *view = make(host, 0, numbers, &changed);
    snmp_view_free(&view);
    view = make(host, 0, numbers, &changed);
    assert_false(changed);
    snmp_view_free(&view);
    view = make(later, 0, numbers, &changed);
    assert_true(changed);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(
            print(snmp_view_get(view, oid, parse(cases[i].oid, oid)), text, sizeof text),
            cases[i].expected);
    snmp_view_free(&view);
    snmp_numbers_free(&numbers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_where_the_mib_has_them),
        cmocka_unit_test(a_walk_meets_all_in_order),
        cmocka_unit_test(numbers_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
