/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/quantile.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    if (isnan(x) || isnan(y))
        return isnan(y) - isnan(x);
    return x < y ? -1 : x > y;
}

double quantile_of(double q, double *values, size_t count)
{
    if (!count || isnan(q))
        return NAN;
    if (q < 0 || q > 1)
        return q < 0 ? -INFINITY : INFINITY;
    qsort(values, count, sizeof *values, by_value);
    double rank = q * (double)(count - 1);
    size_t lower = (size_t)floor(rank);
    size_t upper = lower + 1 < count ? lower + 1 : count - 1;
    double weight = rank - floor(rank);
    return values[lower] * (1 - weight) + values[upper] * weight;
}

static int by_upper(const void *a, const void *b)
{
    double x = ((const struct bucket *)a)->upper, y = ((const struct bucket *)b)->upper;
    return x < y ? -1 : x > y;
}

/* Sorts, and makes one of buckets with the same bound ("1" and "1.0"); gives how many are left. */
static size_t join_buckets(struct bucket *buckets, size_t count)
{
    size_t last = 0;
    qsort(buckets, count, sizeof *buckets, by_upper);
    for (size_t i = 1; i < count; i++) {
        if (buckets[i].upper == buckets[last].upper)
            buckets[last].count += buckets[i].count;
        else
            buckets[++last] = buckets[i];
    }
    return last + 1;
}

/* Whether two numbers differ by no more than the 1e-12th part of them. */
static bool almost_equal(double a, double b)
{
    const double tolerance = 1e-12;
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    if (a == b)
        return true;
    double sum = fabs(a) + fabs(b), difference = fabs(a - b);
    if (a == 0 || b == 0 || sum < DBL_MIN)
        return difference < tolerance * DBL_MIN;
    return difference / fmin(sum, DBL_MAX) < tolerance;
}

/* Counts must not fall: where they do, they are raised. Tiny differences are taken for none. */
static void mend_buckets(struct bucket *buckets, size_t count, struct bucket_repair *repair)
{
    double previous = buckets[0].count;
    *repair = (struct bucket_repair){.lowest = INFINITY, .highest = -INFINITY};
    for (size_t i = 1; i < count; i++) {
        double present = buckets[i].count;
        if (present == previous)
            continue;
        if (almost_equal(previous, present)) {
            buckets[i].count = previous;
        } else if (present < previous) {
            buckets[i].count = previous;
            repair->done = true;
            repair->lowest = fmin(repair->lowest, buckets[i].upper);
            repair->highest = fmax(repair->highest, buckets[i].upper);
            repair->most = fmax(repair->most, previous - present);
        } else {
            previous = present;
        }
    }
}

/* The first bucket whose count reaches the rank, the last one at most. */
static size_t bucket_of_rank(const struct bucket *buckets, size_t count, double rank)
{
    size_t low = 0, high = count - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (buckets[middle].count >= rank)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

double quantile_of_buckets(double q, struct bucket *buckets, size_t count,
                           struct bucket_repair *repair)
{
    *repair = (struct bucket_repair){0};
    if (isnan(q))
        return NAN;
    if (q < 0 || q > 1)
        return q < 0 ? -INFINITY : INFINITY;
    count = join_buckets(buckets, count);
    if (!isinf(buckets[count - 1].upper) || buckets[count - 1].upper < 0)
        return NAN;
    mend_buckets(buckets, count, repair);
    double observations = buckets[count - 1].count;
    if (count < 2 || observations == 0)
        return NAN;
    double rank = q * observations;
    size_t b = bucket_of_rank(buckets, count, rank);
    if (b == count - 1)
        return buckets[count - 2].upper;
    if (b == 0 && buckets[0].upper <= 0)
        return buckets[0].upper;
    double start = b ? buckets[b - 1].upper : 0, below = b ? buckets[b - 1].count : 0;
    return start + (buckets[b].upper - start) * ((rank - below) / (buckets[b].count - below));
}

/* How many observations are below a value that lies in a bucket from low, which below are under. */
static double rank_within(const struct bucket *bucket, double low, double below, double value)
{
    if (isinf(low))
        return bucket->count;
    return below + (bucket->count - below) * (value - low) / (bucket->upper - low);
}

/* How many observations are below a value. */
static double rank_of(double value, const struct bucket *buckets, size_t count)
{
    double low = buckets[0].upper <= 0 ? -INFINITY : 0, below = 0;
    for (size_t i = 0; i < count; i++) {
        low = i ? buckets[i - 1].upper : low;
        if (low >= value)
            return below;
        if (low < value && buckets[i].upper > value)
            return fmin(rank_within(&buckets[i], low, below, value), buckets[count - 1].count);
        below = buckets[i].count;
    }
    return buckets[count - 1].count;
}

double fraction_of_buckets(double lower, double upper, struct bucket *buckets, size_t count)
{
    count = join_buckets(buckets, count);
    if (!isinf(buckets[count - 1].upper) || buckets[count - 1].upper < 0)
        return NAN;
    double observations = buckets[count - 1].count;
    if (observations == 0 || isnan(lower) || isnan(upper))
        return NAN;
    if (lower >= upper)
        return 0;
    return (rank_of(upper, buckets, count) - rank_of(lower, buckets, count)) / observations;
}
