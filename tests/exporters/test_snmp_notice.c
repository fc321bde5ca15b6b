/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/snmp_notice.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exporters/snapshot_lines.h"

/* 2026-03-01 09:00:00.5 */
static const int64_t at_ms = INT64_C(1772355600500);

static Forewarn__Event make_event(struct arena *arena, Forewarn__EventKind kind, const char *line)
{
    Forewarn__Event event = FOREWARN__EVENT__INIT;
    char *fields[LINE_MAX_FIELDS];

    event.id = (char *)(uintptr_t) "e1";
    event.has_kind = event.has_sequence = event.has_at_ms = true;
    event.kind = kind;
    event.sequence = 7;
    event.at_ms = at_ms;
    event.host = (char *)(uintptr_t) "mail7";
    if (line)
        event.alert = line_alert(arena, fields, line_cut(arena_strdup(arena, line), fields));
    return event;
}

static const char degraded[] = "MdDegraded|critical|1772355600000|alertname=MdDegraded|array=md0|"
                               "slot=1|device=sdb|model=ACME|serial=A1|@summary=md0 is degraded|"
                               "@action=Replace it.";

/* name=value for each variable */
static const char *print(struct arena *arena, const struct snmp_notice *notice)
{
    char *text = arena_strdup(arena, "");
    for (size_t i = 0; i < notice->notification->objects; i++) {
        const struct snmp_value *value = &notice->values[i];
        if (value->type == SNMP_TEXT)
            text = arena_printf(arena, "%s%s=%s\n", text, snmp_event_objects[i].name,
                                (const char *)value->text);
        else if (value->type != SNMP_DATE)
            text = arena_printf(arena, "%s%s=%d\n", text, snmp_event_objects[i].name,
                                (int)value->number);
    }
    return text;
}

static void raise_and_clear_carry_the_same(void **state)
{
    SCRATCH_ARENA(arena);
    Forewarn__Event raised = make_event(arena, FOREWARN__EVENT_KIND__RAISED, degraded);
    Forewarn__Event resolved = make_event(arena, FOREWARN__EVENT_KIND__RESOLVED, degraded);
    struct snmp_notice raise = snmp_notice(&raised, arena), clear = snmp_notice(&resolved, arena);

    (void)state;
    assert_string_equal(raise.notification->name, "fwAlarmRaised");
    assert_string_equal(clear.notification->name, "fwAlarmCleared");
    assert_string_equal(print(arena, &raise), print(arena, &clear));
    assert_string_equal(
        print(arena, &raise),
        "fwEventId=e1\nfwEventSequence=7\nfwEventHost=mail7\nfwEventSeverity=3\n"
        "fwEventAlarm=MdDegraded\nfwEventArray=md0\nfwEventMember=1\nfwEventDevice=sdb\n"
        "fwEventModel=ACME\nfwEventSerial=A1\nfwEventSummary=md0 is degraded\n"
        "fwEventAction=Replace it.\n"
        "fwEventLabels={alertname=\"MdDegraded\",array=\"md0\",device=\"sdb\",model=\"ACME\","
        "serial=\"A1\",slot=\"1\"}\n");
}

static void events_without_an_alert(void **state)
{
    SCRATCH_ARENA(arena);
    Forewarn__Event heartbeat = make_event(arena, FOREWARN__EVENT_KIND__HEARTBEAT, NULL);
    Forewarn__Event test = make_event(arena, FOREWARN__EVENT_KIND__TEST, NULL);
    struct snmp_notice lives = snmp_notice(&heartbeat, arena), tries = snmp_notice(&test, arena);

    (void)state;
    assert_string_equal(lives.notification->name, "fwHeartbeat");
    assert_string_equal(print(arena, &lives),
                        "fwEventId=e1\nfwEventSequence=7\nfwEventHost=mail7\n");
    assert_string_equal(tries.notification->name, "fwTest");
    assert_non_null(strstr(print(arena, &tries), "fwEventSeverity=1\nfwEventAlarm=\n"));
}

static void dates_are_as_in_the_textual_convention(void **state)
{
    static const struct {
        int64_t ms;
        unsigned char bytes[11];
    } cases[] = {
        {INT64_C(1772355600500), {0x07, 0xea, 3, 1, 9, 0, 0, 5, '+', 0, 0}},
        {0, {0x07, 0xb2, 1, 1, 0, 0, 0, 0, '+', 0, 0}},
        {-1, {0x07, 0xb1, 12, 31, 23, 59, 59, 9, '+', 0, 0}},
    };
    SCRATCH_ARENA(arena);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct snmp_value value = snmp_date(arena, cases[i].ms);
        assert_int_equal(value.length, 11);
        assert_memory_equal(value.text, cases[i].bytes, 11);
    }
}

static void texts_are_a_line_and_bounded(void **state)
{
    SCRATCH_ARENA(arena);
    char text[600];
    (void)state;
    assert_string_equal(snmp_text(arena, "a\nb\tc").text, "a b c");
    assert_string_equal(snmp_text(arena, "a\xff").text, "a\xef\xbf\xbd");
    assert_string_equal(snmp_text(arena, NULL).text, "");
    memset(text, 'x', sizeof text);
    text[255] = '\0';
    assert_int_equal(snmp_text(arena, text).length, 255);
    assert_string_equal(snmp_text(arena, text).text, text);
    text[255] = 'x';
    text[256] = '\0';
    assert_int_equal(snmp_text(arena, text).length, 255);
    /* A character is not cut in two: e acute from byte 251 on, then the dots. */
    memcpy(text + 251, "\xc3\xa9yyyyyy", 9);
    assert_int_equal(snmp_text(arena, text).length, 254);
    assert_string_equal((const char *)snmp_text(arena, text).text + 249, "xx...");
}

static void numbers_fit_their_types(void **state)
{
    static const struct {
        enum snmp_type type;
        double number;
        uint64_t value;
    } cases[] = {
        {SNMP_GAUGE, 7, 7},
        {SNMP_GAUGE, -1, 0},
        {SNMP_GAUGE, 1e12, UINT32_MAX},
        {SNMP_GAUGE, 80.00000000000001, 80},
        {SNMP_INTEGER, -1, (uint64_t)-1},
        {SNMP_INTEGER, 1e12, INT32_MAX},
        {SNMP_COUNTER64, 1e15, 1000000000000000},
        {SNMP_COUNTER64, 1e300, UINT64_C(1) << 63},
        {SNMP_TRUTH, 1, 1},
        {SNMP_TRUTH, 0, 2},
    };
    SCRATCH_ARENA(arena);
    struct snmp_value value;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(snmp_number(arena, cases[i].type, cases[i].number, &value));
        assert_true(value.number == cases[i].value);
    }
    assert_false(snmp_number(arena, SNMP_GAUGE, (double)NAN, &value));
    assert_true(snmp_number(arena, SNMP_DATE, 1e300, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raise_and_clear_carry_the_same),
        cmocka_unit_test(events_without_an_alert),
        cmocka_unit_test(dates_are_as_in_the_textual_convention),
        cmocka_unit_test(texts_are_a_line_and_bounded),
        cmocka_unit_test(numbers_fit_their_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
