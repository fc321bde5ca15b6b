/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_OPENMETRICS_GROUP_H
#define EXPORTERS_OPENMETRICS_GROUP_H

#include "exporters/openmetrics_line.h"

/* The types of metric families, and what OpenMetrics 1.0 demands of their samples. */
struct openmetrics_type {
    const char *name;
    bool in_text, in_openmetrics;
    const char *suffixes[6]; /* that samples' names have behind the family's */
};

/* All suffixes there are, "" among them; ends in NULL. */
extern const char *const openmetrics_suffixes[];

/* NULL for a type that the format does not have. */
const struct openmetrics_type *openmetrics_type_find(const char *name, bool openmetrics);
bool openmetrics_type_has(const struct openmetrics_type *type, const char *suffix);

struct family {
    const char *name;
    const struct openmetrics_type *type;
    bool has_type, has_help, has_unit, has_samples;
};

/* Whether value, labels and exemplar are such as a sample of that name has; else -EINVAL. */
int openmetrics_sample_check(const struct family *family, const char *suffix,
                             const struct openmetrics_line *line, struct openmetrics_wrong *wrong);

/*
 * One metric of a family without timestamps: samples whose labels are the same but for le and
 * quantile. Zero it to start. seen is a tsearch(3) tree of malloc()ed hashes of the groups before;
 * whoever begins another family empties it with tdestroy(seen, free).
 */
struct openmetrics_group {
    const struct family *family;
    uint64_t hash;
    bool open, has_count, has_sum, has_infinity, has_bucket;
    double le, bucket, count;
    void *seen;
};

/* Takes the next sample; one with a timestamp ends the group without a check. */
int openmetrics_group_take(struct openmetrics_group *group, const struct family *family,
                           const char *suffix, const struct openmetrics_line *line,
                           struct arena *scratch, struct openmetrics_wrong *wrong);

/* Whether a histogram is whole, as seen at the byte at of the line behind it. */
int openmetrics_group_end(struct openmetrics_group *group, size_t at,
                          struct openmetrics_wrong *wrong);

#endif
