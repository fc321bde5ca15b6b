/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exporters/nagios.h"
#include "tests/exporters/fixture.h"

/*
 * The grammar of the guidelines, as an extended regular expression. Labels are always quoted and
 * never hold a quote or '='; a value is a number without exponent, or U.
 */
#define NUMBER "-?[0-9]+(\\.[0-9]+)?"
#define RANGE  "@?(~|" NUMBER ")?:?(" NUMBER ")?"
#define PERF                                                                                       \
    "'[^'=| ]+'=(U|" NUMBER "(us|ms|s|%|[KMGT]?B|c)?)(;(" RANGE ")?(;(" RANGE ")?(;(" NUMBER       \
    ")?(;(" NUMBER ")?)?)?)?)?"
#define FIRST "FOREWARN (OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]{1,403}"
#define LINES "(\n[^|\n]+)*\n"

static void assert_grammar(const char *text)
{
    if (!fixture_matches(text, FIRST "( \\| " PERF "( " PERF ")*)?" LINES))
        fail_msg("not what the guidelines want:\n%s", text);
}

static void assert_in(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no '%s' in\n%s", part, text);
}

static char *render(const struct look *look, const char *series, unsigned verbosity)
{
    struct store *store = fixture_store(series);
    struct buf out = {0};
    nagios_render(look, store, verbosity, &out);
    store_free(&store);
    assert_grammar(out.data);
    return out.data;
}

static void test_critical(void **state)
{
    SCRATCH_ARENA(arena);
    (void)state;
    char *text = render(fixture_look(arena), fixture_series, 0);
    assert_string_equal(
        text, "FOREWARN CRITICAL - md2 has no redundancy left and sdb is going bad; sdy not seen: "
              "answers no more, left aside; 2 arrays, 4 disks | 'critical'=1;;;0 'warning'=0;;;0 "
              "'arrays'=2;;;0 'disks'=4;;;0 'md0_degraded'=0;;;0 'md0_redundancy'=1 "
              "'md0_mismatches'=128;;;0 'md0_sync'=100%;;;0;100 'md2_degraded'=1;;;0 "
              "'md2_redundancy'=0 'md2_mismatches'=0;;;0 'md2_sync'=41.5%;;;0;100 "
              "'sda_pending'=0;;;0 'sda_crc'=3c 'sdb_pending'=24;0;~:10;0 "
              "'sdc_wear'=12.5%;;;0;100 'sdc_temperature'=U\n"
              "CRITICAL: md2 has no redundancy left and sdb is going bad\n"
              "  Now: copy what is not in the backup, start no check, pull nothing.\n"
              "INFO: md0: 128 sectors differ\n"
              "Not seen: sdy: answers no more, left aside\n");
    free(text);
    text = render(fixture_look(arena), fixture_series, 1);
    assert_in(text, "\n  Until the rebuild is done every unreadable sector of sdb costs data.\n");
    assert_in(text, "\nNoted: md0: is no number: 'x' (/sys/block/md0/md/chunk_size)\n");
    free(text);
}

static void test_quiet_hosts(void **state)
{
    static const struct probe_result up = {"md", true, 0.1, ""};
    static const struct probe_result down = {"md", false, 0.1, "no /sys here"};
    static const struct {
        const struct probe_result *probe;
        const char *expected;
    } table[] = {
        {&up, "FOREWARN OK - nothing wrong seen; 0 arrays, 0 disks | 'critical'=0;;;0 "
              "'warning'=0;;;0 'arrays'=0;;;0 'disks'=0;;;0\n"},
        {&down, "FOREWARN UNKNOWN - md not seen: no /sys here; 0 arrays, 0 disks | "
                "'critical'=0;;;0 'warning'=0;;;0 'arrays'=0;;;0 'disks'=0;;;0\n"
                "Not seen: probe md: no /sys here\n"},
    };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct look look = {
            .host = "h", .at_ms = FIXTURE_AT_MS, .probes = table[i].probe, .probe_count = 1};
        look.verdict = look_verdict(&look);
        char *text = render(&look, "", 0);
        assert_string_equal(text, table[i].expected);
        free(text);
    }
}

/* Texts and names from outside cannot start performance data or a line, nor be endless. */
static void test_hostile_texts(void **state)
{
    SCRATCH_ARENA(arena);
    char longest[3000];
    (void)state;
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    for (size_t i = 1; i + 1 < sizeof longest; i += 2)
        memcpy(&longest[i], "\xc3\xa4", i + 2 < sizeof longest ? 2 : 0);
    const char *const summaries[] = {"a | 'b'=1\n| c\r\n\nd", longest, "\xff\x01\x7f\xe2\x80\xa8z"};
    struct look *look = fixture_look(arena);
    for (size_t i = 0; i < 3; i++) {
        struct alert alert = look->alerts[0];
        alert.annotations = fixture_labels(arena, "summary", summaries[i], "description", "1\n2|3",
                                           "action", longest, NULL);
        struct look odd = *look;
        odd.alerts = &alert;
        odd.alert_count = 1;
        char *text = render(&odd,
                            "forewarn_disk_info{disk=\"a='|b\",device=\"s d='|\x01\"} 1\n"
                            "forewarn_disk_pending_sectors{disk=\"a='|b\"} 1\n"
                            "forewarn_disk_info{disk=\"b\",device=\"s_d='|\x01\"} 1\n"
                            "forewarn_disk_pending_sectors{disk=\"b\"} 1e300\n",
                            1);
        if (i == 0)
            assert_in(text, "FOREWARN CRITICAL - a / 'b'=1 / c d; sdy not seen");
        free(text);
    }
}

static char *many_disks(size_t count, double pending)
{
    struct buf text = {0};
    for (size_t i = 0; i < count; i++)
        buf_printf(&text,
                   "forewarn_disk_info{disk=\"%zu\",device=\"sd%zu\"} 1\n"
                   "forewarn_disk_reallocated_sectors{disk=\"%zu\"} 0\n"
                   "forewarn_disk_pending_sectors{disk=\"%zu\"} %.0f\n",
                   i, i, i, i, pending);
    buf_puts(&text, "forewarn_disk_info{disk=\"z\",device=\"sdz\"} 1\n");
    return text.data;
}

static size_t occurrences(const char *text, const char *part)
{
    size_t count = 0;
    while ((text = strstr(text, part)) != NULL) {
        count++;
        text++;
    }
    return count;
}

/* Which series are there must not change with their values, and the whole stays within bounds. */
static void test_many_disks(void **state)
{
    SCRATCH_ARENA(arena);
    struct look *look = fixture_look(arena);
    size_t charted[2];
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char *series = many_disks(1000, i ? 123456789012 : 0);
        char *text = render(look, series, 0);
        charted[i] = occurrences(text, "_pending'=");
        assert_true(strlen(text) < 8192);
        /* After the first that has no room none is taken, however small. */
        char left_out[80];
        snprintf(left_out, sizeof left_out, "No performance data of %zu devices",
                 1001 - charted[i]);
        assert_in(text, left_out);
        free(text);
        free(series);
    }
    assert_int_equal(charted[0], charted[1]);
    assert_true(charted[0] > 50);
}

static void test_many_alerts(void **state)
{
    SCRATCH_ARENA(arena);
    struct look look = *fixture_look(arena);
    struct alert alerts[200];
    (void)state;
    for (size_t i = 0; i < 200; i++)
        alerts[i] = look.alerts[0];
    look.alerts = alerts;
    look.alert_count = 200;
    char *text = render(&look, fixture_series, 1);
    assert_true(strlen(text) < 8192);
    assert_in(text, "\n... and more: run forewarn check\n");
    free(text);
}

static void test_unknown(void **state)
{
    (void)state;
    struct buf out = {0};
    nagios_render_unknown("timed out | after 10 s\n", &out);
    assert_string_equal(out.data, "FOREWARN UNKNOWN - timed out / after 10 s \n");
    assert_grammar(out.data);
    buf_free(&out);
    nagios_render_unknown("", &out);
    assert_string_equal(out.data, "FOREWARN UNKNOWN - no reason given\n");
    buf_free(&out);
}

/* Alerts that somebody knows of do not count, nor do those that may come. */
static void test_uncounted(void **state)
{
    SCRATCH_ARENA(arena);
    struct look look = *fixture_look(arena);
    const struct held_alert held = {&look.alerts[0], "acknowledged", "ro|ot", "it is\nordered", 0};
    (void)state;
    look.pending = &look.alerts[1];
    look.held = &held;
    look.alert_count = look.finding_count = 0;
    look.pending_count = look.held_count = 1;
    look.verdict = look_verdict(&look);
    char *text = render(&look, "", 0);
    assert_in(text, "FOREWARN OK - nothing wrong seen; ");
    assert_in(text, "\nKnown: md2 has no redundancy left and sdb is going bad (acknowledged by "
                    "ro/ot: it is ordered)\n");
    assert_null(strstr(text, "Pending"));
    free(text);
    text = render(&look, "", 1);
    assert_in(text, "\nPending: md0: 128 sectors differ\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_critical),      cmocka_unit_test(test_quiet_hosts),
        cmocka_unit_test(test_hostile_texts), cmocka_unit_test(test_many_disks),
        cmocka_unit_test(test_many_alerts),   cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_uncounted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
