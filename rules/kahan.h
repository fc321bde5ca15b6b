/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_KAHAN_H
#define RULES_KAHAN_H

#include <math.h>

/* A sum with what was lost in rounding beside it (Kahan, Neumaier), where upstream has one. */
struct kahan {
    double sum, lost;
};

static inline void kahan_add(struct kahan *k, double v)
{
    double sum = k->sum + v;
    if (isinf(sum))
        k->lost = 0;
    else if (fabs(k->sum) >= fabs(v))
        k->lost += (k->sum - sum) + v;
    else
        k->lost += (v - sum) + k->sum;
    k->sum = sum;
}

/*
 * A mean: of the sum as long as that does not overflow, from there on incremental. Start it with
 * the first value in sum.sum and count 1.
 */
struct kahan_mean {
    struct kahan sum, mean;
    double count;
    int incremental;
};

static inline void kahan_mean_add(struct kahan_mean *m, double v)
{
    m->count++;
    if (!m->incremental) {
        struct kahan next = m->sum;
        kahan_add(&next, v);
        if (!isinf(next.sum)) {
            m->sum = next;
            return;
        }
        m->incremental = 1;
        m->mean.sum = m->sum.sum / (m->count - 1);
        m->mean.lost = m->sum.lost / (m->count - 1);
    }
    double share = (m->count - 1) / m->count;
    m->mean.sum *= share;
    m->mean.lost *= share;
    kahan_add(&m->mean, v / m->count);
}

static inline double kahan_mean_value(const struct kahan_mean *m)
{
    if (m->incremental)
        return m->mean.sum + m->mean.lost;
    return m->sum.sum / m->count + m->sum.lost / m->count;
}

#endif
