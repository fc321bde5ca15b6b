/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent/quarantine.h"

static const struct probe md = {.name = "md"}, smart = {.name = "smart"};

static void the_worker_sets_its_target_free(void **state)
{
    struct quarantine quarantine = {0};

    (void)state;
    quarantine_add(&quarantine, &smart, "sda", 7, 1000);
    quarantine_add(&quarantine, &smart, "sdb", 9, 2000);
    quarantine_add(&quarantine, &md, "md0", 12, 3000);
    assert_null(quarantine_release(&quarantine, 8));
    const struct quarantined *released = quarantine_release(&quarantine, 7);
    assert_string_equal(released->target, "sda");
    assert_ptr_equal(released->probe, &smart);
    assert_null(quarantine_release(&quarantine, 7));
    assert_int_equal(quarantine.count, 2);
    assert_string_equal(quarantine_release(&quarantine, 12)->target, "md0");
    assert_string_equal(quarantine_release(&quarantine, 9)->target, "sdb");
    assert_int_equal(quarantine.count, 0);
}

static void its_room_is_bounded(void **state)
{
    struct quarantine quarantine = {0};

    (void)state;
    for (uint32_t i = 1; i <= 2 * LAUNCH_MAX_WORKERS; i++)
        quarantine_add(&quarantine, &smart, "sda", i, 0);
    assert_int_equal(quarantine.count, LAUNCH_MAX_WORKERS);
    assert_null(quarantine_release(&quarantine, LAUNCH_MAX_WORKERS + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worker_sets_its_target_free),
        cmocka_unit_test(its_room_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
