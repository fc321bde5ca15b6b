/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#include "agent/status_report.h"
#include "tests/exporters/fixture.h"

enum { SECOND_MS = 1000, HOUR_MS = 3600 * 1000 };

static void give_id(const struct alert *alert, char id[9])
{
    snprintf(id, 9, "%08x", (unsigned)strlen(alert->name));
}

static const struct status_probe probes[] = {
    {.name = "md",
     .enabled = true,
     .up = true,
     .error = "",
     .interval_ms = 15 * SECOND_MS,
     .last_ms = FIXTURE_AT_MS - 4 * SECOND_MS,
     .next_ms = FIXTURE_AT_MS + 27 * SECOND_MS,
     .seconds = 0.034},
    {.name = "smart",
     .enabled = true,
     .error = "time ran out",
     .interval_ms = 600 * SECOND_MS,
     .last_ms = FIXTURE_AT_MS - 200 * SECOND_MS,
     .next_ms = FIXTURE_AT_MS + 400 * SECOND_MS,
     .seconds = 60},
    {.name = "nfslock", .error = ""},
};

static const struct status_aside asides[] = {{"smart", "sdy", FIXTURE_AT_MS - 2 * HOUR_MS}};
static const struct status_silence silences[] = {
    {"s1", "{device=\"sdk\"}", "root", "moving", FIXTURE_AT_MS + HOUR_MS}};
static const struct status_exporter told[] = {{"snmp", true, 2, 3}, {"nagios", false, 0, 0}};

/* The fixture's host, with a range for its rebuild, as an agent knows it. */
static char *render(struct look *look, const char *more, const struct report_style *style,
                    void (*renderer)(const struct status *status, const struct report_style *style,
                                     struct buf *out))
{
    struct buf series = {0}, out = {0};
    buf_printf(&series,
               "%s%sforewarn:md:sync_eta_seconds{array=\"md2\",quantile=\"0.1\"} 18000\n"
               "forewarn:md:sync_eta_seconds{array=\"md2\",quantile=\"0.5\"} 22200\n"
               "forewarn:md:sync_eta_seconds{array=\"md2\",quantile=\"0.9\"} 32400\n",
               fixture_series, more);
    struct store *store = fixture_store(series.data);
    struct status status = {.look = look,
                            .store = store,
                            .now_ms = FIXTURE_AT_MS + 12 * SECOND_MS,
                            .started_ms = FIXTURE_AT_MS - 26 * HOUR_MS,
                            .judged = true,
                            .probes = probes,
                            .probe_count = 3,
                            .asides = asides,
                            .aside_count = 1,
                            .silences = silences,
                            .silence_count = 1,
                            .exporters = told,
                            .exporter_count = 2,
                            .alert_id = give_id};
    setenv("TZ", "UTC", 1);
    tzset();
    renderer(&status, style, &out);
    store_free(&store);
    buf_free(&series);
    return out.data;
}

static struct look *make_look(struct arena *arena, struct held_alert *held)
{
    struct look *look = fixture_look(arena);
    struct alert *alerts = ARENA_ARRAY(arena, struct alert, 1);
    alerts[0] = look->alerts[0];
    alerts[0].active_at_ms = FIXTURE_AT_MS - 30 * HOUR_MS;
    *held = (struct held_alert){&look->alerts[1], "acknowledged", "root", "ordered", 0};
    look->alerts = alerts;
    look->alert_count = 1;
    look->held = held;
    look->held_count = 1;
    look->watched = true;
    look->unjudged_count = 0;
    return look;
}

static void test_whole(void **state)
{
    SCRATCH_ARENA(arena);
    struct report_style style = {.width = 80};
    struct held_alert held;
    (void)state;
    char *text = render(make_look(arena, &held), "", &style, status_table);
    assert_string_equal(
        text, "CRITICAL  mail7: 1 critical                                    2 arrays, 4 disks\n"
              "watching since 2026-02-28 10:00, judged 12s ago\n"
              "\n"
              " CRITICAL  md2 has no redundancy left and sdb is going bad\n"
              "           since 2026-02-28 06:00 (1d 6h), MdNoRedundancyAndSuspect 00000018\n"
              "\n"
              " Known:    info, md0: 128 sectors differ (acknowledged by root: ordered)\n"
              " Not seen: sdy: answers no more, left aside\n"
              "           sdx is asleep and was not woken (last read 3h ago)\n"
              "\n"
              " array  level  state   members  can lose   mismatches\n"
              " md0    raid1  clean   [UU]     1 more            128\n"
              " md2    raid5  active  [UUR]    none more           -\n"
              "\n"
              " md2   rebuilding [#######...........]  41.5 %  52 MB/s  6h 10m to go (5h to 9h)\n"
              "\n"
              " disk  model          serial  last read  state\n"
              " sdb   TESTDISK 4000  T2              -  24 pending\n"
              " sdx   TESTDISK 8000  T4         3h ago  asleep\n"
              " 2 other disks with nothing to note\n"
              "\n"
              " probe    each  last look     took  next in  state\n"
              " md        15s    16s ago   0.03 s      15s  ok\n"
              " smart     10m     4m ago  60.00 s       6m  gave up: time ran out\n"
              " nfslock     -          -        -        -  switched off\n"
              " Left out: sdy by smart: its worker hangs in the kernel since 10:00\n"
              " Silence:  s1 {device=\"sdk\"} until 13:00 by root: moving\n"
              " Tells:    snmp, 2 receivers, 3 events not delivered yet\n"
              "           nagios does not run\n");
    free(text);
}

/* All disks, and what may come. */
static void test_verbose(void **state)
{
    SCRATCH_ARENA(arena);
    struct report_style style = {.width = 100, .verbose = true};
    struct held_alert held;
    (void)state;
    struct look *look = make_look(arena, &held);
    struct alert pending = *held.alert;
    pending.active_at_ms = FIXTURE_AT_MS - 120 * SECOND_MS;
    look->pending = &pending;
    look->pending_count = 1;
    char *text = render(look, "", &style, status_table);
    assert_non_null(strstr(text, " Pending:  info, md0: 128 sectors differ (for 2m)\n"));
    assert_non_null(strstr(text, " Noted:    md0: is no number"));
    assert_non_null(strstr(text, " sda   TESTDISK 4000  T1      1       10000          -  -\n"));
    assert_null(strstr(text, "nothing to note"));
    free(text);
}

/* No line is wider than the terminal, whatever it says; eighths of a column are not wasted. */
static void test_widths(void **state)
{
    SCRATCH_ARENA(arena);
    struct held_alert held;
    (void)state;
    setlocale(LC_CTYPE, "C.UTF-8");
    for (unsigned width = 60; width < 130; width++) {
        struct report_style style = {.utf8 = width % 2, .width = width};
        char *text = render(make_look(arena, &held),
                            "forewarn_disk_healthy{disk=\"0x3\"} 0\n"
                            "forewarn_disk_readable{disk=\"0x3\"} 0\n"
                            "forewarn_disk_reallocated_sectors{disk=\"0x3\"} 12345\n",
                            &style, status_table),
             *rest = text, *line;
        if (style.utf8 && !strstr(text, "\xe2\x96\x88\xe2\x96"))
            fail_msg("no bar: %s", text);
        while ((line = strsep(&rest, "\n")) != NULL) {
            wchar_t wide[512];
            size_t length = mbstowcs(wide, line, 512);
            assert_true(length < 512);
            if (wcswidth(wide, length) > (int)width && !strstr(line, "to go"))
                fail_msg("wider than %u: %s", width, line);
        }
        free(text);
    }
}

static void put_json(const struct status *status, const struct report_style *style, struct buf *out)
{
    (void)style;
    status_json(status, out);
}

static void test_json(void **state)
{
    SCRATCH_ARENA(arena);
    struct held_alert held;
    const char *id, *why, *probe, *selector, *told_name, *action;
    double left, low, high, done;
    int alerts, read;
    (void)state;
    char *text = render(make_look(arena, &held), "", NULL, put_json);
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    alerts = (int)json_array_size(json_object_get(json, "alerts"));
    assert_int_equal(alerts, 1);
    assert_int_equal(
        json_unpack(json, "{s:[{s:s}], s:[{s:{s:s}}], s:[{s:s}], s:[{s:s}], s:[{s:s}]}", "alerts",
                    "id", &id, "held", "held", "why", &why, "probes", "name", &probe, "silences",
                    "selector", &selector, "exporters", "name", &told_name),
        0);
    assert_string_equal(id, "00000018");
    assert_string_equal(why, "acknowledged");
    assert_string_equal(selector, "{device=\"sdk\"}");
    json_t *array = json_array_get(json_object_get(json, "arrays"), 1);
    assert_int_equal(json_unpack(array, "{s:{s:s, s:f, s:F, s:F, s:F}}", "sync", "action", &action,
                                 "completed_ratio", &done, "seconds_left", &left,
                                 "seconds_left_low", &low, "seconds_left_high", &high),
                     0);
    assert_string_equal(action, "recover");
    assert_true(done == 0.415 && left == 22200 && low == 18000 && high == 32400);
    assert_true(
        json_is_null(json_object_get(json_array_get(json_object_get(json, "arrays"), 0), "sync")));
    json_t *disk, *disks = json_object_get(json, "disks");
    size_t at = 0;
    while ((disk = json_array_get(disks, at)) && !json_is_true(json_object_get(disk, "asleep")))
        at++;
    assert_true(json_is_true(json_object_get(disk, "asleep")));
    assert_int_equal(json_unpack(disk, "{s:i}", "last_read", &read), 0);
    assert_int_equal(read, 1772355600);
    json_decref(json);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_verbose),
        cmocka_unit_test(test_widths),
        cmocka_unit_test(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
