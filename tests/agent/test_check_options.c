/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/check_options.h"
#include "probes/registry.h"

/* Stands in for the registry. */
static const struct probe first = {.name = "first"}, second = {.name = "second"};
const struct probe *const probes[] = {&first, &second, NULL};

static const struct command command = {.name = "check", .usage_status = 3};

enum { MAX_WORDS = 40 };

static int parse(struct check_options *options, const char *line, char *words)
{
    char *argv[MAX_WORDS + 1] = {(char[]){"check"}}, *rest;
    int argc = 1;

    strcpy(words, line);
    for (char *word = strtok_r(words, " ", &rest); word && argc < MAX_WORDS;
         word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    return check_options_parse(options, &command, argc, argv);
}

static void test_defaults(void **state)
{
    struct check_options options;
    char words[256];

    (void)state;
    assert_int_equal(parse(&options, "", words), 0);
    assert_int_equal(options.question.format, FORMAT_TABLE);
    assert_int_equal(options.look.timeout_ms, 10000);
    assert_string_equal(options.look.root, "/");
    assert_int_equal(options.look.chosen_count, 2);
    assert_int_equal(options.look.chosen[0], 0);
    assert_int_equal(options.look.chosen[1], 1);
    assert_int_equal(options.look.rule_file_count, 0);
    assert_true(options.look.judge);
    assert_string_equal(options.socket, "/run/forewarn/control.sock");
    assert_false(options.now);
}

static void test_all(void **state)
{
    struct check_options options;
    char words[512];

    (void)state;
    assert_int_equal(parse(&options,
                           "--probe second --probe second --root /x --format nagios -t 3 "
                           "--rules a.yml --rules b.yml --severity A=info --severity B=critical "
                           "--expr up -w 1:2 -c @3 -vv -v",
                           words),
                     0);
    assert_int_equal(options.look.chosen_count, 1);
    assert_int_equal(options.look.chosen[0], 1);
    assert_string_equal(options.look.root, "/x");
    assert_int_equal(options.question.format, FORMAT_NAGIOS);
    assert_int_equal(options.look.timeout_ms, 3000);
    assert_int_equal(options.look.rule_file_count, 2);
    assert_string_equal(options.look.rule_files[1], "b.yml");
    assert_int_equal(options.look.override_count, 2);
    assert_int_equal(options.question.override_count, 2);
    assert_string_equal(options.question.overrides[0].alert, "A");
    assert_string_equal(options.look.overrides[1].alert, "B");
    assert_int_equal(options.look.overrides[1].severity, SEVERITY_CRITICAL);
    assert_string_equal(options.question.expr, "up");
    assert_string_equal(options.question.warning, "1:2");
    assert_string_equal(options.question.critical, "@3");
    assert_int_equal(options.question.verbosity, 3);
}

/* -V and -h are answered whatever else is missing; --expr answers as a plugin. */
static void test_special(void **state)
{
    struct check_options options;
    char words[256];

    (void)state;
    assert_int_equal(parse(&options, "-V -w 3", words), 0);
    assert_true(options.version);
    assert_int_equal(parse(&options, "-h x", words), 0);
    assert_true(options.help);
    assert_int_equal(parse(&options, "--expr up", words), 0);
    assert_int_equal(options.question.format, FORMAT_NAGIOS);
}

/* An agent is asked unless something is wanted that it does not answer. */
static void test_agent(void **state)
{
    static const struct {
        const char *line, *socket;
    } table[] = {
        {"--socket /s --severity A=info --expr up", "/s"},
        {"--now", "/run/forewarn/control.sock"},
        {"--no-agent --socket /s", NULL},
        {"--root /", NULL},
        {"--rules a.yml", NULL},
        {"--probe first", NULL},
        {"--state-directory /x", NULL},
    };
    struct check_options options;
    char words[256];

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(parse(&options, table[i].line, words), 0);
        if (table[i].socket)
            assert_string_equal(options.socket, table[i].socket);
        else
            assert_null(options.socket);
    }
}

static void test_wrong(void **state)
{
    static const char *const table[] = {
        "x",
        "--nope",
        "-x",
        "--root",
        "--probe no",
        "--format no",
        "-t no",
        "-t 0",
        "-w 1",
        "-c 1",
        "--severity A",
        "--severity A=no",
        "--expr up --format json",
        "--verbose=1",
        "--expr up --format table",
        "--now --root /x",
    };
    struct check_options options;
    char words[256], what[512];

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int keep = dup(STDERR_FILENO), ends[2];
        assert_int_equal(pipe(ends), 0);
        dup2(ends[1], STDERR_FILENO);
        int status = parse(&options, table[i], words);
        dup2(keep, STDERR_FILENO);
        close(keep);
        close(ends[1]);
        ssize_t n = read(ends[0], what, sizeof what - 1);
        close(ends[0]);
        assert_int_equal(status, 3);
        what[n > 0 ? n : 0] = '\0';
        if (!strstr(what, "; see: forewarn help check\n"))
            fail_msg("%s: %s", table[i], what);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults), cmocka_unit_test(test_all),
        cmocka_unit_test(test_special),  cmocka_unit_test(test_agent),
        cmocka_unit_test(test_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
