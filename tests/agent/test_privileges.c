/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/privileges.h"

static void test_find_user(void **state)
{
    char path[] = "/tmp/forewarn-test-XXXXXX";
    uid_t uid = 0;
    gid_t gid = 0;
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    assert_true(dprintf(fd, "root:x:0:0::/:/bin/sh\nbroken line\nforewarning:x:1:2::/:\n"
                            "forewarn:x:123:456::/:/bin/false\n") > 0);
    close(fd);
    assert_int_equal(privileges_find_user(path, "forewarn", &uid, &gid), 0);
    assert_int_equal(uid, 123);
    assert_int_equal(gid, 456);
    assert_int_equal(privileges_find_user(path, "nobody", &uid, &gid), -ENOENT);
    unlink(path);
    assert_int_equal(privileges_find_user(path, "forewarn", &uid, &gid), -ENOENT);
}

/* In a process of its own: what is given up stays so. */
static int drop_and_look(void)
{
    struct error e = {0};
    uid_t real, effective, saved;
    bool was_root = privileges_are_roots();

    if (privileges_drop(&e) < 0)
        return 1;
    getresuid(&real, &effective, &saved);
    if (was_root && (real == 0 || effective == 0 || saved == 0 || getgroups(0, NULL) != 0))
        return 2;
    if (setuid(0) == 0 && was_root)
        return 3;
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || privileges_are_roots())
        return 4;
    char line[256];
    FILE *status = fopen("/proc/self/status", "re");
    while (status && fgets(line, sizeof line, status))
        if ((strncmp(line, "CapPrm:", 7) == 0 || strncmp(line, "CapEff:", 7) == 0 ||
             (was_root && strncmp(line, "CapBnd:", 7) == 0)) &&
            strtoull(line + 7, NULL, 16) != 0)
            return 5;
    if (status)
        fclose(status);
    return 0;
}

static void test_drop(void **state)
{
    int status;
    pid_t pid = fork();

    (void)state;
    if (pid == 0)
        _exit(drop_and_look());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find_user),
        cmocka_unit_test(test_drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
