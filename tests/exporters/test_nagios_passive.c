/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exporters/nagios_passive.h"
#include "tests/exporters/fixture.h"
#include "tests/exporters/snapshot_lines.h"

static const struct nagios_passive settings = {
    .command_file = "/x", .host = "", .service = "disks", .interval_ms = 1000};

/* The line of a snapshot from such lines, at 1000 s. */
static char *make(const struct nagios_passive *with, const char *const *lines, size_t count,
                  struct buf *key)
{
    struct snapshot_lines snapshot = {0};
    struct buf line = {0};
    snapshot_lines_begin(&snapshot);
    for (size_t i = 0; i < count; i++)
        assert_true(snapshot_lines_take(&snapshot, lines[i]));
    Forewarn__Snapshot *made = snapshot_lines_end(&snapshot, 1000000);
    made->host = (char[]){"mail7"};
    nagios_passive_line(with, made, &line, key);
    snapshot_lines_free(&snapshot);
    return line.data;
}

static void test_line(void **state)
{
    static const char *const lines[] = {
        "alert|MdGone|critical|1000|array=md2|@summary=md2 is \\n gone; all|@action=Do this",
        "metric|forewarn_md_info|1|array=md2",
        "metric|forewarn_md_degraded|2|array=md2",
    };
    struct nagios_passive named = settings;
    struct buf key = {0};
    (void)state;
    char *line = make(&settings, lines, 3, &key);
    assert_string_equal(
        line,
        "[1000] PROCESS_SERVICE_CHECK_RESULT;mail7;disks;2;FOREWARN CRITICAL - md2 is /n "
        "gone; all; 1 array, 0 disks | 'critical'=1;;;0 'warning'=0;;;0 'arrays'=1;;;0 "
        "'disks'=0;;;0 'md2_degraded'=2;;;0\\nCRITICAL: md2 is /n gone; all\\n  Now: Do this\n");
    assert_string_equal(key.data, "2FOREWARN CRITICAL - md2 is \\n gone; all; 1 array, 0 disks ");
    free(line);
    buf_free(&key);
    named.host = "other";
    line = make(&named, lines, 0, &key);
    assert_string_equal(line, "[1000] PROCESS_SERVICE_CHECK_RESULT;other;disks;0;FOREWARN OK - "
                              "nothing wrong seen; 0 arrays, 0 disks | 'critical'=0;;;0 "
                              "'warning'=0;;;0 'arrays'=0;;;0 'disks'=0;;;0\n");
    free(line);
    buf_free(&key);
}

/* However much there is to say, the line is one that a pipe takes whole. */
static void test_bound(void **state)
{
    enum { DISKS = 300, ALERTS = 100 };
    static char texts[3 * DISKS + ALERTS][400];
    const char *lines[3 * DISKS + ALERTS];
    struct buf key = {0};
    size_t count = 0;
    (void)state;
    for (unsigned i = 0; i < DISKS; i++) {
        snprintf(texts[count], 400, "metric|forewarn_disk_info|1|disk=%u|device=sd%u", i, i);
        lines[count] = texts[count];
        count++;
        snprintf(texts[count], 400, "metric|forewarn_disk_pending_sectors|123456|disk=%u", i);
        lines[count] = texts[count];
        count++;
    }
    for (unsigned i = 0; i < ALERTS; i++) {
        snprintf(texts[count], 400, "alert|A%u|warning|1|disk=%u|@summary=s|@action=%0200u", i, i,
                 i);
        lines[count] = texts[count];
        count++;
    }
    char *line = make(&settings, lines, count, &key);
    size_t length = strlen(line);
    assert_true(length <= NAGIOS_COMMAND_MAX);
    assert_true(length > NAGIOS_COMMAND_MAX - 700);
    assert_ptr_equal(strchr(line, '\n'), line + length - 1);
    assert_non_null(strstr(line, "\\n... and more: run forewarn check\n"));
    free(line);
    buf_free(&key);
}

/* What is held does not count; a probe that gave up makes it unknown. */
static void test_look(void **state)
{
    struct snapshot_lines lines = {0};
    struct buf line = {0}, key = {0};
    Forewarn__Round round = FOREWARN__ROUND__INIT, *rounds[] = {&round};
    (void)state;
    snapshot_lines_begin(&lines);
    assert_true(snapshot_lines_take(&lines, "alert|A|critical|1|@summary=known thing"));
    Forewarn__Snapshot *snapshot = snapshot_lines_end(&lines, 1000);
    snapshot->alert[0]->held = (char[]){"acknowledged"};
    round.probe = (char[]){"smart"};
    round.error = (char[]){"no time"};
    snapshot->round = rounds;
    snapshot->n_round = 1;
    nagios_passive_line(&settings, snapshot, &line, &key);
    if (!strstr(line.data, ";disks;3;FOREWARN UNKNOWN - smart not seen: no time; ") ||
        !strstr(line.data, "\\nKnown: known thing (acknowledged)"))
        fail_msg("%s", line.data);
    buf_free(&line);
    buf_free(&key);
    snapshot_lines_free(&lines);
}

static void test_settings(void **state)
{
    SCRATCH_ARENA(arena);
    struct nagios_passive read;
    struct error e = {0};
    (void)state;
    assert_int_equal(nagios_passive_read("{\"command_file\":\"/f\",\"host\":\"\",\"service\":\"s\","
                                         "\"interval_ms\":5000}",
                                         arena, &read, &e),
                     0);
    assert_string_equal(read.command_file, "/f");
    assert_string_equal(read.service, "s");
    assert_int_equal(read.interval_ms, 5000);
    assert_true(nagios_passive_read("{", arena, &read, &e) < 0);
    assert_true(nagios_passive_read("{\"command_file\":\"/f\"}", arena, &read, &e) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_look),
        cmocka_unit_test(test_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
