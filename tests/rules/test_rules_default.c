/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The default rules: what they must have, and that one look at the states of their unit tests
 * (*_test.yml beside this file) comes to what promtool gives for them over time.
 */
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/registry.h"
#include "rules/rulefile.h"
#include "rules/testfile.h"

static void wrong(const char *text, void *arg)
{
    (void)arg;
    fail_msg("%s", text);
}

/* A file below the top of the sources. */
static struct rule_source slurp(struct arena *arena, const char *name)
{
    struct buf text = {0};
    char block[4096];
    size_t n;
    FILE *file = fopen(arena_printf(arena, "%s/%s", TOP_SRCDIR, name), "r");
    if (!file)
        fail_msg("%s cannot be opened", name);
    while ((n = fread(block, 1, sizeof block, file)) > 0)
        buf_add(&text, block, n);
    fclose(file);
    struct rule_source source = {name, arena_strndup(arena, text.data, text.length), text.length};
    buf_free(&text);
    return source;
}

static struct rule_set *load(void)
{
    struct rule_set *set;
    assert_int_equal(rule_set_load(rules_default, rules_default_count, wrong, NULL, &set), 0);
    return set;
}

/* What is built in is what lies in rules/. */
static void are_built_in(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    assert_int_equal(rules_default_count, 6);
    for (size_t i = 0; i < rules_default_count; i++) {
        struct rule_source source = slurp(arena, rules_default[i].name);
        assert_int_equal(rules_default[i].length, source.length);
        assert_memory_equal(rules_default[i].text, source.text, source.length);
    }
}

static bool has(const struct rule_pair *pairs, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(pairs[i].name, name) == 0)
            return true;
    return false;
}

static void check_alert(const struct rule *rule)
{
    static const char *const needed[] = {"summary", "description", "action"};
    for (size_t i = 0; i < 3; i++)
        if (!has(rule->annotations, rule->annotation_count, needed[i]))
            fail_msg("%s in line %zu has no %s", rule->name, rule->line, needed[i]);
    for (size_t i = 0; i < rule->label_count; i++)
        if (strcmp(rule->labels[i].name, "severity") == 0 &&
            severity_from_name(rule->labels[i].text) != SEVERITY_NONE)
            return;
    fail_msg("%s in line %zu has no severity", rule->name, rule->line);
}

static void are_complete(void **state)
{
    (void)state;
    struct rule_set *set = load();
    for (size_t i = 0; i < set->group_count; i++)
        for (size_t j = 0; j < set->groups[i].rule_count; j++) {
            const struct rule *rule = &set->groups[i].rules[j];
            assert_int_equal(promql_type_of(rule->expr), PROMQL_VECTOR);
            if (rule->is_alert)
                check_alert(rule);
            else
                assert_memory_equal(rule->name, "forewarn:", 9);
        }
    rule_set_free(&set);
}

/* What the agent says of itself, beside what its probes say. */
static const char *const own_metrics[] = {
    "forewarn_history_writable", "forewarn_probe_interval_seconds",
    "forewarn_probe_last_round_timestamp_seconds", "forewarn_probe_up", "forewarn_target_hung"};

static bool is_measured(const char *name)
{
    for (size_t i = 0; i < sizeof own_metrics / sizeof *own_metrics; i++)
        if (strcmp(own_metrics[i], name) == 0)
            return true;
    for (size_t i = 0; probes[i]; i++)
        for (size_t j = 0; probes[i]->metrics[j]; j++)
            if (strcmp(probes[i]->metrics[j]->name, name) == 0)
                return true;
    return false;
}

static bool is_recorded(const struct rule_set *set, const char *name)
{
    for (size_t i = 0; i < set->group_count; i++)
        for (size_t j = 0; j < set->groups[i].rule_count; j++)
            if (strcmp(set->groups[i].rules[j].name, name) == 0)
                return true;
    return false;
}

/* Every name in expressions and texts is measured by a probe, or recorded by a rule. */
static void names_exist(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    struct rule_set *set = load();
    regex_t name;
    assert_int_equal(regcomp(&name, "forewarn[_:][a-z0-9_:]+", REG_EXTENDED), 0);
    size_t names = 0;
    for (size_t i = 0; i < rules_default_count; i++) {
        const char *at = rules_default[i].text;
        for (regmatch_t m; regexec(&name, at, 1, &m, 0) == 0; at += m.rm_eo) {
            char *found = arena_strndup(arena, at + m.rm_so, (size_t)(m.rm_eo - m.rm_so));
            if (!(found[8] == '_' ? is_measured(found) : is_recorded(set, found)))
                fail_msg("%s: no such metric: %s", rules_default[i].name, found);
            /* Attribute 188 is full of false alarms: it never pages. */
            assert_string_not_equal(found, "forewarn_disk_command_timeouts_total");
            names++;
        }
    }
    assert_true(names > 100);
    regfree(&name);
    rule_set_free(&set);
}

static const struct alert *find_alert(const struct judgement *judgement, const char *name,
                                      const struct labels *labels)
{
    for (size_t i = 0; i < judgement->alert_count; i++)
        if (strcmp(judgement->alerts[i].name, name) == 0 &&
            labels_equal(judgement->alerts[i].labels, labels))
            return &judgement->alerts[i];
    return NULL;
}

static size_t count_firing(const struct judgement *judgement, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < judgement->alert_count; i++)
        count += strcmp(judgement->alerts[i].name, name) == 0 &&
                 judgement->alerts[i].state == ALERT_FIRING;
    return count;
}

static void show(const struct alert *alert, struct buf *out)
{
    buf_printf(out, "%s ", severity_name(alert->severity));
    labels_print(alert->labels, out);
    labels_print(alert->annotations, out);
}

struct place {
    const char *path;
    size_t line;
};

/*
 * promtool lists an alert at each of its levels; of these the judgement has the worst. An alert
 * that promtool lets wait for its `for:` the judgement has as pending.
 */
static void check_one(const struct place *place, const struct judgement *judgement,
                      const struct test_alert_case *expected, const struct test_alert *one,
                      struct arena *arena)
{
    const struct labels *labels = labels_with(arena, one->labels, "severity", "");
    labels = labels_with(arena, labels, "alertname", expected->alertname);
    const struct alert *alert = find_alert(judgement, expected->alertname, labels);
    struct buf out = {0};
    if (!alert) {
        labels_print(labels, &out);
        fail_msg("%s:%zu: there is no %s", place->path, place->line, out.data);
    }
    if (!labels_equal(alert->annotations, one->annotations)) {
        show(alert, &out);
        fail_msg("%s:%zu: texts differ: %s", place->path, place->line, out.data);
    }
    if (alert->severity < severity_from_name(labels_get(one->labels, "severity")))
        fail_msg("%s:%zu: too mild", place->path, place->line);
    buf_free(&out);
}

static bool expects(const struct test_alert_case *expected, enum severity severity,
                    const struct labels *labels, struct arena *arena)
{
    for (size_t i = 0; i < expected->expected_count; i++) {
        const struct labels *one = expected->expected[i].labels;
        const char *level = labels_get(one, "severity");
        one = labels_with(arena, labels_with(arena, one, "severity", ""), "alertname",
                          expected->alertname);
        if (labels_equal(one, labels) && severity_from_name(level) == severity)
            return true;
    }
    return false;
}

static struct store *fill(const struct test_group *test)
{
    struct store *store = store_new();
    for (size_t i = 0; i < test->series_count; i++) {
        const struct series_notation *series = &test->series[i];
        for (size_t j = 0; j < series->count; j++) {
            struct error e = {.text = ""};
            if (!series->values[j].omitted &&
                store_append(store, series->labels, (int64_t)j * test->interval_ms,
                             series->values[j].v, &e))
                fail_msg("%s", e.text);
        }
    }
    return store;
}

static void check_case(const char *path, const struct rule_set *set, const struct test_group *test,
                       const struct test_alert_case *expected)
{
    SCRATCH_ARENA(arena);
    struct place place = {path, expected->line};
    struct store *store = fill(test);
    struct judgement judgement;
    rule_set_judge(set, store, expected->eval_time_ms, arena, &judgement);
    if (judgement.finding_count)
        fail_msg("%s:%zu: %s", path, expected->line, judgement.findings[0].message);
    for (size_t i = 0; i < expected->expected_count; i++)
        check_one(&place, &judgement, expected, &expected->expected[i], arena);
    if (!expected->expected_count && count_firing(&judgement, expected->alertname))
        fail_msg("%s:%zu: %s fires", path, expected->line, expected->alertname);
    for (size_t i = 0; expected->expected_count && i < judgement.alert_count; i++) {
        const struct alert *alert = &judgement.alerts[i];
        if (strcmp(alert->name, expected->alertname) == 0 && alert->state == ALERT_FIRING &&
            !expects(expected, alert->severity, alert->labels, arena))
            fail_msg("%s:%zu: not expected: %s", path, expected->line, alert->name);
    }
    store_free(&store);
}

/*
 * The last ones rest on recordings of many evaluations, which one look does not have: they are run
 * by rules_test.sh alone.
 */
static const char *const test_files[] = {
    "tests/rules/agent_test.yml",         "tests/rules/disk_rising_test.yml",
    "tests/rules/disk_test.yml",          "tests/rules/mailindex_test.yml",
    "tests/rules/md_stuck_test.yml",      "tests/rules/md_test.yml",
    "tests/rules/nfslock_test.yml",       "tests/rules/predict_test.yml",
    "tests/rules/disk_dies_test.yml",     "tests/rules/disk_dies_week_test.yml",
    "tests/rules/predict_check_test.yml", "tests/rules/predict_left_test.yml",
    "tests/rules/predict_risk_test.yml"};

enum { TEST_FILES = sizeof test_files / sizeof *test_files, ONE_LOOK_FILES = 7 };

static void read_tests(const char *name, struct arena *arena, struct test_file *file)
{
    struct rule_source source = slurp(arena, name);
    assert_int_equal(test_file_read(&source, arena, wrong, NULL, file), 0);
    assert_true(file->test_count > 0);
}

static void judge_as_their_tests(void **state)
{
    (void)state;
    struct rule_set *set = load();
    for (size_t i = 0; i < ONE_LOOK_FILES; i++) {
        SCRATCH_ARENA(arena);
        struct test_file file;
        read_tests(test_files[i], arena, &file);
        for (size_t j = 0; j < file.test_count; j++)
            for (size_t k = 0; k < file.tests[j].alert_count; k++)
                check_case(test_files[i], set, &file.tests[j], &file.tests[j].alerts[k]);
    }
    rule_set_free(&set);
}

/* How many tests ask for an alert to fire (or not to). */
static size_t count_tests(const struct test_file *files, const char *alert, bool fires)
{
    size_t count = 0;
    for (size_t i = 0; i < TEST_FILES; i++)
        for (size_t j = 0; j < files[i].test_count; j++)
            for (size_t k = 0; k < files[i].tests[j].alert_count; k++) {
                const struct test_alert_case *one = &files[i].tests[j].alerts[k];
                count += strcmp(one->alertname, alert) == 0 && (one->expected_count > 0) == fires;
            }
    return count;
}

/* Every alert has a test in which it fires and one, with what looks like it, in which it does not.
 */
static void are_tested(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    struct rule_set *set = load();
    struct test_file files[TEST_FILES];
    for (size_t i = 0; i < TEST_FILES; i++)
        read_tests(test_files[i], arena, &files[i]);
    for (size_t i = 0; i < set->group_count; i++)
        for (size_t j = 0; j < set->groups[i].rule_count; j++) {
            const struct rule *rule = &set->groups[i].rules[j];
            if (!rule->is_alert)
                continue;
            if (!count_tests(files, rule->name, true))
                fail_msg("%s: no test in which it fires", rule->name);
            if (!count_tests(files, rule->name, false))
                fail_msg("%s: no test in which it does not fire", rule->name);
        }
    rule_set_free(&set);
}

/* On one look what compares with the past is named, and nothing that is sound alarms. */
static void one_look(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    struct rule_set *set = load();
    struct store *store = store_new();
    struct judgement judgement;
    struct error e;
    const struct labels *crc = labels_new(arena,
                                          (const struct label[]){
                                              {LABEL_NAME, "forewarn_disk_crc_errors_total"},
                                              {"disk", "0x5000c500a1b2c3d4"},
                                          },
                                          2);
    assert_int_equal(store_append(store, crc, 60000, 4711, &e), 0);
    rule_set_judge(set, store, 60000, arena, &judgement);
    assert_int_equal(judgement.alert_count, 0);
    assert_int_equal(judgement.finding_count, 0);
    assert_int_equal(judgement.unjudged_count, 1);
    assert_string_equal(judgement.unjudged[0].name, "DiskCableErrors");
    store_free(&store);
    rule_set_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(are_built_in), cmocka_unit_test(are_complete),
        cmocka_unit_test(names_exist),  cmocka_unit_test(judge_as_their_tests),
        cmocka_unit_test(are_tested),   cmocka_unit_test(one_look),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
