/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "exporters/prometheus_auth.h"

static struct auth_digest digest(unsigned number)
{
    struct auth_digest made = {{0}};
    memcpy(made.bytes, &number, sizeof number);
    return made;
}

static void verdicts_are_kept(void **state)
{
    struct auth auth = {0};
    struct auth_digest good = digest(1), bad = digest(2), other = digest(3);

    (void)state;
    assert_int_equal(auth_look_up(&auth, &good, 7, 0), AUTH_UNKNOWN);
    auth_learn(&auth, &good, 7, true, 60, 100);
    assert_int_equal(auth_next_check_ms(&auth), 0); /* a right one makes nobody wait */
    auth_learn(&auth, &bad, 7, false, 60, 200);
    assert_int_equal(auth_look_up(&auth, &good, 7, 201), AUTH_RIGHT);
    assert_int_equal(auth_look_up(&auth, &bad, 9, 201), AUTH_WRONG);
    assert_int_equal(auth_look_up(&auth, &other, 7, 201), AUTH_TOO_FAST);
    assert_int_equal(auth_look_up(&auth, &other, 9, 201), AUTH_UNKNOWN);
    assert_int_equal(auth_look_up(&auth, &other, 7, 200 + AUTH_PAUSE_MS), AUTH_UNKNOWN);
    assert_int_equal(auth_next_check_ms(&auth), 200 + 60 * (AUTH_SHARE - 1));
}

/* However many wrong ones there are, what is right is not forgotten for them. */
static void a_flood_forgets_nobody(void **state)
{
    struct auth auth = {0};
    struct auth_digest good = digest(1), first = digest(1000);

    (void)state;
    auth_learn(&auth, &good, 7, true, 60, 0);
    for (unsigned i = 0; i < 10 * AUTH_KEPT; i++) {
        struct auth_digest bad = digest(1000 + i);
        auth_learn(&auth, &bad, i, false, 60, i);
        assert_int_equal(auth_look_up(&auth, &bad, i, i), AUTH_WRONG);
    }
    assert_int_equal(auth_look_up(&auth, &good, 7, 0), AUTH_RIGHT);
    assert_int_equal(auth_look_up(&auth, &first, 1u << 30, 1u << 30), AUTH_UNKNOWN);
    assert_int_equal(auth.wrong.count, AUTH_KEPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(verdicts_are_kept),
                                       cmocka_unit_test(a_flood_forgets_nobody)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
