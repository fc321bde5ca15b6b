/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/clock.h"
#include "probes/nfslock.h"
#include "probes/probers.h"
#include "tests/probes/md_run.h"
#include "tests/probes/tree.h"

#define MOUNTINFO                                                                                  \
    "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"                                                        \
    "40 22 0:50 / /mail rw - nfs filer:/vol rw,vers=3,proto=tcp,timeo=600,acregmin=3,"             \
    "local_lock=none,addr=10.0.0.9\n"                                                              \
    "41 22 0:51 / /home rw - nfs4 home:/h rw,vers=4.2,proto=tcp,addr=10.0.0.8\n"
#define MOUNTSTATS(sent, received)                                                                 \
    "device filer:/vol mounted on /mail with fstype nfs statvers=1.1\n\tage:\t5\n"                 \
    "\txprt:\ttcp 776 1 2 0 4 " sent " " received " 3 33 5 6 7 8\n\tper-op statistics\n"           \
    "\tREAD: 7 9 1 0 0 10 2000 31 2\n"

struct fixture {
    struct tree tree;
    struct md_run run;
    struct clock_sim clock;
};

static void start(struct fixture *f)
{
    tree_make(&f->tree);
    clock_sim_init(&f->clock, 0);
    probe_run_open(&f->run, &nfslock_prober);
    f->run.run.clock = &f->clock.clock;
}

static void stop(struct fixture *f)
{
    md_run_close(&f->run);
    tree_remove(&f->tree);
}

static void look(struct fixture *f)
{
    assert_int_equal(md_run_poll(&f->run, f->tree.path), 0);
}

static void has(const struct fixture *f, const char *line)
{
    if (!md_seen_has(&f->run.seen, line)) {
        md_seen_print(&f->run.seen);
        fail_msg("not there: %s", line);
    }
}

static void has_none(const struct fixture *f, const char *beginning)
{
    const char *line = md_seen_like(&f->run.seen, beginning);
    if (line)
        fail_msg("there: %s", line);
}

static void reports_a_host(void **state)
{
    struct fixture f;
    (void)state;
    start(&f);
    tree_file(&f.tree, "/proc/1/mountinfo", MOUNTINFO);
    tree_file(&f.tree, "/proc/1/mountstats", MOUNTSTATS("31", "30"));
    tree_bytes(&f.tree, "/proc/fs/lockd/nlm_end_grace", "N\n\0", 3);
    tree_file(&f.tree, "/proc/sys/fs/nfs/nlm_tcpport", "4045\n");
    tree_file(&f.tree, "/sys/module/lockd/parameters/nlm_udpport", "0\n");
    tree_file(&f.tree, "/proc/modules", "nf_tables 300 12 nft_ct, Live 0x0\n");
    tree_file(&f.tree, "/proc/net/route", "eth0 00000000 0100000A 0003 0 0 0 00000000 0 0 0\n");
    tree_file(&f.tree, "/sys/class/net/eth0/operstate", "up\n");
    tree_file(&f.tree, "/sys/class/net/eth0/statistics/rx_errors", "3\n");
    look(&f);
    has(&f, "forewarn_nfs_mount_info{mount=\"/mail\",server=\"filer\",export=\"/vol\",version=\"3\""
            ",proto=\"tcp\",address=\"10.0.0.9\",local_lock=\"none\"} 1");
    has(&f, "forewarn_nfs_mount_lock_needed{mount=\"/mail\",server=\"filer\",why=\"\"} 1");
    has(&f, "forewarn_nfs_mount_lock_needed{mount=\"/home\",server=\"home\",why=\"NFSv4\"} 0");
    has(&f, "forewarn_nfs_operations_total{mount=\"/mail\",server=\"filer\",operation=\"read\"} 7");
    has(&f, "forewarn_nfs_operation_rtt_seconds_total{mount=\"/mail\",server=\"filer\","
            "operation=\"read\"} 2");
    has(&f, "forewarn_nfs_transport_sent_total{mount=\"/mail\",server=\"filer\",transport=\"tcp\"} "
            "31");
    has(&f, "forewarn_nfs_lockd_grace{} 1");
    has(&f, "forewarn_nfs_lock_port_pinned{transport=\"tcp\"} 1");
    has(&f, "forewarn_nfs_lock_port_pinned{transport=\"udp\"} 0");
    has(&f, "forewarn_nfs_packet_filter{} 1");
    has(&f, "forewarn_nfs_path_info{address=\"10.0.0.9\",local=\"\",link=\"eth0\"} 1");
    has(&f, "forewarn_nfs_link_up{link=\"eth0\"} 1");
    has(&f, "forewarn_nfs_link_errors_total{link=\"eth0\",kind=\"rx_errors\"} 3");
    has_none(&f, "forewarn_nfs_operations_total{mount=\"/mail\",server=\"filer\",operation=\"lock");
    has_none(&f, "forewarn_nfs_unanswered_seconds");
    assert_int_equal(f.run.seen.finding_count, 0);
    stop(&f);
}

/* Goes on as another process would, as the agent's next round is. */
static void begin_anew(struct fixture *f)
{
    struct root *root;
    assert_int_equal(root_open(f->tree.path, &root, NULL), 0);
    f->run.run.root = root;
    f->run.run.state_directory = f->tree.path;
    f->run.prober->close(&f->run.run);
    assert_int_equal(f->run.prober->open(&f->run.run, NULL), 0);
    root_close(&root);
    f->run.run.state_directory = NULL;
}

/* Requests go out and nothing comes back; then it does. */
static void tells_a_server_that_does_not_answer(void **state)
{
    static const struct {
        const char *stats;
        double seconds;
    } looks[] = {
        {MOUNTSTATS("40", "31"), 0},   {MOUNTSTATS("42", "31"), 0}, {MOUNTSTATS("42", "31"), 60},
        {MOUNTSTATS("45", "31"), 120}, {MOUNTSTATS("46", "40"), 0}, {MOUNTSTATS("46", "40"), 0},
        {MOUNTSTATS("3", "3"), 0},
    };
    struct fixture f;
    start(&f);
    tree_file(&f.tree, "/proc/self/mountinfo", MOUNTINFO);
    tree_file(&f.tree, "/proc/self/mountstats", MOUNTSTATS("30", "30"));
    look(&f);
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        if (*state) /* each round in a process of its own */
            begin_anew(&f);
        clock_sim_advance(&f.clock, 60000);
        tree_file(&f.tree, "/proc/self/mountstats", looks[i].stats);
        look(&f);
        assert_true(md_seen_value(&f.run.seen, "forewarn_nfs_unanswered_seconds{mount=\"/mail\","
                                               "server=\"filer\"}") == looks[i].seconds);
    }
    stop(&f);
}

/* A process that only answers a question has nothing to leave, which might be older. */
static void leaves_what_it_saw_alone(void **state)
{
    struct fixture f;
    char path[128];
    (void)state;
    start(&f);
    snprintf(path, sizeof path, "%s/nfslock.memory.json", f.tree.path);
    begin_anew(&f);
    assert_int_equal(access(path, F_OK), -1);
    look(&f);
    begin_anew(&f);
    assert_int_equal(access(path, F_OK), 0);
    stop(&f);
}

/* Where the kernel tells who waits, it decides: callers can have given up. */
static void knows_who_waits(void **state)
{
    static const struct {
        uint64_t sent, received;
        int64_t waiting;
        double seconds;
    } looks[] = {
        {10, 10, 0, 0},  {12, 10, 2, 0}, {12, 10, 2, 10}, {12, 10, 0, 0},  {12, 10, 1, 0},
        {12, 10, 1, 10}, {12, 11, 1, 0}, {12, 11, -1, 0}, {13, 11, -1, 0}, {13, 11, -1, 10},
    };
    struct nfs_seen seen[2];
    (void)state;
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        const struct nfs_stats stats = {
            .mountpoint = "/m",
            .transports = {{.sent = looks[i].sent, .received = looks[i].received}},
            .transport_count = 1,
        };
        double seconds = nfslock_unanswered(i ? &seen[(i + 1) % 2] : NULL, &stats, looks[i].waiting,
                                            (int64_t)(i + 1) * 10000000000, &seen[i % 2]);
        assert_true(seconds == looks[i].seconds);
    }
}

static void tells_of_waiters(void **state)
{
    struct fixture f;
    (void)state;
    start(&f);
    tree_file(&f.tree, "/proc/locks",
              "1: POSIX ADVISORY WRITE 8 fd:01:3 0 EOF\n1: -> POSIX ADVISORY WRITE 9 fd:01:3 0 "
              "EOF\nodd\n");
    look(&f);
    clock_sim_advance(&f.clock, 90000);
    look(&f);
    has(&f, "forewarn_nfs_lock_waiters{kind=\"posix\"} 1");
    has(&f, "forewarn_nfs_lock_waiters{kind=\"flock\"} 0");
    has(&f, "forewarn_nfs_lock_oldest_waiter_seconds{kind=\"posix\"} 90");
    has(&f, "forewarn_nfs_lock_oldest_waiter_info{kind=\"posix\",pid=\"9\",holder=\"8\","
            "file=\"fd:01:3\"} 1");
    assert_true(md_seen_finding(&f.run.seen, "malformed - /proc/locks: 1 lines are no locks"));
    has_none(&f, "forewarn_nfs_mount");
    stop(&f);
}

static void tells_what_it_cannot_read(void **state)
{
    struct fixture f;
    (void)state;
    start(&f);
    tree_file(&f.tree, "/proc/1/mountinfo", MOUNTINFO "odd\n");
    look(&f);
    assert_true(md_seen_finding(&f.run.seen, "blind malformed - /proc/1/mountinfo: 1 lines"));
    assert_true(md_seen_finding(&f.run.seen, "unreadable - /proc/1/mountstats: cannot be read"));
    tree_file(&f.tree, "/proc/1/mountstats", MOUNTSTATS("1", "1") "\tbad: 1\n");
    look(&f);
    assert_true(md_seen_finding(&f.run.seen,
                                "blind malformed - /proc/1/mountstats: line 6: not 'OPERATION:'"));
    stop(&f);
}

static void says_nothing_of_a_host_without_nfs(void **state)
{
    struct fixture f;
    (void)state;
    start(&f);
    look(&f);
    assert_int_equal(f.run.seen.count + f.run.seen.finding_count, 0);
    stop(&f);
}

int main(void)
{
    static bool anew = true;

    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_a_host),
        cmocka_unit_test(tells_a_server_that_does_not_answer),
        cmocka_unit_test_prestate(tells_a_server_that_does_not_answer, &anew),
        cmocka_unit_test(leaves_what_it_saw_alone),
        cmocka_unit_test(knows_who_waits),
        cmocka_unit_test(tells_of_waiters),
        cmocka_unit_test(tells_what_it_cannot_read),
        cmocka_unit_test(says_nothing_of_a_host_without_nfs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
