/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"
#include "rules/rulefile.h"

static void collect(const char *text, void *arg)
{
    buf_puts(arg, text);
    buf_puts(arg, "\n");
}

static struct rule_set *load(const char *text, struct buf *errors)
{
    struct rule_source source = {"f.yml", text, strlen(text)};
    struct rule_set *set;
    buf_puts(errors, "");
    int failed = rule_set_load(&source, 1, collect, errors, &set);
    assert_int_equal(failed, errors->length ? -EINVAL : 0);
    assert_true(!set == !!failed);
    return set;
}

struct refusal {
    const char *text, *errors;
};

static void check(const struct refusal *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buf errors = {0};
        struct rule_set *set = load(table[i].text, &errors);
        if (strcmp(errors.data, table[i].errors) != 0)
            fail_msg("%s\ngives\n%s", table[i].text, errors.data);
        rule_set_free(&set);
        buf_free(&errors);
    }
}

#define CHECK(...)                                                                                 \
    check((const struct refusal[]){__VA_ARGS__},                                                   \
          sizeof((const struct refusal[]){__VA_ARGS__}) / sizeof(struct refusal))

/* A file of one group with one rule, of which only the fields are given. */
#define RULE(fields) "groups:\n  - name: g\n    rules:\n      - " fields

static void accepts(void **state)
{
    (void)state;
    CHECK(
        {"", ""}, {"groups:\n", ""}, {"groups: []\n", ""}, {"groups:\n  - name: g\n", ""},
        {RULE("{record: a, expr: 1}"), ""}, {RULE("{record: a, expr: 1, for: 0s}"), ""},
        {RULE("{alert: a, expr: up, for: 1h30m, keep_firing_for: 5m}"), ""},
        {RULE("{alert: a b, expr: up, labels: {severity: , a-b: x}}"), ""},
        {RULE("{alert: a, expr: up, labels: , annotations: }"), ""},
        {RULE("{record: a, expr: up, labels: {x: \"{{ this is no template\"}}"), ""},
        {"groups:\n  - {name: g, interval: 30s, limit: 5, query_offset: 1m, labels: {a: b}}\n", ""},
        {"groups:\n  - name: g\n    rules:\n      - &a {alert: x, expr: &e up}\n"
         "      - {<<: *a, alert: y}\n      - {record: z, expr: *e}\n",
         ""});
}

static void refuses_files(void **state)
{
    (void)state;
    CHECK({"group:\n", "f.yml:1:1: unknown field 'group' in a rule file (did you mean "
                       "'groups'?)\n"},
          {"groups: x\n", "f.yml:1:9: 'groups' must be a list, not a text\n"},
          {"groups: [x, ]\n", "f.yml:1:10: a group must be a mapping, not a text\n"},
          {"groups:\n  -\n", "f.yml:2:4: a group must be a mapping, here is nothing\n"},
          {"groups:\n  - rules: []\n", "f.yml:2:5: the group has no name\n"},
          {"groups:\n  - name: ''\n", "f.yml:2:11: the group has no name\n"},
          {"groups:\n  - name: a\n  - name: b\n  - name: a\n",
           "f.yml:4:11: the group 'a' stands in this file already, in line 2\n"},
          {"groups:\n  - {name: a, intervall: 5m, interval: 5, limit: x}\n",
           "f.yml:2:15: unknown field 'intervall' in a group (did you mean 'interval'?)\n"
           "f.yml:2:50: a whole number must stand here, not 'x'\n"
           "f.yml:2:40: '5' is no duration for 'interval' (as 30s, 5m, 1h30m, 7d)\n"},
          {"groups:\n  - {name: a, labels: {__name__: x}, rules: {a: b}}\n",
           "f.yml:2:24: invalid label name '__name__'\n"
           "f.yml:2:45: 'rules' must be a list, not a mapping\n"},
          {"groups:\n  - name: a\n   rules: []\n",
           "f.yml:3:4: no valid YAML: did not find expected '-' indicator\n"});
}

static void refuses_rules(void **state)
{
    (void)state;
    CHECK(
        {RULE("x\n"), "f.yml:4:9: a rule must be a mapping, not a text\n"},
        {RULE("{expr: up}\n"), "f.yml:4:9: a rule must have 'record' or 'alert'\n"},
        {RULE("{record: a, alert: b, expr: up}\n"),
         "f.yml:4:18: a rule has either 'record' or 'alert', this has both\n"},
        {RULE("{alert: a}\n"), "f.yml:4:9: the rule 'a' has no 'expr'\n"},
        {RULE("{alert: a, expr: ''}\n"), "f.yml:4:26: the rule 'a' has no 'expr'\n"},
        {RULE("{record: 'a{b=\"c\"}', expr: up}\n"), "f.yml:4:18: invalid metric name 'a{b=\"c\"}' "
                                                     "(labels go under 'labels', expressions under "
                                                     "'expr')\n"},
        {RULE("{alert: a, exp: up, expr: up}\n"),
         "f.yml:4:20: unknown field 'exp' in a rule (did you mean 'expr'?)\n"},
        {RULE("{alert: a, expr: up, for: soon, keep_firing_for: -1m}\n"),
         "f.yml:4:35: 'soon' is no duration for 'for' (as 30s, 5m, 1h30m, 7d)\n"
         "f.yml:4:58: '-1m' is no duration for 'keep_firing_for' (as 30s, 5m, 1h30m, 7d)\n"},
        {RULE("{record: a, expr: up, for: 5m, keep_firing_for: 1m, annotations: {b: c}}\n"),
         "f.yml:4:36: a recording rule can have no 'for'\n"
         "f.yml:4:57: a recording rule can have no 'keep_firing_for'\n"
         "f.yml:4:74: a recording rule can have no 'annotations'\n"},
        {RULE("{alert: a, expr: up, labels: {'': x, __name__: y}, annotations: {a-b: c, 1d: e}}\n"),
         "f.yml:4:39: invalid label name ''\n"
         "f.yml:4:46: invalid label name '__name__'\n"
         "f.yml:4:74: invalid annotation name 'a-b'\n"
         "f.yml:4:82: invalid annotation name '1d'\n"},
        {RULE("{alert: a, expr: up, labels: [x], annotations: {a: [b]}}\n"),
         "f.yml:4:38: 'labels' must be a mapping, not a list\n"
         "f.yml:4:60: a text must stand here, not a list\n"},
        {RULE("{alert: a, expr: [up]}\n"), "f.yml:4:26: a text must stand here, not a list\n"
                                           "f.yml:4:9: the rule 'a' has no 'expr'\n"});
}

static void points_into_scalars(void **state)
{
    (void)state;
    CHECK({RULE("alert: a\n        expr: sum(up > 0\n"),
           "f.yml:5:18: parse error: unclosed left parenthesis\n"
           "    expr: sum(up > 0\n"
           "             ^\n"},
          {RULE("alert: a\n        expr: |\n          up\n            > bol 3\n"),
           "f.yml:7:19: parse error: unexpected \"3\"\n"
           "    > bol 3\n"
           "          ^\n"},
          {RULE("alert: a\n        expr: up\n        annotations:\n"
                "          summary: it is {{ $vlaue }} now\n"),
           "f.yml:7:29: template: undefined variable '$vlaue'\n"
           "    summary: it is {{ $vlaue }} now\n"
           "                      ^\n"},
          {RULE("alert: a\n        expr: up\n        labels:\n          x: '{{ nope }}'\n"),
           "f.yml:7:18: template: function 'nope' is not defined\n"
           "    x: '{{ nope }}'\n"
           "           ^\n"});
}

/* One run tells all errors of all files. */
static void tells_all(void **state)
{
    (void)state;
    struct rule_source sources[] = {{.name = "a.yml", .text = "grous: 1\nx: [\n"},
                                    {.name = "b.yml", .text = RULE("{alert: a}\n")},
                                    {.name = "c.yml", .text = RULE("{alert: a, expr: 1}\n")}};
    struct buf errors = {0};
    struct rule_set *set;
    for (size_t i = 0; i < 3; i++)
        sources[i].length = strlen(sources[i].text);
    assert_int_equal(rule_set_load(sources, 3, collect, &errors, &set), -EINVAL);
    assert_null(set);
    assert_string_equal(errors.data,
                        "a.yml:3:1: no valid YAML: did not find expected node content\n"
                        "b.yml:4:9: the rule 'a' has no 'expr'\n");
    buf_free(&errors);
}

static const struct rule_pair *find(const struct rule_pair *pairs, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(pairs[i].name, name) == 0)
            return &pairs[i];
    return NULL;
}

/* What was written is what the set holds. */
static void fills(void **state)
{
    (void)state;
    struct buf errors = {0};
    struct rule_set *set = load("groups:\n"
                                "  - name: g\n"
                                "    interval: 90s\n"
                                "    query_offset: 10s\n"
                                "    limit: 3\n"
                                "    labels: {team: mail, own: no}\n"
                                "    rules:\n"
                                "      - {record: r, expr: up, labels: {own: yes}}\n"
                                "      - alert: A\n"
                                "        expr: up == 0\n"
                                "        for: 5m\n"
                                "        keep_firing_for: 1m\n"
                                "        annotations: {summary: '{{ $value }}', plain: text}\n",
                                &errors);
    assert_string_equal(errors.data, "");
    assert_int_equal(set->group_count, 1);
    const struct rule_group *group = set->groups;
    assert_string_equal(group->name, "g");
    assert_string_equal(group->file, "f.yml");
    assert_int_equal(group->interval_ms, 90000);
    assert_int_equal(group->query_offset_ms, 10000);
    assert_int_equal(group->limit, 3);
    assert_int_equal(group->rule_count, 2);

    const struct rule *r = &group->rules[0], *a = &group->rules[1];
    assert_false(r->is_alert);
    assert_string_equal(r->name, "r");
    assert_int_equal(r->line, 8);
    assert_int_equal(r->label_count, 2);
    assert_string_equal(find(r->labels, 2, "own")->text, "yes");
    assert_string_equal(find(r->labels, 2, "team")->text, "mail");
    assert_true(a->is_alert);
    assert_int_equal(a->for_ms, 300000);
    assert_int_equal(a->keep_firing_for_ms, 60000);
    assert_string_equal(find(a->labels, a->label_count, "own")->text, "no");
    assert_non_null(find(a->annotations, 2, "summary")->template);
    assert_null(find(a->annotations, 2, "plain")->template);
    rule_set_free(&set);
    buf_free(&errors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts),       cmocka_unit_test(refuses_files),
        cmocka_unit_test(refuses_rules), cmocka_unit_test(points_into_scalars),
        cmocka_unit_test(tells_all),     cmocka_unit_test(fills),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
