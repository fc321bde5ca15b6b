/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"
#include "probes/nfs_mounts.h"
#include "tests/probes/shared.h"
#include "tests/probes/tree.h"

/* Each as "mountpoint server export version proto address locks|", then what was left out. */
static void describe(const struct nfs_mounts *mounts, struct buf *out)
{
    for (size_t i = 0; i < mounts->count; i++) {
        const struct nfs_mount *m = &mounts->at[i];
        buf_printf(out, "%s %s %s %s %s %s %s|", m->mountpoint, m->server, m->export_path,
                   m->version, m->proto, m->address,
                   m->needs_nlm ? m->nlm_transport : m->no_nlm_why);
    }
    buf_printf(out, "%zu %zu", mounts->malformed, mounts->left_out);
}

#define V3(options) "40 1 0:50 / /m rw - nfs a:/e rw,vers=3,proto=tcp," options ",addr=10.0.0.1\n"

static const struct {
    enum mount_table table;
    const char *text, *expected;
} cases[] = {
    {MOUNT_TABLE_MOUNTINFO,
     "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
     "40 22 0:50 / /var/vmail rw,noatime shared:9 - nfs filer:/vol/mail rw,vers=3,rsize=65536,hard,"
     "proto=tcp,timeo=600,retrans=2,sec=sys,mountaddr=10.0.0.9,mountvers=3,mountport=635,"
     "mountproto=udp,local_lock=none,addr=10.0.0.9\n",
     "/var/vmail filer /vol/mail 3 tcp 10.0.0.9 tcp|0 0"},
    {MOUNT_TABLE_MOUNTINFO,
     "40 22 0:50 / /m rw - nfs4 [fd00::1]:/srv rw,vers=4.2,proto=tcp6,clientaddr=fd00::2,"
     "local_lock=none,addr=fd00::1\n",
     "/m fd00::1 /srv 4.2 tcp6 fd00::1 NFSv4|0 0"},
    {MOUNT_TABLE_MOUNTS, "a:/e /m\\040n nfs rw,vers=3,proto=udp,mountaddr=10.0.0.1 0 0\n",
     "/m n a /e 3 udp 10.0.0.1 udp|0 0"},
    /* what keeps locks here, and what keeps only one kind here */
    {MOUNT_TABLE_MOUNTINFO, V3("nolock,local_lock=all"), "/m a /e 3 tcp 10.0.0.1 nolock|0 0"},
    {MOUNT_TABLE_MOUNTINFO, V3("local_lock=all"), "/m a /e 3 tcp 10.0.0.1 local_lock=all|0 0"},
    {MOUNT_TABLE_MOUNTINFO, V3("local_lock=flock"), "/m a /e 3 tcp 10.0.0.1 tcp|0 0"},
    {MOUNT_TABLE_MOUNTINFO, V3("local_lock=posix"), "/m a /e 3 tcp 10.0.0.1 tcp|0 0"},
    {MOUNT_TABLE_MOUNTINFO, V3("xlocal_lock=all,nolocks"), "/m a /e 3 tcp 10.0.0.1 tcp|0 0"},
    /* lockd over RDMA talks TCP */
    {MOUNT_TABLE_MOUNTS, "a:/e /m nfs rw,vers=3,proto=rdma,port=20049 0 0\n",
     "/m a /e 3 rdma  tcp|0 0"},
    /* a bind mount has the same super block */
    {MOUNT_TABLE_MOUNTINFO,
     "40 22 0:50 / /m rw - nfs a:/e rw,vers=3\n41 22 0:50 /x /bind rw - nfs a:/e rw,vers=3\n"
     "42 22 0:51 / /n rw - nfs a:/f rw,vers=3\n",
     "/m a /e 3   tcp|/n a /f 3   tcp|0 0"},
    /* an old kernel's words */
    {MOUNT_TABLE_MOUNTS, "a:/e /m nfs rw,v2,udp 0 0\nb:/e /n nfs4 rw,minorversion=1 0 0\n",
     "/m a /e 2   tcp|/n b /e 4.1   NFSv4|0 0"},
    {MOUNT_TABLE_MOUNTS, "a /m nfs rw 0 0\n[::1 /n nfs rw 0 0\n: /o nfs rw,vers= 0 0\n",
     "/m a  3   tcp|/n [ :1 3   tcp|/o   3   tcp|0 0"},
    {MOUNT_TABLE_MOUNTINFO, "garbage\n\n40 22 0:50 / /m rw - nfsd nfsd rw\n", "1 0"},
    {MOUNT_TABLE_MOUNTINFO, "", "0 0"},
};

static void parses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        struct buf out = {0};
        struct nfs_mounts mounts;
        nfs_mounts_parse(arena, cases[i].table, cases[i].text, strlen(cases[i].text), &mounts);
        describe(&mounts, &out);
        assert_string_equal(out.data, cases[i].expected);
        buf_free(&out);
    }
}

static void reads_options(void **state)
{
    SCRATCH_ARENA(arena);
    static const char text[] =
        "40 1 0:50 / /m rw - nfs a:/e ro,vers=3,soft,proto=tcp,port=2050,timeo=50,retrans=3,"
        "nconnect=4,acregmin=1,acregmax=2,acdirmin=3,acdirmax=4,mountport=20048,mountproto=udp,"
        "nolock,local_lock=all,retrans=5,junk=1\n"
        "41 1 0:51 / /n rw - nfs a:/e rw,vers=3,port=99999999999,timeo=-1,retrans=x\n";
    struct nfs_mounts mounts;
    (void)state;
    nfs_mounts_parse(arena, MOUNT_TABLE_MOUNTINFO, text, strlen(text), &mounts);
    assert_int_equal(mounts.count, 2);
    const struct nfs_mount *m = &mounts.at[0], *n = &mounts.at[1];
    assert_true(m->soft && m->read_only && m->nolock && !m->needs_nlm);
    assert_int_equal(m->port, 2050);
    assert_int_equal(m->mountport, 20048);
    assert_string_equal(m->mountproto, "udp");
    assert_int_equal(m->timeo_ds, 50);
    assert_int_equal(m->retrans, 5);
    assert_int_equal(m->nconnect, 4);
    assert_int_equal(m->acregmin * 1000 + m->acregmax * 100 + m->acdirmin * 10 + m->acdirmax, 1234);
    assert_false(n->soft || n->read_only);
    assert_int_equal(n->port + n->timeo_ds + n->retrans, 0);
    assert_int_equal(n->nconnect, 1);
    assert_int_equal(n->acregmin, -1);
}

static void bounds_their_number(void **state)
{
    SCRATCH_ARENA(arena);
    struct buf text = {0};
    struct nfs_mounts mounts;
    (void)state;
    for (int i = 0; i < NFS_MOUNTS_MAX + 3; i++)
        buf_printf(&text, "40 1 0:%d / /m%d rw - nfs a:/e rw,vers=3\n", i + 1, i);
    nfs_mounts_parse(arena, MOUNT_TABLE_MOUNTINFO, text.data, text.length, &mounts);
    assert_int_equal(mounts.count, NFS_MOUNTS_MAX);
    assert_int_equal(mounts.left_out, 3);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses),
        cmocka_unit_test(reads_options),
        cmocka_unit_test(bounds_their_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
