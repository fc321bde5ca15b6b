/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/batch.h"
#include "core/buf.h"
#include "rules/rule_run.h"
#include "rules/series_notation.h"

enum { MINUTE = 60000 };

static void report(const char *text, void *arg)
{
    (void)arg;
    fail_msg("%s", text);
}

/* A run of rules with the series that it looks at, which come in with time. */
struct fixture {
    struct arena *arena;
    struct store *store;
    struct rule_set *rules;
    struct rule_run *run;
    struct series_notation input[4];
    size_t input_count;
    struct buf notes;
};

static void note(const struct rule_group *group, const struct rule *rule, const char *text,
                 void *arg)
{
    struct fixture *f = arg;
    buf_printf(&f->notes, "%s/%s: %s\n", group->name, rule->name, text);
}

static void open_fixture(struct fixture *f, const char *rules, const char *const *input)
{
    const struct rule_source source = {"rules.yml", rules, strlen(rules)};
    struct rule_run_options options = {.note = note, .arg = f};
    struct error e;
    *f = (struct fixture){.arena = arena_new(), .store = store_new()};
    if (rule_set_load(&source, 1, report, NULL, &f->rules))
        fail();
    for (; *input; input++)
        if (series_parse(*input, strlen(*input), f->arena, &f->input[f->input_count++], &e))
            fail_msg("%s", e.text);
    f->run = rule_run_new(f->rules, f->store, &options);
}

static void close_fixture(struct fixture *f)
{
    rule_run_free(&f->run);
    rule_set_free(&f->rules);
    store_free(&f->store);
    arena_free(&f->arena);
    buf_free(&f->notes);
}

static void evaluate(struct fixture *f, int minute)
{
    for (size_t i = 0; i < f->input_count; i++) {
        const struct series_notation *series = &f->input[i];
        struct error e;
        if ((size_t)minute < series->count && !series->values[minute].omitted &&
            store_append(f->store, series->labels, minute * MINUTE, series->values[minute].v, &e))
            fail_msg("%s", e.text);
    }
    for (size_t i = 0; i < f->rules->group_count; i++)
        rule_run_group(f->run, i, minute * MINUTE);
}

/* A series as the notation has it, one value a minute. */
static void print_series(const struct series *series, void *arg)
{
    struct buf *out = arg;
    struct series_iter iter;
    struct point point;
    int64_t next = 0;
    if (strcmp(labels_get(series_labels(series), LABEL_NAME), "in") == 0)
        return;
    labels_print(series_labels(series), out);
    series_seek(series, INT64_MIN, INT64_MAX, &iter);
    for (; series_next(&iter, &point); next++) {
        for (; next * MINUTE < point.t; next++)
            buf_puts(out, " _");
        if (is_stale_nan(point.v))
            buf_puts(out, " stale");
        else
            buf_printf(out, " %g", point.v);
    }
    buf_puts(out, "\n");
}

static void check(const char *rules, const char *const *input, int minutes, const char *expected)
{
    struct fixture f;
    struct buf text = {0};
    open_fixture(&f, rules, input);
    for (int minute = 0; minute < minutes; minute++)
        evaluate(&f, minute);
    buf_puts(&text, "");
    store_walk(f.store, print_series, &text);
    for (size_t i = 0; i < f.rules->group_count; i++)
        for (size_t j = 0; j < f.rules->groups[i].rule_count; j++)
            if (rule_run_state(f.run, i, j)->failed)
                buf_printf(&text, "%s: %s\n", f.rules->groups[i].rules[j].name,
                           rule_run_state(f.run, i, j)->error.text);
    assert_string_equal(text.data, expected);
    buf_free(&text);
    close_fixture(&f);
}

#define GROUP      "groups:\n- name: g\n  rules:\n"
#define INPUT(...) ((const char *const[]){__VA_ARGS__, NULL})

static void records(void **state)
{
    (void)state;
    check(GROUP "  - {record: r, expr: in > 1, labels: {a: b}}\n"
                "  - {record: s, expr: 2 * r}\n",
          INPUT("in{disk='x'} 1 2 3 stale 1 2"), 6,
          "r{a=\"b\",disk=\"x\"} _ 2 3 stale _ 2\n"
          "s{a=\"b\",disk=\"x\"} _ 4 6 stale _ 4\n");
}

static void writes_alerts(void **state)
{
    (void)state;
    check(GROUP "  - {alert: A, expr: in > 1, for: 1m, labels: {a: '{{ $value }}'}}\n",
          INPUT("in 1 2 2 2 1"), 5,
          "ALERTS{a=\"2\",alertname=\"A\",alertstate=\"firing\"} _ _ 1 1 stale\n"
          "ALERTS{a=\"2\",alertname=\"A\",alertstate=\"pending\"} _ 1 stale\n"
          "ALERTS_FOR_STATE{a=\"2\",alertname=\"A\"} _ 60 60 60 stale\n");
}

static void goes_on_after_a_failure(void **state)
{
    (void)state;
    check(
        GROUP "  - {record: r, expr: sum(in) + on() in}\n"
              "  - {record: s, expr: count(in)}\n",
        INPUT("in{a='1'} 1 1", "in{a='2'} _ 1"), 2,
        "r 2\n"
        "s 1 2\n"
        "r: found duplicate series for the match group {} on the right hand-side of the operation: "
        "[{__name__=\"in\", a=\"1\"}, {__name__=\"in\", a=\"2\"}];many-to-many matching not "
        "allowed: matching labels must be "
        "unique on one side\n");
}

static void bounds_results(void **state)
{
    (void)state;
    check("groups:\n- name: g\n  limit: 1\n  rules:\n  - {record: r, expr: in}\n"
          "  - {alert: A, expr: in}\n",
          INPUT("in{a='1'} 1 1", "in{a='2'} _ 1"), 2,
          "ALERTS{a=\"1\",alertname=\"A\",alertstate=\"firing\"} 1\n"
          "ALERTS_FOR_STATE{a=\"1\",alertname=\"A\"} 0\n"
          "r{a=\"1\"} 1\n"
          "r: it gives 2 results, the group's limit is 1\n"
          "A: it gives 2 alerts, the group's limit is 1\n");
}

static void looks_back_by_the_offset(void **state)
{
    (void)state;
    check("groups:\n- name: g\n  query_offset: 1m\n  rules:\n  - {record: r, expr: in}\n",
          INPUT("in 1 2 3"), 3, "r 1 2\n");
}

static void two_rules_give_one_series(void **state)
{
    (void)state;
    check(GROUP "  - {record: r, expr: in > 1}\n"
                "  - {record: r, expr: in < 2}\n",
          INPUT("in 2 1 2"), 3, "r 2 stale 2\n");
    check(GROUP "  - {record: r, expr: in > 1}\n"
                "  - {record: r, expr: in < 2}\n",
          INPUT("in 1 2 1"), 3,
          "r 1 2 stale\n"
          "r: store: sample of r at 120000 ms is not later than the last one\n");
    check(GROUP "  - {record: r, expr: in}\n"
                "  - {record: r, expr: 1 + in}\n",
          INPUT("in 1"), 1, "r 1\nr: store: sample of r at 0 ms is not later than the last one\n");
}

static void tells_of_texts(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, GROUP "  - {alert: A, expr: in, annotations: {x: '{{ index $labels 1 }}'}}\n",
                 INPUT("in 1"));
    evaluate(&f, 0);
    assert_non_null(strstr(f.notes.data, "g/A: the text 'x' cannot be made: "));
    assert_int_equal(rule_run_state(f.run, 0, 0)->alerts.count, 1);
    close_fixture(&f);
}

static void knows_what_is_due(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f,
                 "groups:\n- name: g\n  interval: 2m\n  rules: [{record: r, expr: 1}]\n"
                 "- name: h\n  rules: [{record: s, expr: 1}]\n",
                 (const char *const[]){NULL});
    static const struct {
        int64_t t_ms;
        size_t due;
    } ticks[] = {{90000, 2}, {100000, 0}, {120000, 2}, {180000, 1}, {500000, 2}, {400000, 0}};
    for (size_t i = 0; i < sizeof ticks / sizeof *ticks; i++)
        assert_int_equal(rule_run_due(f.run, ticks[i].t_ms, MINUTE), ticks[i].due);
    close_fixture(&f);
}

/* What the texts of all alerts of an evaluation ask is bounded together: each alone would pass. */
static void texts_are_bounded(void **state)
{
    static const char rules[] =
        "groups: [{name: g, rules: [{alert: A, expr: in, annotations: {s: '"
        "{{ range query \"in\" }}{{ range query \"in\" }}{{ range query \"in\" }}"
        "{{ range query \"in\" }}{{ query \"count_over_time(long[5m])\" }}"
        "{{ end }}{{ end }}{{ end }}{{ end }}'}}]}]";
    static const char *const input[] = {"in{a=\"1\"} 1", "in{a=\"2\"} 1", "in{a=\"3\"} 1",
                                        "in{a=\"4\"} 1", NULL};
    struct fixture f;
    (void)state;
    open_fixture(&f, rules, input);
    const struct label name = {LABEL_NAME, "long"};
    const struct labels *labels = labels_new(f.arena, &name, 1);
    for (int t = 1; t <= MINUTE; t++)
        store_append(f.store, labels, t, 1, NULL);
    evaluate(&f, 0);
    assert_null(f.notes.data);
    evaluate(&f, 1); /* 4^4 * 60,000 each */
    assert_non_null(f.notes.data);
    assert_non_null(strstr(f.notes.data,
                           "the queries of the rule's alerts touch more than 50000000 "
                           "series and samples in all"));
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records),
        cmocka_unit_test(writes_alerts),
        cmocka_unit_test(goes_on_after_a_failure),
        cmocka_unit_test(bounds_results),
        cmocka_unit_test(looks_back_by_the_offset),
        cmocka_unit_test(two_rules_give_one_series),
        cmocka_unit_test(tells_of_texts),
        cmocka_unit_test(knows_what_is_due),
        cmocka_unit_test(texts_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
