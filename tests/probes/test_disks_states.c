/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/disks.h"
#include "tests/probes/shared.h"

/*
 * Recorded hosts, some with udev's database and some without: the same disks have to come out under
 * the same names. The lab's disks carry their number in serial and world wide name.
 */
struct count {
    size_t hosts, disks, with_udev, without_udev;
};

static void check_disk(const char *state, const struct disk *disk)
{
    unsigned n;
    char expected[64];
    if (sscanf(disk->serial, "LABAHCI%u", &n) != 1)
        return; /* scsi_debug and others */
    snprintf(expected, sizeof expected, "0x5000c5%010x", n);
    if (strcmp(disk->disk, expected) != 0 || strcmp(disk->model, "LABDISK") != 0 ||
        strcmp(disk->firmware, "1.0") != 0 || strcmp(disk->bus, "ata") != 0 || !disk->bytes)
        fail_msg("%s: %s is %s (%s, %s, %s), not %s", state, disk->device, disk->disk, disk->model,
                 disk->firmware, disk->bus, expected);
}

static void check_below(const char *state, const struct root *root, const struct disks *disks,
                        struct arena *arena)
{
    const struct disk **below;
    char **slaves;
    size_t count, slave_count;
    if (root_list(root, "/sys/block/md0/slaves", arena, &slaves, &slave_count, NULL) < 0)
        return;
    assert_int_equal(disks_below(root, disks, "md0", arena, &below, &count, NULL), 0);
    if (count != slave_count) /* each member is on a disk of its own, except for deleted ones */
        fail_msg("%s: md0 is on %zu disks and has %zu slaves", state, count, slave_count);
    for (size_t i = 0; i < slave_count; i++)
        if (!disks_by_device(disks, slaves[i]))
            fail_msg("%s: %s is on no disk", state, slaves[i]);
}

static void check_state(const char *state, struct count *total)
{
    struct tree tree;
    struct root *root;
    struct disks disks;
    struct batch findings;
    struct error e;
    char path[4096];
    SCRATCH_ARENA(arena);

    shared_state(&tree, state, path);
    batch_init(&findings);
    assert_int_equal(root_open(path, &root, &e), 0);
    if (root_exists(root, "/sys/block")) {
        if (disks_find(root, arena, &findings, &disks, &e) < 0)
            fail_msg("%s: %s", state, e.text);
        for (size_t i = 0; i < findings.finding_count; i++)
            fail_msg("%s: %s: %s", state, findings.findings[i].file, findings.findings[i].message);
        for (size_t i = 0; i < disks.count; i++)
            check_disk(state, &disks.disk[i]);
        check_below(state, root, &disks, arena);
        total->hosts++;
        total->disks += disks.count;
        total->with_udev += root_exists(root, "/run/udev/data");
        total->without_udev += !root_exists(root, "/run/udev/data");
    }
    batch_free(&findings);
    root_close(&root);
    tree_remove(&tree);
}

static void recorded_hosts(void **state)
{
    (void)state;
    struct count total = {0};
    char **names = shared_states();
    for (size_t i = 0; names[i]; i++) {
        check_state(names[i], &total);
        free(names[i]);
    }
    free(names);
    printf("%zu hosts, %zu disks; %zu with udev's database, %zu without\n", total.hosts,
           total.disks, total.with_udev, total.without_udev);
    assert_true(total.with_udev && total.without_udev);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(recorded_hosts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
