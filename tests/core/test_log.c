/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/log.h"

/* Standard error goes into a file while a test logs. */
struct capture {
    FILE *file;
    int saved;
};

static void begin(struct capture *capture)
{
    fflush(stderr);
    capture->file = tmpfile();
    capture->saved = dup(STDERR_FILENO);
    assert_non_null(capture->file);
    dup2(fileno(capture->file), STDERR_FILENO);
}

static void end(struct capture *capture, char text[4096])
{
    dup2(capture->saved, STDERR_FILENO);
    close(capture->saved);
    rewind(capture->file);
    text[fread(text, 1, 4095, capture->file)] = '\0';
    fclose(capture->file);
}

static void names_the_program(void **state)
{
    (void)state;
    struct capture capture;
    char text[4096];
    unsetenv("JOURNAL_STREAM");
    begin(&capture);
    log_open("tester", LOG_INFO);
    log_error("cannot %s", "read");
    log_debug("not wanted");
    log_info("two\nlines\tand \x1b[31mcolour");
    end(&capture, text);
    assert_string_equal(text, "tester: cannot read\ntester: two?lines?and ?[31mcolour\n");
}

static void tells_the_journal_its_priority(void **state)
{
    (void)state;
    struct capture capture;
    struct stat st;
    char text[4096], stream[64];
    begin(&capture);
    assert_int_equal(fstat(STDERR_FILENO, &st), 0);
    snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)st.st_dev,
             (unsigned long long)st.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    log_open("tester", LOG_INFO);
    log_error("bad");
    log_info("good");
    snprintf(stream, sizeof stream, "%llu:1", (unsigned long long)st.st_dev + 1);
    setenv("JOURNAL_STREAM", stream, 1); /* somebody else's standard error */
    log_open("tester", LOG_INFO);
    log_warning("plain");
    unsetenv("JOURNAL_STREAM");
    end(&capture, text);
    assert_string_equal(text, "<3>bad\n<6>good\ntester: plain\n");
}

static void cuts_long_lines(void **state)
{
    (void)state;
    struct capture capture;
    char text[4096];
    begin(&capture);
    log_open("a-program-with-a-name-that-is-far-too-long", LOG_INFO);
    log_info("%3000d", 7);
    end(&capture, text);
    assert_int_equal(strlen(text), 1023);
    assert_int_equal(text[1022], '\n');
    assert_memory_equal(text, "a-program-with-a-name-that-is-f: ", 33);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_the_program),
        cmocka_unit_test(tells_the_journal_its_priority),
        cmocka_unit_test(cuts_long_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
