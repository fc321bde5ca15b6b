/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rules/reach.h"

enum { M = 60 * 1000, H = 60 * M };

/* Evaluated at each of START .. END; from is without the millisecond of closed ranges. */
#define START (INT64_C(1000) * H)
#define END   (INT64_C(1010) * H)

static const struct {
    const char *expr, *names; /* "*": any */
    int64_t from, to;
} table[] = {
    {"m", "m", START - 5 * M, END},
    {"m offset 1h", "m", START - H - 5 * M, END - H},
    {"m offset -1h", "m", START + H - 5 * M, END + H},
    {"m @ 3600", "m", H - 5 * M, H},
    {"m @ start()", "m", START - 5 * M, START},
    {"m @ end() offset 1h", "m", END - H - 5 * M, END - H},
    {"rate(m[7h])", "m", START - 7 * H, END},
    {"rate(m[7h] offset 1h)", "m", START - 8 * H, END - H},
    {"max_over_time(rate(m[7h])[1h:1m])", "m", START - 8 * H, END},
    {"max_over_time(rate(m[7h])[1h:1m] offset 2h)", "m", START - 10 * H, END - 2 * H},
    {"max_over_time((m @ start())[1h:1m])", "m", START - 5 * M, START},
    {"max_over_time(m[1h:1m] @ 7200)", "m", H - 5 * M, 2 * H},
    {"m + on () n{a=\"b\"} / sum(m)", "m n", START - 5 * M, END},
    {"m and n offset 1h", "m n", START - H - 5 * M, END},
    {"topk(scalar(k), m)", "m k", START - 5 * M, END},
    {"quantile_over_time(scalar(q), m[1h])", "q m", START - H, END},
    {"{__name__=\"m\", a=~\"b\"}", "m", START - 5 * M, END},
    {"{__name__=~\"m|n\"}", "*", START - 5 * M, END},
    {"{__name__!=\"m\", a=\"b\"}", "*", START - 5 * M, END},
    {"{__name__=\"\", a=\"b\"}", "*", START - 5 * M, END},
    {"m + on () {a=\"b\"}", "*", START - 5 * M, END},
    {"time() + 1", "*", INT64_MAX, INT64_MIN},
    {"-(m)", "m", START - 5 * M, END},
};

static void reaches(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        SCRATCH_ARENA(arena);
        const struct promql_engine engine = {0};
        struct promql_error wrong;
        struct buf names = {0};
        struct expr *expr;
        const char *text = table[i].expr;
        if (promql_parse(text, strlen(text), arena, &expr, &wrong))
            fail_msg("%s: %s", text, wrong.text);
        struct promql_reach reach = promql_reach(&engine, expr, START, END, arena);
        buf_puts(&names, reach.names ? "" : "*");
        for (size_t n = 0; n < reach.name_count; n++)
            buf_printf(&names, "%s%s", n ? " " : "", reach.names[n]);
        int64_t from = table[i].from == INT64_MAX ? INT64_MAX : table[i].from - 1;
        if (strcmp(names.data, table[i].names) != 0 || reach.from != from ||
            reach.to != table[i].to)
            fail_msg("%s: %s, %lld to %lld", text, names.data, (long long)reach.from - START,
                     (long long)reach.to - START);
        buf_free(&names);
    }
}

/* Times at the end of what 64 bits hold, and a lookback of one's own. */
static void far(void **state)
{
    static const char text[] = "rate(m[292y] offset 292y)";
    SCRATCH_ARENA(arena);
    const struct promql_engine engine = {.lookback_ms = H};
    struct promql_error wrong;
    struct expr *expr;
    (void)state;
    assert_int_equal(promql_parse(text, strlen(text), arena, &expr, &wrong), 0);
    struct promql_reach reach = promql_reach(&engine, expr, INT64_MIN + H, INT64_MIN + H, arena);
    assert_true(reach.from == INT64_MIN && reach.to == INT64_MIN);
    assert_int_equal(promql_parse("m", 1, arena, &expr, &wrong), 0);
    assert_true(promql_reach(&engine, expr, START, END, arena).from == START - H - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reaches), cmocka_unit_test(far)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
