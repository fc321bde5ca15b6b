/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of classic histograms: series with counts by the label le. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rules/eval.h"
#include "rules/literal.h"
#include "rules/quantile.h"

static const char *const bucket_label[] = {"le"};

/* The buckets of all histograms in a vector. */
struct histograms {
    struct matrix input;
    size_t *of;                   /* the histogram of each row */
    double *upper;                /* the bound of each row */
    const struct labels **labels; /* of each histogram, without le */
    size_t count;
    struct bucket **buckets; /* of each histogram, at the present step */
    size_t *used;
    struct cursor cursor;
};

/* A bound as le has it. The text is also what strconv.ParseFloat takes, less hexadecimals. */
static bool parse_bound(const char *text, double *bound)
{
    double sign = *text == '-' ? -1 : 1;
    text += *text == '-' || *text == '+';
    size_t length = strlen(text);
    if (strcasecmp(text, "infinity") == 0)
        length = 3;
    if (!length || memchr(text, '_', length) || !literal_number(text, length, bound))
        return false;
    if (text[0] == '0' && length > 1)
        *bound = strtod(text, NULL); /* no octal here */
    *bound *= sign;
    return true;
}

/* Takes the rows that are buckets to the front of the matrix, with their bounds. */
static void take_bounds(struct eval *ev, struct histograms *h, const struct expr *arg)
{
    size_t kept = 0;
    for (size_t i = 0; i < h->input.count; i++) {
        const struct row row = h->input.rows[i];
        const char *le = labels_get(row.labels, "le"), *name = labels_get(row.labels, LABEL_NAME);
        bool named = ev->engine.delayed_name_removal && *name;
        if (parse_bound(le, &h->upper[kept]))
            h->input.rows[kept++] = row;
        else if (row.count)
            eval_note(ev, true, arg,
                      "bucket label \"le\" is missing or has a malformed value of \"%s\"%s%s%s", le,
                      named ? " for metric name \"" : "", named ? name : "", named ? "\"" : "");
    }
    h->input.count = kept;
}

static void group_buckets(struct eval *ev, struct histograms *h, struct arena *scratch)
{
    size_t rows = h->input.count;
    const struct labels **keys = ARENA_ARRAY(scratch, const struct labels *, rows);
    struct bucket *room = ARENA_ARRAY(scratch, struct bucket, rows);
    h->of = ARENA_ARRAY(scratch, size_t, rows);
    for (size_t i = 0; i < rows; i++)
        keys[i] = labels_filter(ev->arena, h->input.rows[i].labels, bucket_label, 1, false);
    h->count = number_labels(keys, rows, scratch, h->of);
    h->labels = ARENA_ARRAY(scratch, const struct labels *, h->count);
    h->buckets = ARENA_ARRAY(scratch, struct bucket *, h->count);
    h->used = ARENA_ARRAY(scratch, size_t, h->count);
    for (size_t i = 0; i < rows; i++) {
        h->labels[h->of[i]] = keys[i];
        h->used[h->of[i]]++;
    }
    for (size_t i = 0; i < h->count; i++) {
        h->buckets[i] = room;
        room += h->used[i];
    }
}

static void open_histograms(struct eval *ev, const struct expr *arg, const struct steps *steps,
                            struct arena *scratch, struct histograms *h)
{
    *h = (struct histograms){.input = eval_node(ev, arg, steps)};
    if (!eval_room(ev, h->input.count, 64))
        h->input.count = 0;
    h->upper = ARENA_ARRAY(scratch, double, h->input.count);
    take_bounds(ev, h, arg);
    group_buckets(ev, h, scratch);
    cursor_init(&h->cursor, &h->input, scratch);
}

static void take_buckets(struct histograms *h, int64_t t)
{
    double v;
    memset(h->used, 0, h->count * sizeof *h->used);
    for (size_t i = 0; i < h->input.count; i++)
        if (cursor_at(&h->cursor, i, t, &v))
            h->buckets[h->of[i]][h->used[h->of[i]]++] = (struct bucket){h->upper[i], v};
}

static void note_repair(struct eval *ev, const struct expr *arg, const struct labels *labels,
                        const struct bucket_repair *repair, int64_t t)
{
    const char *name = labels_get(labels, LABEL_NAME);
    bool named = ev->engine.delayed_name_removal && *name;
    time_t seconds = (time_t)(t / 1000);
    struct tm date;
    char text[64] = "";
    if (gmtime_r(&seconds, &date))
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &date);
    eval_note(ev, false, arg,
              "input to histogram_quantile needed to be fixed for monotonicity (see "
              "https://prometheus.io/docs/prometheus/latest/querying/functions/"
              "#histogram_quantile)%s%s%s, from buckets %g to %g, with a max diff of %.2g, at %s",
              named ? " for metric name \"" : "", named ? name : "", named ? "\"" : "",
              repair->lowest, repair->highest, repair->most, text);
}

/* Gives each histogram's result at a step; out has a row a histogram from its row first on. */
struct quantiles {
    struct eval *ev;
    struct histograms *h;
    const struct expr *arg;
    struct matrix *out;
    size_t first;
};

static void give_quantiles(const struct quantiles *q, double wanted, int64_t t)
{
    struct histograms *h = q->h;
    struct bucket_repair repair;
    for (size_t i = 0; i < h->count && !q->ev->failed; i++) {
        if (!h->used[i])
            continue;
        double v = quantile_of_buckets(wanted, h->buckets[i], h->used[i], &repair);
        if (repair.done)
            note_repair(q->ev, q->arg, h->labels[i], &repair, t);
        row_push(q->ev, &q->out->rows[q->first + i], t, v);
    }
}

static void add_rows(struct eval *ev, const struct histograms *h, struct matrix *out)
{
    for (size_t i = 0; i < h->count; i++)
        row_drop_name(ev, matrix_add(ev, out, h->labels[i]));
}

struct matrix call_histogram_quantile(struct eval *ev, const struct expr *call,
                                      const struct steps *steps)
{
    SCRATCH_ARENA(scratch);
    struct matrix out = {0};
    const double *wanted = eval_scalar(ev, call->call.args[0], steps);
    struct histograms h;
    open_histograms(ev, call->call.args[1], steps, scratch, &h);
    struct quantiles q = {ev, &h, call->call.args[1], &out, 0};
    add_rows(ev, &h, &out);
    for (size_t i = 0; i < steps->count && eval_count(ev, h.input.count + 1); i++) {
        if (!(wanted[i] >= 0 && wanted[i] <= 1))
            eval_note_quantile(ev, call->call.args[0], wanted[i]);
        take_buckets(&h, step_time(steps, i));
        give_quantiles(&q, wanted[i], step_time(steps, i));
    }
    matrix_settle(ev, &out, steps);
    return out;
}

struct matrix call_histogram_fraction(struct eval *ev, const struct expr *call,
                                      const struct steps *steps)
{
    SCRATCH_ARENA(scratch);
    struct matrix out = {0};
    const double *lower = eval_scalar(ev, call->call.args[0], steps);
    const double *upper = eval_scalar(ev, call->call.args[1], steps);
    struct histograms h;
    open_histograms(ev, call->call.args[2], steps, scratch, &h);
    add_rows(ev, &h, &out);
    for (size_t i = 0; i < steps->count && eval_count(ev, h.input.count + 1); i++) {
        int64_t t = step_time(steps, i);
        take_buckets(&h, t);
        for (size_t g = 0; g < h.count; g++)
            if (h.used[g])
                row_push(ev, &out.rows[g], t,
                         fraction_of_buckets(lower[i], upper[i], h.buckets[g], h.used[g]));
    }
    matrix_settle(ev, &out, steps);
    return out;
}

/* A quantile as OpenMetrics writes it: with a point. */
static const char *quantile_text(struct eval *ev, double v)
{
    struct buf text = {0};
    promql_print_number(v, &text);
    bool plain = strspn(text.data, "-0123456789") == text.length;
    const char *copy = arena_printf(ev->arena, "%s%s", text.data, plain ? ".0" : "");
    buf_free(&text);
    return copy;
}

/* histogram_quantiles(vector, label, q, ...): each quantile in rows of its own. */
struct matrix call_histogram_quantiles(struct eval *ev, const struct expr *call,
                                       const struct steps *steps)
{
    struct matrix out = {0};
    const char *label = expr_unwrap(call->call.args[1])->string;
    for (size_t a = 2; a < call->call.count && !ev->failed; a++) {
        SCRATCH_ARENA(scratch);
        const double *wanted = eval_scalar(ev, call->call.args[a], steps);
        struct histograms h;
        open_histograms(ev, call->call.args[0], steps, scratch, &h);
        struct quantiles q = {ev, &h, call->call.args[0], &out, out.count};
        if (ev->failed)
            break;
        add_rows(ev, &h, &out);
        for (size_t i = 0; i < h.count; i++) {
            struct row *row = &out.rows[q.first + i];
            row->labels = labels_with(ev->arena, row->labels, label, quantile_text(ev, wanted[0]));
        }
        for (size_t i = 0; i < steps->count && eval_count(ev, h.input.count + 1); i++) {
            if (!(wanted[i] >= 0 && wanted[i] <= 1))
                eval_note_quantile(ev, call->call.args[a], wanted[i]);
            take_buckets(&h, step_time(steps, i));
            give_quantiles(&q, wanted[i], step_time(steps, i));
        }
    }
    matrix_settle(ev, &out, steps);
    return out;
}
