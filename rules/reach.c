/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/reach.h"

#include <string.h>

#include "rules/ast.h"

struct search {
    struct arena *arena;
    int64_t start, end, lookback;
    const char **names;
    size_t count, room;
    bool any;
    int64_t from, to;
};

/* Times of evaluations of a part of the expression. */
struct span_ms {
    int64_t from, to;
};

/* Times may be as far as they like: what is beyond 64 bits is the first or last there is. */
static int64_t minus(int64_t t, int64_t ms)
{
    int64_t result;
    if (__builtin_sub_overflow(t, ms, &result))
        return ms > 0 ? INT64_MIN : INT64_MAX;
    return result;
}

static struct span_ms shifted(const struct search *search, const struct shift *shift,
                              struct span_ms at)
{
    if (shift->at == AT_TIME)
        at.from = at.to = shift->at_ms;
    else if (shift->at != AT_NONE)
        at.from = at.to = shift->at == AT_START ? search->start : search->end;
    return (struct span_ms){minus(at.from, shift->offset_ms), minus(at.to, shift->offset_ms)};
}

static void add_name(struct search *search, const char *name)
{
    for (size_t i = 0; i < search->count; i++)
        if (strcmp(search->names[i], name) == 0)
            return;
    search->names = arena_grow(search->arena, (void *)search->names, search->count, &search->room,
                               sizeof *search->names);
    search->names[search->count++] = name;
}

static void add_selector(struct search *search, const struct selector *selector, struct span_ms at,
                         int64_t range)
{
    bool named = false;
    at = shifted(search, &selector->shift, at);
    at.from = minus(minus(at.from, range), 1); /* ranges may be closed */
    if (at.from < search->from)
        search->from = at.from;
    if (at.to > search->to)
        search->to = at.to;
    for (size_t i = 0; i < selector->matcher_count && !named; i++) {
        const struct matcher *matcher = &selector->matchers[i];
        named =
            matcher->op == MATCH_EQUAL && strcmp(matcher->name, LABEL_NAME) == 0 && *matcher->value;
        if (named)
            add_name(search, matcher->value);
    }
    search->any |= !named;
}

static void look_into(struct search *search, const struct expr *expr, struct span_ms at)
{
    const struct expr *child;
    switch (expr->kind) {
    case EXPR_SELECTOR:
        add_selector(search, &expr->selector, at, search->lookback);
        return;
    case EXPR_RANGE:
        add_selector(search, &expr->range.selector->selector, at, expr->range.ms);
        return;
    case EXPR_SUBQUERY:
        at = shifted(search, &expr->subquery.shift, at);
        at.from = minus(at.from, expr->subquery.ms);
        break;
    default:
        break;
    }
    for (size_t i = 0; (child = expr_child(expr, i)); i++)
        look_into(search, child, at);
}

struct promql_reach promql_reach(const struct promql_engine *engine, const struct expr *expr,
                                 int64_t start_ms, int64_t end_ms, struct arena *arena)
{
    struct search search = {.arena = arena,
                            .start = start_ms,
                            .end = end_ms,
                            .lookback =
                                engine->lookback_ms ? engine->lookback_ms : PROMQL_LOOKBACK_MS,
                            .from = INT64_MAX,
                            .to = INT64_MIN};
    look_into(&search, expr, (struct span_ms){start_ms, end_ms});
    return (struct promql_reach){.names = search.any ? NULL : (const char *const *)search.names,
                                 .name_count = search.any ? 0 : search.count,
                                 .from = search.from,
                                 .to = search.to};
}
