/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/snmp_numbers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WARNING = 2, CRITICAL = 3 };

/* A copy by way of the text. */
static struct snmp_numbers *again(struct snmp_numbers *numbers)
{
    struct buf text = {0};
    struct snmp_numbers *copy = snmp_numbers_new();
    snmp_numbers_save(numbers, &text);
    assert_int_equal(snmp_numbers_load(copy, text.data, text.length, NULL), 0);
    snmp_numbers_free(&numbers);
    buf_free(&text);
    return copy;
}

static void things_keep_their_numbers(void **state)
{
    struct snmp_numbers *numbers = snmp_numbers_new();
    (void)state;
    snmp_numbers_begin(numbers);
    assert_int_equal(snmp_numbers_of(numbers, "disk", "b"), 1);
    assert_int_equal(snmp_numbers_of(numbers, "disk", "a disk"), 2);
    assert_int_equal(snmp_numbers_of(numbers, "array", "b"), 1);
    assert_true(snmp_numbers_end(numbers, 0));
    numbers = again(numbers);
    snmp_numbers_begin(numbers); /* b is away */
    assert_int_equal(snmp_numbers_of(numbers, "disk", "a disk"), 2);
    assert_false(snmp_numbers_end(numbers, 0));
    snmp_numbers_begin(numbers);
    assert_int_equal(snmp_numbers_of(numbers, "disk", "c"), 3);
    assert_int_equal(snmp_numbers_of(numbers, "disk", "b"), 1);
    assert_true(snmp_numbers_end(numbers, 0));
    snmp_numbers_free(&numbers);
}

static struct snmp_known_alarm tick(struct snmp_numbers *numbers, const char *name, int severity,
                                    int64_t at_ms)
{
    struct snmp_known_alarm alarm = {0};
    snmp_numbers_begin(numbers);
    if (name)
        alarm = snmp_numbers_alarm(numbers, name, severity, at_ms);
    snmp_numbers_end(numbers, at_ms);
    return alarm;
}

static void alarms_have_changes(void **state)
{
    struct snmp_numbers *numbers = snmp_numbers_new();
    int64_t changed_ms;
    (void)state;
    struct snmp_known_alarm alarm = tick(numbers, "{a=\"1\"}", WARNING, 1000);
    assert_int_equal(alarm.number, 1);
    assert_int_equal(alarm.sequence, 1);
    alarm = tick(numbers, "{a=\"1\"}", WARNING, 2000); /* nothing new */
    assert_int_equal(alarm.sequence, 1);
    assert_int_equal(alarm.changed_ms, 1000);
    numbers = again(numbers);
    alarm = tick(numbers, "{a=\"1\"}", CRITICAL, 3000);
    assert_int_equal(alarm.number, 1);
    assert_int_equal(alarm.sequence, 2);
    assert_int_equal(alarm.changed_ms, 3000);
    tick(numbers, NULL, 0, 4000); /* it is over */
    assert_int_equal(snmp_numbers_sequence(numbers, &changed_ms), 3);
    assert_int_equal(changed_ms, 4000);
    numbers = again(numbers);
    alarm = tick(numbers, "{a=\"1\"}", WARNING, 5000); /* another one, by another number */
    assert_int_equal(alarm.number, 4);
    assert_int_equal(alarm.sequence, 4);
    snmp_numbers_free(&numbers);
}

static void numbers_are_bounded(void **state)
{
    struct snmp_numbers *numbers = snmp_numbers_new();
    struct buf text = {0};
    char name[32];
    (void)state;
    for (int round = 0; round < 2; round++) {
        snmp_numbers_begin(numbers);
        for (int i = 0; i < SNMP_MAX_NUMBERS * 3 / 4; i++) {
            snprintf(name, sizeof name, "disk %d of %d", i, round);
            snmp_numbers_of(numbers, "disk", name);
        }
        snmp_numbers_end(numbers, 0);
    }
    snmp_numbers_save(numbers, &text);
    assert_null(strstr(text.data, "of 0"));
    assert_non_null(strstr(text.data, "of 1"));
    buf_free(&text);
    snmp_numbers_free(&numbers);
}

static void files_of_others_are_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "forewarn-snmp 1",
        "forewarn-snmp 1\n",
        "forewarn-snmp 2\nsequence 1 0\n",
        "forewarn-snmp 1\nsequence x 0\n",
        "forewarn-snmp 1\nsequence 1 0\ndisk 1 0 0 0 a",
        "forewarn-snmp 1\nsequence 1 0\ndisk 0 0 0 0 a\n",
        "forewarn-snmp 1\nsequence 1 0\ndisk 2147483648 0 0 0 a\n",
        "forewarn-snmp 1\nsequence 1 0\ndisk 1 0 0 0\n",
        "forewarn-snmp 1\nsequence 1 0\ndisk 1 0 0 0 a\ndisk 2 0 0 0 a\n",
    };
    struct snmp_numbers *numbers = snmp_numbers_new();
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(snmp_numbers_load(numbers, texts[i], strlen(texts[i]), NULL), -22);
        assert_int_equal(snmp_numbers_of(numbers, "disk", "a"), 1);
    }
    snmp_numbers_free(&numbers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(things_keep_their_numbers),
        cmocka_unit_test(alarms_have_changes),
        cmocka_unit_test(numbers_are_bounded),
        cmocka_unit_test(files_of_others_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
