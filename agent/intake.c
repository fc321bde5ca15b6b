/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/intake.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire.h"

typedef Io__Prometheus__Client__MetricFamily Family;
typedef Io__Prometheus__Client__Metric Metric;

/* What the samples of one family are held against. */
struct origin {
    struct intake *intake;
    const struct intake_source *source;
    const struct metric *metric;
    struct arena *scratch;
};

void intake_init(struct intake *intake, struct arena *arena, struct store *store, int64_t t_ms,
                 bool keep)
{
    *intake = (struct intake){.arena = arena, .store = store, .t_ms = t_ms, .keep = keep};
}

static void keep_node(void *node)
{
    (void)node; /* the arena owns the findings */
}

void intake_free(struct intake *intake)
{
    tdestroy(intake->index, keep_node);
    intake->index = NULL;
    for (size_t i = 0; i < intake->report_count; i++)
        forewarn__report__free_unpacked(intake->reports[i], NULL);
    intake->report_count = 0;
}

static int by_content(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    int order = strcmp(x->kind, y->kind);
    order = order ? order : strcmp(x->probe, y->probe);
    order = order ? order : strcmp(x->target, y->target);
    order = order ? order : strcmp(x->file, y->file);
    order = order ? order : (x->offset > y->offset) - (x->offset < y->offset);
    return order ? order : strcmp(x->message, y->message);
}

/* A cut may not fall within a character of UTF-8. */
static const char *copy_cut(struct arena *arena, const char *text)
{
    size_t length = text ? strnlen(text, INTAKE_MAX_TEXT + 1) : 0;
    if (length > INTAKE_MAX_TEXT) {
        length = INTAKE_MAX_TEXT;
        while (length && ((unsigned char)text[length] & 0xc0) == 0x80)
            length--;
    }
    return length ? arena_strndup(arena, text, length) : "";
}

void intake_finding(struct intake *intake, const struct finding *finding)
{
    struct finding *kept = ARENA_NEW(intake->arena, struct finding);
    *kept = (struct finding){
        .kind = finding->kind && finding->kind[0] ? copy_cut(intake->arena, finding->kind) : "note",
        .blind = finding->blind,
        .probe = copy_cut(intake->arena, finding->probe),
        .target = copy_cut(intake->arena, finding->target),
        .file = copy_cut(intake->arena, finding->file),
        .offset = finding->offset,
        .message = copy_cut(intake->arena, finding->message),
    };
    struct finding **known = tsearch(kept, &intake->index, by_content);
    if (known && *known != kept)
        return;
    intake->findings = arena_grow(intake->arena, intake->findings, intake->finding_count,
                                  &intake->finding_room, sizeof *intake->findings);
    intake->findings[intake->finding_count++] = *kept;
}

static void complain(struct intake *intake, const struct probe *probe, const char *name,
                     const char *what)
{
    SCRATCH_ARENA(scratch);
    intake_finding(intake,
                   &(struct finding){.kind = "malformed",
                                     .blind = true,
                                     .probe = probe->name,
                                     .offset = -1,
                                     .message = arena_printf(scratch, "%.100s %s", name, what)});
}

static const struct metric *declared(const struct probe *probe, const char *name)
{
    for (const struct metric *const *metric = probe->metrics; *metric; metric++)
        if (strcmp((*metric)->name, name) == 0)
            return *metric;
    return NULL;
}

static bool has_label(const struct metric *metric, const char *name)
{
    for (size_t i = 0; i < METRIC_MAX_LABELS && metric->labels[i]; i++)
        if (strcmp(metric->labels[i], name) == 0)
            return true;
    return false;
}

static const char *value_of(const Metric *metric, double *value)
{
    if (metric->counter && metric->counter->has_value)
        *value = metric->counter->value;
    else if (metric->gauge && metric->gauge->has_value)
        *value = metric->gauge->value;
    else if (metric->untyped && metric->untyped->has_value)
        *value = metric->untyped->value;
    else
        return "has a sample without a value";
    return NULL;
}

/* Makes the label set of one sample; NULL where it is no label set of that metric. */
static const struct labels *make_labels(const struct origin *origin, const Metric *metric)
{
    struct label labels[METRIC_MAX_LABELS + 1];
    size_t n = 0;

    if (metric->n_label > METRIC_MAX_LABELS)
        return NULL;
    labels[n++] = (struct label){LABEL_NAME, origin->metric->name};
    for (size_t i = 0; i < metric->n_label; i++) {
        const Io__Prometheus__Client__LabelPair *pair = metric->label[i];
        if (!pair->name || !pair->value || !has_label(origin->metric, pair->name) ||
            strnlen(pair->value, INTAKE_MAX_VALUE + 1) > INTAKE_MAX_VALUE)
            return NULL;
        labels[n++] = (struct label){pair->name, pair->value};
    }
    return labels_new(origin->scratch, labels, n);
}

/* What is wrong with the sample, NULL when it was taken. */
static const char *take_sample(const struct origin *origin, const Metric *metric)
{
    double value;
    const char *wrong = value_of(metric, &value);
    if (wrong)
        return wrong;
    const struct labels *labels = make_labels(origin, metric);
    if (!labels)
        return "has a sample with labels that it does not declare or that are too long";
    if (store_append(origin->intake->store, labels, origin->intake->t_ms, value, NULL) < 0 &&
        !origin->source->again)
        return "was reported twice for the same labels with different values";
    return NULL;
}

static int take_family(struct intake *intake, struct intake_source *source, const Family *family,
                       struct error *e)
{
    SCRATCH_ARENA(scratch);
    const char *name = family->name ? family->name : "";
    struct origin origin = {intake, source, declared(source->probe, name), scratch};

    if (!origin.metric) {
        complain(intake, source->probe, name, "is no metric of this probe");
        return 0;
    }
    for (size_t i = 0; i < family->n_metric; i++) {
        if (++source->samples > INTAKE_MAX_SAMPLES)
            return error_set(e, -EDQUOT, "more than %d samples", INTAKE_MAX_SAMPLES);
        const char *wrong = take_sample(&origin, family->metric[i]);
        if (wrong)
            complain(intake, source->probe, name, wrong);
        arena_reset(scratch);
    }
    return 0;
}

static int take_findings(struct intake *intake, struct intake_source *source,
                         const Forewarn__Report *report, struct error *e)
{
    for (size_t i = 0; i < report->n_finding; i++) {
        const Forewarn__Finding *from = report->finding[i];
        if (++source->findings > INTAKE_MAX_FINDINGS)
            return error_set(e, -EDQUOT, "more than %d findings", INTAKE_MAX_FINDINGS);
        intake_finding(intake, &(struct finding){
                                   .kind = from->kind,
                                   .blind = from->has_blind ? from->blind : true,
                                   .probe = source->probe->name,
                                   .target = from->target,
                                   .file = from->file,
                                   .offset = from->has_offset ? from->offset : -1,
                                   .message = from->message,
                               });
    }
    return 0;
}

static void keep_or_free(struct intake *intake, Forewarn__Report *report)
{
    if (!intake->keep || !report->n_family) {
        forewarn__report__free_unpacked(report, NULL);
        return;
    }
    intake->reports = arena_grow(intake->arena, intake->reports, intake->report_count,
                                 &intake->report_room, sizeof(Forewarn__Report *));
    intake->reports[intake->report_count++] = report;
}

static int take_inputs(struct intake *intake, struct intake_source *source,
                       const Forewarn__Report *report, struct error *e)
{
    for (size_t i = 0; intake->input && i < report->n_input; i++) {
        source->input_bytes += report->input[i]->data.len;
        if (source->input_bytes > INTAKE_MAX_INPUT)
            return error_set(e, -EDQUOT, "more than %d bytes read", INTAKE_MAX_INPUT);
        intake->input(intake->input_arg, report->input[i]);
    }
    return 0;
}

int intake_report(struct intake *intake, struct intake_source *source, Forewarn__Report *report,
                  struct error *e)
{
    int code = take_findings(intake, source, report, e);
    for (size_t i = 0; code == 0 && i < report->n_family; i++)
        code = take_family(intake, source, report->family[i], e);
    if (code == 0)
        code = take_inputs(intake, source, report, e);
    keep_or_free(intake, report);
    return code;
}

static int by_probe(const void *a, const void *b)
{
    const struct finding *const *x = a, *const *y = b;
    int order = strcmp((*x)->probe, (*y)->probe);
    return order ? order : (*x > *y) - (*x < *y);
}

void intake_sort(struct intake *intake)
{
    size_t n = intake->finding_count;
    const struct finding **order = ARENA_ARRAY(intake->arena, const struct finding *, n + 1);
    struct finding *sorted = ARENA_ARRAY(intake->arena, struct finding, n + 1);

    for (size_t i = 0; i < n; i++)
        order[i] = &intake->findings[i];
    qsort(order, n, sizeof(struct finding *), by_probe);
    for (size_t i = 0; i < n; i++)
        sorted[i] = *order[i];
    intake->findings = sorted;
    intake->finding_room = n + 1;
}

void intake_batch(struct intake *intake, const struct probe *self, const struct batch *batch)
{
    struct buf wire = {0};
    struct intake_source source = {.probe = self};
    ProtobufCMessage *report;

    wire_put_batch(&wire, batch);
    if (wire_take(&wire, &forewarn__report__descriptor, &report, NULL) > 0)
        intake_report(intake, &source, (Forewarn__Report *)report, NULL);
    buf_free(&wire);
}
