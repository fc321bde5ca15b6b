/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "probes/nfs_route.h"

#define HEAD4                                                                                      \
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
#define DEFAULT4 "eth0\t00000000\t010013AC\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
#define NET4     "eth1\t0000630A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n" /* 10.99/16 */

static const struct {
    const char *text, *address, *link;
} routes4[] = {
    {HEAD4 DEFAULT4 NET4, "10.99.0.1", "eth1"},
    {HEAD4 DEFAULT4 NET4, "10.98.0.1", "eth0"},
    {HEAD4 NET4, "10.98.0.1", ""},
    {HEAD4 DEFAULT4 "wlan0\t00000000\t010013AC\t0003\t0\t0\t600\t00000000\t0\t0\t0\n", "8.8.8.8",
     "eth0"},
    {HEAD4 "dn0\t00000000\t010013AC\t0002\t0\t0\t1\t00000000\t0\t0\t0\n"
           "no0\t00000000\t010013AC\t0201\t0\t0\t1\t00000000\t0\t0\t0\n",
     "8.8.8.8", ""},
    {HEAD4 "eth0 xx\neth0\t00000000\n" DEFAULT4, "8.8.8.8", "eth0"},
    {HEAD4 DEFAULT4, "filer", ""},
    {HEAD4 DEFAULT4, "fd00::1", ""},
    {"", "8.8.8.8", ""},
};

#define ZERO "00000000000000000000000000000000"
#define FD   "fd000000000000000000000000000000"

static const struct {
    const char *text, *address, *link;
} routes6[] = {
    {ZERO " 00 " ZERO " 00 " ZERO " 00000400 00000001 00000000 00000003 eth0\n" FD " 40 " ZERO
          " 00 " ZERO " 00000100 00000001 00000000 00000001 eth1\n",
     "fd00::1", "eth1"},
    {ZERO " 00 " ZERO " 00 " ZERO " 00000400 00000001 00000000 00000003 eth0\n" FD " 40 " ZERO
          " 00 " ZERO " 00000100 00000001 00000000 00000001 eth1\n",
     "fd01::1%eth9", "eth0"},
    {ZERO " 00 " ZERO " 00 " ZERO " ffffffff 00000001 00000000 00200200 lo\n", "fd00::1", ""},
    {FD " 81 " ZERO " 00 " ZERO " 00000100 00000001 00000000 00000001 eth1\n", "fd00::1", ""},
    {"short 00\n", "fd00::1", ""},
    {ZERO " 00 " ZERO " 00 " ZERO " 00000400 00000001 00000000 00000003 eth0\n", "10.0.0.1", ""},
};

static void finds_links_in_tables(void **state)
{
    SCRATCH_ARENA(arena);
    (void)state;
    for (size_t i = 0; i < sizeof routes4 / sizeof *routes4; i++)
        assert_string_equal(
            nfs_route_link4(arena, routes4[i].text, strlen(routes4[i].text), routes4[i].address),
            routes4[i].link);
    for (size_t i = 0; i < sizeof routes6 / sizeof *routes6; i++)
        assert_string_equal(
            nfs_route_link6(arena, routes6[i].text, strlen(routes6[i].text), routes6[i].address),
            routes6[i].link);
}

static void asks_the_kernel(void **state)
{
    SCRATCH_ARENA(arena);
    struct nfs_route route;
    struct error e = {0};
    (void)state;
    int code = nfs_route_ask(arena, "127.0.0.1", &route, &e);
    if (code < 0) { /* a sandbox without rtnetlink, or lo is off */
        assert_int_equal(code, -ENETUNREACH);
        skip();
    }
    assert_string_equal(route.link, "lo");
    assert_string_equal(route.local, "127.0.0.1");
    assert_int_equal(nfs_route_ask(arena, "filer", &route, &e), -EINVAL);
    assert_string_equal(e.text, "route to 'filer': no numeric address");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_links_in_tables),
        cmocka_unit_test(asks_the_kernel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
