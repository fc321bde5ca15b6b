/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agent/notify.h"

enum { MINUTE = 60000 };

static const struct notify_config config = {
    .repeat_ms = {[SEVERITY_CRITICAL] = 60 * MINUTE, [SEVERITY_WARNING] = 600 * MINUTE},
    .least = SEVERITY_INFO,
    .resolved = true,
};

/*
 * Alerts in short: "a:w3" is Disk{disk="a"}, a warning of value 3; "A:c" is Array{array="A"}, which
 * inhibits what has array="A": "m:w@A" is Disk{disk="m",array="A"}; "l:w3-" is worse when lower,
 * "p:w3=" only by its level.
 */
static struct alert make(struct arena *arena, const char *word)
{
    static const enum severity severities[] = {
        ['i'] = SEVERITY_INFO, ['w'] = SEVERITY_WARNING, ['c'] = SEVERITY_CRITICAL};
    bool is_array = word[0] >= 'A' && word[0] <= 'Z';
    const char *at = strchr(word, '@');
    struct label labels[3] = {{is_array ? "array" : "disk", arena_strndup(arena, word, 1)}};
    size_t count = 1;
    struct label annotation = {"summary", word};

    labels[count++] = (struct label){"alertname", is_array ? "Array" : "Disk"};
    if (at)
        labels[count++] = (struct label){"array", arena_strndup(arena, at + 1, 1)};
    if (is_array)
        annotation = (struct label){"inhibits", "array"};
    if (strchr(word, '-'))
        annotation = (struct label){"worse", "lower"};
    if (strchr(word, '='))
        annotation = (struct label){"worse", "level"};
    return (struct alert){.name = labels[1].value,
                          .severity = severities[(unsigned char)word[2]],
                          .state = ALERT_FIRING,
                          .value = word[3] >= '0' && word[3] <= '9' ? word[3] - '0' : 0,
                          .labels = labels_new(arena, labels, count),
                          .annotations = labels_new(arena, &annotation, 1)};
}

/* A tick with these alerts; gives the events: "+a" raised, "!a" changed, "*a" repeated, "-a" over.
 */
static const char *tick(struct notify *notify, struct arena *arena, int minute, const char *words)
{
    static const char signs[] = {'+', '!', '*', '-'};
    struct alert alerts[16];
    size_t count = 0, event_count;
    const struct notify_event *events;
    struct buf out = {0};
    char *copy = arena_strdup(arena, words);

    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        alerts[count++] = make(arena, word);
    notify_tick(notify, alerts, count, (int64_t)minute * MINUTE, arena, &events, &event_count);
    for (size_t i = 0; i < event_count; i++) {
        const struct labels *labels = events[i].alert->labels;
        const char *disk = labels_get(labels, "disk");
        buf_printf(&out, "%s%c%s", i ? " " : "", signs[events[i].kind],
                   disk[0] ? disk : labels_get(labels, "array"));
    }
    char *text = arena_strdup(arena, out.data ? out.data : "");
    buf_free(&out);
    return text;
}

struct step {
    int minute;
    const char *alerts, *events;
};

static void play(const struct step *steps, size_t count)
{
    SCRATCH_ARENA(arena);
    struct notify *notify = notify_new();
    notify_configure(notify, &config);
    for (size_t i = 0; i < count; i++) {
        const char *events = tick(notify, arena, steps[i].minute, steps[i].alerts);
        if (strcmp(events, steps[i].events) != 0)
            fail_msg("minute %d: '%s', not '%s'", steps[i].minute, events, steps[i].events);
    }
    notify_free(&notify);
}

#define PLAY(...)                                                                                  \
    play((const struct step[]){__VA_ARGS__},                                                       \
         sizeof((const struct step[]){__VA_ARGS__}) / sizeof(struct step))

static void begins_changes_ends(void **state)
{
    (void)state;
    PLAY({1, "", ""}, {2, "a:w1", "+a"}, {3, "a:w2", ""}, {4, "b:c1 a:c2", "+b !a"},
         {5, "a:w2 b:c1", "!a"}, {6, "b:c1", "-a"}, {7, "", "-b"}, {8, "a:i1", "+a"});
}

static void repeats_with_patience(void **state)
{
    (void)state;
    PLAY({0, "a:c1", "+a"}, {59, "a:c1", ""}, {60, "a:c1", "*a"}, {120, "a:c1", ""},
         {180, "a:c1", "*a"}, {419, "a:c1", ""}, {420, "a:c1", "*a"}, {900, "a:c1", "*a"},
         {1860, "a:c1", "*a"}, {3299, "a:c1", ""}, {3300, "a:c1", "*a"}, {4740, "a:c1", "*a"},
         /* Another severity starts over; informations are never repeated. */
         {4741, "a:w1", "!a"}, {5341, "a:w1", "*a"}, {5342, "a:i1", "!a"}, {99999, "a:i1", ""});
}

static void an_array_speaks_for_its_members(void **state)
{
    (void)state;
    PLAY({1, "m:w@A n:w@B", "+m +n"}, {2, "A:c m:w@A k:w@A n:w@B", "+A"},
         {3, "A:c m:c@A k:w@A n:w@B", ""}, {4, "m:c@A k:w@A n:w@B", "-A !m +k"},
         {5, "A:c m:c@A k:w@A", "-n +A"}, {6, "A:c k:w@A", "-m"}, {7, "A:c", "-k"});
}

static void an_acknowledged_alert_waits_until_it_is_worse(void **state)
{
    SCRATCH_ARENA(arena);
    struct notify *notify = notify_new();
    char id[9];

    (void)state;
    notify_configure(notify, &config);
    assert_string_equal(tick(notify, arena, 0, "a:w3 b:w3 l:w5- p:w3="), "+a +b +l +p");
    struct alert a = make(arena, "a:w3");
    notify_alert_id(&a, id);
    assert_int_equal(notify_acknowledge(notify, "nothing", "me", "", false), 0);
    assert_int_equal(notify_acknowledge(notify, id, "me", "ordered", false), 1);
    struct notify_held held = notify_held(notify, &a);
    assert_int_equal(held.hold, HOLD_ACKNOWLEDGED);
    assert_string_equal(held.by, "me");
    assert_string_equal(held.comment, "ordered");
    assert_string_equal(tick(notify, arena, 700, "a:w3 b:w3 l:w5- p:w1="), "*b *l *p");
    assert_string_equal(tick(notify, arena, 701, "a:w2 b:w3 l:w5- p:w1="), "");
    assert_string_equal(tick(notify, arena, 702, "a:w4 b:w3 l:w5- p:w1="), "*a");
    assert_int_equal(notify_held(notify, &a).hold, HOLD_NONE);
    assert_int_equal(notify_acknowledge(notify, "Disk", "me", "", false), 4);
    assert_string_equal(tick(notify, arena, 703, "a:w4 b:c0 l:w6- p:w9="), "!b");
    assert_string_equal(tick(notify, arena, 704, "a:w4 b:c0 l:w4- p:c0="), "*l !p");
    assert_int_equal(notify_acknowledge(notify, id, "me", "", true), 1);
    assert_string_equal(tick(notify, arena, 5000, "a:w4"), "-b -l -p *a");
    /* The end is told of, and what comes again is another alert. */
    notify_acknowledge(notify, id, "me", "", false);
    assert_string_equal(tick(notify, arena, 5001, ""), "-a");
    assert_string_equal(tick(notify, arena, 5002, "a:w1"), "+a");
    notify_free(&notify);
}

static void silences_hold_for_their_time(void **state)
{
    SCRATCH_ARENA(arena);
    struct notify *notify = notify_new();
    struct error e = {0};
    struct notify_silence silence = {.selector = "{disk=~\"a|b\",severity!=\"critical\"}",
                                     .by = "me",
                                     .comment = "moving the rack",
                                     .until_ms = 100 * MINUTE};
    struct alert b = make(arena, "b:w1");

    (void)state;
    notify_configure(notify, &config);
    assert_string_equal(tick(notify, arena, 0, "a:w1"), "+a");
    assert_int_equal(notify_silence(notify, &silence, &e), 0);
    assert_string_equal(tick(notify, arena, 1, "a:w1 b:w1 d:w1"), "+d");
    assert_int_equal(notify_held(notify, &b).hold, HOLD_SILENCED);
    assert_int_equal(notify_held(notify, &b).until_ms, 100 * MINUTE);
    assert_string_equal(tick(notify, arena, 2, "a:c1 b:w1 d:w1"), "!a");
    assert_string_equal(tick(notify, arena, 3, "b:w1 d:w1"), "-a");
    assert_string_equal(tick(notify, arena, 100, "b:w1 d:w1"), "+b");
    assert_null(notify_silence_at(notify, 0));

    silence.until_ms = 999 * MINUTE;
    assert_int_equal(notify_silence(notify, &silence, &e), 0);
    assert_string_equal(notify_silence_at(notify, 0)->comment, "moving the rack");
    assert_int_equal(notify_unsilence(notify, "sffffff0", &e), -ENOENT);
    assert_int_equal(notify_unsilence(notify, silence.id, &e), 0);
    assert_null(notify_silence_at(notify, 0));
    notify_free(&notify);
}

static void silences_that_are_none(void **state)
{
    static const char *const selectors[] = {
        "",           "{}",          "{disk=\"a\"",   "disk",       "1 + 1",
        "{a=~\"(\"}", "up{a=\"b\"}", "{a=\"b\"}[5m]", "{a=~\".*\"}"};
    struct notify *notify = notify_new();
    (void)state;
    for (size_t i = 0; i < sizeof selectors / sizeof *selectors; i++) {
        struct error e = {0};
        struct notify_silence silence = {
            .selector = selectors[i], .by = "", .comment = "", .until_ms = 1};
        if (notify_silence(notify, &silence, &e) != -EINVAL || !e.text[0])
            fail_msg("'%s' is taken", selectors[i]);
    }
    notify_free(&notify);
}

static void all_of_it_outlives_the_process(void **state)
{
    SCRATCH_ARENA(arena);
    struct notify *before = notify_new(), *after = notify_new();
    struct notify_silence silence = {
        .selector = "{disk=\"s\"}", .by = "me", .comment = "\"quoted\"", .until_ms = 5000 * MINUTE};
    struct buf bytes = {0}, again = {0};
    struct error e = {0};

    (void)state;
    notify_configure(before, &config);
    notify_configure(after, &config);
    tick(before, arena, 0, "a:w3 b:c3 s:w1");
    struct alert a = make(arena, "a:w3");
    notify_acknowledge(before, "Disk", "me", "", false);
    tick(before, arena, 1, "a:w3 b:c4 s:w1");
    notify_silence(before, &silence, &e);
    notify_save(before, &bytes);
    assert_int_equal(notify_load(after, bytes.data, bytes.length, &e), 0);
    notify_save(after, &again);
    assert_string_equal(again.data, bytes.data);
    assert_int_equal(notify_held(after, &a).hold, HOLD_ACKNOWLEDGED);
    assert_string_equal(tick(after, arena, 2, "a:w3 b:c4 s:w2"), "");
    assert_string_equal(tick(after, arena, 61, "a:w4 b:c4 s:w2"), "*a *b");
    assert_int_equal(notify_load(after, "{}", 2, &e), -EINVAL);
    assert_int_equal(notify_load(after, "x", 1, &e), -EINVAL);
    buf_free(&bytes);
    buf_free(&again);
    notify_free(&before);
    notify_free(&after);
}

static void ids_tell_events_apart(void **state)
{
    SCRATCH_ARENA(arena);
    struct notify *notify = notify_new();
    const struct notify_event *events;
    struct alert alerts[] = {make(arena, "a:w1"), make(arena, "b:w1")};
    size_t count;

    (void)state;
    notify_configure(notify, &config);
    notify_tick(notify, alerts, 2, 77, arena, &events, &count);
    assert_int_equal(count, 2);
    assert_int_equal(events[0].sequence + 1, events[1].sequence);
    char id[32], first[9];
    notify_alert_id(&alerts[0], first);
    snprintf(id, sizeof id, "%s-4d-1", first);
    assert_string_equal(events[0].id, id);
    assert_string_not_equal(events[0].id, events[1].id);
    alerts[0].severity = SEVERITY_CRITICAL;
    notify_tick(notify, alerts, 1, 78, arena, &events, &count);
    assert_int_equal(count, 2);
    snprintf(id, sizeof id, "%s-4d-2", first);
    assert_string_equal(events[1].id, id);
    assert_int_equal(events[0].kind, NOTIFY_RESOLVED);
    assert_int_equal(events[0].ends_at_ms, 78);
    assert_int_equal(events[1].ends_at_ms, 0);
    notify_free(&notify);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_changes_ends),
        cmocka_unit_test(repeats_with_patience),
        cmocka_unit_test(an_array_speaks_for_its_members),
        cmocka_unit_test(an_acknowledged_alert_waits_until_it_is_worse),
        cmocka_unit_test(silences_hold_for_their_time),
        cmocka_unit_test(silences_that_are_none),
        cmocka_unit_test(all_of_it_outlives_the_process),
        cmocka_unit_test(ids_tell_events_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
