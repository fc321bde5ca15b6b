/* SPDX-License-Identifier: Apache-2.0 */
/* The whole probe over trees made here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/root.h"
#include "probes/smart_json.h"
#include "tests/probes/smart_make.h"
#include "tests/probes/smart_seen.h"
#include "tests/probes/tree.h"

static const struct smart_made made = {
    .model = "EXAMPLE HD-1000",
    .serial = "S0123456789",
    .firmware = "FW01",
    .wwn = UINT64_C(0x5000c500a1b2c3d4),
    .sectors = 1953525168,
    .rate = 7200,
    .status = 1,
    .rows = {{5, 98, 98, 10, 12},
             {9, 80, 80, 0, 20000},
             {194, 36, 50, 0, 0x3100100024},
             {197, 100, 100, 0, 8},
             {198, 100, 100, 0, 2},
             {240, 100, 100, 0, 7}},
};

static void add_blob(const struct tree *tree, const char *path, const struct smart_made *disk)
{
    uint8_t bytes[SMART_MADE_MAX];
    tree_bytes(tree, path, bytes, smart_make(disk, bytes));
}

static void add_json(const struct tree *tree, const char *path, const char *name)
{
    SCRATCH_ARENA(arena);
    struct root *root;
    char *text = NULL;
    size_t length;
    struct error e = {0};
    assert_int_equal(root_open(TOP_SRCDIR "/tests/data/smart", &root, &e), 0);
    assert_int_equal(root_read(root, name, SMART_JSON_MAX, arena, &text, &length, &e), 0);
    root_close(&root);
    tree_bytes(tree, path, text, length);
}

static void poll_tree(struct smart_seen *seen)
{
    struct error e = {0};
    int code = smart_seen_poll(seen, &e);
    if (code < 0)
        fail_msg("%s", e.text);
    assert_int_equal(seen->begun, seen->ended);
}

static void expect(const struct smart_seen *seen, const char *series, double value)
{
    double is = smart_seen_value(seen, series);
    if (!(fabs(is - value) < 1e-6) && !(isnan(is) && isnan(value))) {
        smart_seen_print(seen);
        fail_msg("%s is %g, not %g", series, is, value);
    }
}

#define ATA    "{disk=\"0x5000c500a1b2c3d4\"}"
#define ABSENT NAN

/* No sysfs at all: the files alone are the disks. */
static void disks_of_files_alone(void **state)
{
    struct tree tree;
    struct smart_seen seen;
    (void)state;
    tree_make(&tree);
    add_blob(&tree, "/smart/sda.blob", &made);
    add_json(&tree, "/smart/nvme0n1.json", "nvme.json");
    add_json(&tree, "/smart/bus0-megaraid3.json", "sas.json");
    add_json(&tree, "/smart/sdc.json", "asleep.json");
    add_json(&tree, "/smart/sdd.json", "denied.json");
    add_json(&tree, "/smart/sde.json", "nosmart.json");
    tree_file(&tree, "/smart/README", "not a recording");
    smart_seen_open(&seen, tree.path);
    poll_tree(&seen);
    expect(&seen,
           "forewarn_disk_info{disk=\"0x5000c500a1b2c3d4\",device=\"sda\",model=\"EXAMPLE "
           "HD-1000\",serial=\"S0123456789\",firmware=\"FW01\",bus=\"ata\",rotational=\"1\"}",
           1);
    expect(&seen, "forewarn_disk_readable" ATA, 1);
    expect(&seen, "forewarn_disk_asleep" ATA, 0);
    expect(&seen, "forewarn_disk_vanished" ATA, 0);
    expect(&seen, "forewarn_disk_last_read_timestamp_seconds" ATA, 1700000000);
    expect(&seen, "forewarn_disk_healthy" ATA, 1);
    expect(&seen, "forewarn_disk_pending_sectors" ATA, 8);
    expect(&seen, "forewarn_disk_selftest_passed" ATA, ABSENT);
    expect(&seen,
           "forewarn_disk_attribute{disk=\"0x5000c500a1b2c3d4\",id=\"5\",name=\"Reallocated_"
           "Sector_Ct\",value=\"normalized\"}",
           98);
    expect(&seen,
           "forewarn_disk_attribute{disk=\"0x5000c500a1b2c3d4\",id=\"194\",name=\"Temperature_"
           "Celsius\",value=\"raw\"}",
           210454446116);
    expect(&seen,
           "forewarn_disk_attribute_decoded{disk=\"0x5000c500a1b2c3d4\",id=\"194\",name="
           "\"Temperature_Celsius\"}",
           36);
    expect(&seen, "forewarn_disk_media_errors_total{disk=\"eui.0025385a11b3699d\"}", 17);
    expect(&seen, "forewarn_disk_grown_defects{disk=\"0x5000c500aabbccdd\"}", 56);
    expect(&seen, "forewarn_disk_asleep{disk=\"EXAMPLE_HD-1000_S0000000003\"}", 1);
    expect(&seen, "forewarn_disk_readable{disk=\"EXAMPLE_HD-1000_S0000000003\"}", ABSENT);
    expect(&seen, "forewarn_disk_readable{disk=\"sdd\"}", 0);
    const struct finding *denied = smart_seen_finding(&seen, "sdd", NULL);
    assert_non_null(denied);
    assert_true(denied->blind);
    assert_string_equal(denied->file, "/smart/sdd.json");
    assert_non_null(strstr(denied->message, "Permission denied"));
    const struct finding *none = smart_seen_finding(&seen, "sde", NULL);
    assert_non_null(none);
    assert_string_equal(none->kind, "unsupported");
    assert_false(none->blind);
    assert_null(smart_seen_finding(&seen, "README", NULL));
    smart_seen_close(&seen);
    tree_remove(&tree);
}

/* Blob and JSON of one disk: attributes of the one, logs and names of the other. */
static void blob_and_json_are_one_disk(void **state)
{
    struct tree tree;
    struct smart_seen seen;
    struct smart_made other = made;
    (void)state;
    tree_make(&tree);
    other.rows[3].raw = 9; /* pending: the blob's counts */
    other.status = -1;
    add_blob(&tree, "/smart/sda.blob", &other);
    add_json(&tree, "/smart/sda.json", "ata.json");
    smart_seen_open(&seen, tree.path);
    poll_tree(&seen);
    expect(&seen, "forewarn_disk_pending_sectors" ATA, 9);
    expect(&seen, "forewarn_disk_healthy" ATA, 0); /* the blob does not say */
    expect(&seen, "forewarn_disk_selftest_passed" ATA, 0);
    expect(&seen,
           "forewarn_disk_error_recovery_control_seconds{disk=\"0x5000c500a1b2c3d4\",op=\"read\"}",
           7);
    expect(&seen,
           "forewarn_disk_error_recovery_control_seconds{disk=\"0x5000c500a1b2c3d4\",op=\"write\"}",
           0);
    expect(&seen,
           "forewarn_disk_attribute{disk=\"0x5000c500a1b2c3d4\",id=\"240\",name=\"Proprietary_"
           "240\",value=\"raw\"}",
           7);
    assert_int_equal(seen.begun, 2); /* the list of disks and this one */
    assert_int_equal(seen.finding_count, 0);
    smart_seen_close(&seen);
    tree_remove(&tree);
}

static void add_sysfs(const struct tree *tree, const char *name, const char *udev)
{
    char path[256], target[256];
    snprintf(path, sizeof path, "/sys/devices/x/%s/size", name);
    tree_file(tree, path, "1953525168\n");
    snprintf(path, sizeof path, "/sys/devices/x/%s/dev", name);
    tree_file(tree, path, strcmp(name, "sda") == 0 ? "8:0\n" : "8:16\n");
    snprintf(path, sizeof path, "/sys/block/%s", name);
    snprintf(target, sizeof target, "../devices/x/%s", name);
    tree_link(tree, path, target);
    snprintf(path, sizeof path, "/run/udev/data/b%s", strcmp(name, "sda") == 0 ? "8:0" : "8:16");
    tree_file(tree, path, udev);
}

static void sysfs_and_files_meet(void **state)
{
    struct tree tree;
    struct smart_seen seen;
    (void)state;
    tree_make(&tree);
    add_sysfs(&tree, "sda",
              "E:ID_WWN_WITH_EXTENSION=0x5000c500a1b2c3d4\nE:ID_BUS=ata\nE:ID_ATA=1\n");
    add_sysfs(&tree, "sdb",
              "E:ID_WWN_WITH_EXTENSION=0x5000c500a1b2c3d5\nE:ID_BUS=ata\nE:ID_ATA=1\n");
    smart_seen_open(&seen, tree.path);

    /* without recordings, nobody is blamed */
    poll_tree(&seen);
    for (size_t i = 0; i < seen.finding_count; i++)
        assert_false(seen.findings[i].blind && strcmp(seen.findings[i].kind, "unreadable") == 0);
    expect(&seen, "forewarn_disk_readable" ATA, ABSENT);

    /* with a recording of one disk, the other was not seen */
    add_blob(&tree, "/smart/sda.blob", &made);
    poll_tree(&seen);
    expect(&seen, "forewarn_disk_readable" ATA, 1);
    expect(&seen, "forewarn_disk_reallocated_sectors" ATA, 12);
    const struct finding *missing = smart_seen_finding(&seen, "sdb", NULL);
    assert_non_null(missing);
    assert_true(missing->blind);

    /* a recording of another disk under this one's name */
    add_blob(&tree, "/smart/sdb.blob", &made);
    poll_tree(&seen);
    const struct finding *other = smart_seen_finding(&seen, "sdb", NULL);
    assert_non_null(other);
    assert_string_equal(other->kind, "conflict");
    assert_true(other->blind);
    smart_seen_close(&seen);
    tree_remove(&tree);
}

static void two_claim_one_identity(void **state)
{
    struct tree tree;
    struct smart_seen seen;
    (void)state;
    tree_make(&tree);
    add_blob(&tree, "/smart/sda.blob", &made);
    add_blob(&tree, "/smart/sdb.blob", &made);
    smart_seen_open(&seen, tree.path);
    for (int round = 0; round < 2; round++) {
        poll_tree(&seen);
        expect(&seen, "forewarn_disk_pending_sectors" ATA, 8);
        expect(&seen, "forewarn_disk_pending_sectors{disk=\"0x5000c500a1b2c3d4#sdb\"}", 8);
        const struct finding *conflict = smart_seen_finding(&seen, "sdb", NULL);
        assert_non_null(conflict);
        assert_string_equal(conflict->kind, "conflict");
    }
    smart_seen_close(&seen);
    tree_remove(&tree);
}

/* What is amiss with the files under one name; each is named, and counts as not seen. */
static void files_that_tell_too_little(void **state)
{
    static const char text[] = "{\"smartctl\":{},\"smart_status\":{\"passed\":true},"
                               "\"device\":{\"protocol\":\"%s\"}%s}";
    static const char health[] = ",\"nvme_smart_health_information_log\":"
                                 "{\"critical_warning\":0,\"available_spare\":-5}";
    static const struct {
        const char *protocol, *more, *message;
    } cases[] = {
        {"ATA", "", "none of its attributes is there, so only its own verdict is known"},
        {"NVMe", "", "its health log is not there, so only its own verdict is known"},
        {"NVMe", health, "forewarn_disk_spare_ratio cannot be -0.05"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tree tree;
        struct smart_seen seen;
        char json[512];
        (void)state;
        tree_make(&tree);
        snprintf(json, sizeof json, text, cases[i].protocol, cases[i].more);
        tree_file(&tree, "/smart/sda.json", json);
        smart_seen_open(&seen, tree.path);
        poll_tree(&seen);
        expect(&seen, "forewarn_disk_healthy{disk=\"sda\"}", 1);
        expect(&seen, "forewarn_disk_spare_ratio{disk=\"sda\"}", ABSENT);
        const struct finding *finding = smart_seen_finding(&seen, "sda", NULL);
        assert_non_null(finding);
        assert_string_equal(finding->kind, "malformed");
        assert_string_equal(finding->file, "/smart/sda.json");
        assert_string_equal(finding->message, cases[i].message);
        assert_true(finding->blind);
        smart_seen_close(&seen);
        tree_remove(&tree);
    }
}

static void expect_doubt(const uint8_t *bytes, size_t size, const char *message)
{
    struct tree tree;
    struct smart_seen seen;
    tree_make(&tree);
    tree_bytes(&tree, "/smart/sda.blob", bytes, size);
    smart_seen_open(&seen, tree.path);
    poll_tree(&seen);
    const struct finding *finding = smart_seen_finding(&seen, "sda", NULL);
    assert_non_null(finding);
    assert_string_equal(finding->message, message);
    assert_true(finding->blind);
    smart_seen_close(&seen);
    tree_remove(&tree);
}

static void a_damaged_blob_is_doubted(void **state)
{
    uint8_t bytes[SMART_MADE_MAX], *data;
    size_t size = smart_make(&made, bytes);
    (void)state;
    data = bytes + size - 512 - 8 - 512;
    data[490]++;
    expect_doubt(bytes, size, "the checksum of its SMART data is wrong");
    memset(data, 0, 512);
    expect_doubt(bytes, size, "none of its attributes is there, so only its own verdict is known");
    memset(data, 0xff, 512);
    expect_doubt(bytes, size, "none of its attributes is there, so only its own verdict is known");
}

/* Numbers of two disks must not come out as those of one. */
static void blob_and_json_of_two_disks(void **state)
{
    struct tree tree;
    struct smart_seen seen;
    struct smart_made other = made;
    (void)state;
    tree_make(&tree);
    other.wwn++;
    other.status = -1;
    add_blob(&tree, "/smart/sda.blob", &other);
    add_json(&tree, "/smart/sda.json", "ata.json");
    smart_seen_open(&seen, tree.path);
    poll_tree(&seen);
    expect(&seen, "forewarn_disk_pending_sectors{disk=\"0x5000c500a1b2c3d5\"}", 8);
    expect(&seen, "forewarn_disk_healthy{disk=\"0x5000c500a1b2c3d5\"}", ABSENT);
    expect(&seen, "forewarn_disk_selftest_passed{disk=\"0x5000c500a1b2c3d5\"}", ABSENT);
    const struct finding *finding = smart_seen_finding(&seen, "sda", NULL);
    assert_non_null(finding);
    assert_string_equal(finding->file, "/smart/sda.json");
    assert_true(finding->blind);
    smart_seen_close(&seen);
    tree_remove(&tree);
}

static void a_vanished_disk_is_a_sample(void **state)
{
    struct tree tree;
    struct smart_seen seen;
    (void)state;
    tree_make(&tree);
    add_blob(&tree, "/smart/sda.blob", &made);
    add_json(&tree, "/smart/sdb.json", "sas.json");
    smart_seen_open(&seen, tree.path);
    poll_tree(&seen);
    tree_drop(&tree, "/smart/sda.blob");
    clock_sim_advance(&seen.clock, 600000);
    poll_tree(&seen);
    expect(&seen, "forewarn_disk_vanished" ATA, 1);
    expect(&seen, "forewarn_disk_readable" ATA, 0);
    expect(&seen, "forewarn_disk_last_read_timestamp_seconds" ATA, 1700000000);
    expect(&seen, "forewarn_disk_pending_sectors" ATA, ABSENT);
    expect(&seen,
           "forewarn_disk_info{disk=\"0x5000c500a1b2c3d4\",device=\"sda\",model=\"EXAMPLE "
           "HD-1000\",serial=\"S0123456789\",firmware=\"FW01\",bus=\"ata\"}",
           1);
    expect(&seen, "forewarn_disk_vanished{disk=\"0x5000c500aabbccdd\"}", 0);

    add_blob(&tree, "/smart/sda.blob", &made); /* back, under another name even */
    poll_tree(&seen);
    expect(&seen, "forewarn_disk_vanished" ATA, 0);
    tree_drop(&tree, "/smart/sda.blob");
    poll_tree(&seen);
    expect(&seen, "forewarn_disk_vanished" ATA, 1);
    clock_sim_advance(&seen.clock, INT64_C(8) * 24 * 3600 * 1000); /* taken out for good */
    poll_tree(&seen);
    expect(&seen, "forewarn_disk_vanished" ATA, ABSENT);
    smart_seen_close(&seen);
    tree_remove(&tree);
}

/* A disk that hangs costs the process; the next one goes on with those that are left. */
static void the_rest_of_a_round(void **state)
{
    struct tree tree;
    struct smart_seen seen;
    (void)state;
    tree_make(&tree);
    tree_file(&tree, "/sys/block/sda/size", "1953525168");
    tree_file(&tree, "/sys/block/sda/device/wwid", "naa.5000c500a1b2c3d4");
    add_blob(&tree, "/smart/sda.blob", &made);
    smart_seen_open(&seen, tree.path);
    poll_tree(&seen);
    expect(&seen, "forewarn_disk_vanished" ATA, 0);
    seen.skip = "disks";
    poll_tree(&seen);
    expect(&seen, "forewarn_disk_pending_sectors" ATA, 8);
    for (size_t i = 0; i < seen.line_count; i++) /* that was said before the loss */
        assert_null(strstr(seen.lines[i], "forewarn_disk_info"));
    expect(&seen, "forewarn_disk_vanished" ATA, ABSENT);
    seen.skip = NULL;
    tree_drop(&tree, "/smart/sda.blob");
    poll_tree(&seen);
    expect(&seen, "forewarn_disk_vanished" ATA, 0);
    smart_seen_close(&seen);
    tree_remove(&tree);
}

/* Each bad file is named, and costs nothing but itself. */
static void bad_files(void **state)
{
    static const struct {
        const char *path, *content;
    } bad[] = {
        {"/smart/empty.blob", ""},
        {"/smart/empty.json", ""},
        {"/smart/short.blob", "IDFY"},
        {"/smart/text.blob", "this is not a blob, but some text that is longer than a head"},
        {"/smart/half.json", "{\"smartctl\": {\"exit_status\": 0"},
        {"/smart/text.json", "smartctl: command not found\n"},
        {"/smart/other.json", "{\"a\": 1}"},
        {"/smart/list.json", "[[[[[[[[1]]]]]]]]"},
    };
    struct tree tree;
    struct smart_seen seen;
    (void)state;
    tree_make(&tree);
    add_blob(&tree, "/smart/good.blob", &made);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        tree_file(&tree, bad[i].path, bad[i].content);
    tree_fifo(&tree, "/smart/fifo.blob");
    tree_link(&tree, "/smart/loop.json", "loop.json");
    tree_link(&tree, "/smart/dangling.json", "nowhere");
    char *huge = malloc(4 * SMART_JSON_MAX);
    assert_non_null(huge);
    memset(huge, ' ', 4 * SMART_JSON_MAX);
    tree_bytes(&tree, "/smart/huge.json", huge, 4 * SMART_JSON_MAX);
    tree_bytes(&tree, "/smart/huge.blob", huge, 4 * SMART_JSON_MAX);
    free(huge);
    tree_file(&tree, "/smart/folder.json/x", "");
    smart_seen_open(&seen, tree.path);
    poll_tree(&seen);
    expect(&seen, "forewarn_disk_pending_sectors" ATA, 8);
    static const char *const files[] = {
        "/smart/empty.blob", "/smart/empty.json",    "/smart/short.blob", "/smart/text.blob",
        "/smart/half.json",  "/smart/text.json",     "/smart/other.json", "/smart/list.json",
        "/smart/fifo.blob",  "/smart/huge.json",     "/smart/huge.blob",  "/smart/folder.json",
        "/smart/loop.json",  "/smart/dangling.json",
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (!smart_seen_finding(&seen, NULL, files[i])) {
            smart_seen_print(&seen);
            fail_msg("no finding about %s", files[i]);
        }
    assert_string_equal(smart_seen_finding(&seen, NULL, "/smart/fifo.blob")->kind, "unreadable");
    assert_string_equal(smart_seen_finding(&seen, NULL, "/smart/half.json")->kind, "malformed");
    assert_true(seen.peak < 2 * 1024 * 1024);
    expect(&seen, "forewarn_disk_readable{disk=\"half\"}", 0);
    smart_seen_close(&seen);
    tree_remove(&tree);
}

/* Under a root no device is touched and no program run, whatever it is. */
static void nothing_runs_under_a_root(void **state)
{
    struct tree tree;
    struct smart_seen seen;
    (void)state;
    tree_make(&tree);
    add_sysfs(&tree, "sda",
              "E:ID_WWN_WITH_EXTENSION=0x5000c500a1b2c3d4\nE:ID_BUS=ata\nE:ID_ATA=1\n");
    tree_file(&tree, "/smart/x.json", "");
    smart_seen_open(&seen, tree.path);
    seen.run.smartctl = "/bin/false";
    seen.run.state_directory = tree.path;
    poll_tree(&seen);
    expect(&seen, "forewarn_disk_readable" ATA, ABSENT);
    struct error e = {0};
    SCRATCH_ARENA(arena);
    char **names;
    size_t count;
    assert_int_equal(root_list(seen.root, "/smart", arena, &names, &count, &e), 0);
    assert_int_equal(count, 1); /* nothing was written beside the recordings */
    smart_seen_close(&seen);
    tree_remove(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(disks_of_files_alone),
        cmocka_unit_test(blob_and_json_are_one_disk),
        cmocka_unit_test(sysfs_and_files_meet),
        cmocka_unit_test(two_claim_one_identity),
        cmocka_unit_test(a_vanished_disk_is_a_sample),
        cmocka_unit_test(the_rest_of_a_round),
        cmocka_unit_test(bad_files),
        cmocka_unit_test(nothing_runs_under_a_root),
        cmocka_unit_test(files_that_tell_too_little),
        cmocka_unit_test(a_damaged_blob_is_doubted),
        cmocka_unit_test(blob_and_json_of_two_disks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
