/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "probes/nfs_connection.h"
#include "tests/probes/tree.h"

static void compares_addresses(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"10.0.0.1", "10.0.0.1", true},        {"10.0.0.1", "10.0.0.2", false},
        {"::ffff:10.0.0.1", "10.0.0.1", true}, {"fd00::1", "fd00:0:0::1", true},
        {"fe80::1%eth0", "fe80::1", true},     {"filer", "filer", true},
        {"filer", "10.0.0.1", false},          {"", "", true},
        {"<closed>", "10.0.0.1", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(nfs_same_address(cases[i].a, cases[i].b), cases[i].same);
}

static void reads_state(void **state)
{
    (void)state;
    assert_true(nfs_connection_state("state= CONNECTED   BOUND       "));
    assert_false(nfs_connection_state("state=    BOUND        "));
    assert_false(nfs_connection_state("state=CLOSED "));
    assert_false(nfs_connection_state("state= LOCKED CONNECTING BOUND"));
    assert_false(nfs_connection_state(""));
}

static void reads_info(void **state)
{
    struct nfs_connection c = {0}, none = {0};
    (void)state;
    nfs_connection_info("last_used=4294910905\ncur_cong=0\nbinding_q_len=4\nsending_q_len=3\n"
                        "pending_q_len=2\nbacklog_q_len=1\nsrc_port=903\ndst_port=2049",
                        &c);
    assert_true(c.has_info);
    assert_int_equal(c.pending * 1000 + c.sending * 100 + c.backlog * 10 + c.binding, 2314);
    assert_int_equal(c.server_port, 2049);
    nfs_connection_info("<closed>\npending_q_len=\npending_q_len=x\nxpending_q_len=1", &none);
    assert_false(none.has_info);
}

#define SWITCHES "/sys/kernel/sunrpc/xprt-switches/"

static void reads_a_tree(void **state)
{
    SCRATCH_ARENA(arena);
    struct tree tree;
    struct root *root;
    struct nfs_connections connections;
    (void)state;
    tree_make(&tree);
    tree_file(&tree, SWITCHES "switch-1/xprt_switch_info", "num_xprts=1\n");
    tree_file(&tree, SWITCHES "switch-1/xprt-1-tcp/dstaddr", "10.0.0.9\n");
    tree_file(&tree, SWITCHES "switch-1/xprt-1-tcp/srcaddr", "10.0.0.2\n");
    tree_file(&tree, SWITCHES "switch-1/xprt-1-tcp/xprt_state", "state= CONNECTED BOUND\n");
    tree_file(&tree, SWITCHES "switch-1/xprt-1-tcp/xprt_info", "pending_q_len=7\n");
    tree_file(&tree, SWITCHES "switch-10/xprt-12-udp/dstaddr", "fd00::9\n");
    tree_file(&tree, SWITCHES "switch-10/xprt-12-udp/srcaddr", "<closed>\n");
    tree_file(&tree, SWITCHES "switch-11/xprt-13-tcp/srcaddr", "10.0.0.2\n"); /* going away */
    assert_int_equal(root_open(tree.path, &root, NULL), 0);
    nfs_connections_read(root, arena, &connections);
    assert_int_equal(connections.count, 2);
    const struct nfs_connection *a = &connections.at[0], *b = &connections.at[1];
    assert_string_equal(a->name, "switch-1/xprt-1-tcp");
    assert_string_equal(a->transport, "tcp");
    assert_string_equal(a->server, "10.0.0.9");
    assert_string_equal(a->local, "10.0.0.2");
    assert_true(a->is_connected && a->has_info);
    assert_int_equal(a->pending, 7);
    assert_string_equal(b->transport, "udp");
    assert_string_equal(b->local, "");
    assert_false(b->is_connected || b->has_info);
    root_close(&root);
    tree_remove(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_addresses),
        cmocka_unit_test(reads_state),
        cmocka_unit_test(reads_info),
        cmocka_unit_test(reads_a_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
