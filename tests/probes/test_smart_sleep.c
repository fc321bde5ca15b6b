/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "probes/smart_sleep.h"
#include "tests/probes/tree.h"

static void ata(void **state)
{
    static const struct {
        int count;
        enum smart_sleep sleep;
    } table[] = {{0x00, SMART_SLEEPS}, {0x01, SMART_SLEEPS}, {0x40, SMART_AWAKE},
                 {0x80, SMART_AWAKE},  {0x83, SMART_AWAKE},  {0xff, SMART_AWAKE}};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        assert_int_equal(smart_sleep_from_ata((uint8_t)table[i].count), table[i].sleep);
}

static void ata_sense(void **state)
{
    uint8_t sense[22] = {0x72, 0x01, 0x00, 0x1d, [7] = 14, [8] = 0x09, [9] = 12, [13] = 0xff};
    uint8_t fixed[18] = {0x70, [2] = 0x01, [3] = 0x50, [6] = 0x80, [12] = 0x00, [13] = 0x1d};
    (void)state;
    assert_int_equal(smart_sleep_ata_count(sense, sizeof sense), 0xff);
    sense[13] = 0;
    assert_int_equal(smart_sleep_ata_count(sense, sizeof sense), 0);
    assert_int_equal(smart_sleep_ata_count(sense, 21), -1);
    sense[8] = 0x00;
    assert_int_equal(smart_sleep_ata_count(sense, sizeof sense), -1);
    assert_int_equal(smart_sleep_ata_count(fixed, sizeof fixed), 0x80);
    fixed[12] = 0x20; /* invalid command: a bridge that does not know it */
    assert_int_equal(smart_sleep_ata_count(fixed, sizeof fixed), -1);
    for (size_t n = 0; n < sizeof fixed; n++)
        smart_sleep_ata_count(fixed, n);
}

static void scsi(void **state)
{
    static const struct {
        int key, asc, ascq;
        enum smart_sleep sleep;
    } table[] = {
        {0, 0x00, 0x00, SMART_AWAKE},  {0, 0x5e, 0x00, SMART_AWAKE},  {0, 0x5e, 0x01, SMART_AWAKE},
        {0, 0x5e, 0x02, SMART_SLEEPS}, {0, 0x5e, 0x03, SMART_AWAKE},  {0, 0x5e, 0x04, SMART_SLEEPS},
        {0, 0x5e, 0x05, SMART_AWAKE},  {0, 0x5e, 0x09, SMART_SLEEPS}, {0, 0x5e, 0x0a, SMART_SLEEPS},
        {2, 0x04, 0x02, SMART_SLEEPS}, {2, 0x04, 0x01, SMART_AWAKE},  {6, 0x29, 0x00, SMART_AWAKE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        uint8_t fixed[18] = {0x70, [2] = (uint8_t)table[i].key, [12] = (uint8_t)table[i].asc,
                             [13] = (uint8_t)table[i].ascq};
        uint8_t descriptor[8] = {0x72, (uint8_t)table[i].key, (uint8_t)table[i].asc,
                                 (uint8_t)table[i].ascq};
        assert_int_equal(smart_sleep_from_sense(fixed, sizeof fixed), table[i].sleep);
        assert_int_equal(smart_sleep_from_sense(descriptor, sizeof descriptor), table[i].sleep);
        assert_int_equal(smart_sleep_from_sense(fixed, 13), SMART_SLEEP_UNKNOWN);
    }
    assert_int_equal(smart_sleep_from_sense((const uint8_t[18]){0}, 18), SMART_SLEEP_UNKNOWN);
}

/* What the kernel has suspended is not even opened; the node here is one that must not be. */
static void suspended_by_the_kernel(void **state)
{
    struct tree tree;
    struct root *root;
    struct error e = {0};
    struct disk disk = {.bus = "ata", .device = "sda", .sysfs = "/sys/devices/x/block/sda"};
    (void)state;
    tree_make(&tree);
    tree_file(&tree, "/sys/devices/x/block/sda/device/power/runtime_status", "suspended\n");
    assert_int_equal(root_open(tree.path, &root, &e), 0);
    assert_int_equal(smart_sleep_check(root, &disk, "/nowhere"), SMART_SLEEPS);
    tree_file(&tree, "/sys/devices/x/block/sda/device/power/runtime_status", "suspending\n");
    assert_int_equal(smart_sleep_check(root, &disk, "/nowhere"), SMART_SLEEPS);
    tree_file(&tree, "/sys/devices/x/block/sda/device/power/runtime_status", "active\n");
    assert_int_equal(smart_sleep_check(root, &disk, "/nowhere"), SMART_SLEEP_UNKNOWN);
    assert_int_equal(smart_sleep_check(root, &disk, "/dev/null"), SMART_SLEEP_UNKNOWN);
    root_close(&root);
    tree_remove(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ata),
        cmocka_unit_test(ata_sense),
        cmocka_unit_test(scsi),
        cmocka_unit_test(suspended_by_the_kernel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
