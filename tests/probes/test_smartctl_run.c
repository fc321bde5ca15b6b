/* SPDX-License-Identifier: Apache-2.0 */
/* A smartctl that does every evil thing, and how long that takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probes/smartctl_run.h"
#include "tests/probes/tree.h"

enum { LIMIT = 64 * 1024, TIMEOUT_MS = 400, SLACK_MS = 5000, LONG_MS = 20000 };

static struct tree tree;
static char program[128];

static void write_program(const char *script)
{
    tree_file(&tree, "/smartctl", script);
    snprintf(program, sizeof program, "%s/smartctl", tree.path);
    assert_int_equal(chmod(program, 0755), 0);
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static const struct {
    const char *what, *script;
    int code, exit_status;
    size_t length;    /* of what is printed */
    const char *text; /* NULL: whatever */
    int at_least_ms;
} table[] = {
    {"says something", "#!/bin/sh\necho '{}'\n", 0, 0, 3, "{}\n", 0},
    {"says nothing", "#!/bin/sh\n", 0, 0, 0, "", 0},
    {"fails with what it said", "#!/bin/sh\necho x\nexit 4\n", 0, 4, 2, "x\n", 0},
    {"talks on standard error only", "#!/bin/sh\necho no >&2\nexit 2\n", 0, 2, 0, "", 0},
    {"waits for input that is not there", "#!/bin/sh\ncat\necho end\n", 0, 0, 4, "end\n", 0},
    {"has a clean environment", "#!/bin/sh\necho $LC_ALL$SMART_TEST\n", 0, 0, 2, "C\n", 0},
    {"prints 100 MB", "#!/bin/sh\nexec head -c 100000000 /dev/zero\n", -EFBIG, -1, LIMIT, NULL, 0},
    {"prints for ever", "#!/bin/sh\nexec cat /dev/zero\n", -EFBIG, -1, LIMIT, NULL, 0},
    {"is killed", "#!/bin/sh\necho half\nkill -SEGV $$\n", -EINTR, -1, 5, "half\n", 0},
    {"hangs", "#!/bin/sh\necho x\nexec sleep 100\n", -ETIMEDOUT, -1, 2, "x\n", TIMEOUT_MS},
    {"hangs in a child", "#!/bin/sh\nsleep 100\n", -ETIMEDOUT, -1, 0, "", TIMEOUT_MS},
    {"ignores signals", "#!/bin/sh\ntrap '' TERM INT HUP\nwhile :; do sleep 1; done\n", -ETIMEDOUT,
     -1, 0, "", TIMEOUT_MS},
    {"leaves a child with the pipe", "#!/bin/sh\nsleep 100 &\necho x\n", 0, 0, 2, "x\n", 0},
    {"leaves a child in a session of its own", "#!/bin/sh\nsetsid sleep 2 &\necho x\n", 0, 0, 2,
     "x\n", 0},
    {"drips", "#!/bin/sh\nwhile echo x; do sleep 0.01; done\n", -ETIMEDOUT, -1, 0, NULL,
     TIMEOUT_MS},
    {"closes its output and stays", "#!/bin/sh\nexec >&-\nsleep 100\n", -ETIMEDOUT, -1, 0, "",
     TIMEOUT_MS},
    {"is no program", "this is no program", 0, -1, 0, NULL, 0},
};

static void every_evil_ends_in_time(void **state)
{
    static const char *const argv[] = {"smartctl", "-j", NULL};
    (void)state;
    setenv("SMART_TEST", "leaked", 1);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        SCRATCH_ARENA(arena);
        struct smartctl_output output;
        struct error e = {0};
        write_program(table[i].script);
        int64_t before = now_ms();
        int code = smartctl_run(program, argv, LIMIT, TIMEOUT_MS, arena, &output, &e);
        int64_t took = now_ms() - before;
        if (strcmp(table[i].what, "is no program") == 0) {
            assert_int_equal(output.length, 0);
            continue; /* execvp hands it to sh, which says 127 */
        }
        if (code != table[i].code)
            fail_msg("%s: %d (%s), not %d", table[i].what, code, e.text, table[i].code);
        if (took > TIMEOUT_MS + SLACK_MS || took < table[i].at_least_ms)
            fail_msg("%s: took %d ms", table[i].what, (int)took);
        assert_int_equal(code < 0, e.text[0] != '\0');
        assert_int_equal(output.exit_status, table[i].exit_status);
        if (table[i].text) {
            assert_string_equal(output.text, table[i].text);
            assert_int_equal(output.length, table[i].length);
        }
        assert_true(output.length <= LIMIT);
        assert_true(arena_bytes(arena) < 4 * LIMIT);
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nothing left to reap */
    }
}

static void says_what_is_missing(void **state)
{
    static const char *const argv[] = {"smartctl", NULL};
    SCRATCH_ARENA(arena);
    struct smartctl_output output;
    struct error e = {0};
    (void)state;
    assert_int_equal(smartctl_run("/nowhere/smartctl", argv, LIMIT, LONG_MS, arena, &output, &e),
                     -ENOENT);
    assert_non_null(strstr(e.text, "/nowhere/smartctl"));
    tree_file(&tree, "/plain", "x");
    snprintf(program, sizeof program, "%s/plain", tree.path);
    assert_int_equal(smartctl_run(program, argv, LIMIT, LONG_MS, arena, &output, &e), -EACCES);
}

/* No child of the killed program is left running. */
static void kills_the_whole_group(void **state)
{
    static const char *const argv[] = {"smartctl", NULL};
    SCRATCH_ARENA(arena);
    struct smartctl_output output;
    struct error e = {0};
    (void)state;
    write_program("#!/bin/sh\nsleep 77 & echo $!; wait\n");
    assert_int_equal(smartctl_run(program, argv, LIMIT, TIMEOUT_MS, arena, &output, &e),
                     -ETIMEDOUT);
    pid_t child = atoi(output.text);
    assert_true(child > 1);
    for (int i = 0; i < 100 && kill(child, 0) == 0; i++) {
        char path[64], line[256] = "";
        snprintf(path, sizeof path, "/proc/%d/stat", (int)child);
        FILE *stat = fopen(path, "r");
        if (stat && fgets(line, sizeof line, stat) && strstr(line, ") Z "))
            i = 100; /* dead, and whoever is init here does not reap it */
        if (stat)
            fclose(stat);
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        assert_true(i < 99 || i == 100);
    }
}

static int set_up(void **state)
{
    (void)state;
    tree_make(&tree);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tree_remove(&tree);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_evil_ends_in_time),
        cmocka_unit_test(says_what_is_missing),
        cmocka_unit_test(kills_the_whole_group),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
