/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/command.h"
#include "agent/configuration_show.h"
#include "agent/defaults.h"
#include "agent/settings.h"
#include "core/log.h"
#include "probes/registry.h"
#include "rules/rulefile.h"

/* What is wrong goes to standard error as it is, so that editors find the places. */
static void print_error(const char *text, void *arg)
{
    size_t *errors = arg;
    (*errors)++;
    if (write(STDERR_FILENO, text, strlen(text)) >= 0 && write(STDERR_FILENO, "\n", 1) < 0)
        return;
}

static void say_ok(const char *file, const struct settings *settings, struct buf *out)
{
    size_t count = 0;
    const char *name = file ? file : DEFAULT_CONFIG_FILE;
    bool there = file || access(name, F_OK) == 0;

    for (size_t i = 0; i < settings->rules->group_count; i++)
        count += settings->rules->groups[i].rule_count;
    buf_printf(out, "%s: %s, %zu rules\n", name, there ? "ok" : "not there, the defaults count",
               count);
}

static int check(const char *file, struct buf *out)
{
    struct settings settings;
    size_t errors = 0;

    if (settings_load(file, probes, &settings, print_error, &errors) < 0)
        return -EINVAL;
    say_ok(file, &settings, out);
    settings_free(&settings);
    return 0;
}

static int show(const char *file, struct buf *out)
{
    struct settings settings;
    size_t errors = 0;

    if (settings_load_configuration(file, probes, &settings, print_error, &errors) < 0)
        return -EINVAL;
    configuration_show(&settings.config, probes, out);
    settings_free(&settings);
    return 0;
}

static const struct {
    const char *name;
    int (*run)(const char *file, struct buf *out);
} tasks[] = {{"check", check}, {"show", show}};

static int do_task(const struct command *command, char **args)
{
    struct buf out = {0};
    struct error e = {0};

    if (!args[0])
        return command_misused(command, "check or show?");
    if (args[1] && args[2])
        return command_misused(command, "one file at most");
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++) {
        if (strcmp(args[0], tasks[i].name) != 0)
            continue;
        int code = tasks[i].run(args[1], &out);
        if (code == 0 && (code = command_output(out.data, out.length, &e)) < 0)
            log_error("config: %s", e.text);
        buf_free(&out);
        return code < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    }
    return command_misused(command, "there is no 'config %.80s'", args[0]);
}

static int run(const struct command *command, int argc, char **argv)
{
    static const struct option names[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    int found;

    optind = 0; /* starts anew, whatever was parsed before: getopt(3) */
    opterr = 0;
    while ((found = getopt_long(argc, argv, ":h", names, NULL)) != -1) {
        if (found == 'h')
            return command_print_help(command);
        return command_bad_option(command, found, argv);
    }
    return do_task(command, argv + optind);
}

const struct command config_command = {
    .name = "config",
    .what = "check the configuration, show what counts",
    .help =
        "usage: forewarn config check [FILE]\n"
        "       forewarn config show [FILE]\n"
        "FILE is " DEFAULT_CONFIG_FILE " if none is given.\n"
        "check names all that is wrong with it and with the rules that it names, each with its\n"
        "place. show prints what counts, defaults included and without secrets.\n"
        "Exit status: 0, or 1 where something is wrong.\n"
        "\n"
        "  -h, --help\n",
    .usage_status = 2,
    .run = run,
};
