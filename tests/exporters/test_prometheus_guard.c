/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "exporters/prometheus_guard.h"

enum { MANY = 1000 };

struct fixture {
    struct guard guard;
    struct guard_place places[MANY];
};

static struct fixture fixture;

static int reset(void **state)
{
    memset(&fixture, 0, sizeof fixture);
    *state = &fixture;
    return 0;
}

static struct sockaddr_storage address(const char *text)
{
    struct sockaddr_storage storage = {0};
    struct sockaddr_in *in = (struct sockaddr_in *)&storage;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&storage;
    if (strchr(text, ':')) {
        in6->sin6_family = AF_INET6;
        assert_int_equal(inet_pton(AF_INET6, text, &in6->sin6_addr), 1);
    } else {
        in->sin_family = AF_INET;
        assert_int_equal(inet_pton(AF_INET, text, &in->sin_addr), 1);
    }
    return storage;
}

static bool enter(struct fixture *f, size_t i, const char *from, int64_t now_ms,
                  struct guard_place **evicted)
{
    struct sockaddr_storage storage = address(from);
    return guard_enter(&f->guard, &f->places[i], (struct sockaddr *)&storage, now_ms, evicted);
}

/* A thousand that say nothing keep out nobody who does. */
static void drippers_make_room(void **state)
{
    struct fixture *f = *state;
    struct guard_place *evicted;

    for (size_t i = 0; i < MANY - 1; i++) {
        assert_true(enter(f, i, "192.0.2.1", (int64_t)i, &evicted));
        assert_ptr_equal(evicted, i < GUARD_PLACES_PER_ADDRESS
                                      ? NULL
                                      : &f->places[i - GUARD_PLACES_PER_ADDRESS]);
    }
    assert_int_equal(f->guard.count, GUARD_PLACES_PER_ADDRESS);
    assert_true(enter(f, MANY - 1, "192.0.2.2", MANY, &evicted));
    assert_null(evicted);
}

static void the_same_from_many_addresses(void **state)
{
    struct fixture *f = *state;
    struct guard_place *evicted;
    char text[32];

    for (size_t i = 0; i < MANY; i++) {
        snprintf(text, sizeof text, "10.0.%zu.%zu", i / 250, i % 250 + 1);
        assert_true(enter(f, i, text, (int64_t)i, &evicted));
        assert_ptr_equal(evicted, i < GUARD_PLACES ? NULL : &f->places[i - GUARD_PLACES]);
    }
    assert_int_equal(f->guard.count, GUARD_PLACES);
}

static void who_is_answered_stays(void **state)
{
    struct fixture *f = *state;
    struct guard_place *evicted;

    for (size_t i = 0; i < GUARD_PLACES_PER_ADDRESS; i++) {
        assert_true(enter(f, i, "2001:db8::1", 0, &evicted));
        guard_change(&f->guard, &f->places[i], GUARD_ANSWER, 1);
    }
    /* The same network is the same host. */
    assert_false(enter(f, 100, "2001:db8::2", 2, &evicted));
    assert_null(evicted);
    assert_true(enter(f, 101, "2001:db8:0:1::1", 2, &evicted));
    /* Who is idle goes, but after those without a question. */
    guard_change(&f->guard, &f->places[5], GUARD_IDLE, 3);
    assert_true(enter(f, 102, "2001:db8::3", 4, &evicted));
    assert_ptr_equal(evicted, &f->places[5]);
    guard_change(&f->guard, &f->places[6], GUARD_IDLE, 5);
    assert_true(enter(f, 103, "2001:db8::3", 6, &evicted));
    assert_ptr_equal(evicted, &f->places[102]);
    guard_leave(&f->guard, &f->places[102]); /* a second time: nothing */
    assert_int_equal(f->guard.count, GUARD_PLACES_PER_ADDRESS + 1);
}

static void mapped_addresses_are_the_same(void **state)
{
    struct fixture *f = *state;
    struct guard_place *evicted;

    for (size_t i = 0; i < GUARD_PLACES_PER_ADDRESS; i++)
        assert_true(enter(f, i, "192.0.2.7", 0, &evicted));
    assert_true(enter(f, 200, "::ffff:192.0.2.7", 1, &evicted));
    assert_ptr_equal(evicted, &f->places[0]);
}

static void time_is_over(void **state)
{
    struct fixture *f = *state;
    struct guard_place *evicted;

    for (size_t i = 0; i < 3; i++)
        assert_true(enter(f, i, "192.0.2.1", 0, &evicted));
    guard_change(&f->guard, &f->places[1], GUARD_ANSWER, 1000);
    guard_change(&f->guard, &f->places[2], GUARD_IDLE, 2000);
    assert_null(guard_expire(&f->guard, GUARD_HEADERS_MS - 1));
    assert_ptr_equal(guard_expire(&f->guard, GUARD_HEADERS_MS), &f->places[0]);
    assert_null(guard_expire(&f->guard, GUARD_HEADERS_MS));
    assert_ptr_equal(guard_expire(&f->guard, 1000 + GUARD_ANSWER_MS), &f->places[1]);
    assert_null(guard_expire(&f->guard, 1000 + GUARD_IDLE_MS));
    assert_ptr_equal(guard_expire(&f->guard, 2000 + GUARD_IDLE_MS), &f->places[2]);
    assert_int_equal(f->guard.count, 0);
    assert_null(f->guard.first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(drippers_make_room, reset),
        cmocka_unit_test_setup(the_same_from_many_addresses, reset),
        cmocka_unit_test_setup(who_is_answered_stays, reset),
        cmocka_unit_test_setup(mapped_addresses_are_the_same, reset),
        cmocka_unit_test_setup(time_is_over, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
