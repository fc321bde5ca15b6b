/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/session.h"

static void test_parse(void **state)
{
    static const struct {
        const char *line;
        struct session_member expected; /* pid 0: refused */
    } table[] = {
        {"12 (smartctl) D 1 7 8 0 -1", {12, "smartctl", 'D', 8}},
        {"12 (a) b) (c) S 1 8 9 0 -1", {12, "a) b) (c", 'S', 9}},
        {"12 () t 1 9 10", {12, "", 't', 10}},
        {"12 (a name that is too long) R 1 9 10", {12, "a name that is ", 'R', 10}},
        {"", {0}},
        {"12 smartctl D 1 7 8", {0}},
        {"12 )smartctl( D 1 7 8", {0}},
        {"12 (smartctl)", {0}},
        {"12 (smartctl) D 1 7", {0}},
        {"12 (smartctl) D x y z", {0}},
        {"x (smartctl) D 1 7 8", {0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct session_member *expected = &table[i].expected;
        struct session_member member;
        bool parsed = session_parse_stat(table[i].line, &member);
        assert_int_equal(parsed, expected->pid != 0);
        if (!parsed)
            continue;
        assert_int_equal(member.pid, expected->pid);
        assert_string_equal(member.name, expected->name);
        assert_int_equal(member.state, expected->state);
        assert_int_equal(member.session, expected->session);
    }
}

/* Starts a session whose leader leaves at once and whose other member is in a group of its own. */
static pid_t start_session(pid_t *left)
{
    int ready[2];

    assert_int_equal(pipe(ready), 0);
    pid_t leader = fork();
    if (leader == 0) {
        setsid();
        pid_t child = fork();
        if (child == 0) {
            setpgid(0, 0);
            prctl(PR_SET_NAME, "a member");
            child = getpid();
            if (write(ready[1], &child, sizeof child) != sizeof child)
                _exit(1);
            for (;;)
                pause();
        }
        _exit(0);
    }
    assert_int_equal(read(ready[0], left, sizeof *left), sizeof *left);
    close(ready[0]);
    close(ready[1]);
    return leader;
}

static void test_kill(void **state)
{
    pid_t left;
    struct session_member first = {0};
    struct launch_event event = {0};
    int status;

    (void)state;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (int deep = 0; deep < 2; deep++) {
        pid_t leader = start_session(&left);
        assert_int_equal(waitpid(leader, &status, 0), leader);
        assert_int_equal(session_kill(leader, deep, &first), 1);
        assert_int_equal(first.pid, left);
        assert_int_equal(first.session, leader);
        assert_string_equal(first.name, "a member");
        session_describe(&first, &event);
        assert_int_equal(event.stuck_pid, left);
        assert_string_equal(event.stuck_name, "a member");
        assert_int_equal(waitpid(left, &status, 0), left);
        assert_int_equal(status, SIGKILL);
        assert_int_equal(session_kill(leader, deep, &first), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_kill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
