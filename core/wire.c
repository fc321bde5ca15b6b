/* SPDX-License-Identifier: Apache-2.0 */
#include "core/wire.h"

#include <errno.h>
#include <stdlib.h>

/* A varint of the lengths allowed here takes at most four bytes. */
enum { MAX_PREFIX = 4 };

/*
 * What a message may take in memory once unpacked, a fixed part and so much for each of its bytes.
 * A real one of many small samples takes about 10 times its length; one of empty messages only,
 * which are two bytes each, would take 50 times.
 */
enum { UNPACKED_BASE = 4096, UNPACKED_FACTOR = 16 };

/* Samples in one message, so that neither side holds a whole probe's round unpacked. */
enum { MAX_SAMPLES = 512 };

/* protobuf-c's idea of something that grows, on top of ours. */
struct appender {
    ProtobufCBuffer base;
    struct buf *out;
};

static void append(ProtobufCBuffer *buffer, size_t length, const uint8_t *data)
{
    buf_add(((struct appender *)buffer)->out, data, length);
}

void wire_put(struct buf *out, const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t prefix[10];
    size_t n = 0;
    for (size_t rest = size; n == 0 || rest; rest >>= 7)
        prefix[n++] = (uint8_t)((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    buf_add(out, prefix, n);

    struct appender appender = {{.append = append}, out};
    protobuf_c_message_pack_to_buffer(message, &appender.base);
}

static void *take_from_budget(void *budget, size_t bytes)
{
    size_t *left = budget;
    if (bytes >= *left) {
        *left = 0;
        return NULL;
    }
    *left -= bytes;
    return malloc(bytes);
}

static void give_back(void *budget, void *memory)
{
    (void)budget; /* unpacking frees only when it fails */
    free(memory);
}

/* 1: *size and *prefix are set; 0: incomplete; negative: not a length that is allowed. */
static int read_prefix(const struct buf *in, size_t *size, size_t *prefix, struct error *e)
{
    *size = 0;
    for (size_t i = 0; i < MAX_PREFIX; i++) {
        if (i >= in->length)
            return 0;
        uint8_t byte = (uint8_t)in->data[i];
        *size |= (size_t)(byte & 0x7f) << (7 * i);
        if (!(byte & 0x80)) {
            *prefix = i + 1;
            if (*size > WIRE_MAX_MESSAGE)
                break;
            return 1;
        }
    }
    return error_set(e, -EMSGSIZE, "wire: message longer than %d bytes", WIRE_MAX_MESSAGE);
}

int wire_take(struct buf *in, const ProtobufCMessageDescriptor *type, ProtobufCMessage **message,
              struct error *e)
{
    size_t size, prefix = 0;
    int ready = read_prefix(in, &size, &prefix, e);
    if (ready <= 0)
        return ready;
    if (in->length < prefix + size)
        return 0;
    size_t budget = UNPACKED_BASE + UNPACKED_FACTOR * size;
    ProtobufCAllocator bounded = {take_from_budget, give_back, &budget};
    *message = protobuf_c_message_unpack(type, &bounded, size, (const uint8_t *)in->data + prefix);
    if (!*message && !budget)
        return error_set(e, -EMSGSIZE, "wire: a %s of %zu bytes is far larger unpacked", type->name,
                         size);
    if (!*message)
        return error_set(e, -EBADMSG, "wire: %zu bytes are no %s", size, type->name);
    buf_drop(in, prefix + size);
    return 1;
}

static Io__Prometheus__Client__LabelPair **make_labels(struct arena *arena,
                                                       const struct sample *sample, size_t *count)
{
    Io__Prometheus__Client__LabelPair **pairs =
        ARENA_ARRAY(arena, Io__Prometheus__Client__LabelPair *, METRIC_MAX_LABELS);
    *count = 0;
    for (size_t i = 0; i < METRIC_MAX_LABELS && sample->metric->labels[i]; i++) {
        if (!sample->values[i][0])
            continue;
        Io__Prometheus__Client__LabelPair *pair =
            ARENA_NEW(arena, Io__Prometheus__Client__LabelPair);
        io__prometheus__client__label_pair__init(pair);
        pair->name = (char *)sample->metric->labels[i];
        pair->value = (char *)sample->values[i];
        pairs[(*count)++] = pair;
    }
    return pairs;
}

static Io__Prometheus__Client__Metric *make_metric(struct arena *arena, const struct sample *sample)
{
    Io__Prometheus__Client__Metric *metric = ARENA_NEW(arena, Io__Prometheus__Client__Metric);
    io__prometheus__client__metric__init(metric);
    metric->label = make_labels(arena, sample, &metric->n_label);
    if (sample->metric->type == METRIC_COUNTER) {
        metric->counter = ARENA_NEW(arena, Io__Prometheus__Client__Counter);
        io__prometheus__client__counter__init(metric->counter);
        metric->counter->has_value = 1;
        metric->counter->value = sample->value;
    } else {
        metric->gauge = ARENA_NEW(arena, Io__Prometheus__Client__Gauge);
        io__prometheus__client__gauge__init(metric->gauge);
        metric->gauge->has_value = 1;
        metric->gauge->value = sample->value;
    }
    return metric;
}

static Io__Prometheus__Client__MetricFamily *make_family(struct arena *arena,
                                                         const struct metric *metric)
{
    Io__Prometheus__Client__MetricFamily *family =
        ARENA_NEW(arena, Io__Prometheus__Client__MetricFamily);
    io__prometheus__client__metric_family__init(family);
    family->name = (char *)metric->name;
    family->help = (char *)metric->help;
    family->unit = metric->unit && metric->unit[0] ? (char *)metric->unit : NULL;
    family->has_type = 1;
    family->type = metric->type == METRIC_COUNTER ? IO__PROMETHEUS__CLIENT__METRIC_TYPE__COUNTER
                                                  : IO__PROMETHEUS__CLIENT__METRIC_TYPE__GAUGE;
    return family;
}

static int by_metric(const void *a, const void *b)
{
    const struct sample *x = *(const struct sample *const *)a;
    const struct sample *y = *(const struct sample *const *)b;
    if (x->metric != y->metric)
        return strcmp(x->metric->name, y->metric->name);
    return x < y ? -1
                 : x > y; /* samples of one metric stay in the order in which they were added */
}

/* Samples of one metric together, in the order in which they were added. */
static const struct sample **sort_samples(struct arena *arena, const struct batch *batch)
{
    const struct sample **sorted = ARENA_ARRAY(arena, const struct sample *, batch->sample_count);
    for (size_t i = 0; i < batch->sample_count; i++)
        sorted[i] = &batch->samples[i];
    if (batch->sample_count)
        qsort(sorted, batch->sample_count, sizeof(*sorted), by_metric);
    return sorted;
}

static size_t make_families(struct arena *arena, const struct sample *const *sorted, size_t n,
                            Io__Prometheus__Client__MetricFamily ***families)
{
    size_t count = 0;
    Io__Prometheus__Client__Metric **metrics =
        ARENA_ARRAY(arena, Io__Prometheus__Client__Metric *, n);
    *families = ARENA_ARRAY(arena, Io__Prometheus__Client__MetricFamily *, n);
    for (size_t i = 0; i < n; i++) {
        Io__Prometheus__Client__MetricFamily *family = count ? (*families)[count - 1] : NULL;
        if (!family || sorted[i]->metric != sorted[i - 1]->metric) {
            family = make_family(arena, sorted[i]->metric);
            family->metric = &metrics[i];
            (*families)[count++] = family;
        }
        metrics[i] = make_metric(arena, sorted[i]);
        family->n_metric++;
    }
    return count;
}

size_t wire_families(const struct batch *batch, struct arena *arena,
                     Io__Prometheus__Client__MetricFamily ***families)
{
    return make_families(arena, sort_samples(arena, batch), batch->sample_count, families);
}

static void add_findings(struct arena *arena, const struct batch *batch, Forewarn__Report *report)
{
    report->finding = ARENA_ARRAY(arena, Forewarn__Finding *, batch->finding_count);
    for (size_t i = 0; i < batch->finding_count; i++) {
        const struct finding *from = &batch->findings[i];
        Forewarn__Finding *to = ARENA_NEW(arena, Forewarn__Finding);
        forewarn__finding__init(to);
        to->kind = (char *)from->kind;
        to->has_blind = 1;
        to->blind = from->blind;
        to->probe = (char *)from->probe;
        to->target = (char *)from->target;
        to->file = (char *)from->file;
        to->has_offset = 1;
        to->offset = from->offset;
        to->message = (char *)from->message;
        report->finding[report->n_finding++] = to;
    }
}

void wire_put_batch(struct buf *out, const struct batch *batch)
{
    SCRATCH_ARENA(sorting);
    SCRATCH_ARENA(arena);
    const struct sample **sorted = sort_samples(sorting, batch);
    size_t done = 0;
    do {
        Forewarn__Report report = FOREWARN__REPORT__INIT;
        size_t n = batch->sample_count - done;
        n = n < MAX_SAMPLES ? n : MAX_SAMPLES;
        report.n_family = make_families(arena, sorted + done, n, &report.family);
        done += n;
        if (done == batch->sample_count)
            add_findings(arena, batch, &report);
        wire_put(out, &report.base);
        arena_reset(arena);
    } while (done < batch->sample_count);
}
