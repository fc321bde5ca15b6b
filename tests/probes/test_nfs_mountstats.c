/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"
#include "probes/nfs_mountstats.h"

#define DEVICE "device a:/e mounted on /m with fstype nfs statvers=1.1\n"
#define OLD    "device a:/e mounted on /m with fstype nfs statvers=1.0\n"

/* Each mount with what is known of it, then each problem by its line. */
static void describe(const struct nfs_mountstats *m, struct buf *out)
{
    buf_puts(out, "");
    for (size_t i = 0; i < m->count; i++) {
        const struct nfs_stats *s = &m->at[i];
        buf_printf(out, "%s on %s", s->source, s->mountpoint);
        if (s->has_age)
            buf_printf(out, " age %" PRIu64, s->age);
        if (s->has_events)
            buf_printf(out, " locks %" PRIu64 " delays %" PRIu64, s->events[NFS_EVENT_LOCK],
                       s->events[NFS_EVENT_DELAY]);
        if (s->has_bytes)
            buf_printf(out, " bytes %" PRIu64 " %" PRIu64, s->bytes[NFS_BYTES_READ],
                       s->bytes[NFS_BYTES_SERVER_WRITE]);
        for (size_t k = 0; k < s->transport_count; k++) {
            const struct nfs_transport *t = &s->transports[k];
            buf_printf(out,
                       " %ux%s %" PRIu64 " sent %" PRIu64 " received %" PRIu64 " bad %" PRIu64
                       " backlog %" PRIu64,
                       t->count, t->name, t->connects, t->sent, t->received, t->bad_xids,
                       t->backlog);
        }
        for (int k = 0; s->has_operations && k < NFS_CLASSES; k++) {
            const struct nfs_operations *o = &s->operations[k];
            if (o->calls)
                buf_printf(out,
                           " %s %" PRIu64 "/%" PRIu64 "/%" PRIu64 " %" PRIu64 "+%" PRIu64
                           "=%" PRIu64 "ms",
                           nfs_class_name((enum nfs_class)k), o->calls, o->transmissions,
                           o->timeouts, o->queue_ms, o->rtt_ms, o->execution_ms);
            if (o->errors)
                buf_printf(out, " errors %" PRIu64, o->errors);
        }
        buf_puts(out, "|");
    }
    for (size_t i = 0; i < m->problem_count && i < NFS_MAX_PROBLEMS; i++)
        buf_printf(out, "%zu: %s;", m->problems[i].line, m->problems[i].text);
}

static const struct {
    const char *text, *expected;
} cases[] = {
    {"", ""},
    {"hello\n", ""},
    {"device rootfs mounted on / with fstype rootfs\nno device mounted on /x with fstype y\n", ""},
    {DEVICE "\topts:\trw,vers=3\n\tage:\t13968\n\tcaps:\tcaps=0xf\n\tsec:\tflavor=1\n"
            "\tevents:\t0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 \n"
            "\tbytes:\t1 2 3 4 5 6 7 8 \n"
            "\tRPC iostats version: 1.1  p/v: 100003/3 (nfs)\n"
            "\txprt:\ttcp 776 1 2 0 4 31 30 3 33 5 6 7 8\n\tper-op statistics\n"
            "\t        NULL: 1 1 0 44 24 10 0 11 0\n\t        READ: 7 9 1 0 0 10 20 31 2\n"
            "\t       WRITE: 2 2 0 0 0 1 2 3 0\n\t      COMMIT: 1 1 0 0 0 1 2 3 0\n"
            "\t        LOCK: 4 4 0 0 0 0 5 6 3\n\n",
     "a:/e on /m age 13968 locks 16 delays 24 bytes 1 6 1xtcp 2 sent 31 received 30 bad 3 backlog 5"
     " read 7/9/1 10+20=31ms errors 2 write 3/3/0 2+4=6ms metadata 1/1/0 10+0=11ms"
     " lock 4/4/0 0+5=6ms errors 3|"},
    /* without errors, as before Linux 5.3 */
    {DEVICE "per-op statistics\nREAD: 7 9 1 0 0 10 20 31\n", "a:/e on /m read 7/9/1 10+20=31ms|"},
    /* nconnect=2, and a second transport */
    {DEVICE "xprt: tcp 1 1 1 0 0 10 9 0 0 1 0 0 0\nxprt: tcp 2 1 1 0 0 5 5 1 0 1 0 0 0\n"
            "xprt: local 1 2 0 0 10 9 0 0 1 0 0 0\n",
     "a:/e on /m 2xtcp 2 sent 15 received 14 bad 1 backlog 2 1xlocal 2 sent 10 received 9 bad 0"
     " backlog 1|"},
    {DEVICE "xprt: udp 1 2 3 4 5 6 7 8 9 10\n",
     "a:/e on /m 1xudp 0 sent 3 received 4 bad 5 backlog 7|"},
    {OLD "xprt: udp 1 2 3 4 5 6 7\n", "a:/e on /m 1xudp 0 sent 3 received 4 bad 5 backlog 7|"},
    {OLD "xprt: tcp 1 2 3 4 5 6 7 8 9 10\n",
     "a:/e on /m 1xtcp 3 sent 6 received 7 bad 8 backlog 10|"},
    /* blanks in paths; nothing of another filesystem */
    {"device a:/x\\040y mounted on /m\\134 with fstype nfs4 statvers=1.1\nage: 1\n"
     "device x mounted on /y with fstype ext4\nage: 2\n",
     "a:/x y on /m\\ age 1|"},
    /* a server's name for itself that looks like other lines */
    {DEVICE "impl_id: name='x\ndevice b:/f mounted on /n with fstype nfs statvers=1.1\nage: 3\n"
            "',domain='d',date='0,0'\nage: 4\n",
     "a:/e on /m age 4|"},
    {DEVICE "age: 1\n" DEVICE "age: 2", "a:/e on /m age 1|a:/e on /m age 2|"},
    /* what does not fit is told with its line, and the rest is taken */
    {"device foo\n", "1: not 'device SOURCE mounted on PLACE with fstype TYPE': 'device foo';"},
    {"device r mounted on / with fstype rootfs stats\n",
     "1: only NFS mounts have statistics: 'device r mounted on / with fstype rootfs stats';"},
    {DEVICE "age: -1\nxprt: tcp\nxprt: sctp 1\nevents: 0\nbytes: 1 2 x\nage: 5\n",
     "a:/e on /m age 5|2: the age is no number: 'age: -1';"
     "3: not the numbers that this transport has: 'xprt: tcp';"
     "4: a transport that is not known: 'xprt: sctp 1';"
     "5: not the 25 or more numbers of events: 'events: 0';"
     "6: not the 8 or more numbers of bytes: 'bytes: 1 2 x';"},
    {OLD "xprt: tcp 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
     "a:/e on /m|2: not the numbers that this transport has: "
     "'xprt: tcp 0 0 0 0 0 0 0 0 0 0 0 0 0';"},
    {DEVICE "per-op statistics\nREAD: 1 2 3\nREAD 1 2 3 4 5 6 7 8\n"
            "READ: 18446744073709551616 0 0 0 0 0 0 0\n",
     "a:/e on /m|3: not 'OPERATION:' and its 8 or more numbers: 'READ: 1 2 3';"
     "4: not 'OPERATION:' and its 8 or more numbers: 'READ 1 2 3 4 5 6 7 8';"
     "5: not 'OPERATION:' and its 8 or more numbers: "
     "'READ: 18446744073709551616 0 0 0 0 0 0 0';"},
};

static void parses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        struct buf out = {0};
        struct nfs_mountstats m;
        nfs_mountstats_parse(arena, cases[i].text, strlen(cases[i].text), &m);
        describe(&m, &out);
        assert_string_equal(out.data, cases[i].expected);
        buf_free(&out);
    }
}

static void bounds_mounts_and_problems(void **state)
{
    SCRATCH_ARENA(arena);
    struct buf text = {0};
    struct nfs_mountstats m;
    (void)state;
    for (int i = 0; i < NFS_MOUNTSTATS_MAX + 2; i++)
        buf_puts(&text, DEVICE "age: x\n");
    nfs_mountstats_parse(arena, text.data, text.length, &m);
    assert_int_equal(m.count, NFS_MOUNTSTATS_MAX);
    assert_int_equal(m.left_out, 2);
    assert_int_equal(m.problem_count, NFS_MOUNTSTATS_MAX);
    buf_free(&text);
}

static void finds_the_mount_that_is_seen(void **state)
{
    SCRATCH_ARENA(arena);
    static const char text[] = DEVICE "age: 1\n" DEVICE "age: 2\n";
    struct nfs_mountstats m;
    (void)state;
    nfs_mountstats_parse(arena, text, strlen(text), &m);
    assert_int_equal(nfs_mountstats_find(&m, "/m")->age, 2);
    assert_null(nfs_mountstats_find(&m, "/n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses),
        cmocka_unit_test(bounds_mounts_and_problems),
        cmocka_unit_test(finds_the_mount_that_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
