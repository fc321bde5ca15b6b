/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "core/batch.h"
#include "rules/promql.h"
#include "tests/fuzz/fuzz.h"

/* A few series with names that are quickly guessed, some of them odd. */
static void fill(struct store *store)
{
    static const struct {
        const char *name, *x, *le;
        double first, step;
    } given[] = {
        {"a", "1", "", 1, 1},   {"a", "2", "", 10, -3},        {"a", "3", "", 0, 0},
        {"b", "1", "", 5, 0.1}, {"b", "2", "", -1e300, 1e299}, {"c", "1", "0.1", 1, 1},
        {"c", "1", "1", 2, 2},  {"c", "1", "+Inf", 3, 3},      {"c", "2", "x", 3, 3},
    };
    SCRATCH_ARENA(arena);
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        const struct labels *labels = labels_new(
            arena,
            (struct label[]){{LABEL_NAME, given[i].name}, {"x", given[i].x}, {"le", given[i].le}},
            3);
        for (int m = 0; m < 20; m++) {
            double v = m == 7   ? stale_nan()
                       : m == 9 ? -1.0 / 0.0
                                : given[i].first + m * given[i].step;
            store_append(store, labels, m * 60000, v, NULL);
        }
    }
}

static void evaluate(const struct expr *expr, const struct store *store, bool delayed)
{
    SCRATCH_ARENA(arena);
    const struct promql_engine engine = {.delayed_name_removal = delayed,
                                         .closed_left = !delayed,
                                         .max_samples = 20000,
                                         .max_bytes = 4 * 1024 * 1024};
    struct promql_value value;
    struct error e;
    promql_eval(&engine, store, expr, 600000, arena, &value, &e);
    promql_eval_range(&engine, store, expr, 0, 1200000, 45000, arena, &value, &e);
}

/* Whatever parses can be evaluated, in one way or the other, within bounds. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCRATCH_ARENA(arena);
    struct promql_error error;
    struct expr *expr;
    if (promql_parse_experimental((const char *)data, size, arena, &expr, &error))
        return 0;
    struct store *store = store_new();
    fill(store);
    evaluate(expr, store, false);
    evaluate(expr, store, true);
    store_free(&store);
    return 0;
}
