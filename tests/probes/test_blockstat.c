/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "probes/blockstat.h"
#include "tests/probes/tree.h"

struct host {
    struct tree tree;
    struct arena *arena;
    struct root *root;
    struct clock_sim clock;
    struct disks disks;
    struct blockstat_state *state;
    struct probe_run run;
};

static int set_up(void **state)
{
    static struct host host;
    memset(&host, 0, sizeof host);
    tree_make(&host.tree);
    tree_file(&host.tree, "/sys/block/loop0/size", "0");
    host.arena = arena_new();
    host.state = blockstat_state_new();
    clock_sim_init(&host.clock, 1000000);
    *state = &host;
    return 0;
}

static int tear_down(void **state)
{
    struct host *host = *state;
    batch_free(&host->run.batch);
    blockstat_state_free(&host->state);
    arena_free(&host->arena);
    root_close(&host->root);
    tree_remove(&host->tree);
    return 0;
}

/* One look; what was seen before is forgotten. */
static void look(struct host *host)
{
    struct error e;
    if (!host->root)
        assert_int_equal(root_open(host->tree.path, &host->root, &e), 0);
    batch_free(&host->run.batch);
    host->run = (struct probe_run){.root = host->root, .clock = &host->clock.clock};
    batch_init(&host->run.batch);
    assert_int_equal(disks_find(host->root, host->arena, &host->run.batch, &host->disks, &e), 0);
    assert_int_equal(blockstat_poll(&host->run, &host->disks, host->state, &e), 0);
}

/* The value of the series "name value value ...", which must be there once; -1: it is not there. */
static double value_of(const struct host *host, const char *series)
{
    double value = -1;
    for (size_t i = 0; i < host->run.batch.sample_count; i++) {
        const struct sample *sample = &host->run.batch.samples[i];
        char text[512];
        int n = snprintf(text, sizeof text, "%s", sample->metric->name + strlen("forewarn_"));
        for (size_t l = 0; l < METRIC_MAX_LABELS && sample->metric->labels[l]; l++)
            n += snprintf(text + n, sizeof text - (size_t)n, " %s", sample->values[l]);
        if (strcmp(text, series) != 0)
            continue;
        if (value >= 0)
            fail_msg("%s is there twice", series);
        value = sample->value;
    }
    return value;
}

static void check(const struct host *host, const char *series, double expected)
{
    double value = value_of(host, series);
    if (value != expected)
        fail_msg("%s is %g, not %g", series, value, expected);
}

static void scsi_counters(void **state)
{
    struct host *host = *state;
    static const char *const files[][2] = {
        {"size", "8"},
        {"device/iorequest_cnt", "0x2cf\n"},
        {"device/iodone_cnt", "0x2cc\n"},
        {"device/ioerr_cnt", "0x5\n"},
        {"device/iotmo_cnt", "0x1\n"},
        {"device/state", "running\n"},
        {"device/timeout", "30\n"},
        {"inflight", "       1        2\n"},
        {"ro", "0\n"},
        {"removable", "0\n"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[128];
        snprintf(path, sizeof path, "/sys/block/sda/%s", files[i][0]);
        tree_file(&host->tree, path, files[i][1]);
    }
    look(host);
    check(host, "disk_io_errors_total sda", 5);
    check(host, "disk_io_timeouts_total sda", 1);
    check(host, "disk_requests_in_flight sda", 3);
    check(host, "disk_requests_outstanding sda", 3);
    check(host, "disk_requests_outstanding_seconds sda", -1); /* one look, not at a live host */
    check(host, "disk_command_timeout_seconds sda", 30);
    check(host, "disk_device_state sda running", 1);
    check(host, "disk_write_protected sda", 0);
    check(host, "disk_removable sda", 0);
    assert_int_equal(host->run.batch.finding_count, 0);

    clock_sim_advance(&host->clock, 12500);
    tree_file(&host->tree, "/sys/block/sda/inflight", "0 0");
    look(host);
    check(host, "disk_requests_outstanding sda", 2); /* one of three timed out before */
    check(host, "disk_requests_outstanding_seconds sda", 12.5);

    tree_file(&host->tree, "/sys/block/sda/device/iodone_cnt", "0x2cf\n");
    look(host);
    check(host, "disk_requests_outstanding sda", 0);
    check(host, "disk_requests_outstanding_seconds sda", 0);
}

static void errors_without_ours(void **state)
{
    struct host *host = *state;
    static const char count[] = "/sys/block/sda/device/ioerr_cnt";
    tree_file(&host->tree, "/sys/block/sda/size", "8");
    tree_file(&host->tree, "/sys/block/sda/device/iorequest_cnt", "0x20\n");
    tree_file(&host->tree, "/sys/block/sda/device/iodone_cnt", "0x20\n");
    tree_file(&host->tree, "/sys/block/sda/inflight", "0 0\n");
    tree_file(&host->tree, count, "0x10\n");
    look(host);
    check(host, "disk_io_errors_total sda", 16);
    assert_int_equal(blockstat_errors(host->root, &host->disks.disk[0]), 16);
    assert_false(blockstat_ours(host->state, "sda", 16, 16));
    assert_false(blockstat_ours(host->state, "sda", -1, 16));
    assert_false(blockstat_ours(host->state, "sdb", 16, 29));
    assert_true(blockstat_ours(host->state, "sda", 16, 29));
    tree_file(&host->tree, count, "0x1f\n");
    json_t *kept = blockstat_state_render(host->state);
    blockstat_state_free(&host->state);
    host->state = blockstat_state_parse(kept);
    json_decref(kept);
    look(host);
    check(host, "disk_io_errors_total sda", 31 - 13);
    tree_file(&host->tree, count, "0xf\n"); /* it was away, and is counted anew */
    look(host);
    check(host, "disk_io_errors_total sda", 15);
}

static void nvme_counters(void **state)
{
    struct host *host = *state;
    tree_file(&host->tree, "/sys/block/nvme0n1/size", "8");
    tree_file(&host->tree, "/sys/block/nvme0n1/inflight", "0 4");
    tree_file(&host->tree, "/sys/block/nvme0n1/stat", "10 0 80 5 20 1 160 9 4 7 14");
    tree_file(&host->tree, "/sys/block/nvme0n1/queue/io_timeout", "30500");
    tree_file(&host->tree, "/sys/block/nvme0n1/device/state", "live");
    look(host);
    check(host, "disk_requests_outstanding nvme0n1", 4);
    clock_sim_advance(&host->clock, 9000);
    look(host);
    check(host, "disk_requests_outstanding nvme0n1", 4);
    check(host, "disk_requests_outstanding_seconds nvme0n1", 9);
    check(host, "disk_command_timeout_seconds nvme0n1", 30.5);
    check(host, "disk_device_state nvme0n1 live", 1);
    check(host, "disk_io_errors_total nvme0n1", -1);
}

static void adds_up_paths(void **state)
{
    struct host *host = *state;
    static const char *const names[] = {"sda", "sdb"}, *const states[] = {"running", "offline"};
    for (size_t i = 0; i < 2; i++) {
        char place[128], path[256];
        snprintf(place, sizeof place, "/sys/devices/host%zu/end_device-1/block/%s", i, names[i]);
        snprintf(path, sizeof path, "/sys/block/%s", names[i]);
        tree_link(&host->tree, path, place);
        snprintf(path, sizeof path, "%s/size", place);
        tree_file(&host->tree, path, "8");
        snprintf(path, sizeof path, "%s/device/wwid", place);
        tree_file(&host->tree, path, "naa.5000c50000000001");
        snprintf(path, sizeof path, "%s/device/ioerr_cnt", place);
        tree_file(&host->tree, path, "0x4");
        snprintf(path, sizeof path, "%s/device/state", place);
        tree_file(&host->tree, path, states[i]);
    }
    look(host);
    assert_int_equal(host->disks.count, 1);
    check(host, "disk_io_errors_total 0x5000c50000000001", 8);
    check(host, "disk_device_state 0x5000c50000000001 running", 1);
    check(host, "disk_device_state 0x5000c50000000001 offline", 1);
}

static void odd_counters_are_findings(void **state)
{
    struct host *host = *state;
    tree_file(&host->tree, "/sys/block/sda/size", "8");
    tree_file(&host->tree, "/sys/block/sda/device/wwid", "naa.5000c50000000001\n");
    tree_file(&host->tree, "/sys/block/sda/device/ioerr_cnt", "ma\nny");
    tree_file(&host->tree, "/sys/block/sda/device/iotmo_cnt", "0x7");
    tree_fifo(&host->tree, "/sys/block/sda/inflight");
    tree_link(&host->tree, "/sys/block/sda/ro", "ro");
    tree_file(&host->tree, "/sys/block/sda/device/state/x", "");
    look(host);
    check(host, "disk_io_errors_total 0x5000c50000000001", -1);
    check(host, "disk_io_timeouts_total 0x5000c50000000001", 7);
    check(host, "disk_requests_outstanding 0x5000c50000000001", -1);
    assert_int_equal(host->run.batch.finding_count, 4);
    const struct finding *findings = host->run.batch.findings;
    static const char *const expected[][2] = {
        {"unreadable", "/sys/block/sda/inflight"},
        {"malformed", "/sys/block/sda/device/ioerr_cnt"},
        {"unreadable", "/sys/block/sda/ro"},
        {"unreadable", "/sys/block/sda/device/state"},
    };
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(findings[i].kind, expected[i][0]);
        assert_string_equal(findings[i].file, expected[i][1]);
        assert_string_equal(findings[i].target, "sda"); /* and not its identity */
        assert_true(findings[i].blind);
    }
    assert_string_equal(findings[1].message, "'ma?ny' is not what is expected here");
}

static void filesystems(void **state)
{
    struct host *host = *state;
    const struct tree *tree = &host->tree;
    tree_file(tree, "/sys/block/sda/size", "8");
    tree_file(tree, "/sys/block/sda/sda1/partition", "1");
    tree_file(tree, "/sys/block/sdb/size", "8");
    tree_link(tree, "/sys/dev/block/8:1", "../../block/sda/sda1");
    tree_link(tree, "/sys/dev/block/9:0", "../../block/md0");
    tree_file(tree, "/sys/block/md0/slaves/sda1/x", "");
    tree_file(tree, "/sys/block/md0/slaves/sdb/x", "");
    tree_file(tree, "/sys/block/loop1/loop/backing_file", "/var/vmail/image\n");
    tree_file(tree, "/proc/1/mountinfo",
              "1 1 8:1 / / rw - ext4 /dev/root rw,errors=remount-ro\n"
              "2 1 9:0 / /var/vmail rw - ext4 /dev/md0 ro,errors=remount-ro\n"
              "3 1 7:1 / /image ro - ext4 /dev/loop1 ro\n"
              "4 1 0:3 / /proc rw - proc proc rw\n");
    tree_file(tree, "/sys/fs/ext4/features/lazy_itable_init", "supported\n");
    tree_file(tree, "/sys/fs/ext4/sda1/errors_count", "0\n");
    tree_file(tree, "/sys/fs/ext4/md0/errors_count", "3\n");
    tree_file(tree, "/sys/fs/ext4/md0/first_error_time", "1700000000\n");
    tree_file(tree, "/sys/fs/ext4/md0/last_error_time", "1700000100\n");
    tree_file(tree, "/sys/fs/ext4/md0/last_error_func", "ext4_find_entry\n");
    tree_file(tree, "/sys/fs/ext4/md0/last_error_block", "4711\n");
    tree_file(tree, "/sys/fs/ext4/dm-9/errors_count", "some\n");
    look(host);
    check(host, "filesystem_read_only sda1 / ext4", 0);
    check(host, "filesystem_read_only md0 /var/vmail ext4", 1);
    check(host, "filesystem_read_only loop1 /image ext4", 0);
    check(host, "filesystem_info sda1 / ext4 sda", 1);
    check(host, "filesystem_info md0 /var/vmail ext4 sda", 1);
    check(host, "filesystem_info md0 /var/vmail ext4 sdb", 1);
    check(host, "filesystem_info loop1 /image ext4 sdb", 1);
    check(host, "filesystem_errors_total sda1 /", 0);
    check(host, "filesystem_first_error_timestamp_seconds sda1 /", -1);
    check(host, "filesystem_errors_total md0 /var/vmail", 3);
    check(host, "filesystem_first_error_timestamp_seconds md0 /var/vmail", 1700000000);
    check(host, "filesystem_last_error_timestamp_seconds md0 /var/vmail", 1700000100);
    check(host, "filesystem_last_error_info md0 /var/vmail ext4_find_entry 4711", 1);
    assert_int_equal(host->run.batch.finding_count, 1);
    assert_string_equal(host->run.batch.findings[0].file, "/sys/fs/ext4/dm-9/errors_count");
}

/* Where only /proc/mounts was recorded, "ro" alone does not say that anything is wrong. */
static void plain_mounts(void **state)
{
    struct host *host = *state;
    const struct tree *tree = &host->tree;
    tree_file(tree, "/sys/block/sda/size", "8");
    tree_file(tree, "/proc/mounts",
              "/dev/sda / ext4 ro,errors=remount-ro 0 0\n"
              "/dev/mapper/vg-x /x ext4 ro 0 0\n");
    look(host);
    check(host, "filesystem_read_only sda / ext4", 0);
    check(host, "filesystem_read_only mapper/vg-x /x ext4", 0);
    tree_file(tree, "/sys/fs/ext4/sda/errors_count", "1\n");
    look(host);
    check(host, "filesystem_read_only sda / ext4", 1);
}

/* Whatever this host has: it is read without waiting for long. */
static void this_host(void **state)
{
    struct host *host = *state;
    struct error e;
    assert_int_equal(root_open("/", &host->root, &e), 0);
    host->run = (struct probe_run){.root = host->root, .clock = &clock_system};
    batch_init(&host->run.batch);
    if (disks_find(host->root, host->arena, &host->run.batch, &host->disks, &e) < 0)
        skip(); /* a container without /sys */
    int64_t start = clock_monotonic_ns(&clock_system);
    for (int i = 0; i < 2; i++)
        blockstat_poll(&host->run, &host->disks, host->state, &e);
    assert_true(clock_monotonic_ns(&clock_system) - start < INT64_C(20) * 1000000000);
    for (size_t i = 0; i < host->run.batch.sample_count; i++)
        assert_true(host->run.batch.samples[i].value >= 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(scsi_counters),
        TEST(errors_without_ours),
        TEST(nvme_counters),
        TEST(adds_up_paths),
        TEST(odd_counters_are_findings),
        TEST(filesystems),
        TEST(plain_mounts),
        TEST(this_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
