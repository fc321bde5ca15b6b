/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What smartctl is asked on a live host and what comes of its answers: with a script in its place,
 * and disks that have no device here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "probes/smart_round.h"
#include "tests/probes/smart_seen.h"
#include "tests/probes/tree.h"

static struct tree tree;
static struct smart_seen seen;
static struct smart_memory *memory;
static struct blockstat_state *counters;
static char program[128];

/* Answers by device and type; whoever would wake a sleeping disk gets nothing. */
static const char script[] =
    "#!/bin/sh\n"
    "echo \"$*\" >>$0.calls\n"
    "case \"$*\" in\n"
    "*--scan*) cat " TOP_SRCDIR "/tests/data/smart/scan.json; exit;;\n"
    "*'-n standby'*) ;;\n"
    "*) exit 1;;\n"
    "esac\n"
    "case \"$*\" in\n"
    "*megaraid,3*) test -e $0.mute && exit 2; cat " TOP_SRCDIR "/tests/data/smart/sas.json;;\n"
    "*'-d scsi /dev/none-sas') cat " TOP_SRCDIR "/tests/data/smart/sas.json;;\n"
    "*'-d auto /dev/none-usb') cat " TOP_SRCDIR "/tests/data/smart/ata.json;;\n"
    "*none-asleep) cat " TOP_SRCDIR "/tests/data/smart/asleep.json; exit 2;;\n"
    "*none-denied) cat " TOP_SRCDIR "/tests/data/smart/denied.json; exit 2;;\n"
    "*none-stick) cat " TOP_SRCDIR "/tests/data/smart/nosmart.json; exit 4;;\n"
    "*none-half) head -c 300 " TOP_SRCDIR "/tests/data/smart/ata.json;;\n"
    "*none-killed) kill -9 $$;;\n"
    "*none-refuses) n=0x14; test -e $0.once && n=0x74\n"
    " echo $n >${0%/*}/sys/block/sda/device/ioerr_cnt;;\n"
    "esac\n";

static struct disk disk_of(const char *device, const char *bus)
{
    return (struct disk){.disk = device,
                         .device = device,
                         .paths = "",
                         .sysfs = "/sys/none",
                         .model = "M",
                         .serial = "S",
                         .firmware = "",
                         .wwn = "",
                         .bus = bus,
                         .enclosure = "",
                         .bay = "",
                         .rotational = -1};
}

static const char *state_directory;

static void look(struct disk *disks, size_t count)
{
    SCRATCH_ARENA(arena);
    const struct disk *by_identity[] = {disks}; /* asked about one disk at most */
    struct smart_round round = {
        .run = &seen.run,
        .arena = arena,
        .disks = {.disk = disks, .count = count, .by_identity = by_identity},
        .memory = memory,
        .counters = counters,
        .state_directory = state_directory,
        .now_ms = clock_wall_ms(seen.run.clock)};
    smart_seen_forget(&seen);
    for (size_t i = 0; i < count; i++)
        smart_report_info(&round, &disks[i]);
    assert_int_equal(smart_live(&round), 0);
    smart_report_vanished(&round);
    smart_seen_flush(&seen);
    assert_int_equal(seen.begun, seen.ended);
}

static void expect(const char *series, double value)
{
    double is = smart_seen_value(&seen, series);
    if (is != value && !(isnan(is) && isnan(value))) {
        smart_seen_print(&seen);
        fail_msg("%s is %g, not %g", series, is, value);
    }
}

static void answers(void **state)
{
    struct disk disks[] = {
        disk_of("none-sas", "sas"),    disk_of("none-usb", "usb"),
        disk_of("none-asleep", "usb"), disk_of("none-denied", "usb"),
        disk_of("none-stick", "usb"),  disk_of("none-half", "usb"),
        disk_of("none-killed", "usb"), disk_of("none-virtio", "virtio"),
    };
    static const struct {
        const char *target, *kind, *message;
        bool blind;
    } findings[] = {
        {"none-denied", "unreadable", "Permission denied", true},
        {"none-stick", "unsupported", "Device does not support SMART", false},
        {"none-half", "unreadable", "not whole JSON", true},
        {"none-killed", "unreadable", "signal 9", true},
        {"none-virtio", "unsupported", "no SMART", false},
        {"none-asleep", "note", "asleep", false},
    };
    (void)state;
    look(disks, sizeof disks / sizeof disks[0]);
    expect("forewarn_disk_grown_defects{disk=\"none-sas\"}", 56);
    expect("forewarn_disk_pending_sectors{disk=\"none-usb\"}", 8);
    expect("forewarn_disk_selftest_passed{disk=\"none-usb\"}", 0);
    expect("forewarn_disk_asleep{disk=\"none-asleep\"}", 1);
    expect("forewarn_disk_readable{disk=\"none-asleep\"}", NAN);
    expect("forewarn_disk_readable{disk=\"none-denied\"}", 0);
    expect("forewarn_disk_readable{disk=\"none-half\"}", 0);
    expect("forewarn_disk_readable{disk=\"none-killed\"}", 0);
    expect("forewarn_disk_readable{disk=\"none-stick\"}", NAN);
    expect("forewarn_disk_readable{disk=\"none-virtio\"}", NAN);
    for (size_t i = 0; i < sizeof findings / sizeof findings[0]; i++) {
        const struct finding *f = smart_seen_finding(&seen, findings[i].target, NULL);
        if (!f || strcmp(f->kind, findings[i].kind) != 0 || f->blind != findings[i].blind ||
            !strstr(f->message, findings[i].message)) {
            smart_seen_print(&seen);
            fail_msg("finding about %s", findings[i].target);
        }
    }
}

/* What was read before stays while the disk sleeps, and is as old as it is. */
static void a_sleeping_disk_keeps_its_values(void **state)
{
    struct disk awake[] = {disk_of("none-usb", "usb")};
    struct disk asleep[] = {disk_of("none-asleep", "usb")};
    (void)state;
    awake[0].disk = asleep[0].disk = "one";
    look(awake, 1);
    clock_sim_advance(&seen.clock, 3600 * 1000);
    look(asleep, 1);
    expect("forewarn_disk_asleep{disk=\"one\"}", 1);
    expect("forewarn_disk_pending_sectors{disk=\"one\"}", 8);
    expect("forewarn_disk_last_read_timestamp_seconds{disk=\"one\"}", 1700000000);
}

/* A disk that could be read and can no more says so, and since when. */
static void becomes_unreadable(void **state)
{
    struct disk good[] = {disk_of("none-usb", "usb")};
    struct disk bad[] = {disk_of("none-denied", "usb")};
    (void)state;
    good[0].disk = bad[0].disk = "one";
    look(good, 1);
    clock_sim_advance(&seen.clock, 600 * 1000);
    look(bad, 1);
    expect("forewarn_disk_readable{disk=\"one\"}", 0);
    expect("forewarn_disk_last_read_timestamp_seconds{disk=\"one\"}", 1700000000);
    expect("forewarn_disk_pending_sectors{disk=\"one\"}", NAN);
    expect("forewarn_disk_vanished{disk=\"one\"}", 0);
}

static void controllers(void **state)
{
    (void)state;
    tree_file(&tree, "/sys/module/megaraid_sas/version", "1\n");
    look(NULL, 0);
    expect("forewarn_disk_info{disk=\"0x5000c500aabbccdd\",device=\"bus/0:megaraid,3\",model="
           "\"EXAMPLE SAS-2000\",serial=\"Z0000001\",firmware=\"0002\",bus=\"sas\",rotational="
           "\"1\"}",
           1);
    expect("forewarn_disk_grown_defects{disk=\"0x5000c500aabbccdd\"}", 56);

    /* it says nothing any more: still the same disk, by its place */
    tree_file(&tree, "/smartctl.mute", "");
    clock_sim_advance(&seen.clock, 600 * 1000);
    look(NULL, 0);
    expect("forewarn_disk_readable{disk=\"0x5000c500aabbccdd\"}", 0);
    expect("forewarn_disk_vanished{disk=\"0x5000c500aabbccdd\"}", 0);
    tree_drop(&tree, "/smartctl.mute");

    /* what this round's process before has seen is not gone */
    static const char *const done[] = {"controllers", "bus/0:megaraid,3"};
    for (int i = 0; i < 2; i++) {
        seen.skip = done[i];
        look(NULL, 0);
        expect("forewarn_disk_vanished{disk=\"0x5000c500aabbccdd\"}", NAN);
    }
    seen.skip = NULL;

    /* the same disk passed through as a device of its own is one disk */
    struct disk direct[] = {disk_of("none-sas", "sas")};
    direct[0].disk = "0x5000c500aabbccdd";
    look(direct, 1);
    int infos = 0;
    for (size_t i = 0; i < seen.line_count; i++)
        infos += strncmp(seen.lines[i], "forewarn_disk_info{", 19) == 0;
    assert_int_equal(infos, 1);
}

/* The kernel counts what the disk refuses; what it refuses of our questions is not its error. */
static void errors_of_our_own(void **state)
{
    struct disk disks[] = {disk_of("none-refuses", "sas")};
    const struct disks found = {.disk = disks, .count = 1};
    struct error e = {0};
    (void)state;
    disks[0].sysfs = "/sys/block/sda";
    tree_file(&tree, "/sys/block/sda/inflight", "0 0\n");
    tree_file(&tree, "/sys/block/sda/device/iorequest_cnt", "0x20\n");
    tree_file(&tree, "/sys/block/sda/device/iodone_cnt", "0x20\n");
    tree_file(&tree, "/sys/block/sda/device/ioerr_cnt", "0x7\n");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(blockstat_poll(&seen.run, &found, counters, &e), 0);
        look(disks, 1); /* which counts to 0x14, then to 0x74 */
        tree_file(&tree, "/smartctl.once", "");
    }
    smart_seen_forget(&seen);
    assert_int_equal(blockstat_poll(&seen.run, &found, counters, &e), 0);
    smart_seen_flush(&seen);
    expect("forewarn_disk_io_errors_total{disk=\"none-refuses\"}", 0x74 - 13 - BLOCKSTAT_OURS);
}

/* Each round is a process of its own, which knows what the one before has kept. */
static void what_was_never_read_vanishes_too(void **state)
{
    struct disk disks[] = {disk_of("none-virtio", "virtio"), disk_of("none-stick", "scsi"),
                           disk_of("none-denied", "sas"),    disk_of("none-asleep", "scsi"),
                           disk_of("none-half", "usb"),      disk_of("none-killed", "mmc")};
    struct error e = {0};
    (void)state;
    state_directory = tree.path;
    look(disks, sizeof disks / sizeof disks[0]);
    smart_memory_free(&memory);
    memory = smart_memory_new();
    assert_int_equal(smart_memory_load(memory, tree.path, &e), 0);
    look(disks, 1);
    expect("forewarn_disk_vanished{disk=\"none-virtio\"}", 0);
    expect("forewarn_disk_vanished{disk=\"none-stick\"}", 1);
    expect("forewarn_disk_vanished{disk=\"none-denied\"}", 1);
    expect("forewarn_disk_vanished{disk=\"none-asleep\"}", 1);
    expect("forewarn_disk_vanished{disk=\"none-half\"}", NAN); /* taken out, as these are */
    expect("forewarn_disk_vanished{disk=\"none-killed\"}", NAN);
}

static void without_smartctl(void **state)
{
    struct disk disks[] = {disk_of("none-usb", "usb")};
    (void)state;
    seen.run.smartctl = NULL;
    look(disks, 1);
    expect("forewarn_disk_readable{disk=\"none-usb\"}", 0);
    const struct finding *f = smart_seen_finding(&seen, "none-usb", NULL);
    assert_non_null(f);
    assert_true(f->blind);
    assert_non_null(strstr(f->message, "not installed"));
}

static int set_up(void **state)
{
    (void)state;
    tree_make(&tree);
    tree_file(&tree, "/smartctl", script);
    snprintf(program, sizeof program, "%s/smartctl", tree.path);
    assert_int_equal(chmod(program, 0755), 0);
    smart_seen_open(&seen, tree.path);
    seen.run.smartctl = program;
    memory = smart_memory_new();
    counters = blockstat_state_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    state_directory = NULL;
    smart_memory_free(&memory);
    blockstat_state_free(&counters);
    smart_seen_close(&seen);
    tree_remove(&tree);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sleeping_disk_keeps_its_values, set_up, tear_down),
        cmocka_unit_test_setup_teardown(becomes_unreadable, set_up, tear_down),
        cmocka_unit_test_setup_teardown(controllers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(errors_of_our_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_never_read_vanishes_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_smartctl, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
