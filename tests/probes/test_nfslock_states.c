/* SPDX-License-Identifier: Apache-2.0 */
/* The nfslock probe on recorded hosts: clients and a server of NFSv3, as Linux 6.1 showed them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "probes/probers.h"
#include "tests/probes/md_run.h"
#include "tests/probes/shared.h"

#define MOUNT "{mount=\"/mnt/n\",server=\"10.99.0.1\""

static const struct {
    const char *state, *host;
    const char *lines[8];
} cases[] = {
    {"nfs-tcp-mounted",
     "c1",
     {"forewarn_nfs_mount_info" MOUNT ",export=\"/export\",version=\"3\",proto=\"tcp\","
      "address=\"10.99.0.1\",local_lock=\"none\"} 1",
      "forewarn_nfs_mount_lock_needed" MOUNT ",why=\"\"} 1",
      "forewarn_nfs_path_info{address=\"10.99.0.1\",local=\"10.99.0.11\",link=\"\"} 1",
      "forewarn_nfs_path_connected{address=\"10.99.0.1\",local=\"10.99.0.11\",transport=\"tcp\"} 1",
      "forewarn_nfs_lock_port_pinned{transport=\"tcp\"} 0"}},
    {"nfs-server-unreachable",
     "c2",
     {"forewarn_nfs_transport_sent_total" MOUNT ",transport=\"tcp\"} 11",
      "forewarn_nfs_transport_received_total" MOUNT ",transport=\"tcp\"} 7",
      "forewarn_nfs_lock_port_pinned{transport=\"udp\"} 1"}},
    {"nfs-lock-contended", "srv", {"forewarn_nfs_lock_waiters{kind=\"posix\"} 1"}},
    {"nfs-lock-callback-blocked",
     "c2",
     {"forewarn_nfs_mount_events_total" MOUNT ",event=\"lock\"} 21",
      "forewarn_nfs_operation_errors_total" MOUNT ",operation=\"metadata\"} 1",
      "forewarn_nfs_lock_waiters{kind=\"posix\"} 0", "forewarn_nfs_lockd_grace{} 0"}},
};

static void reads_recorded_hosts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tree tree;
        struct md_run run;
        char path[4096], host[4200];
        shared_state(&tree, cases[i].state, path);
        snprintf(host, sizeof host, "%s/%s", path, cases[i].host);
        probe_run_open(&run, &nfslock_prober);
        assert_int_equal(md_run_poll(&run, host), 0);
        if (run.seen.finding_count)
            fail_msg("%s: %s", cases[i].state, run.seen.findings[0]);
        for (size_t k = 0; k < 8 && cases[i].lines[k]; k++)
            if (!md_seen_has(&run.seen, cases[i].lines[k])) {
                md_seen_print(&run.seen);
                fail_msg("%s: not there: %s", cases[i].state, cases[i].lines[k]);
            }
        md_run_close(&run);
        tree_remove(&tree);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads_recorded_hosts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
