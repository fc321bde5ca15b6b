/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"
#include "probes/blockstat_mounts.h"

/* Each mount as "major:minor source mountpoint type flags|" */
static void describe(const struct mounts *mounts, struct buf *out)
{
    buf_puts(out, "");
    for (size_t i = 0; i < mounts->count; i++) {
        const struct mount *m = &mounts->at[i];
        buf_printf(out, "%u:%u %s %s %s%s%s%s|", m->major, m->minor, m->source, m->mountpoint,
                   m->type, m->is_read_only ? " ro" : "", m->wanted_writing ? " wanted" : "",
                   m->on_error ? " error" : "");
    }
    buf_printf(out, "%zu", mounts->malformed);
}

struct expectation {
    const char *text, *expected;
};

static const struct expectation mountinfo[] = {
    {"22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro\n",
     "8:1 /dev/sda1 / ext4 wanted|0"},
    {"22 1 8:1 / / rw,relatime shared:1 master:2 - ext4 /dev/sda1 ro,errors=remount-ro\n",
     "8:1 /dev/sda1 / ext4 ro wanted|0"},
    {"22 1 8:1 / / ro,relatime - ext4 /dev/sda1 ro\n", "8:1 /dev/sda1 / ext4 ro|0"},
    {"22 1 8:1 / / ro,relatime - ext4 /dev/sda1 rw\n", "8:1 /dev/sda1 / ext4|0"},
    /* a bind mount that is read-only beside the one that is not, in either order */
    {"22 1 8:1 / /a ro - ext4 /dev/sda1 ro\n23 1 8:1 /x /b rw - ext4 /dev/sda1 ro\n",
     "8:1 /dev/sda1 /a ext4 ro wanted|0"},
    {"22 1 254:3 / /mnt/a\\040b\\134 rw - xfs /dev/mapper/vg-mail rw\n",
     "254:3 /dev/mapper/vg-mail /mnt/a b\\ xfs wanted|0"},
    {"22 1 0:45 / /data rw - btrfs /dev/sdb rw,subvol=/\n23 1 0:5 / /dev rw - devtmpfs udev rw\n",
     "0:45 /dev/sdb /data btrfs wanted|0"},
    {"22 1 7:0 / /snap rw - squashfs /dev/loop0 ro\n", "7:0 /dev/loop0 /snap squashfs ro|0"},
    {"22 1 8:1 / / rw - ext4 /dev/sda1 rw,emergency_ro\n",
     "8:1 /dev/sda1 / ext4 ro wanted error|0"},
    {"22 1 8:1 / / rw - ext4 /dev/sda1 rw,errors=remount-ro,root=x\n",
     "8:1 /dev/sda1 / ext4 wanted|0"},
    {"\n\n", "0"},
    {"", "0"},
    {"garbage\n22 1 8:1 / / rw\n22 1 8:1 / / rw - ext4 /dev/sda1\n22 1 8x1 / / rw - e f g\n", "4"},
    {"22 1 8:1 / / rw - ext4 /dev/sda1 ro", "8:1 /dev/sda1 / ext4 ro wanted|0"},
};

static const struct expectation plain_mounts[] = {
    {"/dev/md0 /srv ext4 rw,relatime 0 0\nproc /proc proc rw 0 0\n",
     "0:0 /dev/md0 /srv ext4 wanted|0"},
    {"/dev/md0 /srv ext4 ro,relatime 0 0\n", "0:0 /dev/md0 /srv ext4 ro|0"},
    {"/dev/md0 /srv ext4 rw,emergency_ro 0 0\n", "0:0 /dev/md0 /srv ext4 ro wanted error|0"},
    {"/dev/md0 /srv ext4 rw 0 0\n/dev/md0 /bind ext4 rw 0 0\n/dev/md1 /b ext4 rw 0 0\n",
     "0:0 /dev/md0 /srv ext4 wanted|0:0 /dev/md1 /b ext4 wanted|0"},
    {"/dev/md0\n/dev/md0 /srv\n", "2"},
};

static void check(const struct expectation *cases, size_t count,
                  void (*parse)(struct arena *, const char *, size_t, struct mounts *))
{
    for (size_t i = 0; i < count; i++) {
        SCRATCH_ARENA(arena);
        struct buf out = {0};
        struct mounts mounts;
        parse(arena, cases[i].text, strlen(cases[i].text), &mounts);
        describe(&mounts, &out);
        assert_string_equal(out.data, cases[i].expected);
        buf_free(&out);
    }
}

static void parses_mountinfo(void **state)
{
    (void)state;
    check(mountinfo, sizeof mountinfo / sizeof *mountinfo, mounts_parse_mountinfo);
}

static void parses_mounts(void **state)
{
    (void)state;
    check(plain_mounts, sizeof plain_mounts / sizeof *plain_mounts, mounts_parse_mounts);
}

static void binary_and_endless(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    struct buf text = {0};
    struct mounts mounts;
    mounts_parse_mountinfo(arena, "22 1 8:1 / /\0 rw - a b c\n", 25, &mounts);
    assert_int_equal(mounts.count, 0);
    assert_int_equal(mounts.malformed, 1);
    for (int i = 0; i < MOUNTS_MAX + 5; i++)
        buf_printf(&text, "22 1 8:%d / /m%d rw - ext4 /dev/x rw\n", i, i);
    mounts_parse_mountinfo(arena, text.data, text.length, &mounts);
    assert_int_equal(mounts.count, MOUNTS_MAX);
    assert_int_equal(mounts.malformed, 5);
    buf_free(&text);
}

static void finds_the_mount_of_a_path(void **state)
{
    (void)state;
    static const char text[] = "1 1 8:1 / / rw - ext4 /dev/a rw\n"
                               "2 1 8:2 / /var rw - ext4 /dev/b rw\n"
                               "3 1 8:3 / /var/lib rw - ext4 /dev/c rw\n";
    static const char *const cases[][2] = {
        {"/var/lib/x.img", "/dev/c"}, {"/var/lib", "/dev/c"}, {"/var/library", "/dev/b"},
        {"/home", "/dev/a"},          {"/var", "/dev/b"},
    };
    SCRATCH_ARENA(arena);
    struct mounts mounts;
    mounts_parse_mountinfo(arena, text, sizeof text - 1, &mounts);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(mounts_of_path(&mounts, cases[i][0])->source, cases[i][1]);
    mounts.count = 0;
    assert_null(mounts_of_path(&mounts, "/"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_mountinfo),
        cmocka_unit_test(parses_mounts),
        cmocka_unit_test(binary_and_endless),
        cmocka_unit_test(finds_the_mount_of_a_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
