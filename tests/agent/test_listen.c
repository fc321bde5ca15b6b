/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "agent/listen.h"

static void addresses(void **state)
{
    static const struct {
        const char *text, *host, *port; /* host NULL: none */
    } table[] = {
        {"127.0.0.1:9733", "127.0.0.1", "9733"},
        {":9733", "", "9733"},
        {"localhost:0", "localhost", "0"},
        {"[::1]:65535", "::1", "65535"},
        {"[::]:1", "::", "1"},
        {"", NULL, NULL},
        {"9733", NULL, NULL},
        {"127.0.0.1", NULL, NULL},
        {"127.0.0.1:", NULL, NULL},
        {"127.0.0.1:http", NULL, NULL},
        {"127.0.0.1:-1", NULL, NULL},
        {"127.0.0.1: 1", NULL, NULL},
        {"127.0.0.1:65536", NULL, NULL},
        {"127.0.0.1:99999999999999999999", NULL, NULL},
        {"::1:9733", NULL, NULL},
        {"[::1]9733", NULL, NULL},
        {"[]:9733", NULL, NULL},
        {"[::1:9733", NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct listen_address address;
        struct error e;
        int code = listen_parse(table[i].text, &address, &e);
        if ((code == 0) != (table[i].host != NULL))
            fail_msg("'%s' gives %d", table[i].text, code);
        if (code == 0) {
            assert_string_equal(address.host, table[i].host);
            assert_string_equal(address.port, table[i].port);
        }
    }
}

static void a_name_of_a_mile(void **state)
{
    char text[1000];
    struct listen_address address;
    struct error e;

    (void)state;
    memset(text, 'a', sizeof text);
    strcpy(text + sizeof text - 3, ":1");
    assert_int_equal(listen_parse(text, &address, &e), -EINVAL);
}

static void one_port_for_one(void **state)
{
    int sockets[LISTEN_MAX];
    size_t count = 0;
    char name[64];
    struct error e;
    const char *first = "127.0.0.1:0", *second = name;
    const char *const both[] = {"127.0.0.1:0", name};

    (void)state;
    assert_int_equal(listen_open(&first, 1, sockets, &count, &e), 0);
    assert_int_equal(count, 1);
    listen_name(sockets[0], name);
    assert_memory_equal(name, "127.0.0.1:", 10);
    int others[LISTEN_MAX];
    size_t other_count = 0;
    assert_int_equal(listen_open(both, 2, others, &other_count, &e), -EADDRINUSE);
    assert_int_equal(other_count, 0);
    assert_non_null(strstr(e.text, second));
    assert_non_null(strstr(e.text, "another program listens there"));
    listen_close(sockets, &count);
    assert_int_equal(listen_open(&second, 1, others, &other_count, &e), 0);
    listen_close(others, &other_count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(addresses),
                                       cmocka_unit_test(a_name_of_a_mile),
                                       cmocka_unit_test(one_port_for_one)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
