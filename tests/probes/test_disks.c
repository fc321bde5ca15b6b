/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "probes/disks.h"
#include "tests/probes/tree.h"

#define PCI   "/sys/devices/pci0000:00"
#define MODEL "WDC\\x20WD40EFRX\\x20\\x20"

struct host {
    struct tree tree;
    struct root *root;
    struct arena *arena;
    struct batch batch;
    struct disks disks;
};

static int set_up(void **state)
{
    static struct host host;
    memset(&host, 0, sizeof host);
    tree_make(&host.tree);
    tree_file(&host.tree, "/sys/block/loop0/size", "8\n");
    host.arena = arena_new();
    batch_init(&host.batch);
    *state = &host;
    return 0;
}

static int tear_down(void **state)
{
    struct host *host = *state;
    root_close(&host->root);
    batch_free(&host->batch);
    arena_free(&host->arena);
    tree_remove(&host->tree);
    return 0;
}

static void find(struct host *host)
{
    struct error e;
    assert_int_equal(root_open(host->tree.path, &host->root, &e), 0);
    assert_int_equal(disks_find(host->root, host->arena, &host->batch, &host->disks, &e), 0);
}

/* Writes "file=content" below /sys<place>, and links the device into /sys/block. */
static void add_device(struct host *host, const char *place, const char *const *files)
{
    char path[512], name[64];
    snprintf(name, sizeof name, "%s", strrchr(place, '/') + 1);
    snprintf(path, sizeof path, "/sys/block/%s", name);
    tree_link(&host->tree, path, place);
    snprintf(path, sizeof path, "/sys/class/block/%s", name);
    tree_link(&host->tree, path, place);
    for (size_t i = 0; files[i]; i += 2) {
        snprintf(path, sizeof path, "%s/%s", place, files[i]);
        tree_file(&host->tree, path, files[i + 1]);
    }
}

#define ADD(host, place, ...) add_device((host), (place), (const char *const[]){__VA_ARGS__, NULL})

static const struct disk *get(const struct host *host, const char *device)
{
    const struct disk *disk = disks_by_device(&host->disks, device);
    if (!disk)
        fail_msg("%s is not found", device);
    return disk;
}

static void check(const struct host *host, const char *device, const char *expected)
{
    const struct disk *d = get(host, device);
    char text[512];
    snprintf(text, sizeof text, "%s|%s|%s|%s|%s|%s", d->disk, d->bus, d->model, d->serial,
             d->firmware, d->paths);
    assert_string_equal(text, expected);
    assert_ptr_equal(disks_by_identity(&host->disks, d->disk), d);
}

static void from_udev(void **state)
{
    struct host *host = *state;
    ADD(host, PCI "/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/block/sda", "size", "7814037168",
        "dev", "8:0", "queue/rotational", "1", "sda1/partition", "1");
    tree_file(&host->tree, "/run/udev/data/b8:0",
              "S:disk/by-id/x\nE:ID_ATA=1\nE:ID_BUS=ata\nE:ID_MODEL=WDC_WD40EFRX\n"
              "E:ID_MODEL_ENC=" MODEL "\nE:ID_SERIAL=WDC_WD40EFRX_WD-1\n"
              "E:ID_SERIAL_SHORT=WD-1\nE:ID_REVISION=82.00A82\n"
              "E:ID_WWN=0x50014ee2b1234567\nE:ID_WWN_WITH_EXTENSION=0x50014ee2b1234567\n");
    find(host);
    assert_int_equal(host->disks.count, 1);
    check(host, "sda", "0x50014ee2b1234567|ata|WDC WD40EFRX|WD-1|82.00A82|");
    assert_int_equal(get(host, "sda")->rotational, 1);
    assert_true(get(host, "sda")->bytes == UINT64_C(7814037168) * 512);
    assert_string_equal(get(host, "sda")->sysfs,
                        PCI "/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/block/sda");
    assert_ptr_equal(get(host, "sda1"), get(host, "sda"));
    assert_null(disks_by_device(&host->disks, "sda2"));
    assert_null(disks_by_device(&host->disks, "loop0"));
    assert_null(disks_by_identity(&host->disks, "0x50014ee2b1234568"));
    assert_int_equal(host->batch.finding_count, 0);
}

static void from_sysfs_alone(void **state)
{
    struct host *host = *state;
    ADD(host, PCI "/ata1/host0/target0:0:0/0:0:0:0/block/sda", "size", "100", "device/vendor",
        "ATA     ", "device/model", "LABDISK", "device/rev", "1.0 ", "device/wwid",
        "naa.5000c50000000003\n");
    tree_bytes(&host->tree, PCI "/ata1/host0/target0:0:0/0:0:0:0/block/sda/device/vpd_pg80",
               "\0\x80\0\x08LABAHCI3", 12);
    ADD(host, PCI "/ata2/host1/target1:0:0/1:0:0:0/block/sdb", "size", "100", "device/vendor",
        "ATA     ", "device/model", "LABDISK TRUNCATE", "device/wwid",
        "t10.ATA     LABDISK TRUNCATED NOT                   LABAHCI4            \n");
    ADD(host, PCI "/host2/port-2:0/end_device-2:0/target2:0:0/2:0:0:0/block/sdc", "size", "100",
        "device/vendor", "SEAGATE ", "device/model", "ST4000NM0023    ", "device/rev", "0004",
        "device/wwid", "naa.5000c500a1b2c3d4");
    ADD(host, PCI "/virtio1/host4/target4:0:0/4:0:0:0/block/sdd", "size", "100", "device/vendor",
        "QEMU    ", "device/model", "QEMU HARDDISK   ", "device/wwid",
        "t10.QEMU    QEMU HARDDISK   drive-scsi0");
    find(host);
    check(host, "sda", "0x5000c50000000003|ata|LABDISK|LABAHCI3|1.0|");
    check(host, "sdb", "LABDISK_TRUNCATED_NOT_LABAHCI4|ata|LABDISK TRUNCATED NOT|LABAHCI4||");
    check(host, "sdc", "0x5000c500a1b2c3d4|sas|SEAGATE ST4000NM0023||0004|");
    check(host, "sdd", "sdd|scsi|QEMU QEMU HARDDISK|||");
    assert_int_equal(host->batch.finding_count, 0);
}

static void scsi_from_udev(void **state)
{
    struct host *host = *state;
    ADD(host, PCI "/host2/port-2:0/end_device-2:0/target2:0:0/2:0:0:0/block/sda", "size", "100",
        "dev", "8:0");
    tree_file(&host->tree, "/run/udev/data/b8:0",
              "E:ID_BUS=scsi\nE:ID_VENDOR=SEAGATE\nE:ID_VENDOR_ENC=SEAGATE\\x20\n"
              "E:ID_MODEL=ST4000NM0023\nE:ID_MODEL_ENC=ST4000NM0023\\x20\\x20\\x20\\x20\n"
              "E:ID_SERIAL=35000c500a1b2c3d4\nE:ID_SERIAL_SHORT=5000c500a1b2c3d4\n"
              "E:ID_WWN=0x5000c500a1b2c3d4\nE:ID_WWN_WITH_EXTENSION=0x5000c500a1b2c3d4\n"
              "E:ID_SCSI_SERIAL=Z1Z0AB12\nE:ID_REVISION=0004\n");
    find(host);
    check(host, "sda", "0x5000c500a1b2c3d4|sas|SEAGATE ST4000NM0023|Z1Z0AB12|0004|");
}

static void nvme(void **state)
{
    struct host *host = *state;
    ADD(host, PCI "/nvme/nvme0/nvme0n1", "size", "100", "device/model", "Samsung SSD 970 EVO",
        "device/serial", "S466NX0K", "device/firmware_rev", "1B2QEXE7", "eui",
        "00 25 38 5b 71 b0 12 34", "nguid", "11111111-1111-1111-1111-111111111111", "wwid",
        "eui.11111111111111111111111111111111", "nvme0n1p1/partition", "1");
    ADD(host, PCI "/nvme/nvme1/nvme1n1", "size", "100", "device/model", "Old", "device/serial",
        "S1", "wwid", "nvme.144d-5331-4f6c64-00000001", "nsid", "1");
    ADD(host, PCI "/nvme/nvme1/nvme1n2", "size", "100", "device/model", "Old", "device/serial",
        "S1", "wwid", "uuid.5f1e7c2e-0000-0000-0000-000000000000", "nsid", "2");
    ADD(host, "/sys/devices/virtual/nvme-subsystem/nvme-subsys2/nvme2n1", "size", "100", "nguid",
        "00253856-0000-0000-0000-00000000000a", "eui", "00 00 00 00 00 00 00 00");
    ADD(host, PCI "/nvme/nvme2/nvme2c2n1", "size", "100", "hidden", "1");
    find(host);
    assert_int_equal(host->disks.count, 4);
    check(host, "nvme0n1", "eui.0025385b71b01234|nvme|Samsung SSD 970 EVO|S466NX0K|1B2QEXE7|");
    check(host, "nvme0n1p1", "eui.0025385b71b01234|nvme|Samsung SSD 970 EVO|S466NX0K|1B2QEXE7|");
    check(host, "nvme1n1", "Old_S1|nvme|Old|S1||");
    check(host, "nvme1n2", "Old_S1_2|nvme|Old|S1||");
    check(host, "nvme2n1", "eui.0025385600000000000000000000000a|nvme||||");
    assert_ptr_equal(get(host, "nvme2c2n1"), get(host, "nvme2n1"));
}

static void other_buses(void **state)
{
    struct host *host = *state;
    ADD(host, PCI "/virtio1/block/vda", "size", "100", "serial", "root");
    ADD(host, PCI "/virtio2/block/vdb", "size", "100");
    ADD(host, PCI "/mmc_host/mmc0/mmc0:0001/block/mmcblk0", "size", "100", "device/name", "SD16G",
        "device/serial", "0x12345678");
    ADD(host, PCI "/mmc_host/mmc0/mmc0:0001/block/mmcblk0boot0", "size", "100");
    ADD(host, PCI "/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0/block/sdz", "size", "100",
        "device/vendor", "WD", "device/model", "Elements 25A3");
    tree_file(&host->tree, PCI "/usb2/2-1/serial", "5758314142\n");
    ADD(host, PCI "/usb2/2-2/2-2:1.0/host7/target7:0:0/7:0:0:0/block/sdy", "size", "0");
    ADD(host, "/sys/devices/platform/host8/session1/target8:0:0/8:0:0:1/block/sdi", "size", "100");
    ADD(host, PCI "/host9/rport-9:0-1/target9:0:1/9:0:1:0/block/sdf", "size", "100");
    ADD(host, PCI "/host3/target3:2:0/3:2:0:0/block/sdr", "size", "100");
    ADD(host, PCI "/host3/target3:0:4/3:0:4:0/block/sds", "size", "100");
    tree_file(&host->tree, "/sys/class/scsi_host/host3/proc_name", "megaraid_sas\n");
    ADD(host, "/sys/devices/virtual/block/ublkb0", "size", "100");
    ADD(host, "/sys/devices/virtual/block/nbd0", "size", "100");
    ADD(host, "/sys/devices/virtual/block/nbd1", "size", "0");
    find(host);
    check(host, "vda", "root|virtio||root||");
    check(host, "vdb", "vdb|virtio||||");
    check(host, "mmcblk0", "0x12345678|mmc|SD16G|0x12345678||");
    check(host, "sdz", "WD_Elements_25A3_5758314142-0:0|usb|WD Elements 25A3|5758314142||");
    check(host, "sdi", "sdi|iscsi||||");
    check(host, "sdf", "sdf|fc||||");
    check(host, "sdr", "sdr|raid||||");
    check(host, "sds", "sds|scsi||||");
    check(host, "nbd0", "nbd0|||||");
    assert_int_equal(host->disks.count, 9);
}

#define PATH_OF(host, target) "/sys/devices/pci/host" host "/port/end_device-" target "/target" host

/* The same disk on two paths, one that only says the same name, and a USB bridge's copied number */
static void paths_and_conflicts(void **state)
{
    struct host *host = *state;
    static const char page[] = "\0\x80\0\x02S1", other[] = "\0\x80\0\x02S2";
    ADD(host, PATH_OF("1", "a") "/block/sda", "size", "100", "device/wwid", "naa.5000c50000000001");
    ADD(host, PATH_OF("2", "b") "/block/sdb", "size", "100", "device/wwid", "naa.5000c50000000001",
        "sdb1/partition", "1");
    ADD(host, PATH_OF("3", "c") "/block/sdc", "size", "100", "device/wwid", "naa.5000c50000000001");
    ADD(host, PATH_OF("4", "d") "/block/sdd", "size", "200", "device/wwid", "naa.5000c50000000001");
    ADD(host, PATH_OF("5", "e") "/block/sde", "size", "200", "device/wwid", "naa.5000c50000000001");
    tree_bytes(&host->tree, PATH_OF("1", "a") "/block/sda/device/vpd_pg80", page, 6);
    tree_bytes(&host->tree, PATH_OF("2", "b") "/block/sdb/device/vpd_pg80", page, 6);
    tree_bytes(&host->tree, PATH_OF("3", "c") "/block/sdc/device/vpd_pg80", other, 6);
    ADD(host, "/sys/devices/usb1/1-1/1-1:1/host6/target6:0:0/6:0:0:0/block/sdx", "size", "100",
        "device/model", "Bridge");
    ADD(host, "/sys/devices/usb1/1-2/1-2:1/host7/target7:0:0/7:0:0:0/block/sdy", "size", "100",
        "device/model", "Bridge");
    tree_file(&host->tree, "/sys/devices/usb1/1-1/serial", "000");
    tree_file(&host->tree, "/sys/devices/usb1/1-2/serial", "000");
    find(host);
    check(host, "sda", "0x5000c50000000001|sas||S1||sdb");
    assert_ptr_equal(get(host, "sdb"), get(host, "sda"));
    assert_ptr_equal(get(host, "sdb1"), get(host, "sda"));
    check(host, "sdc", "0x5000c50000000001#sdc|sas||S2||");
    check(host, "sdd", "0x5000c50000000001#sdd|sas||||sde");
    check(host, "sdx", "Bridge_000-0:0|usb|Bridge|000||");
    check(host, "sdy", "Bridge_000-0:0#sdy|usb|Bridge|000||");
    assert_int_equal(host->disks.count, 5);
    assert_int_equal(host->batch.finding_count, 3);
    assert_string_equal(host->batch.findings[0].kind, "conflict");
    assert_string_equal(host->batch.findings[0].target, "sdc");
    assert_string_equal(host->batch.findings[0].message,
                        "sda (serial S1, 51200 bytes) and sdc (serial S2, 51200 bytes) both say "
                        "that they are 0x5000c50000000001; the second is called "
                        "0x5000c50000000001#sdc here");
}

/* Two disks on SATA ports of the board are two, whatever they say of themselves. */
static void ata_ports_are_no_paths(void **state)
{
    struct host *host = *state;
    ADD(host, PCI "/ata1/host0/target0:0:0/0:0:0:0/block/sda", "size", "100", "device/vendor",
        "ATA", "device/wwid", "naa.5000c50000000001");
    ADD(host, PCI "/ata2/host1/target1:0:0/1:0:0:0/block/sdb", "size", "100", "device/vendor",
        "ATA", "device/wwid", "naa.5000c50000000001");
    find(host);
    check(host, "sda", "0x5000c50000000001|ata||||");
    check(host, "sdb", "0x5000c50000000001#sdb|ata||||");
    assert_int_equal(host->batch.finding_count, 1);
}

static void bays(void **state)
{
    struct host *host = *state;
    const struct tree *tree = &host->tree;
    ADD(host, PCI "/host0/end_device-0/target0:0:1/0:0:1:0/block/sda", "size", "100");
    ADD(host, PCI "/host0/end_device-1/target0:0:2/0:0:2:0/block/sdb", "size", "100");
    ADD(host, PCI "/host0/end_device-2/target0:0:3/0:0:3:0/block/sdc", "size", "100");
    tree_file(tree, "/sys/class/enclosure/0:0:8:0/id", "0x500304801e6c3f7f\n");
    tree_file(tree, "/sys/class/enclosure/0:0:8:0/Slot 01/slot", "0\n");
    tree_link(tree, "/sys/class/enclosure/0:0:8:0/Slot 01/device",
              "/sys/devices/pci0000:00/host0/end_device-0/target0:0:1/0:0:1:0");
    tree_file(tree, "/sys/class/enclosure/0:0:9:0/ArrayDevice07/slot", "-1\n");
    tree_link(tree, "/sys/class/enclosure/0:0:9:0/ArrayDevice07/device",
              "/sys/devices/pci0000:00/host0/end_device-1/target0:0:2/0:0:2:0");
    tree_file(tree, "/sys/class/enclosure/0:0:9:0/ArrayDevice08/slot", "8\n");
    find(host);
    assert_string_equal(get(host, "sda")->enclosure, "0x500304801e6c3f7f");
    assert_string_equal(get(host, "sda")->bay, "0");
    assert_string_equal(get(host, "sdb")->enclosure, "0:0:9:0");
    assert_string_equal(get(host, "sdb")->bay, "ArrayDevice07");
    assert_string_equal(get(host, "sdc")->enclosure, "");
    assert_string_equal(get(host, "sdc")->bay, "");
}

static void odd_files_are_findings(void **state)
{
    struct host *host = *state;
    const struct tree *tree = &host->tree;
    tree_file(tree, "/sys/block/sda/size", "many\n");
    tree_file(tree, "/sys/block/sdb/size", "99999999999999999999\n");
    tree_file(tree, "/sys/block/sdc/size", "8");
    tree_file(tree, "/sys/block/sdc/dev", "8:32\n");
    tree_file(tree, "/run/udev/data/b8:32", "E:ID_BUS=ata\nE:broken\n");
    tree_file(tree, "/sys/block/sdd/size", "8");
    tree_fifo(tree, "/sys/block/sdd/dev");
    tree_file(tree, "/sys/block/sde/size", "8");
    tree_bytes(tree, "/sys/block/sde/device/model", "a\0b", 3);
    tree_link(tree, "/sys/block/sdf", "../devices/gone/block/sdf");
    tree_file(tree, "/sys/block/sdg/queue/rotational", "x");
    find(host);
    static const char *const expected[][2] = {
        {"malformed", "/sys/block/sda/size"},          {"malformed", "/sys/block/sdb/size"},
        {"malformed", "/run/udev/data/b8:32"},         {"unreadable", "/sys/block/sdd/dev"},
        {"unreadable", "/sys/block/sde/device/model"}, {"note", "/sys/block/sdf"},
    };
    assert_int_equal(host->batch.finding_count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(host->batch.findings[i].kind, expected[i][0]);
        assert_string_equal(host->batch.findings[i].file, expected[i][1]);
    }
    assert_int_equal(host->disks.count, 6);
    check(host, "sdc", "sdc|ata||||");
    assert_int_equal(get(host, "sdg")->rotational, -1);
}

static size_t below(const struct host *host, const char *device, const char *first)
{
    const struct disk **disks;
    size_t count;
    assert_int_equal(
        disks_below(host->root, &host->disks, device, host->arena, &disks, &count, NULL), 0);
    if (count)
        assert_string_equal(disks[0]->device, first);
    return count;
}

static void layers(void **state)
{
    struct host *host = *state;
    const struct tree *tree = &host->tree;
    static const char *const disks[] = {"sda", "sdb", "sdc"};
    char path[128];
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "/sys/devices/%s", disks[i]);
        ADD(host, path, "size", "100", "x1/partition", "1");
    }
    tree_file(tree, "/sys/devices/sda/sda1/partition", "1");
    ADD(host, "/sys/devices/virtual/block/md0", "size", "100", "slaves/sda1/x", "", "slaves/sdb/x",
        "");
    ADD(host, "/sys/devices/virtual/block/dm-0", "size", "100", "slaves/md0p1/x", "",
        "slaves/sdb/x", "", "slaves/sdc/x", "");
    tree_file(tree, "/sys/devices/virtual/block/md0/md0p1/partition", "1");
    tree_link(tree, "/sys/class/block/md0p1", "/sys/devices/virtual/block/md0/md0p1");
    ADD(host, "/sys/devices/virtual/block/dm-1", "size", "100", "slaves/dm-2/x", "");
    ADD(host, "/sys/devices/virtual/block/dm-2", "size", "100", "slaves/dm-1/x", "");
    ADD(host, "/sys/devices/virtual/block/md1", "size", "100", "md/dev-sdc/state", "in_sync",
        "md/dev-sdz/state", "faulty");
    find(host);
    assert_int_equal(below(host, "sda", "sda"), 1);
    assert_int_equal(below(host, "sda1", "sda"), 1);
    assert_int_equal(below(host, "md0", "sda"), 2);
    assert_int_equal(below(host, "md0p1", "sda"), 2);
    assert_int_equal(below(host, "dm-0", "sda"), 3);
    assert_int_equal(below(host, "dm-1", ""), 0);
    assert_int_equal(below(host, "md1", "sdc"), 1);
    assert_int_equal(below(host, "gone", ""), 0);
    const struct disk **none;
    size_t count;
    struct error e;
    assert_true(disks_below(host->root, &host->disks, "../x", host->arena, &none, &count, &e) < 0);
}

static void no_block_directory(void **state)
{
    struct host *host = *state;
    struct error e;
    struct tree empty;
    tree_make(&empty);
    assert_int_equal(root_open(empty.path, &host->root, &e), 0);
    assert_int_equal(disks_find(host->root, host->arena, &host->batch, &host->disks, &e), -2);
    assert_string_equal(e.text, "open /sys/block: ENOENT");
    assert_null(disks_by_device(&host->disks, "sda"));
    assert_null(disks_by_identity(&host->disks, "sda"));
    tree_remove(&empty);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(from_udev),
        TEST(from_sysfs_alone),
        TEST(scsi_from_udev),
        TEST(nvme),
        TEST(other_buses),
        TEST(paths_and_conflicts),
        TEST(ata_ports_are_no_paths),
        TEST(bays),
        TEST(odd_files_are_findings),
        TEST(layers),
        TEST(no_block_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
