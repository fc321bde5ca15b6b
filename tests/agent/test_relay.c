/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/relay.h"
#include "core/log.h"

/* Standard error goes into this pipe while a test runs. */
static int the_pipe[2], the_stderr;

static int catch_log(void **state)
{
    (void)state;
    the_stderr = dup(STDERR_FILENO);
    return pipe(the_pipe) == 0 && dup2(the_pipe[1], STDERR_FILENO) >= 0 ? 0 : -1;
}

static int release_log(void **state)
{
    (void)state;
    dup2(the_stderr, STDERR_FILENO);
    close(the_stderr);
    close(the_pipe[0]);
    close(the_pipe[1]);
    return 0;
}

static void check_log(const char *expected)
{
    char text[65536];
    ssize_t n = write(the_pipe[1], "", 1); /* so that there is something to read */
    assert_int_equal(n, 1);
    n = read(the_pipe[0], text, sizeof text - 1);
    assert_true(n > 0);
    text[n] = '\0';
    assert_string_equal(text, expected);
}

static void test_lines(void **state)
{
    static const struct {
        const char *bytes, *expected;
    } table[] = {
        {"hello\n", "forewarn: md: hello\n"},
        {"md: hello\n", "forewarn: md: hello\n"},
        {"mdstat: hello\n", "forewarn: md: mdstat: hello\n"},
        {"no end", "forewarn: md: no end\n"},
        {"a\n\n\nb\n", "forewarn: md: a\nforewarn: md: b\n"},
        {"bell \a\n", "forewarn: md: bell ?\n"},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct relay relay = {.name = "md"};
        for (const char *byte = table[i].bytes; *byte; byte++)
            relay_bytes(&relay, byte, 1); /* in whatever pieces it comes */
        relay_end(&relay);
        check_log(table[i].expected);
    }
}

static void test_bounds(void **state)
{
    struct relay relay = {.name = "md"};
    char expected[65536] = "", line[RELAY_MAX_LINE + 100];

    (void)state;
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    for (int i = 0; i < 2 * RELAY_MAX_LINES; i++) {
        relay_bytes(&relay, line, sizeof line);
        if (i < RELAY_MAX_LINES)
            sprintf(expected + strlen(expected), "forewarn: md: %.*s\n", RELAY_MAX_LINE, line);
    }
    strcat(expected, "forewarn: md: and more, left out\n");
    relay_end(&relay);
    check_log(expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lines, catch_log, release_log),
        cmocka_unit_test_setup_teardown(test_bounds, catch_log, release_log),
    };
    unsetenv("JOURNAL_STREAM");
    log_open("forewarn", LOG_NOTICE);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
