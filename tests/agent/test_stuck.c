/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/stuck.h"

static void test_parse(void **state)
{
    static const struct {
        const char *line, *name;
        char state;
        pid_t group;
    } table[] = {
        {"12 (smartctl) D 1 7 7 0 -1", "smartctl", 'D', 7},
        {"12 (a) b) (c) S 1 8 7 0 -1", "a) b) (c", 'S', 8},
        {"12 () t 1 9 7", "", 't', 9},
        {"12 (a name that is too long) R 1 9", "a name that is ", 'R', 9},
        {"", NULL, 0, 0},
        {"12 smartctl D 1 7", NULL, 0, 0},
        {"12 )smartctl( D 1 7", NULL, 0, 0},
        {"12 (smartctl)", NULL, 0, 0},
        {"12 (smartctl) D x y", NULL, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char name[16], process_state;
        pid_t group;
        bool parsed = stuck_parse_stat(table[i].line, name, &process_state, &group);
        assert_int_equal(parsed, table[i].name != NULL);
        if (!parsed)
            continue;
        assert_string_equal(name, table[i].name);
        assert_int_equal(process_state, table[i].state);
        assert_int_equal(group, table[i].group);
    }
}

/* A process group whose leader is dead: the one that is left is described. */
static void test_describe(void **state)
{
    struct launch_event event = {0};
    int ready[2];
    pid_t left = 0;

    (void)state;
    assert_int_equal(pipe(ready), 0);
    pid_t leader = fork();
    if (leader == 0) {
        setpgid(0, 0);
        pid_t child = fork();
        if (child == 0)
            for (;;)
                pause();
        _exit(write(ready[1], &child, sizeof child) == sizeof child ? 0 : 1);
    }
    assert_int_equal(read(ready[0], &left, sizeof left), sizeof left);
    siginfo_t info;
    waitid(P_PID, (id_t)leader, &info, WEXITED | WNOWAIT); /* a zombie does not count */
    stuck_describe(leader, &event);
    assert_int_equal(event.stuck_pid, left);
    assert_int_equal(event.stuck_state, 'S');
    assert_string_equal(event.stuck_name, "test_stuck");
    kill(-leader, SIGKILL);
    waitpid(leader, NULL, 0);
    close(ready[0]);
    close(ready[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_describe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
