/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "probes/md_redundancy.h"

enum { LOST = MD_REDUNDANCY_LOST, UNKNOWN = MD_REDUNDANCY_UNKNOWN };

/* One letter a slot: U whole, _ not. */
static int redundancy_of_map(const char *level, int64_t layout, const char *map)
{
    bool whole[MD_MAX_SLOTS] = {0};
    int disks = (int)strlen(map);
    struct md_raid10 raid10 = {0};

    if (strcmp(level, "raid10") == 0)
        assert_int_equal(md_raid10_decode(layout, disks, &raid10), 0);
    for (int i = 0; i < disks; i++)
        whole[i] = map[i] == 'U';
    return md_redundancy(md_level_find(level), &raid10, disks, whole, 0);
}

static const struct {
    const char *level;
    int64_t layout;
    const char *map;
    int redundancy;
} by_map[] = {
    {"raid0", 0, "UU", 0},
    {"raid0", 0, "U_", LOST},
    {"linear", -1, "UUU", 0},
    {"linear", -1, "UU_", LOST},
    {"raid1", 0, "U", 0},
    {"raid1", 0, "UU", 1},
    {"raid1", 0, "U_", 0},
    {"raid1", 0, "__", LOST},
    {"raid1", 0, "UU____", 1},
    {"multipath", 0, "UU", 1},
    {"multipath", 0, "__", LOST},
    {"raid4", 5, "UUU", 1},
    {"raid4", 5, "UU_", 0},
    {"raid5", 2, "UUU", 1},
    {"raid5", 2, "U_U", 0},
    {"raid5", 2, "U__", LOST},
    {"raid6", 2, "UUUUU", 2},
    {"raid6", 2, "U_UUU", 1},
    {"raid6", 2, "U_U_U", 0},
    {"raid6", 2, "__U_U", LOST},
    {"container", 0, "UU", UNKNOWN},
    {"raid9", 0, "UU", UNKNOWN},
    /* near 2: pairs 0+1, 2+3 */
    {"raid10", 0x102, "UUUU", 1},
    {"raid10", 0x102, "U_UU", 0},
    {"raid10", 0x102, "U_U_", 0},
    {"raid10", 0x102, "UU__", LOST},
    {"raid10", 0x102, "_UU_", 0},
    {"raid10", 0x102, "UU", 1},
    {"raid10", 0x103, "UUUUUU", 2},
    {"raid10", 0x103, "U_UUUU", 1},
    {"raid10", 0x103, "UUU__U", 0},
    {"raid10", 0x103, "UUU___", LOST},
    /* near 2 over an odd number: each member shares with both neighbours */
    {"raid10", 0x102, "UUU", 1},
    {"raid10", 0x102, "U_U", 0},
    {"raid10", 0x102, "U__", LOST},
    {"raid10", 0x102, "U_U_U", 0},
    {"raid10", 0x102, "U__UU", LOST},
    {"raid10", 0x102, "_UUU_", LOST},
    /* far 2: a member's copy is on the next one, all around */
    {"raid10", 0x201, "UUUU", 1},
    {"raid10", 0x201, "U_U_", 0},
    {"raid10", 0x201, "_UU_", LOST},
    {"raid10", 0x201, "UUU", 1},
    {"raid10", 0x301, "UUUU", 2},
    {"raid10", 0x301, "_U_U", 0},
    /* offset 2 */
    {"raid10", 0x10201, "UUUU", 1},
    {"raid10", 0x10201, "UU__", LOST},
    {"raid10", 0x10201, "U_U_", 0},
    /* near 2, far 2: four copies each */
    {"raid10", 0x202, "UUUU", 3},
    {"raid10", 0x202, "U__U", 1},
    {"raid10", 0x202, "UUUUUU", 3},
    {"raid10", 0x202, "____UU", LOST},
    {"raid10", 0x202, "_U__UU", 0},
    /* far 2 in sets of two ("improved"): copies stay in their pair */
    {"raid10", 0x40201, "UUUU", 1},
    {"raid10", 0x40201, "_UU_", 0},
    {"raid10", 0x40201, "UU__", LOST},
    /* the last set takes the odd member in: 0+1, and 2, 3, 4 in a ring */
    {"raid10", 0x40201, "UUUUU", 1},
    {"raid10", 0x40201, "_UU_U", 0},
    {"raid10", 0x40201, "UU_U_", LOST},
    /* the mistaken layout: sets of disks / far */
    {"raid10", 0x20201, "UUUUUU", 1},
    {"raid10", 0x20201, "U_UUUU", 0},
    {"raid10", 0x20201, "U__UUU", LOST},
    {"raid10", 0x20201, "UU_UUU", 0},
};

static void levels(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof by_map / sizeof by_map[0]; i++) {
        int found = redundancy_of_map(by_map[i].level, by_map[i].layout, by_map[i].map);
        if (found != by_map[i].redundancy)
            fail_msg("%s 0x%llx [%s]: %d, not %d", by_map[i].level,
                     (unsigned long long)by_map[i].layout, by_map[i].map, found,
                     by_map[i].redundancy);
    }
}

/* Where only the number of missing members is known. */
static void by_number(void **state)
{
    static const struct {
        const char *level;
        int near, far, disks, missing, redundancy;
    } table[] = {
        {"raid1", 0, 0, 3, 1, 1},       {"raid1", 0, 0, 2, 2, LOST},
        {"raid5", 0, 0, 4, 0, 1},       {"raid6", 0, 0, 6, 1, 1},
        {"raid6", 0, 0, 6, 3, LOST},    {"raid10", 2, 1, 4, 0, 1},
        {"raid10", 3, 1, 6, 1, 1},      {"raid10", 2, 1, 4, 1, 0},
        {"raid10", 2, 1, 4, 2, 0},      {"raid10", 0, 0, 4, 0, 1},
        {"raid10", 0, 0, 4, 2, 0},      {"raid10", 200, 200, 4, 0, 1},
        {"raid5", 0, 0, 0, 0, UNKNOWN}, {"raid5", 0, 0, MD_MAX_SLOTS + 1, 0, UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct md_raid10 raid10 = {.near = table[i].near, .far = table[i].far};
        assert_int_equal(md_redundancy(md_level_find(table[i].level), &raid10, table[i].disks, NULL,
                                       table[i].missing),
                         table[i].redundancy);
    }
}

static void refuses_layouts(void **state)
{
    static const struct {
        int64_t layout;
        int disks;
    } table[] = {
        {0, 4},       {0x101, 4},   {0x100, 4}, {0x2, 4},       {0x105, 4}, {0x303, 8},
        {0x80102, 4}, {0x60201, 4}, {-1, 4},    {INT64_MAX, 4}, {0x102, 0}, {0x102, 1},
    };
    struct md_raid10 raid10;
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        assert_true(md_raid10_decode(table[i].layout, table[i].disks, &raid10) < 0);
}

/* Whatever the layout, each chunk has near * far copies, on members that exist. */
static void copies_are_members(void **state)
{
    static const int64_t sets[] = {0, 0x20000, 0x40000};
    int slots[MD_MAX_SLOTS];
    (void)state;
    for (int disks = 2; disks <= 9; disks++)
        for (int near = 1; near <= disks; near++)
            for (int far = 1; near * far <= disks; far++)
                for (size_t s = 0; s < 3; s++) {
                    struct md_raid10 raid10;
                    if (md_raid10_decode(sets[s] | far << 8 | near, disks, &raid10) < 0)
                        continue;
                    for (int chunk = 0; chunk < disks; chunk++) {
                        int count = md_raid10_copies(&raid10, disks, chunk, slots);
                        assert_int_equal(count, near * far);
                        for (int i = 0; i < count; i++)
                            assert_in_range(slots[i], 0, disks - 1);
                    }
                }
}

/*
 * The promise, counted out: of a RAID10 with redundancy r no loss of r members takes all copies of
 * a chunk, and some loss of r + 1 does.
 */
static bool loses(const struct md_raid10 *raid10, int disks, unsigned lost)
{
    int slots[MD_MAX_SLOTS];
    for (int chunk = 0; chunk < disks; chunk++) {
        int count = md_raid10_copies(raid10, disks, chunk, slots), left = 0;
        for (int i = 0; i < count; i++)
            left += !(lost >> slots[i] & 1);
        if (left == 0)
            return true;
    }
    return false;
}

static void promise_holds(void **state)
{
    (void)state;
    for (int disks = 2; disks <= 7; disks++)
        for (int layout = 0x101; layout <= 0x404; layout++) {
            struct md_raid10 raid10;
            if (md_raid10_decode(layout, disks, &raid10) < 0)
                continue;
            for (unsigned missing = 0; missing < 1u << disks; missing++) {
                bool whole[MD_MAX_SLOTS];
                int least = disks;
                for (int i = 0; i < disks; i++)
                    whole[i] = !(missing >> i & 1);
                for (unsigned more = 0; more < 1u << disks; more++)
                    if (!(more & missing) && loses(&raid10, disks, more | missing) &&
                        __builtin_popcount(more) < least)
                        least = __builtin_popcount(more);
                assert_int_equal(md_redundancy(md_level_find("raid10"), &raid10, disks, whole, 0),
                                 least - 1);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels),          cmocka_unit_test(by_number),
        cmocka_unit_test(refuses_layouts), cmocka_unit_test(copies_are_members),
        cmocka_unit_test(promise_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
