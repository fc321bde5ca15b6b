/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/ast.h"
#include "rules/functions.h"
#include "tests/rules/promqltest.h"

/* What is loaded at a time. */
struct state {
    const char *name; /* of the script */
    struct store *store;
    struct store *native;      /* series that have native histograms; their values mean nothing */
    struct store *start_times; /* series with start timestamps */
    bool experimental;
    struct tally *tally;
};

static void clear(struct state *state)
{
    store_free(&state->store);
    store_free(&state->native);
    store_free(&state->start_times);
    state->store = store_new();
    state->native = store_new();
    state->start_times = store_new();
}

/* A classic histogram's bucket becomes part of a native one of the same name. */
static void mark_nhcb(struct state *state, const struct labels *labels, struct arena *arena)
{
    const char *name = labels_get(labels, LABEL_NAME);
    size_t length = strlen(name), suffix = strlen("_bucket");
    if (length <= suffix || strcmp(name + length - suffix, "_bucket") != 0 ||
        !labels_get(labels, "le")[0])
        return;
    labels = labels_with(arena, labels, "le", "");
    labels = labels_with(arena, labels, LABEL_NAME, arena_strndup(arena, name, length - suffix));
    store_append(state->native, labels, 0, 0, NULL);
}

static void load_series(struct state *state, const struct script_load *load, size_t index)
{
    const struct series_notation *series = &load->series[index];
    SCRATCH_ARENA(arena);
    struct error e;
    for (size_t i = index + 1; i < load->count; i++)
        if (labels_equal(load->series[i].labels, series->labels))
            return; /* the last one counts */
    if (load->with_nhcb)
        mark_nhcb(state, series->labels, arena);
    if (load->has_start_times[index])
        store_append(state->start_times, series->labels, 0, 0, NULL);
    for (size_t i = 0; i < series->count; i++) {
        const struct series_value *value = &series->values[i];
        int64_t t = (int64_t)i * load->step;
        if (value->histogram)
            store_append(state->native, series->labels, 0, 0, NULL);
        else if (!value->omitted && store_append(state->store, series->labels, t, value->v, &e))
            printf("%s:%zu: %s\n", state->name, load->line, e.text);
    }
}

/* Whether any selector of an expression finds a series in a store. */
static bool touches(const struct expr *expr, const struct store *store, struct arena *arena)
{
    const struct series **series;
    size_t count = 0;
    struct error e;
    struct expr *child;
    if (expr->kind == EXPR_SELECTOR &&
        store_select(store, expr->selector.matchers, expr->selector.matcher_count, arena, &series,
                     &count, NULL, &e) == 0 &&
        count)
        return true;
    for (size_t i = 0; (child = expr_child(expr, i)); i++)
        if (touches(child, store, arena))
            return true;
    return false;
}

static bool uses_time(const struct expr *expr)
{
    struct expr *child;
    if (expr->kind == EXPR_CALL && expr->call.function->uses_time)
        return true;
    for (size_t i = 0; (child = expr_child(expr, i)); i++)
        if (uses_time(child))
            return true;
    return false;
}

/* Pins what an expression selects to a time, so that it gives the same at any other. */
static void pin(struct expr *expr, int64_t t)
{
    struct expr *child;
    struct shift *shift = expr->kind == EXPR_SELECTOR   ? &expr->selector.shift
                          : expr->kind == EXPR_SUBQUERY ? &expr->subquery.shift
                                                        : NULL;
    if (shift && shift->at != AT_TIME)
        *shift = (struct shift){AT_TIME, t, shift->offset_ms};
    if (expr->kind == EXPR_SUBQUERY)
        return;
    for (size_t i = 0; (child = expr_child(expr, i)); i++)
        pin(child, t);
}

static const struct promql_engine engine = {.delayed_name_removal = true};

/* The element of each series at a time, as an instant evaluation there would give it. */
static void take_step(struct promql_value *value, enum promql_type type, int64_t t,
                      struct arena *arena)
{
    struct promql_value step = {.type = PROMQL_VECTOR};
    step.samples = ARENA_ARRAY(arena, struct promql_sample, value->count);
    for (size_t i = 0; i < value->count; i++)
        for (size_t p = 0; p < value->series[i].count; p++)
            if (value->series[i].points[p].t == t)
                step.samples[step.count++] = (struct promql_sample){value->series[i].labels, t,
                                                                    value->series[i].points[p].v};
    if (type == PROMQL_SCALAR && step.count)
        step.scalar = step.samples[0].v;
    step.type = type;
    *value = step;
}

/* A query in the middle of a range gives what it gives alone. */
static bool run_in_range(struct state *state, const struct script_eval *eval,
                         const struct expr *expr, int64_t t, struct arena *arena, const char **why)
{
    struct promql_value value;
    struct error e;
    if (script_expects(eval, EXPECT_ORDERED) || script_expects(eval, EXPECT_STRING) ||
        script_expects(eval, EXPECT_RANGE_VECTOR) || strstr(eval->expr, "start()") ||
        strstr(eval->expr, "end()") || strstr(eval->expr, "range()") ||
        strstr(eval->expr, "step()"))
        return true;
    if (promql_eval_range(&engine, state->store, expr, t - 60000, t + 60000, 60000, arena, &value,
                          &e)) {
        *why = arena_printf(arena, "in range mode: %s", e.text);
        return false;
    }
    take_step(&value, promql_type_of(expr), t, arena);
    if (script_result_matches(eval, &value, arena, why))
        return true;
    *why = arena_printf(arena, "in range mode: %s", *why);
    return false;
}

static bool run_instant(struct state *state, const struct script_eval *eval,
                        const struct expr *expr, int64_t t, struct arena *arena, const char **why)
{
    struct promql_value value;
    struct error e;
    if (promql_eval(&engine, state->store, expr, t, arena, &value, &e))
        return script_failure_matches(eval, e.text, arena, why);
    if (script_expects(eval, EXPECT_FAIL)) {
        *why = "does not fail";
        return false;
    }
    return script_notes_match(eval, &value, arena, why) &&
           script_result_matches(eval, &value, arena, why) &&
           run_in_range(state, eval, expr, t, arena, why);
}

/* As upstream does: at its time, and then pinned to it and evaluated at others. */
static bool run_instants(struct state *state, const struct script_eval *eval, struct expr *expr,
                         struct arena *arena, const char **why)
{
    int64_t t = eval->at, others[] = {-10 * t, 0, t / 5, t, 10 * t};
    if (!run_instant(state, eval, expr, t, arena, why))
        return false;
    if (uses_time(expr))
        return true;
    if (!t)
        memcpy(others, (int64_t[]){-1000, 0, 1000, 0, 0}, sizeof others);
    pin(expr, t);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (run_instant(state, eval, expr, others[i], arena, why))
            continue;
        *why = arena_printf(arena, "pinned by @, at %lld ms: %s", (long long)others[i], *why);
        return false;
    }
    return true;
}

static bool run_range(struct state *state, const struct script_eval *eval, const struct expr *expr,
                      struct arena *arena, const char **why)
{
    struct promql_value value;
    struct error e;
    if (promql_eval_range(&engine, state->store, expr, eval->start, eval->end, eval->step, arena,
                          &value, &e))
        return script_failure_matches(eval, e.text, arena, why);
    if (script_expects(eval, EXPECT_FAIL)) {
        *why = "does not fail";
        return false;
    }
    return script_notes_match(eval, &value, arena, why) &&
           script_result_matches(eval, &value, arena, why);
}

/* Why an eval is left out, NULL: it is not. */
static const char *reason_to_skip(const struct state *state, const struct script_eval *eval,
                                  const struct expr *expr, struct arena *arena)
{
    if (touches(expr, state->native, arena))
        return "selects a native histogram";
    if (touches(expr, state->start_times, arena))
        return "selects start timestamps, an experiment";
    for (size_t i = 0; i < eval->expected_count; i++)
        for (size_t v = 0; v < eval->expected[i].count; v++)
            if (eval->expected[i].values[v].histogram)
                return "expects a native histogram";
    return NULL;
}

static void report(const struct state *state, const struct script_eval *eval, const char *what,
                   const char *why)
{
    printf("%s:%zu: %s: %s: %s\n", state->name, eval->line, what, eval->expr, why);
}

static void run_eval(struct state *state, const struct script_eval *eval)
{
    SCRATCH_ARENA(arena);
    struct promql_error error;
    struct expr *expr;
    const char *why = NULL;
    int code = (state->experimental ? promql_parse_experimental : promql_parse)(
        eval->expr, strlen(eval->expr), arena, &expr, &error);
    const char *skip =
        code ? (error.experimental ? error.text : NULL) : reason_to_skip(state, eval, expr, arena);
    if (skip) {
        state->tally->skipped++;
        report(state, eval, "skipped", skip);
        return;
    }
    bool passed = code             ? script_failure_matches(eval, error.text, arena, &why)
                  : eval->is_range ? run_range(state, eval, expr, arena, &why)
                                   : run_instants(state, eval, expr, arena, &why);
    state->tally->passed += passed;
    state->tally->failed += !passed;
    if (!passed)
        report(state, eval, "FAILED", why);
}

void script_run(const char *name, const struct script *script, bool experimental,
                struct tally *tally)
{
    struct state state = {.name = name, .experimental = experimental, .tally = tally};
    clear(&state);
    for (size_t i = 0; i < script->count; i++) {
        const struct script_command *command = &script->commands[i];
        if (command->kind == COMMAND_CLEAR)
            clear(&state);
        for (size_t s = 0; command->kind == COMMAND_LOAD && s < command->load.count; s++)
            load_series(&state, &command->load, s);
        if (command->kind == COMMAND_EVAL)
            run_eval(&state, &command->eval);
    }
    store_free(&state.store);
    store_free(&state.native);
    store_free(&state.start_times);
}
