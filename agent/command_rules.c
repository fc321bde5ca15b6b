/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/command.h"
#include "agent/rule_files.h"
#include "core/log.h"
#include "rules/lint.h"
#include "rules/testrun.h"

enum { LINT_STATUS = 3 };

struct options {
    bool lint, lint_fatal, closed_left;
};

/* What is done with one file at a time. */
struct work {
    const struct options *options;
    struct arena *arena; /* of the file */
    struct buf out, errors;
    bool linted;
};

static void add_line(const char *text, void *arg)
{
    buf_printf(arg, "%s\n", text);
}

static bool read_source(struct work *work, const char *path, const struct rule_source **source)
{
    size_t count;
    struct error e = {0};
    if (rule_files_read(&path, 1, "", work->arena, source, &count, &e) == 0)
        return true;
    buf_printf(&work->errors, "%s: %s\n", path, e.text);
    return false;
}

static void lint(struct work *work, const struct rule_set *rules)
{
    size_t errors = work->errors.length;
    if (work->options->lint)
        lint_duplicates(rules, add_line, &work->errors);
    work->linted |= work->errors.length > errors;
}

static bool check_file(struct work *work, const char *path)
{
    const struct rule_source *source;
    struct rule_set *rules = NULL;
    size_t count = 0;
    if (!read_source(work, path, &source) ||
        rule_set_load(source, 1, add_line, &work->errors, &rules) < 0) {
        buf_printf(&work->out, "%s: FAILED\n", path);
        return false;
    }
    for (size_t i = 0; i < rules->group_count; i++)
        count += rules->groups[i].rule_count;
    buf_printf(&work->out, "%s: ok, %zu %s\n", path, count, count == 1 ? "rule" : "rules");
    lint(work, rules);
    rule_set_free(&rules);
    return true;
}

struct sources {
    struct rule_source *at;
    size_t count, room;
};

/* Reads the files that a pattern names, relative to the test file as all patterns are. */
static bool add_sources(struct work *work, const char *test, const char *pattern,
                        struct sources *sources)
{
    const char *slash = strrchr(test, '/');
    const struct rule_source *source;
    bool good = true;
    glob_t found;
    if (slash && *pattern && *pattern != '/')
        pattern = arena_printf(work->arena, "%.*s/%s", (int)(slash - test), test, pattern);
    if (glob(pattern, 0, NULL, &found) != 0) {
        buf_printf(&work->errors, "%s: warning: no file matches %s\n", test, pattern);
        return true;
    }
    for (size_t i = 0; i < found.gl_pathc && good; i++) {
        good = read_source(work, found.gl_pathv[i], &source);
        sources->at = arena_grow(work->arena, sources->at, sources->count, &sources->room,
                                 sizeof *sources->at);
        if (good)
            sources->at[sources->count++] = *source;
    }
    globfree(&found);
    return good;
}

static bool load_rules(struct work *work, const char *path, const struct test_file *file,
                       struct rule_set **rules)
{
    struct sources sources = {0};
    for (size_t i = 0; i < file->rule_file_count; i++)
        if (!add_sources(work, path, file->rule_files[i], &sources))
            return false;
    return rule_set_load(sources.at, sources.count, add_line, &work->errors, rules) == 0;
}

static bool test_file(struct work *work, const char *path)
{
    const struct rule_source *source;
    const struct promql_engine engine = {.closed_left = work->options->closed_left};
    struct test_file file;
    struct rule_set *rules = NULL;
    size_t failed = 0;
    if (!read_source(work, path, &source) ||
        test_file_read(source, work->arena, add_line, &work->errors, &file) < 0 ||
        !load_rules(work, path, &file, &rules)) {
        buf_printf(&work->out, "%s: FAILED\n", path);
        return false;
    }
    for (size_t i = 0; i < file.test_count; i++)
        failed +=
            testrun_group(path, &file, &file.tests[i], rules, &engine, add_line, &work->out) > 0;
    rule_set_free(&rules);
    const char *tests = file.test_count == 1 ? "test" : "tests";
    if (failed)
        buf_printf(&work->out, "%s: FAILED, %zu of %zu %s\n", path, failed, file.test_count, tests);
    else
        buf_printf(&work->out, "%s: ok, %zu %s\n", path, file.test_count, tests);
    return !failed;
}

/* What is wrong with a file goes to standard error, before what came of it. */
static bool write_out(struct work *work)
{
    struct error e = {0};
    for (struct buf *errors = &work->errors; errors->length;) {
        ssize_t n = write(STDERR_FILENO, errors->data, errors->length);
        if (n <= 0)
            break;
        buf_drop(errors, (size_t)n);
    }
    bool good = command_output(work->out.data, work->out.length, &e) == 0;
    if (!good)
        log_error("rules: %s", e.text);
    buf_free(&work->out);
    buf_free(&work->errors);
    return good;
}

static int do_files(const struct options *options, bool (*do_file)(struct work *, const char *),
                    char **paths)
{
    bool good = true, linted = false;
    for (; *paths; paths++) {
        SCRATCH_ARENA(arena);
        struct work work = {.options = options, .arena = arena};
        good &= do_file(&work, *paths);
        linted |= work.linted;
        if (!write_out(&work))
            return EXIT_FAILURE;
    }
    if (!good)
        return EXIT_FAILURE;
    return linted && options->lint_fatal ? LINT_STATUS : EXIT_SUCCESS;
}

static int set_lint(struct options *options, const struct command *command, const char *what)
{
    options->lint = strcmp(what, "none") != 0;
    if (options->lint && strcmp(what, "all") != 0 && strcmp(what, "duplicate-rules") != 0)
        return command_misused(command, "--lint: '%.80s' is not known", what);
    return 0;
}

static const struct {
    const char *name;
    bool (*do_file)(struct work *work, const char *path);
} tasks[] = {{"check", check_file}, {"test", test_file}};

static int do_task(const struct command *command, const struct options *options, char **args)
{
    if (!args[0])
        return command_misused(command, "check or test?");
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
        if (strcmp(args[0], tasks[i].name) == 0)
            return args[1] ? do_files(options, tasks[i].do_file, args + 1)
                           : command_misused(command, "%s which files?", args[0]);
    return command_misused(command, "there is no 'rules %.80s'", args[0]);
}

static int run(const struct command *command, int argc, char **argv)
{
    static const struct option names[] = {{"lint", required_argument, NULL, 'l'},
                                          {"lint-fatal", no_argument, NULL, 'f'},
                                          {"closed-ranges", no_argument, NULL, 'c'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    struct options options = {.lint = true};
    int found, status = 0;

    optind = 0; /* starts anew, whatever was parsed before: getopt(3) */
    opterr = 0;
    while (!status && (found = getopt_long(argc, argv, ":h", names, NULL)) != -1) {
        if (found == 'h')
            return command_print_help(command);
        if (found == 'l')
            status = set_lint(&options, command, optarg);
        else if (found == 'f')
            options.lint_fatal = true;
        else if (found == 'c')
            options.closed_left = true;
        else
            status = command_bad_option(command, found, argv);
    }
    return status ? status : do_task(command, &options, argv + optind);
}

const struct command rules_command = {
    .name = "rules",
    .what = "check rule files, run unit tests of rules",
    .help = "usage: forewarn rules check [OPTION]... FILE...\n"
            "       forewarn rules test [OPTION]... FILE...\n"
            "Checks rule files, or runs unit tests of rules, both in Prometheus' formats.\n"
            "Exit status: 0, or 1 where a file is wrong or a test fails.\n"
            "\n"
            "check\n"
            "      --lint WHAT      also warn of: duplicate-rules (default), all, none\n"
            "      --lint-fatal     exit with 3 after such a warning\n"
            "test\n"
            "      --closed-ranges  ranges and lookback hold their left edge, as before\n"
            "                       Prometheus 3\n"
            "  -h, --help\n",
    .usage_status = 2,
    .run = run,
};
