/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "probes/mailindex_delay.h"

static void waits_longer_than_caches(void **state)
{
    static const char mounts[] =
        "30 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "40 1 0:50 / /a rw - nfs f:/a rw,vers=3,acregmin=3,acregmax=10,acdirmax=20\n"
        "41 1 0:51 / /b rw - nfs4 f:/b rw,vers=4.2\n"
        "42 1 0:52 / /c rw - nfs f:/c rw,vers=3,acregmin=0,acregmax=0,acdirmin=0,acdirmax=0\n";
    static const struct {
        unsigned major, minor;
        int64_t ms;
    } cases[] = {{8, 1, 2000}, {0, 50, 22000}, {0, 51, 62000}, {0, 52, 2000}, {9, 9, 2000}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(
            mailindex_delay_of(mounts, sizeof mounts - 1, makedev(cases[i].major, cases[i].minor)),
            cases[i].ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(waits_longer_than_caches)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
