/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_QUANTILE_H
#define RULES_QUANTILE_H

#include <stdbool.h>
#include <stddef.h>

/* The q-quantile of values, which it sorts: linear between two of them; NaN counts as smallest. */
double quantile_of(double q, double *values, size_t count);

/* A bucket of a classic histogram; its count includes those of all lower buckets. */
struct bucket {
    double upper, count;
};

/* What quantile_of_buckets() had to mend in counts that fell from bucket to bucket. */
struct bucket_repair {
    bool done;
    double lowest, highest; /* upper bounds of the buckets that were mended */
    double most;            /* by how much */
};

/* As upstream's histogram_quantile(); buckets are sorted and changed. count must not be 0. */
double quantile_of_buckets(double q, struct bucket *buckets, size_t count,
                           struct bucket_repair *repair);

/* As upstream's histogram_fraction(): the share of observations between two values. */
double fraction_of_buckets(double lower, double upper, struct bucket *buckets, size_t count);

#endif
