/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/told_look.h"

#include "core/family.h"

typedef Io__Prometheus__Client__LabelPair Pair;
typedef Io__Prometheus__Client__MetricFamily Family;

static const char *text(const char *string)
{
    return string ? string : "";
}

/* With the metric's name where there is one. */
static const struct labels *take_labels(Pair *const *pairs, size_t count, const char *name,
                                        struct arena *arena)
{
    struct label *labels = ARENA_ARRAY(arena, struct label, count + 1);
    size_t kept = 0;
    if (name)
        labels[kept++] = (struct label){LABEL_NAME, name};
    for (size_t i = 0; i < count; i++)
        if (pairs[i]->name && pairs[i]->name[0])
            labels[kept++] = (struct label){pairs[i]->name, text(pairs[i]->value)};
    return labels_new(arena, labels, kept);
}

static void take_family(const Family *family, int64_t at_ms, struct store *store)
{
    for (size_t i = 0; family->name && i < family->n_metric; i++) {
        SCRATCH_ARENA(scratch);
        const Io__Prometheus__Client__Metric *metric = family->metric[i];
        double value;
        if (family_value(metric, &value))
            store_append(store, take_labels(metric->label, metric->n_label, family->name, scratch),
                         at_ms, value, NULL);
    }
}

static struct alert take_alert(const Forewarn__Alert *alert, struct arena *arena)
{
    return (struct alert){
        .name = text(alert->name),
        .severity = severity_from_name(text(alert->severity)),
        .state = ALERT_FIRING,
        .value = alert->value,
        .active_at_ms = alert->starts_at_ms,
        .labels = take_labels(alert->label, alert->n_label, NULL, arena),
        .annotations = take_labels(alert->annotation, alert->n_annotation, NULL, arena),
    };
}

static void take_alerts(const Forewarn__Snapshot *snapshot, struct arena *arena, struct look *look)
{
    size_t count = snapshot->n_alert;
    struct alert *alerts = ARENA_ARRAY(arena, struct alert, count + 1);
    struct alert *known = ARENA_ARRAY(arena, struct alert, count + 1);
    struct held_alert *held = ARENA_ARRAY(arena, struct held_alert, count + 1);
    for (size_t i = 0; i < count; i++) {
        const Forewarn__Alert *alert = snapshot->alert[i];
        if (!text(alert->held)[0]) {
            alerts[look->alert_count++] = take_alert(alert, arena);
            continue;
        }
        known[look->held_count] = take_alert(alert, arena);
        held[look->held_count] = (struct held_alert){
            .alert = &known[look->held_count], .why = alert->held, .by = "", .comment = ""};
        look->held_count++;
    }
    look->alerts = alerts;
    look->held = held;
}

static void take_findings(const Forewarn__Snapshot *snapshot, struct arena *arena,
                          struct look *look)
{
    struct finding *findings = ARENA_ARRAY(arena, struct finding, snapshot->n_finding + 1);
    for (size_t i = 0; i < snapshot->n_finding; i++) {
        const Forewarn__Finding *finding = snapshot->finding[i];
        findings[i] = (struct finding){
            .kind = text(finding->kind),
            .blind = finding->blind,
            .probe = text(finding->probe),
            .target = text(finding->target),
            .file = text(finding->file),
            .offset = finding->has_offset ? finding->offset : -1,
            .message = text(finding->message),
        };
    }
    look->findings = findings;
    look->finding_count = snapshot->n_finding;
}

static void take_rounds(const Forewarn__Snapshot *snapshot, struct arena *arena, struct look *look)
{
    struct probe_result *probes = ARENA_ARRAY(arena, struct probe_result, snapshot->n_round + 1);
    for (size_t i = 0; i < snapshot->n_round; i++) {
        const Forewarn__Round *round = snapshot->round[i];
        probes[i] = (struct probe_result){text(round->probe), round->up, round->seconds,
                                          text(round->error)};
    }
    look->probes = probes;
    look->probe_count = snapshot->n_round;
}

void told_look(const Forewarn__Snapshot *snapshot, struct arena *arena, struct store *store,
               struct look *look)
{
    *look = (struct look){.host = text(snapshot->host), .at_ms = snapshot->at_ms, .watched = true};
    for (size_t i = 0; i < snapshot->n_family; i++)
        take_family(snapshot->family[i], snapshot->at_ms, store);
    take_alerts(snapshot, arena, look);
    take_findings(snapshot, arena, look);
    take_rounds(snapshot, arena, look);
    look->verdict = look_verdict(look);
}
