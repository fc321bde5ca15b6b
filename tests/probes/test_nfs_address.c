/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"
#include "probes/nfs_address.h"
#include "tests/probes/tree.h"

static const char mountinfo[] = "40 1 0:50 / /a rw - nfs a:/e rw,vers=3,addr=10.0.0.9\n"
                                "41 1 0:51 / /b rw - nfs a:/f rw,vers=3,addr=10.0.0.9\n"
                                "42 1 0:52 / /c rw - nfs c:/e rw,vers=3,addr=fd00::9\n"
                                "43 1 0:53 / /d rw - nfs d:/e rw,vers=3,addr=10.7.0.1\n"
                                "44 1 0:54 / /e rw - nfs e:/e rw,vers=3\n";

static struct nfs_connection connections[] = {
    {.server = "10.0.0.9", .local = "", .is_connected = false},
    {.server = "10.0.0.9", .local = "10.0.0.2", .is_connected = false},
    {.server = "10.0.0.9", .local = "10.0.0.2", .is_connected = true},
    {.server = "10.0.0.9", .local = "10.1.0.2", .is_connected = true},
    {.server = "fd00:0::9", .local = "fd00::2", .is_connected = true},
    {.server = "10.9.9.9", .local = "10.9.9.1", .is_connected = true},
};

/* Each as "server local link family connected|", then what was found. */
static void describe(const struct nfs_addresses *addresses, const struct batch *batch,
                     struct buf *out)
{
    for (size_t i = 0; i < addresses->count; i++) {
        const struct nfs_address *a = &addresses->at[i];
        buf_printf(out, "%s %s %s %d%s|", a->server, a->local, a->link, a->family == 2 ? 4 : 6,
                   a->is_connected ? " connected" : "");
    }
    for (size_t i = 0; i < batch->finding_count; i++)
        buf_printf(out, "%s %s", batch->findings[i].kind, batch->findings[i].target);
}

static void finds_what_servers_see(void **state)
{
    SCRATCH_ARENA(arena);
    struct tree tree;
    struct root *root;
    struct nfs_mounts mounts;
    struct nfs_addresses addresses;
    struct buf out = {0};
    const struct nfs_connections known = {connections, sizeof connections / sizeof *connections};
    (void)state;
    tree_make(&tree);
    tree_file(&tree, "/proc/net/route",
              "eth1 0000000A 00000000 0001 0 0 0 0000FFFF 0 0 0\n"   /* 10.0/16 */
              "eth0 00000000 0100000A 0003 0 0 0 00000000 0 0 0\n"); /* default */
    assert_int_equal(root_open(tree.path, &root, NULL), 0);
    struct probe_run run = {.root = root};
    batch_init(&run.batch);
    nfs_mounts_parse(arena, MOUNT_TABLE_MOUNTINFO, mountinfo, strlen(mountinfo), &mounts);
    nfs_addresses_find(&run, arena, &mounts, &known, &addresses);
    describe(&addresses, &run.batch, &out);
    assert_string_equal(out.data, "10.0.0.9 10.0.0.2 eth1 4 connected|"
                                  "10.0.0.9 10.1.0.2 eth1 4 connected|"
                                  "fd00::9 fd00::2  6 connected|"
                                  "10.7.0.1  eth0 4|"
                                  "unsupported /e");
    assert_true(nfs_address_serves(&addresses.at[0], &mounts.at[1]));
    assert_false(nfs_address_serves(&addresses.at[0], &mounts.at[2]));
    buf_free(&out);
    batch_free(&run.batch);
    root_close(&root);
    tree_remove(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_what_servers_see)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
