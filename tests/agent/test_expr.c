/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "agent/expr.h"

enum { AT = 1000 };

static const struct promql_engine engine = {0};

static void add(struct store *store, struct arena *arena, const char *disk, double value)
{
    const struct label labels[] = {{LABEL_NAME, "pending"}, {"disk", disk}};
    assert_int_equal(store_append(store, labels_new(arena, labels, 2), AT, value, NULL), 0);
}

static void test_values(void **state)
{
    static const struct {
        const char *expr, *disks; /* of the values, in their order */
        double first;
    } table[] = {
        {"pending", "abc", 24},
        {"pending > 8", "ab", 24},
        {"pending{disk=\"c\"}", "c", 0},
        {"sum(pending)", "-", 36},
        {"7", "-", 7},
        {"1/0", "-", INFINITY},
        {"nothing", "", 0},
        {"pending > 99", "", 0},
        {"sort(pending)", "abc", 24},
        {"scalar(sum(pending))", "-", 36},
    };
    SCRATCH_ARENA(arena);
    struct store *store = store_new();

    (void)state;
    add(store, arena, "b", 12);
    add(store, arena, "c", 0);
    add(store, arena, "a", 24);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct error e = {0};
        struct instant *values;
        char disks[8] = "";
        size_t count;
        if (expr_evaluate(table[i].expr, &engine, store, AT, arena, &values, &count, &e) < 0)
            fail_msg("%s: %s", table[i].expr, e.text);
        for (size_t k = 0; k < count && k < 7; k++) {
            const char *disk = labels_get(values[k].labels, "disk");
            strcat(disks, disk[0] ? disk : "-");
        }
        assert_string_equal(disks, table[i].disks);
        if (count)
            assert_true(values[0].value == table[i].first);
    }
    store_free(&store);
}

static void test_refused(void **state)
{
    static const struct {
        const char *expr, *text;
    } table[] = {
        {"sum(", "--expr: 1:4: unclosed left parenthesis"},
        {"", "--expr: 1:1: "},
        {"\"text\"", "--expr: gives a string, not values"},
        {"up[5m]", "--expr: gives a range vector, not values"},
    };
    SCRATCH_ARENA(arena);
    struct store *store = store_new();

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct error e = {0};
        struct instant *values;
        size_t count;
        assert_true(expr_check(table[i].expr, &e) < 0);
        if (strncmp(e.text, table[i].text, strlen(table[i].text)) != 0)
            fail_msg("%s: %s", table[i].expr, e.text);
        assert_true(expr_evaluate(table[i].expr, &engine, store, AT, arena, &values, &count, &e) <
                    0);
    }
    struct error e = {0};
    assert_int_equal(expr_check("count(up) > bool 1", &e), 0);
    store_free(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
