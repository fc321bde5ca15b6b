/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/arena.h"

static void allocates_zeroed_and_aligned(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 15, 16, 17, 4095, 4096, 4097, 300000, 1};
    SCRATCH_ARENA(arena);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *memory = arena_alloc(arena, sizes[i]);
        assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
        for (size_t b = 0; b < sizes[i]; b++)
            assert_int_equal(memory[b], 0);
        memset(memory, 0xff, sizes[i]);
    }
}

static void reset_empties_and_keeps_one_block(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    assert_int_equal(arena_bytes(arena), 0);
    arena_reset(arena); /* of an empty one */
    for (int i = 0; i < 100; i++)
        memset(arena_alloc(arena, 1000), 0xff, 1000);
    size_t full = arena_bytes(arena);
    assert_true(full >= 100000);
    arena_reset(arena);
    size_t kept = arena_bytes(arena);
    assert_true(kept > 0 && kept < full);
    const unsigned char *again = arena_alloc(arena, 1000);
    for (size_t b = 0; b < 1000; b++)
        assert_int_equal(again[b], 0);
    assert_int_equal(arena_bytes(arena), kept);
}

static void reset_gives_back_what_was_large(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    arena_alloc(arena, 8 * 1024 * 1024);
    arena_reset(arena);
    assert_true(arena_bytes(arena) < 1024 * 1024);
    assert_non_null(arena_alloc(arena, 10));
}

/* Grows in few blocks, and takes little more than was asked for. */
static void takes_memory_in_proportion(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    for (int i = 0; i < 100000; i++)
        arena_alloc(arena, 16);
    assert_in_range(arena_bytes(arena), 1600000, 1600000 * 5 / 4);
}

static void copies_text(void **state)
{
    (void)state;
    static const char not_ended[3] = {'a', 'b', 'c'};
    SCRATCH_ARENA(arena);
    assert_string_equal(arena_strndup(arena, not_ended, 3), "abc");
    assert_string_equal(arena_strndup(arena, not_ended, 0), "");
    assert_memory_equal(arena_strndup(arena, "a\0b", 3), "a\0b", 4);
    assert_string_equal(arena_strdup(arena, "text"), "text");
    assert_string_equal(arena_printf(arena, "%s-%05d", "x", 42), "x-00042");
    assert_string_equal(arena_printf(arena, "%s", ""), "");
    char *wide = arena_printf(arena, "%10000d", 7);
    assert_int_equal(strlen(wide), 10000);
}

static void grows_arrays(void **state)
{
    (void)state;
    int *items = NULL;
    size_t room = 0;
    SCRATCH_ARENA(arena);
    for (size_t i = 0; i < 1000; i++) {
        items = arena_grow(arena, items, i, &room, sizeof *items);
        assert_true(room > i);
        items[i] = (int)i;
    }
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(items[i], i);
}

static void frees_nothing_twice(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    arena_free(&arena);
    assert_null(arena);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allocates_zeroed_and_aligned),
        cmocka_unit_test(reset_empties_and_keeps_one_block),
        cmocka_unit_test(reset_gives_back_what_was_large),
        cmocka_unit_test(takes_memory_in_proportion),
        cmocka_unit_test(copies_text),
        cmocka_unit_test(grows_arrays),
        cmocka_unit_test(frees_nothing_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
