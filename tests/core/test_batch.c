/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "core/batch.h"

static const struct metric plain = {.name = "plain"};
static const struct metric labelled = {.name = "labelled", .labels = {"a", "b"}};

static void copies_what_it_is_given(void **state)
{
    (void)state;
    struct batch batch;
    char value[] = "one", message[] = "text";
    batch_init(&batch);
    BATCH_SAMPLE(&batch, &labelled, 1.5, value, NULL);
    batch_sample(&batch, &plain, 2, NULL, 0);
    batch_finding(&batch, &(struct finding){.kind = "note", .offset = -1, .message = message});
    memset(value, 'x', 3);
    memset(message, 'x', 4);

    assert_int_equal(batch.sample_count, 2);
    assert_ptr_equal(batch.samples[0].metric, &labelled);
    assert_string_equal(batch.samples[0].values[0], "one");
    assert_string_equal(batch.samples[0].values[1], "");
    assert_true(batch.samples[0].value == 1.5);
    assert_ptr_equal(batch.samples[1].metric, &plain);
    assert_int_equal(batch.finding_count, 1);
    assert_string_equal(batch.findings[0].message, "text");
    assert_string_equal(batch.findings[0].target, "");
    assert_string_equal(batch.findings[0].file, "");
    assert_int_equal(batch.findings[0].offset, -1);
    batch_free(&batch);
}

/* A probe over many targets takes no more memory than the largest of them. */
static void reset_bounds_memory(void **state)
{
    (void)state;
    struct batch batch;
    size_t after_first = 0;
    batch_init(&batch);
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < 200; i++)
            BATCH_SAMPLE(&batch, &labelled, i, "some value", "another");
        assert_int_equal(batch.sample_count, 200);
        if (round == 1)
            after_first = arena_bytes(batch.arena);
        batch_reset(&batch);
        assert_int_equal(batch.sample_count, 0);
        assert_int_equal(batch.finding_count, 0);
    }
    assert_true(arena_bytes(batch.arena) <= after_first);
    batch_free(&batch);
}

static void stale_marker(void **state)
{
    (void)state;
    assert_true(is_stale_nan(stale_nan()));
    assert_false(is_stale_nan(0.0 / 0.0));
    assert_false(is_stale_nan(-(0.0 / 0.0)));
    assert_false(is_stale_nan(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_what_it_is_given),
        cmocka_unit_test(reset_bounds_memory),
        cmocka_unit_test(stale_marker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
