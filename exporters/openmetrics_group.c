/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/openmetrics_group.h"

#include <math.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

const char *const openmetrics_suffixes[] = {"",     "_total",  "_created", "_bucket", "_count",
                                            "_sum", "_gcount", "_gsum",    "_info",   NULL};

static const struct openmetrics_type types[] = {
    {"counter", false, true, {"_total", "_created"}},
    {"counter", true, false, {""}},
    {"gauge", true, true, {""}},
    {"histogram", true, true, {"_bucket", "_count", "_sum", "_created"}},
    {"summary", true, true, {"", "_count", "_sum", "_created"}},
    {"untyped", true, false, {""}},
    {"unknown", false, true, {""}},
    {"info", false, true, {"_info"}},
    {"stateset", false, true, {""}},
    {"gaugehistogram", false, true, {"_bucket", "_gcount", "_gsum"}},
};

const struct openmetrics_type *openmetrics_type_find(const char *name, bool openmetrics)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, name) == 0 &&
            (openmetrics ? types[i].in_openmetrics : types[i].in_text))
            return &types[i];
    return NULL;
}

bool openmetrics_type_has(const struct openmetrics_type *type, const char *suffix)
{
    for (size_t i = 0; i < sizeof type->suffixes / sizeof *type->suffixes && type->suffixes[i]; i++)
        if (strcmp(type->suffixes[i], suffix) == 0)
            return true;
    return false;
}

static bool is(const struct family *family, const char *type)
{
    return strcmp(family->type->name, type) == 0;
}

static bool among(const char *suffix, const char *const *suffixes)
{
    while (*suffixes && strcmp(*suffixes, suffix) != 0)
        suffixes++;
    return *suffixes;
}

/* A bucket's bound: a number, of infinite ones only "+Inf". */
static bool read_bound(const struct openmetrics_line *line, double *le)
{
    const char *text = labels_get(line->labels, "le");
    return openmetrics_number(text, le) && (isfinite(*le) || strcmp(text, "+Inf") == 0);
}

/* What is counted is a whole number and not below 0; sums may be so where what they add up is. */
static const char *check_value(const struct family *family, const char *suffix, double value)
{
    static const char *const sums[] = {"_total",  "_sum",  "_count", "_bucket",
                                       "_gcount", "_gsum", NULL};
    static const char *const counts[] = {"_total", "_count", "_bucket", "_gcount", NULL};
    static const char *const whole[] = {"_count", "_bucket", "_gcount", NULL};
    if (among(suffix, sums) && isnan(value))
        return "what is counted or summed up is not NaN";
    if (among(suffix, counts) && value < 0)
        return "what is counted is not below 0";
    if (among(suffix, whole) && value != trunc(value))
        return "a count is a whole number";
    if (is(family, "info") && value != 1)
        return "the value of an info metric is 1";
    if (is(family, "stateset") && value != 0 && value != 1)
        return "the value of a state is 0 or 1";
    return NULL;
}

static const char *check_labels(const struct family *family, const char *suffix,
                                const struct openmetrics_line *line)
{
    double number;
    if (strcmp(suffix, "_bucket") == 0 && !read_bound(line, &number))
        return "a bucket needs its bound, a number or +Inf, as label le";
    if (is(family, "summary") && !*suffix &&
        (!openmetrics_number(labels_get(line->labels, "quantile"), &number) ||
         !(number >= 0 && number <= 1)))
        return "a summary's value needs a label quantile between 0 and 1";
    if (is(family, "stateset") && !*labels_get(line->labels, family->name))
        return "a state needs a label that is called as the metric";
    return NULL;
}

int openmetrics_sample_check(const struct family *family, const char *suffix,
                             const struct openmetrics_line *line, struct openmetrics_wrong *wrong)
{
    const char *what = check_labels(family, suffix, line);
    if (what)
        return openmetrics_refuse(wrong, line->name_at, "%s", what);
    what = check_value(family, suffix, line->value);
    if (what)
        return openmetrics_refuse(wrong, line->value_at, "%s", what);
    if (line->has_exemplar && strcmp(suffix, "_bucket") != 0 && strcmp(suffix, "_total") != 0)
        return openmetrics_refuse(wrong, line->exemplar_at,
                                  "only buckets and counters have exemplars");
    return 0;
}

static int by_hash(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Whether the hash is new among those before. */
static bool note_hash(struct openmetrics_group *group, uint64_t hash)
{
    uint64_t *own = malloc(sizeof *own), **known;
    if (!own)
        abort();
    *own = hash;
    known = tsearch(own, &group->seen, by_hash);
    if (!known)
        abort();
    if (*known != own)
        free(own);
    return *known == own;
}

static bool is_histogram(const struct family *family)
{
    return is(family, "histogram") || is(family, "gaugehistogram");
}

int openmetrics_group_end(struct openmetrics_group *group, size_t at,
                          struct openmetrics_wrong *wrong)
{
    const char *what = NULL;
    if (!group->open || !is_histogram(group->family)) {
        group->open = false;
        return 0;
    }
    group->open = false;
    if (!group->has_infinity)
        what = "has no bucket of le=\"+Inf\"";
    else if (group->has_sum != group->has_count)
        what = "has only one of sum and count";
    else if (group->has_count && group->count != group->bucket)
        what = "has a count that its last bucket has not";
    return what ? openmetrics_refuse(wrong, at, "the histogram %.80s before this line %s",
                                     group->family->name, what)
                : 0;
}

static int take_bucket(struct openmetrics_group *group, const struct openmetrics_line *line,
                       struct openmetrics_wrong *wrong)
{
    double le;
    read_bound(line, &le);
    if (group->has_bucket && le <= group->le)
        return openmetrics_refuse(wrong, line->name_at, "buckets stand in the order of le");
    if (group->has_bucket && line->value < group->bucket)
        return openmetrics_refuse(wrong, line->value_at, "a bucket counts what the ones before do");
    group->has_bucket = true;
    group->has_infinity = isinf(le);
    group->le = le;
    group->bucket = line->value;
    return 0;
}

/* Ends the group before and begins another where the labels are others. */
static int enter(struct openmetrics_group *group, const struct family *family,
                 const struct openmetrics_line *line, struct arena *scratch,
                 struct openmetrics_wrong *wrong)
{
    static const char *const apart[] = {LABEL_NAME, "le", "quantile"};
    uint64_t hash = labels_filter(scratch, line->labels, apart,
                                  is_histogram(family) || is(family, "summary") ? 3 : 1, false)
                        ->hash;
    if (group->open && group->family == family && group->hash == hash)
        return 0;
    int code = openmetrics_group_end(group, line->name_at, wrong);
    if (code < 0)
        return code;
    *group = (struct openmetrics_group){
        .family = family, .hash = hash, .open = true, .seen = group->seen};
    return note_hash(group, hash) || is(family, "stateset")
               ? 0
               : openmetrics_refuse(wrong, line->name_at,
                                    "samples of one metric of %.80s are not next to each other",
                                    family->name);
}

int openmetrics_group_take(struct openmetrics_group *group, const struct family *family,
                           const char *suffix, const struct openmetrics_line *line,
                           struct arena *scratch, struct openmetrics_wrong *wrong)
{
    if (line->has_time) {
        group->open = false;
        return 0;
    }
    int code = enter(group, family, line, scratch, wrong);
    if (code < 0)
        return code;
    if (strcmp(suffix, "_bucket") == 0)
        return take_bucket(group, line, wrong);
    if (strcmp(suffix, "_count") == 0 || strcmp(suffix, "_gcount") == 0) {
        group->has_count = true;
        group->count = line->value;
    }
    group->has_sum |= strcmp(suffix, "_sum") == 0 || strcmp(suffix, "_gsum") == 0;
    return 0;
}
