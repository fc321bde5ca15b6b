/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "probes/nfs_link.h"
#include "tests/probes/tree.h"

static void put(const struct tree *tree, const char *link, const char *file, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "/sys/class/net/%s/%s", link, file);
    tree_file(tree, path, text);
}

static const struct {
    const char *flags, *operstate, *carrier;
    bool up;
} states[] = {
    {"0x1003\n", "up\n", "1\n", true},       {"0x1003\n", "down\n", "0\n", false},
    {"0x1003\n", "up\n", "0\n", false},      {"0x1002\n", "down\n", "", false},
    {"0x9\n", "unknown\n", "1\n", true},     {"0x1003\n", "lowerlayerdown\n", "0\n", false},
    {"0x1003\n", "dormant\n", "1\n", false}, {"", "up\n", "", true},
};

static void tells_whether_it_is_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        SCRATCH_ARENA(arena);
        struct tree tree;
        struct root *root;
        struct nfs_link link;
        tree_make(&tree);
        put(&tree, "eth0", "flags", states[i].flags);
        put(&tree, "eth0", "operstate", states[i].operstate);
        put(&tree, "eth0", "carrier", states[i].carrier);
        assert_int_equal(root_open(tree.path, &root, NULL), 0);
        assert_int_equal(nfs_link_read(root, arena, "eth0", &link), 0);
        assert_int_equal(link.is_up, states[i].up);
        assert_false(link.has_carrier_changes || link.has[NFS_LINK_RX_ERRORS]);
        root_close(&root);
        tree_remove(&tree);
    }
}

/* vlan 5 on a bond of two, of which one has faults */
static void follows_what_it_is_made_of(void **state)
{
    SCRATCH_ARENA(arena);
    static const char *const names[] = {"bond0.5", "bond0", "eth0", "eth1"};
    struct tree tree;
    struct root *root;
    struct nfs_links links = {0};
    (void)state;
    tree_make(&tree);
    for (size_t i = 0; i < 4; i++)
        put(&tree, names[i], "operstate", i == 3 ? "down\n" : "up\n");
    put(&tree, "eth0", "statistics/rx_crc_errors", "77\n");
    put(&tree, "eth0", "carrier_changes", "12\n");
    put(&tree, "eth0", "statistics/tx_errors", "many\n");
    tree_link(&tree, "/sys/class/net/bond0.5/lower_bond0", "../bond0");
    tree_link(&tree, "/sys/class/net/bond0/lower_eth0", "../eth0");
    tree_link(&tree, "/sys/class/net/bond0/lower_eth1", "../eth1");
    tree_link(&tree, "/sys/class/net/eth1/lower_bond0", "../bond0"); /* a ring ends */
    assert_int_equal(root_open(tree.path, &root, NULL), 0);
    nfs_links_add(root, arena, "bond0.5", &links);
    nfs_links_add(root, arena, "bond0.5", &links);
    nfs_links_add(root, arena, "gone", &links);
    nfs_links_add(root, arena, "../../etc", &links);
    assert_int_equal(links.count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(links.at[i].name, names[i]);
        assert_int_equal(links.at[i].is_up, i != 3);
    }
    const struct nfs_link *eth0 = &links.at[2];
    assert_true(eth0->has_carrier_changes && eth0->has[NFS_LINK_RX_CRC_ERRORS]);
    assert_int_equal(eth0->carrier_changes, 12);
    assert_int_equal(eth0->counters[NFS_LINK_RX_CRC_ERRORS], 77);
    assert_false(eth0->has[NFS_LINK_TX_ERRORS]);
    root_close(&root);
    tree_remove(&tree);
}

static void asks_the_kernel(void **state)
{
    struct nfs_link link;
    (void)state;
    if (nfs_link_ask("lo", &link) < 0)
        skip();
    assert_true(link.has[NFS_LINK_RX_ERRORS]);
    assert_true(nfs_link_ask("no-such-link", &link) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_whether_it_is_up),
        cmocka_unit_test(follows_what_it_is_made_of),
        cmocka_unit_test(asks_the_kernel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
