/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <linux/rtnetlink.h>

#include "agent/event.h"
#include "probes/probe.h"

static void blocks(void **state)
{
    static const struct {
        const char *action, *name, *type;
        unsigned wakes;
    } cases[] = {
        {"add", "sda", "disk", PROBE_WAKE_DISK},
        {"remove", "sdaa", "disk", PROBE_WAKE_DISK},
        {"add", "nvme0n1", "disk", PROBE_WAKE_DISK},
        {"add", "fdisk", NULL, PROBE_WAKE_DISK},
        {"change", "sda", "disk", 0},
        {"add", "sda1", "partition", 0},
        {"add", "md0p1", "partition", 0},
        {"add", "md0", "disk", PROBE_WAKE_ARRAY},
        {"change", "md127", "disk", PROBE_WAKE_ARRAY},
        {"remove", "md_home", "disk", PROBE_WAKE_ARRAY},
        {"add", "loop7", "disk", 0},
        {"remove", "dm-0", "disk", 0},
        {"add", "zram0", "disk", 0},
        {"add", "sr0", "disk", 0},
        {"add", "", "disk", PROBE_WAKE_DISK},
        {NULL, "sda", "disk", 0},
        {"add", NULL, "disk", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(event_of_block(cases[i].action, cases[i].name, cases[i].type),
                         cases[i].wakes);
}

/* A message as the kernel puts them one behind the other. */
static size_t put(char *at, uint16_t type, uint32_t length)
{
    const struct nlmsghdr head = {.nlmsg_len = length, .nlmsg_type = type};
    memset(at, 0, NLMSG_ALIGN(length));
    memcpy(at, &head, sizeof head);
    return NLMSG_ALIGN(length);
}

static void routes(void **state)
{
    static const struct {
        uint16_t type;
        unsigned wakes;
    } cases[] = {
        {RTM_NEWLINK, PROBE_WAKE_LINK},
        {RTM_DELLINK, PROBE_WAKE_LINK},
        {RTM_NEWADDR, PROBE_WAKE_LINK},
        {RTM_DELADDR, PROBE_WAKE_LINK},
        {RTM_NEWROUTE, 0},
        {NLMSG_DONE, 0},
    };
    char message[256];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t length = put(message, RTM_NEWROUTE, 33);
        length += put(message + length, cases[i].type, 32);
        assert_int_equal(event_of_route(message, length), cases[i].wakes);
        assert_int_equal(event_of_route(message, 36), 0);
        assert_int_equal(event_of_route(message, length - 1), 0);
    }
}

static void broken_routes(void **state)
{
    static const uint32_t lengths[] = {0, 1, 15, 17, 4096, UINT32_MAX, UINT32_MAX - 3};
    char message[16];
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        const struct nlmsghdr head = {.nlmsg_len = lengths[i], .nlmsg_type = RTM_NEWLINK};
        memcpy(message, &head, sizeof head);
        for (size_t length = 0; length <= sizeof message; length++)
            assert_int_equal(event_of_route(message, length), 0);
    }
}

static void when_rounds_begin(void **state)
{
    static const struct {
        int64_t now_ms, last_ms, due_ms;
    } cases[] = {
        {5000, INT64_MIN, 5250}, {5000, 1000, 5250}, {5000, 4250, 5250},
        {5000, 4251, 5251},      {5000, 5000, 6000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(event_due_ms(cases[i].now_ms, cases[i].last_ms), cases[i].due_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks),
        cmocka_unit_test(routes),
        cmocka_unit_test(broken_routes),
        cmocka_unit_test(when_rounds_begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
