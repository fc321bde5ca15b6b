/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/md_badblocks.h"

/*
 * Members by slot, "|" between: U whole, R20 rebuilt up to sector 20, R* all rebuilt, _ failed;
 * then its bad blocks, first+length. Data begin at sector 100.
 */
static const struct {
    const char *level;
    int near, wanted;
    const char *members;
    int64_t lost;
} table[] = {
    {"raid5", 0, 3, "U|U|U", 0},
    {"raid5", 0, 3, "U 108+8|U|U", 0},
    {"raid5", 0, 3, "U 108+8|U 108+8|U", 8},
    {"raid5", 0, 3, "U 108+8|U 112+8|U", 4},
    {"raid5", 0, 3, "U 108+8|U 116+8|U", 0},
    {"raid5", 0, 3, "U 108+8 108+8 110+20|U|U", 0}, /* one member names the same twice */
    {"raid5", 0, 3, "U 0+101|U 50+51|U", 1},        /* mostly before the data */
    {"raid5", 0, 3, "U 108+8|_|U", 8},
    {"raid5", 0, 3, "U 108+8 118+8|R20|U", 6},
    {"raid5", 0, 3, "U 108+8|R*|U", 0},
    {"raid5", 0, 3, "U 108+8|R* 108+8|U", 8},
    {"raid6", 0, 4, "U 108+8|U 108+8|U|U", 0},
    {"raid6", 0, 4, "U 108+8|U 108+8|U 108+2|U", 2},
    {"raid6", 0, 4, "U 108+8|U 108+8|_|U", 8},
    {"raid1", 0, 2, "U 108+8|U", 0},
    {"raid1", 0, 2, "U 108+8|U 108+8", 8},
    {"raid1", 0, 2, "U 108+8|_", 8},
    {"raid0", 0, 2, "U 108+8|U 200+8", 16},
    {"raid10", 2, 4, "U|U|U 108+8|U 110+8", 6},
    {"raid10", 2, 4, "U|U 108+8|U 108+8|U", 0},
    {"raid10", 2, 4, "U 300+8|_|U 108+8|U", 8},
    {"raid10", 2, 3, "U|U|U", MD_UNKNOWN},
    {"raid7", 0, 2, "U|U", MD_UNKNOWN},
};

static void add_member(struct md_array *array, struct arena *arena, char *text)
{
    static const enum md_role roles[] = {
        ['U'] = MD_ROLE_IN_SYNC, ['R'] = MD_ROLE_REBUILDING, ['_'] = MD_ROLE_FAULTY};
    int slot = (int)array->member_count;
    struct md_member *member = md_array_add(array, arena, "sda");
    char *save, *word = strtok_r(text, " ", &save);
    size_t room = 0;

    member->role = roles[(unsigned char)word[0]];
    member->slot = member->role == MD_ROLE_FAULTY ? MD_SLOT_NONE : slot;
    member->offset = 100;
    member->recovery_start = word[1] == '*' ? INT64_MAX : atoi(word + 1);
    member->bad.known = true;
    while ((word = strtok_r(NULL, " ", &save))) {
        struct md_ranges *bad = &member->bad;
        bad->at = arena_grow(arena, bad->at, bad->count, &room, sizeof *bad->at);
        char *plus = strchr(word, '+');
        bad->at[bad->count++] =
            (struct md_range){strtoull(word, NULL, 10), strtoull(plus + 1, NULL, 10)};
    }
}

static void finds_lost_sectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        SCRATCH_ARENA(arena);
        struct md_array array;
        char *save, *text = arena_strdup(arena, table[i].members);

        md_array_init(&array, "md0");
        array.wanted = table[i].wanted;
        array.raid10 = (struct md_raid10){.near = table[i].near, .far = 1};
        for (text = strtok_r(text, "|", &save); text; text = strtok_r(NULL, "|", &save))
            add_member(&array, arena, text);
        int64_t lost = md_lost_sectors(arena, &array, md_level_find(table[i].level));
        if (lost != table[i].lost)
            fail_msg("%s %s: %lld", table[i].level, table[i].members, (long long)lost);
    }
}

static void counts_sectors_once(void **state)
{
    SCRATCH_ARENA(arena);
    struct md_range ranges[] = {{100, 10}, {50, 5}, {105, 10}, {115, 5}, {51, 1}, {0, 0}};
    (void)state;
    assert_int_equal(md_bad_sectors(arena, &(struct md_ranges){.at = ranges, .count = 6}), 25);
    assert_int_equal(md_bad_sectors(arena, &(struct md_ranges){0}), 0);
}

static void needs_all_lists(void **state)
{
    SCRATCH_ARENA(arena);
    struct md_array array;
    (void)state;
    md_array_init(&array, "md0");
    array.wanted = 1;
    struct md_member *member = md_array_add(&array, arena, "sda");
    member->role = MD_ROLE_IN_SYNC;
    member->slot = 0;
    assert_int_equal(md_lost_sectors(arena, &array, md_level_find("raid1")), MD_UNKNOWN);
    member->bad.known = true;
    assert_int_equal(md_lost_sectors(arena, &array, md_level_find("raid1")), 0);
    member->slot = MD_SLOT_UNKNOWN;
    assert_int_equal(md_lost_sectors(arena, &array, md_level_find("raid1")), MD_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_lost_sectors),
        cmocka_unit_test(counts_sectors_once),
        cmocka_unit_test(needs_all_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
