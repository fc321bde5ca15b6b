/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "probes/md_memory.h"
#include "tests/probes/md_run.h"
#include "tests/probes/tree.h"

static void note(struct md_memory *memory, const char *device, const char *disk, int slot,
                 bool serving)
{
    md_memory_note(memory, &(struct md_past){device, disk, slot, serving});
}

static void remembers_rounds(void **state)
{
    struct md_memory *memory = md_memory_new();
    (void)state;

    md_memory_begin(memory);
    md_memory_array(memory, "md0", "u0");
    assert_null(md_memory_device(memory, "sda"));
    note(memory, "sda", "A", 0, true);
    note(memory, "sdb", "B", 1, true);
    assert_null(md_memory_device(memory, "sda")); /* of this round, not the last */
    md_memory_end(memory);

    md_memory_begin(memory);
    md_memory_array(memory, "md1", "u1");
    assert_null(md_memory_device(memory, "sda"));
    md_memory_array(memory, "md0", "u0");
    assert_int_equal(md_memory_device(memory, "sdb")->slot, 1);
    assert_string_equal(md_memory_slot(memory, 0)->disk, "A");
    note(memory, "sdb", "B", 1, false);
    note(memory, "sdc", "C", 1, true);
    md_memory_end(memory);

    /* Left out: all stays. Two had the slot: the one that serves is meant. */
    md_memory_begin(memory);
    md_memory_keep(memory, "md0");
    md_memory_keep(memory, "md7");
    md_memory_end(memory);
    md_memory_begin(memory);
    md_memory_array(memory, "md0", "");
    assert_string_equal(md_memory_slot(memory, 1)->device, "sdc");
    assert_null(md_memory_device(memory, "sda"));
    md_memory_end(memory);

    /* Nothing was noted in that round. */
    md_memory_begin(memory);
    md_memory_array(memory, "md0", "u0");
    assert_null(md_memory_device(memory, "sdb"));
    note(memory, "sdb", "B", 1, true);
    md_memory_end(memory);

    /* Another array by the same name. */
    md_memory_begin(memory);
    md_memory_array(memory, "md0", "u9");
    assert_null(md_memory_device(memory, "sdb"));
    md_memory_end(memory);
    md_memory_free(&memory);
    assert_null(memory);
    md_memory_free(&memory);
}

static const char kept[] = "md0\tu0\tsda\tA\t0\ty\n"
                           "md0\tu0\tsdb\t\t1\tn\n"
                           "md1\t\tsdc\tC\t4095\ty\n";

static void outlives_a_process(void **state)
{
    char directory[] = "/tmp/forewarn-test-XXXXXX", path[64];
    struct md_memory *memory = md_memory_new();
    struct error e = {0};

    (void)state;
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/md.members", directory);
    assert_int_equal(md_memory_load(memory, directory, &e), 0); /* nothing there */
    assert_int_equal(md_memory_parse(memory, kept, strlen(kept), &e), 0);
    assert_int_equal(md_memory_save(memory, directory, &e), 0);
    md_memory_free(&memory);

    memory = md_memory_new();
    assert_int_equal(md_memory_load(memory, directory, &e), 0);
    char *text = md_memory_render(memory);
    assert_string_equal(text, kept);
    free(text);
    md_memory_begin(memory);
    md_memory_array(memory, "md0", "u0");
    assert_int_equal(md_memory_device(memory, "sdb")->slot, 1);
    assert_false(md_memory_device(memory, "sdb")->serving);
    assert_string_equal(md_memory_slot(memory, 0)->disk, "A");
    md_memory_end(memory);

    /* What is known already is not written again. */
    md_memory_free(&memory);
    memory = md_memory_new();
    assert_int_equal(md_memory_load(memory, directory, &e), 0);
    assert_int_equal(chmod(path, 0400), 0);
    assert_int_equal(md_memory_save(memory, directory, &e), 0);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0400);
    md_memory_free(&memory);
    unlink(path);
    rmdir(directory);
}

static void refuses_what_is_damaged(void **state)
{
    static const struct {
        const char *text, *error;
    } table[] = {
        {"", NULL},
        {"md0\tu\tsda\tA\t0\ty", NULL}, /* its newline is missing */
        {"\n", "line 1"},
        {"md0\tu\tsda\tA\t0\ty\nmd0\tu\tsd", "line 2"},
        {"md0\tu\tsda\tA\t0\ty\tmore\n", "line 1"},
        {"md0\tu\tsda\tA\t4096\ty\n", "line 1"},
        {"md0\tu\tsda\tA\t-1\ty\n", "line 1"},
        {"md0\tu\tsda\tA\t\ty\n", "line 1"},
        {"md0\tu\tsda\tA\t0\tx\n", "line 1"},
        {"\tu\tsda\tA\t0\ty\n", "line 1"},
        {"md0\tu\t\tA\t0\ty\n", "line 1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct md_memory *memory = md_memory_new();
        struct error e = {0};
        int code = md_memory_parse(memory, table[i].text, strlen(table[i].text), &e);
        assert_int_equal(code, table[i].error ? -EBADMSG : 0);
        if (table[i].error) {
            assert_non_null(strstr(e.text, table[i].error));
            md_memory_begin(memory);
            md_memory_array(memory, "md0", "u");
            assert_null(md_memory_device(memory, "sda"));
        }
        md_memory_free(&memory);
    }
}

static void put_member(struct tree *tree, const char *device, const char *slot, const char *state)
{
    char path[256], text[64];
    snprintf(path, sizeof path, "/sys/block/md0/md/dev-%s/slot", device);
    snprintf(text, sizeof text, "%s\n", slot);
    tree_file(tree, path, text);
    snprintf(path, sizeof path, "/sys/block/md0/md/dev-%s/state", device);
    snprintf(text, sizeof text, "%s\n", state);
    tree_file(tree, path, text);
}

static void drop_member(struct tree *tree, const char *device)
{
    char path[256];
    snprintf(path, sizeof path, "/sys/block/md0/md/dev-%s/slot", device);
    tree_drop(tree, path);
    snprintf(path, sizeof path, "/sys/block/md0/md/dev-%s/state", device);
    tree_drop(tree, path);
    snprintf(path, sizeof path, "%s/sys/block/md0/md/dev-%s", tree->path, device);
    remove(path);
}

static void put_disk(struct tree *tree, const char *device, int minor, const char *wwn)
{
    char path[256], text[128];
    snprintf(path, sizeof path, "/sys/block/%s/dev", device);
    snprintf(text, sizeof text, "8:%d\n", minor);
    tree_file(tree, path, text);
    snprintf(path, sizeof path, "/sys/block/%s/size", device);
    tree_file(tree, path, "1000\n");
    snprintf(path, sizeof path, "/sys/block/%s/device/model", device);
    tree_file(tree, path, "DISK\n");
    snprintf(path, sizeof path, "/run/udev/data/b8:%d", minor);
    snprintf(text, sizeof text, "E:ID_WWN_WITH_EXTENSION=%s\n", wwn);
    tree_file(tree, path, text);
}

#define HAS(line)     assert_true(md_seen_has(&run.seen, line))
#define HAS_NOT(line) assert_null(md_seen_like(&run.seen, line))

/* A member fails, is rebuilt, is taken out; its number and disk stay known as long as it is listed.
 */
static void follows_a_failure(void **state)
{
    struct tree tree;
    struct md_run run;
    (void)state;

    tree_make(&tree);
    md_run_open(&run);
    tree_file(&tree, "/sys/block/md0/md/level", "raid6\n");
    tree_file(&tree, "/sys/block/md0/md/raid_disks", "4\n");
    tree_file(&tree, "/sys/block/md0/md/array_state", "clean\n");
    put_disk(&tree, "sdb", 16, "0x500000000000000b");
    put_disk(&tree, "sdc", 32, "0x500000000000000c");
    put_member(&tree, "sda", "0", "in_sync");
    put_member(&tree, "sdb", "1", "in_sync");
    put_member(&tree, "sdc", "2", "in_sync");
    put_member(&tree, "sdd", "3", "in_sync");
    md_run_poll(&run, tree.path);
    HAS("member_info{array=\"md0\",slot=\"1\",disk=\"0x500000000000000b\",device=\"sdb\"} 1");

    /* Two at once: no arithmetic tells which was which. */
    put_member(&tree, "sdb", "none", "faulty");
    put_member(&tree, "sdc", "none", "faulty");
    md_run_poll(&run, tree.path);
    HAS("member_state{array=\"md0\",slot=\"1\",device=\"sdb\",state=\"faulty\"} 1");
    HAS("member_state{array=\"md0\",slot=\"2\",device=\"sdc\",state=\"faulty\"} 1");
    HAS_NOT("member_state{array=\"md0\",slot=\"1\",device=\"\"");

    /* sdb's place is taken, and its device is gone from the host. */
    put_member(&tree, "sde", "1", "spare");
    tree_drop(&tree, "/sys/block/sdb/dev");
    tree_drop(&tree, "/sys/block/sdb/size");
    tree_drop(&tree, "/sys/block/sdb/device/model");
    tree_drop(&tree, "/run/udev/data/b8:16");
    md_run_poll(&run, tree.path);
    HAS("member_state{array=\"md0\",slot=\"1\",device=\"sde\",state=\"rebuilding\"} 1");
    HAS("member_state{array=\"md0\",slot=\"1\",device=\"sdb\",state=\"faulty\"} 1");
    HAS("member_info{array=\"md0\",slot=\"1\",disk=\"0x500000000000000b\",device=\"sdb\"} 1");

    /* sdc is taken out: its slot is empty, and whose it was is known. */
    drop_member(&tree, "sdc");
    md_run_poll(&run, tree.path);
    md_run_poll(&run, tree.path);
    HAS("member_state{array=\"md0\",slot=\"2\",device=\"sdc\",state=\"missing\"} 1");
    HAS("member_info{array=\"md0\",slot=\"2\",disk=\"0x500000000000000c\",device=\"sdc\"} 1");

    /* Another disk by sdb's name failed as a spare: it was never number 1. */
    put_disk(&tree, "sdb", 16, "0x50000000000000b2");
    md_run_poll(&run, tree.path);
    HAS_NOT("member_info{array=\"md0\",slot=\"1\",disk=\"0x50000000000000b2\"");
    HAS("member_info{array=\"md0\",slot=\"unknown\",disk=\"0x50000000000000b2\",device=\"sdb\"} 1");
    md_run_close(&run);
    tree_remove(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(remembers_rounds),
        cmocka_unit_test(outlives_a_process),
        cmocka_unit_test(refuses_what_is_damaged),
        cmocka_unit_test(follows_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
