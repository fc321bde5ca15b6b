/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "rules/label_index.h"

enum { MANY = 1000 };

static const struct labels *numbered(struct arena *arena, int n)
{
    char text[16];
    snprintf(text, sizeof text, "%d", n);
    const struct label label = {"n", arena_strdup(arena, text)};
    return labels_new(arena, &label, 1);
}

static void numbers_in_order_of_appearance(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    struct label_index index = {.arena = arena};
    assert_int_equal(label_index_number(&index, numbered(arena, 7)), 0);
    assert_int_equal(label_index_number(&index, &labels_empty), 1);
    assert_int_equal(label_index_number(&index, numbered(arena, 7)), 0);
    assert_int_equal(label_index_number(&index, &labels_empty), 1);
    assert_int_equal(index.count, 2);
}

static void grows(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    struct label_index index = {.arena = arena};
    for (int again = 0; again < 2; again++)
        for (int i = 0; i < MANY; i++)
            assert_int_equal(label_index_number(&index, numbered(arena, i)), i);
    assert_int_equal(index.count, MANY);
}

/* Sets with one hash, were it ever so, are told apart by what they hold. */
static void tells_equal_hashes_apart(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    struct label_index index = {.arena = arena};
    struct labels *a = arena_alloc(arena, labels_bytes(1)),
                  *b = arena_alloc(arena, labels_bytes(1));
    a->count = b->count = 1;
    a->hash = b->hash = 42;
    a->at[0] = (struct label){"a", "1"};
    b->at[0] = (struct label){"a", "2"};
    assert_int_equal(label_index_number(&index, a), 0);
    assert_int_equal(label_index_number(&index, b), 1);
    assert_int_equal(label_index_number(&index, a), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_in_order_of_appearance),
        cmocka_unit_test(grows),
        cmocka_unit_test(tells_equal_hashes_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
