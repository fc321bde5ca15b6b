/* SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "core/batch.h"
#include "rules/regex.h"
#include "tests/rules/promqltest.h"

/* As upstream's test framework compares: within a millionth part. */
static bool almost_equal(double a, double b)
{
    const double tolerance = 0.000001;
    if (is_stale_nan(a) || is_stale_nan(b))
        return is_stale_nan(a) && is_stale_nan(b);
    if (isnan(a) || isnan(b) || a == b)
        return (isnan(a) && isnan(b)) || a == b;
    double sum = fabs(a) + fabs(b), difference = fabs(a - b);
    if (a == 0 || b == 0 || sum < DBL_MIN)
        return difference < tolerance * DBL_MIN;
    return difference / fmin(sum, DBL_MAX) < tolerance;
}

static const char *printed(const struct labels *labels, struct arena *arena)
{
    struct buf out = {0};
    labels_print(labels, &out);
    const char *text = arena_strdup(arena, out.data);
    buf_free(&out);
    return text;
}

static bool differs(const char **why, const char *text)
{
    *why = text;
    return false;
}

/* The last of equal lines counts, as in upstream's map. */
static const struct series_notation *find_expected(const struct script_eval *eval,
                                                   const struct labels *labels, size_t *position)
{
    for (size_t i = eval->expected_count; i > 0; i--) {
        *position = i - 1;
        if (labels_equal(eval->expected[i - 1].labels, labels))
            return &eval->expected[i - 1];
    }
    return NULL;
}

static size_t count_expected(const struct script_eval *eval)
{
    size_t count = 0, position = 0;
    for (size_t i = 0; i < eval->expected_count; i++) {
        find_expected(eval, eval->expected[i].labels, &position);
        count += position == i;
    }
    return count;
}

static bool match_vector(const struct script_eval *eval, const struct promql_value *value,
                         struct arena *arena, const char **why)
{
    bool ordered = script_expects(eval, EXPECT_ORDERED);
    for (size_t i = 0; i < value->count; i++) {
        const struct promql_sample *got = &value->samples[i];
        size_t position;
        const struct series_notation *wanted = find_expected(eval, got->labels, &position);
        if (!wanted)
            return differs(why, arena_printf(arena, "unexpected %s with %.17g",
                                             printed(got->labels, arena), got->v));
        if (!wanted->count || !almost_equal(wanted->values[0].v, got->v))
            return differs(why, arena_printf(arena, "%s is %.17g, not %.17g",
                                             printed(got->labels, arena), got->v,
                                             wanted->count ? wanted->values[0].v : NAN));
        if (ordered && position != i)
            return differs(why, arena_printf(arena, "%s comes as number %zu, not %zu",
                                             printed(got->labels, arena), i + 1, position + 1));
    }
    if (value->count != count_expected(eval))
        return differs(
            why, arena_printf(arena, "%zu elements, not %zu", value->count, count_expected(eval)));
    return true;
}

static bool match_series(const struct script_eval *eval, const struct promql_series *got,
                         const struct series_notation *wanted, struct arena *arena,
                         const char **why)
{
    const char *name = printed(got->labels, arena);
    size_t used = 0;
    for (size_t i = 0; i < wanted->count; i++) {
        int64_t t = eval->start + (int64_t)i * eval->step;
        if (wanted->values[i].omitted)
            continue;
        if (used == got->count || got->points[used].t != t)
            return differs(why,
                           arena_printf(arena, "%s has no point at %lld ms", name, (long long)t));
        if (!almost_equal(wanted->values[i].v, got->points[used].v))
            return differs(why,
                           arena_printf(arena, "%s is %.17g at %lld ms, not %.17g", name,
                                        got->points[used].v, (long long)t, wanted->values[i].v));
        used++;
    }
    if (used < got->count)
        return differs(why, arena_printf(arena, "%s has a point at %lld ms: %.17g", name,
                                         (long long)got->points[used].t, got->points[used].v));
    return true;
}

static bool match_matrix(const struct script_eval *eval, const struct promql_value *value,
                         struct arena *arena, const char **why)
{
    for (size_t i = 0; i < value->count; i++) {
        size_t position;
        const struct promql_series *got = &value->series[i];
        const struct series_notation *wanted = find_expected(eval, got->labels, &position);
        if (!wanted)
            return differs(why, arena_printf(arena, "unexpected %s", printed(got->labels, arena)));
        if (i && labels_compare(value->series[i - 1].labels, got->labels) > 0)
            return differs(why, "result is not sorted");
        if (!match_series(eval, got, wanted, arena, why))
            return false;
    }
    if (value->count != count_expected(eval))
        return differs(
            why, arena_printf(arena, "%zu series, not %zu", value->count, count_expected(eval)));
    return true;
}

bool script_result_matches(const struct script_eval *eval, const struct promql_value *value,
                           struct arena *arena, const char **why)
{
    if (value->type == PROMQL_STRING) {
        for (size_t i = 0; i < eval->expectation_count; i++)
            if (eval->expectations[i].kind == EXPECT_STRING && eval->expectations[i].text &&
                strcmp(eval->expectations[i].text, value->string) == 0)
                return true;
        return differs(why, arena_printf(arena, "string is \"%s\"", value->string));
    }
    if (eval->expects_scalar != (value->type == PROMQL_SCALAR))
        return differs(why,
                       arena_printf(arena, "result is of type %s", promql_type_name(value->type)));
    if (value->type == PROMQL_SCALAR)
        return almost_equal(value->scalar, eval->scalar) ||
               differs(why, arena_printf(arena, "scalar is %.17g", value->scalar));
    if (value->type == PROMQL_VECTOR)
        return match_vector(eval, value, arena, why);
    return match_matrix(eval, value, arena, why);
}

static bool text_matches(const struct expectation *expectation, const char *text,
                         struct arena *arena)
{
    const struct regex *regex;
    struct error e;
    if (!expectation->text)
        return true;
    if (!expectation->is_regex)
        return strcmp(expectation->text, text) == 0;
    const char *anywhere = arena_printf(arena, ".*(?:%s).*", expectation->text);
    return regex_compile(anywhere, arena, &regex, &e) == 0 && regex_match(regex, text, &e) == 1;
}

/* Each expected note is there, and, where any is expected, no other. */
static bool match_notes(const struct script_eval *eval, const struct promql_value *value,
                        bool warning, struct arena *arena, const char **why)
{
    enum expectation_kind kind = warning ? EXPECT_WARN : EXPECT_INFO;
    bool refused = script_expects(eval, warning ? EXPECT_NO_WARN : EXPECT_NO_INFO);
    bool wanted = script_expects(eval, kind);
    for (size_t n = 0; n < value->note_count; n++) {
        bool found = false;
        if (value->notes[n].warning != warning)
            continue;
        for (size_t i = 0; i < eval->expectation_count; i++)
            found |= eval->expectations[i].kind == kind &&
                     text_matches(&eval->expectations[i], value->notes[n].text, arena);
        if (refused || (wanted && !found))
            return differs(why, arena_printf(arena, "unexpected %s", value->notes[n].text));
    }
    for (size_t i = 0; i < eval->expectation_count; i++) {
        bool found = false;
        for (size_t n = 0; n < value->note_count; n++)
            found |= value->notes[n].warning == warning &&
                     text_matches(&eval->expectations[i], value->notes[n].text, arena);
        if (eval->expectations[i].kind == kind && !found)
            return differs(
                why, arena_printf(arena, "missing %s %s", warning ? "warning" : "info",
                                  eval->expectations[i].text ? eval->expectations[i].text : ""));
    }
    return true;
}

bool script_notes_match(const struct script_eval *eval, const struct promql_value *value,
                        struct arena *arena, const char **why)
{
    return match_notes(eval, value, true, arena, why) &&
           match_notes(eval, value, false, arena, why);
}

bool script_failure_matches(const struct script_eval *eval, const char *failure,
                            struct arena *arena, const char **why)
{
    for (size_t i = 0; i < eval->expectation_count; i++)
        if (eval->expectations[i].kind == EXPECT_FAIL &&
            !text_matches(&eval->expectations[i], failure, arena))
            return differs(why, arena_printf(arena, "fails with \"%s\", not \"%s\"", failure,
                                             eval->expectations[i].text));
    return script_expects(eval, EXPECT_FAIL) ||
           differs(why, arena_printf(arena, "fails: %s", failure));
}
