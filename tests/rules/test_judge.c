/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"
#include "rules/rules.h"

enum { NOW_MS = 1700000000 };

#define GROUP "groups:\n  - name: g\n    rules:\n"

static void report(const char *text, void *arg)
{
    (void)arg;
    fail_msg("%s", text);
}

static void add(struct store *store, struct arena *arena, const char *name, const char *device,
                int64_t t_ms, double v)
{
    struct error e;
    const struct labels *labels =
        labels_new(arena, (const struct label[]){{LABEL_NAME, name}, {"device", device}}, 2);
    if (store_append(store, labels, t_ms, v, &e))
        fail_msg("%s", e.text);
}

/* One look at two disks, sda with a past. */
static struct store *host(struct arena *arena)
{
    struct store *store = store_new();
    add(store, arena, "sectors", "sda", NOW_MS - 60000, 1);
    add(store, arena, "sectors", "sda", NOW_MS, 5);
    add(store, arena, "sectors", "sdb", NOW_MS, 20);
    add(store, arena, "good", "sda", NOW_MS, 0);
    return store;
}

/* What a judgement says, one line an alert, then unjudged rules, then findings. */
static void print(const struct judgement *judgement, struct buf *out)
{
    buf_puts(out, "");
    for (size_t i = 0; i < judgement->alert_count; i++) {
        const struct alert *alert = &judgement->alerts[i];
        buf_printf(out, "%s %s %s %g ", severity_name(alert->severity), alert->name,
                   alert_state_name(alert->state), alert->value);
        labels_print(alert->labels, out);
        if (alert->annotations->count) {
            buf_puts(out, " ");
            labels_print(alert->annotations, out);
        }
        buf_puts(out, "\n");
    }
    for (size_t i = 0; i < judgement->unjudged_count; i++)
        buf_printf(out, "unjudged %s: %s\n", judgement->unjudged[i].name,
                   judgement->unjudged[i].why);
    for (size_t i = 0; i < judgement->finding_count; i++) {
        const struct finding *finding = &judgement->findings[i];
        buf_printf(out, "%s%s %s %s: %s\n", finding->blind ? "blind " : "", finding->kind,
                   finding->target, finding->file, finding->message);
    }
}

static void check(const char *rules, const char *expected)
{
    SCRATCH_ARENA(arena);
    struct store *store = host(arena);
    struct rule_source source = {"f.yml", rules, strlen(rules)};
    struct rule_set *set;
    struct judgement judgement;
    struct buf out = {0};
    assert_int_equal(rule_set_load(&source, 1, report, NULL, &set), 0);
    rule_set_judge(set, store, NOW_MS, arena, &judgement);
    rule_set_free(&set);
    store_free(&store); /* what was returned does not rest on either */
    print(&judgement, &out);
    if (strcmp(out.data, expected) != 0)
        fail_msg("%s\ngives\n%s", rules, out.data);
    buf_free(&out);
}

static void nothing(void **state)
{
    (void)state;
    check("", "");
    check(GROUP "      - {alert: A, expr: sectors > 100}\n", "");
}

static void labels_and_texts(void **state)
{
    (void)state;
    check(GROUP "      - alert: Bad\n"
                "        expr: sectors > 10\n"
                "        for: 5m\n"
                "        labels: {severity: critical, disk: '{{ $labels.device }}', gone: ''}\n"
                "        annotations: {summary: '{{ $labels.device }} has {{ $value }}'}\n",
          "critical Bad pending 20 {alertname=\"Bad\",device=\"sdb\",disk=\"sdb\"} "
          "{summary=\"sdb has 20\"}\n");
    check(GROUP "      - {alert: S, expr: 1, labels: {severity: info}}\n",
          "info S firing 1 {alertname=\"S\"}\n");
    check(
        GROUP
        "      - alert: Q\n"
        "        expr: good == 0\n"
        "        labels: {severity: info}\n"
        "        annotations:\n"
        "          a: '{{ range query \"sectors\" }}{{ .Labels.device }}={{ .Value }} {{ end }}'\n",
        "info Q firing 0 {alertname=\"Q\",device=\"sda\"} {a=\"sda=5 sdb=20 \"}\n");
}

static void severities(void **state)
{
    (void)state;
    /* The worst of a name and label set is left, whatever the order of rules. */
    check(GROUP "      - {alert: A, expr: sectors > 0, labels: {severity: info}}\n"
                "      - {alert: A, expr: sectors > 10, labels: {severity: critical}}\n"
                "      - {alert: A, expr: sectors > 3, labels: {severity: warning}}\n"
                "      - {alert: B, expr: sectors > 10, labels: {severity: warning}}\n",
          "critical A firing 20 {alertname=\"A\",device=\"sdb\"}\n"
          "warning A firing 5 {alertname=\"A\",device=\"sda\"}\n"
          "warning B firing 20 {alertname=\"B\",device=\"sdb\"}\n");
    /* A level that is not known, or none, is a warning and does not vanish. */
    check(GROUP "      - {alert: A, expr: sectors > 10, labels: {severity: page}}\n"
                "      - {alert: B, expr: sectors > 10}\n",
          "warning A firing 20 {alertname=\"A\",device=\"sdb\",severity=\"page\"}\n"
          "warning B firing 20 {alertname=\"B\",device=\"sdb\"}\n");
    check(GROUP
          "      - alert: A\n"
          "        expr: sectors > 0\n"
          "        labels: {severity: '{{ if gt $value 10.0 }}critical{{ else }}info{{ end }}'}\n",
          "critical A firing 20 {alertname=\"A\",device=\"sdb\"}\n"
          "info A firing 5 {alertname=\"A\",device=\"sda\"}\n");
}

static void records(void **state)
{
    (void)state;
    check("groups:\n"
          "  - name: one\n"
          "    rules:\n"
          "      - {record: all, expr: sum(sectors), labels: {kind: x}}\n"
          "      - {record: twice, expr: 2 * all}\n"
          "      - {record: scalar, expr: 7}\n"
          "  - name: two\n"
          "    rules:\n"
          "      - {alert: A, expr: twice + on() group_left() scalar, labels: {severity: info}}\n",
          "info A firing 57 {alertname=\"A\",kind=\"x\"}\n");
}

static void looks_back(void **state)
{
    (void)state;
    check(GROUP "      - {alert: Rises, expr: 'delta(sectors[5m]) > 0', labels: {severity: info}}\n"
                "      - {alert: Rises, expr: 'delta(sectors[9m]) > 0', labels: {severity: info}}\n"
                "      - {alert: None, expr: 'increase(absent_metric[5m]) > 0'}\n",
          "info Rises firing 6 {alertname=\"Rises\",device=\"sda\"}\n"
          "unjudged Rises: it compares with the past, and there is none of 1 series\n");
}

/* Through whatever recordings an alert reads it; the last sample of a range needs no other. */
static void reads_what_looks_back(void **state)
{
    (void)state;
    check(GROUP "      - {record: rise, expr: 'delta(sectors[5m])'}\n"
                "      - {record: twice, expr: 2 * rise}\n"
                "      - {alert: Twice, expr: twice > 100}\n"
                "      - {alert: Last, expr: 'last_over_time(sectors[5m]) > 100'}\n",
          "unjudged Twice: it compares with the past, and there is none of 1 series\n");
}

/* One rule that cannot be judged costs no other. */
static void failures(void **state)
{
    (void)state;
    check(GROUP "      - {alert: Many, expr: good * on() sectors}\n"
                "      - {alert: Text, expr: '\"x\"'}\n"
                "      - {record: range, expr: 'sectors[5m]'}\n"
                "      - {record: same, expr: 'sum without(device) (sectors) or sectors', labels: "
                "{device: ''}}\n"
                "      - {alert: Fine, expr: sectors > 10, labels: {severity: info},\n"
                "         annotations: {a: '{{ humanize \"x\" }}'}}\n",
          "info Fine firing 20 {alertname=\"Fine\",device=\"sdb\"} "
          "{a=\"<error expanding template: humanize: 'x' is not a number>\"}\n"
          "blind unjudged Many f.yml:4: found duplicate series for the match group {} on the right "
          "hand-side of the operation: [{__name__=\"sectors\", device=\"sda\"}, "
          "{__name__=\"sectors\", device=\"sdb\"}];"
          "many-to-many matching not allowed: matching labels must be unique on one side\n"
          "blind unjudged Text f.yml:5: it gives a string, no instant vector\n"
          "blind unjudged range f.yml:6: it gives a range vector, no instant vector\n"
          "blind unjudged same f.yml:7: two of its results have the same labels\n"
          "note Fine f.yml:8: the text 'a' cannot be made: humanize: 'x' is not a number\n");
    check("groups:\n  - name: g\n    limit: 1\n    rules:\n      - {alert: A, expr: sectors}\n",
          "blind unjudged A f.yml:5: it gives 2 results, the group's limit is 1\n");
    /* Of alerts that cannot be told apart one is kept. */
    check(GROUP "      - {alert: A, expr: sectors, labels: {device: ''}}\n",
          "warning A firing 5 {alertname=\"A\"}\n"
          "blind unjudged A f.yml:4: two of its alerts have the same labels\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing),    cmocka_unit_test(labels_and_texts),
        cmocka_unit_test(severities), cmocka_unit_test(records),
        cmocka_unit_test(looks_back), cmocka_unit_test(reads_what_looks_back),
        cmocka_unit_test(failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
