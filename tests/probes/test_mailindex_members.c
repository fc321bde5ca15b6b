/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/arena.h"
#include "probes/mailindex_members.h"

enum { TAKEOVER_MS = 100 * 1000 };

static const char *const hosts[] = {"a", "b"};
static const struct mailindex_share share_of_a = {hosts, 2, 0}, share_of_b = {hosts, 2, 1};

static void were_there(const char *path, int seconds_ago)
{
    struct timespec times[2] = {{.tv_sec = time(NULL) - seconds_ago}};
    times[1] = times[0];
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void members_meet(void **state)
{
    SCRATCH_ARENA(arena);
    struct mailindex_meeting of_a = {0}, of_b = {0};
    char directory[] = "/tmp/forewarn-members-XXXXXX";
    struct error e = {0};

    (void)state;
    assert_non_null(mkdtemp(directory));
    const char *a = arena_printf(arena, "%s/a", directory);
    const char *b = arena_printf(arena, "%s/b", directory);
    mailindex_meeting_start(&of_a, &share_of_a);
    mailindex_meeting_start(&of_b, &share_of_b);
    assert_int_equal(mailindex_members_meet(directory, &share_of_a, TAKEOVER_MS, &of_a, &e), 0);
    assert_int_equal(mailindex_members_meet(directory, &share_of_b, TAKEOVER_MS, &of_b, &e), 0);
    assert_int_equal(of_a.alive, 3);
    assert_int_equal(of_b.alive, 3);

    /* b dies; it is only known once a was there all that time. */
    were_there(b, 200);
    assert_int_equal(mailindex_members_meet(directory, &share_of_a, TAKEOVER_MS, &of_a, &e), 0);
    assert_int_equal(of_a.alive, 3);
    of_a.since_ms -= 2 * TAKEOVER_MS;
    assert_int_equal(mailindex_members_meet(directory, &share_of_a, TAKEOVER_MS, &of_a, &e), 0);
    assert_int_equal(of_a.alive, 1);
    assert_int_equal(mailindex_members_meet(directory, &share_of_b, TAKEOVER_MS, &of_b, &e), 0);
    assert_int_equal(mailindex_members_meet(directory, &share_of_a, TAKEOVER_MS, &of_a, &e), 0);
    assert_int_equal(of_a.alive, 3);

    /* Nothing is left beside the two files. */
    assert_int_equal(unlink(a), 0);
    assert_int_equal(unlink(b), 0);
    assert_int_equal(rmdir(directory), 0);
}

static void says_where_they_cannot(void **state)
{
    struct mailindex_meeting meeting = {0};
    struct error e = {0};

    (void)state;
    mailindex_meeting_start(&meeting, &share_of_a);
    meeting.alive = 1;
    assert_true(mailindex_members_meet("/nonexistent/forewarn", &share_of_a, TAKEOVER_MS, &meeting,
                                       &e) < 0);
    assert_non_null(strstr(e.text, "/nonexistent/forewarn/a"));
    assert_int_equal(meeting.alive, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_meet),
        cmocka_unit_test(says_where_they_cannot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
