/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/watchdog.h"

/* Runs a process that never ends by itself; gives its status, and what it wrote in text. */
static int bark(int fd, const char *say, int hush, char text[64])
{
    int ends[2], status;

    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], fd);
        watchdog_start(50, fd, say, 3);
        if (hush)
            watchdog_hush();
        for (;;)
            pause();
    }
    close(ends[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    ssize_t n = read(ends[0], text, 63);
    text[n > 0 ? n : 0] = '\0';
    close(ends[0]);
    return status;
}

static void test_time_is_over(void **state)
{
    char text[64];
    (void)state;
    assert_int_equal(bark(STDOUT_FILENO, "UNKNOWN - too late\n", 0, text), 3 << 8);
    assert_string_equal(text, "UNKNOWN - too late\n");
    assert_int_equal(bark(STDOUT_FILENO, "UNKNOWN - too late\n", 1, text), 3 << 8);
    assert_string_equal(text, "");
    assert_int_equal(bark(STDOUT_FILENO, "", 0, text), 3 << 8);
    assert_string_equal(text, "");
    assert_int_equal(bark(STDERR_FILENO, "too late\n", 0, text), 3 << 8);
    assert_string_equal(text, "too late\n");
}

/* Nobody reads, and the pipe is full: it ends all the same. */
static void test_full_pipe(void **state)
{
    int ends[2], status;
    char bytes[4096] = {0};

    (void)state;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        watchdog_start(50, STDOUT_FILENO, "too late\n", 3);
        for (;;)
            if (write(STDOUT_FILENO, bytes, sizeof bytes) < 0)
                _exit(1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 3 << 8);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_is_over),
        cmocka_unit_test(test_full_pipe),
    };
    alarm(30);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
