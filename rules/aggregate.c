/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/aggregate.h"

#include <math.h>

#include "rules/kahan.h"

struct groups group_rows(struct eval *ev, const struct expr *expr, const struct steps *steps,
                         struct arena *scratch)
{
    struct groups g = {.input = eval_node(ev, expr->aggregate.inner, steps)};
    size_t rows = g.input.count;
    struct label_choice choice = label_choice(
        scratch, expr->aggregate.labels, expr->aggregate.label_count, !expr->aggregate.without);
    const struct labels **keys = ARENA_ARRAY(scratch, const struct labels *, rows);
    if (ev->failed)
        return g;
    for (size_t i = 0; i < rows; i++)
        keys[i] = labels_choose(ev->arena, g.input.rows[i].labels, &choice);
    g.of = ARENA_ARRAY(scratch, size_t, rows);
    g.count = number_labels(keys, rows, scratch, g.of);
    g.labels = ARENA_ARRAY(scratch, const struct labels *, g.count);
    for (size_t i = rows; i > 0; i--)
        g.labels[g.of[i - 1]] = keys[i - 1];
    return g;
}

/* What is known of a group at one step. */
struct gathered {
    double value;
    union {
        struct kahan kahan;
        struct kahan_mean mean;
        double average; /* of Welford's variance */
    };
    double count; /* 0: nothing seen */
};

static void first_value(struct gathered *g, double v)
{
    g->value = v;
}

static void first_sum(struct gathered *g, double v)
{
    g->kahan = (struct kahan){.sum = v};
}

static void add_sum(struct gathered *g, double v)
{
    kahan_add(&g->kahan, v);
}

static double finish_sum(const struct gathered *g)
{
    return g->kahan.sum + g->kahan.lost;
}

static void first_average(struct gathered *g, double v)
{
    g->mean = (struct kahan_mean){.sum = {.sum = v}, .count = 1};
}

static void add_average(struct gathered *g, double v)
{
    kahan_mean_add(&g->mean, v);
}

static double finish_average(const struct gathered *g)
{
    return kahan_mean_value(&g->mean);
}

static void add_nothing(struct gathered *g, double v)
{
    (void)g;
    (void)v;
}

static double finish_count(const struct gathered *g)
{
    return g->count;
}

static void add_min(struct gathered *g, double v)
{
    if (g->value > v || isnan(g->value))
        g->value = v;
}

static void add_max(struct gathered *g, double v)
{
    if (g->value < v || isnan(g->value))
        g->value = v;
}

static double finish_value(const struct gathered *g)
{
    return g->value;
}

static double finish_group(const struct gathered *g)
{
    (void)g;
    return 1;
}

static void first_variance(struct gathered *g, double v)
{
    g->average = v;
    g->value = isfinite(v) ? 0 : NAN;
}

static void add_variance(struct gathered *g, double v)
{
    double delta = v - g->average;
    g->average += delta / g->count;
    g->value += delta * (v - g->average);
}

static double finish_variance(const struct gathered *g)
{
    return g->value / g->count;
}

static double finish_deviation(const struct gathered *g)
{
    return sqrt(g->value / g->count);
}

static const struct aggregation {
    void (*first)(struct gathered *, double);
    void (*add)(struct gathered *, double); /* count includes the new value */
    double (*finish)(const struct gathered *);
} aggregations[] = {
    [AGGREGATE_SUM] = {first_sum, add_sum, finish_sum},
    [AGGREGATE_AVG] = {first_average, add_average, finish_average},
    [AGGREGATE_COUNT] = {first_value, add_nothing, finish_count},
    [AGGREGATE_MIN] = {first_value, add_min, finish_value},
    [AGGREGATE_MAX] = {first_value, add_max, finish_value},
    [AGGREGATE_GROUP] = {first_value, add_nothing, finish_group},
    [AGGREGATE_STDDEV] = {first_variance, add_variance, finish_deviation},
    [AGGREGATE_STDVAR] = {first_variance, add_variance, finish_variance},
};

static void gather_row(const struct aggregation *a, const struct row *row, struct gathered *group,
                       const struct steps *steps)
{
    for (size_t i = 0; i < row->count; i++) {
        struct gathered *g = &group[step_index(steps, row->points[i].t)];
        bool first = g->count++ == 0;
        (first ? a->first : a->add)(g, row->points[i].v);
    }
}

/* Aggregations that take one value after the other and give one a group. */
static struct matrix aggregate_values(struct eval *ev, const struct expr *expr,
                                      const struct steps *steps)
{
    SCRATCH_ARENA(scratch);
    const struct aggregation *a = &aggregations[expr->aggregate.kind->op];
    struct groups g = group_rows(ev, expr, steps, scratch);
    struct matrix out = {0};
    if (!eval_room(ev, g.count * steps->count, sizeof(struct gathered)))
        return out;
    struct gathered *all = ARENA_ARRAY(scratch, struct gathered, g.count * steps->count);
    bool *drop_name = ARENA_ARRAY(scratch, bool, g.count);
    for (size_t i = 0; i < g.input.count; i++) {
        gather_row(a, &g.input.rows[i], all + g.of[i] * steps->count, steps);
        drop_name[g.of[i]] |= g.input.rows[i].drop_name;
    }
    for (size_t i = 0; i < g.count && !ev->failed; i++) {
        struct row *row = matrix_add(ev, &out, g.labels[i]);
        row->drop_name = drop_name[i];
        for (size_t s = 0; s < steps->count && !ev->failed; s++)
            if (all[i * steps->count + s].count > 0)
                row_push(ev, row, step_time(steps, s), a->finish(&all[i * steps->count + s]));
    }
    return out;
}

struct matrix eval_aggregate(struct eval *ev, const struct expr *expr, const struct steps *steps)
{
    enum aggregate_op op = expr->aggregate.kind->op;
    if (op == AGGREGATE_COUNT_VALUES)
        return eval_count_values(ev, expr, steps);
    if (expr->aggregate.param)
        return eval_aggregate_list(ev, expr, steps);
    return aggregate_values(ev, expr, steps);
}
