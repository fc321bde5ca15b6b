/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probes/blockstat_state.h"

static void goes_there_and_back(void **state)
{
    const struct blockstat_memory waits = {true, 11, 2, 3, INT64_C(4000000000), true};
    struct blockstat_remembered at[] = {
        {.disk = "b", .memory = {.seen = true, .done = 7}, .errors = 20, .ours = 13},
        {.disk = "a", .memory = waits},
        {.disk = "c"},
    };
    struct blockstat_state one = {.at = at, .count = 3};
    (void)state;

    json_t *json = blockstat_state_render(&one);
    struct blockstat_state *other = blockstat_state_parse(json);
    assert_non_null(other->arena); /* there was a look */
    assert_int_equal(other->count, 2);
    struct blockstat_memory a = blockstat_recall(other, "a")->memory;
    assert_true(a.seen && a.waiting);
    assert_int_equal(a.done, 11);
    assert_int_equal(a.timeouts, 2);
    assert_int_equal(a.drift, 3);
    assert_int_equal(a.since_ns, INT64_C(4000000000));
    assert_int_equal(blockstat_recall(other, "b")->memory.done, 7);
    assert_int_equal(blockstat_recall(other, "b")->errors, 20);
    assert_int_equal(blockstat_recall(other, "b")->ours, 13);
    assert_null(blockstat_recall(other, "c"));
    assert_true(blockstat_waits(other));
    other->at[0].memory.waiting = false;
    assert_false(blockstat_waits(other));
    blockstat_state_free(&other);
    json_decref(json);
}

static void takes_nothing_else(void **state)
{
    static const char *const texts[] = {"null", "7", "[]", "[{\"done\": 1}]"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_t *json = json_loads(texts[i], JSON_DECODE_ANY, NULL);
        struct blockstat_state *none = blockstat_state_parse(json);
        assert_null(none->arena);
        assert_int_equal(none->count, 0);
        blockstat_state_free(&none);
        json_decref(json);
    }
    json_t *json = json_loads("{\"a\": 7}", 0, NULL);
    struct blockstat_state *odd = blockstat_state_parse(json);
    assert_int_equal(blockstat_recall(odd, "a")->memory.done, 0);
    blockstat_state_free(&odd);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_there_and_back),
        cmocka_unit_test(takes_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
