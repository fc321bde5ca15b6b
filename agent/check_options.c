/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/check_options.h"

#include <getopt.h>
#include <string.h>

#include "agent/defaults.h"
#include "probes/registry.h"

enum { DEFAULT_TIMEOUT_MS = 10000 };

/* What an option's handler needs. */
struct parsing {
    struct check_options *options;
    const struct command *command;
    const char *alone; /* an option that asks for what no agent answers; NULL: none */
};

static int unknown_value(const struct parsing *p, const char *option, const char *value)
{
    return command_misused(p->command, "--%s: '%.80s' is not known", option, value);
}

static int add_probe(struct parsing *p, char *name)
{
    struct look_options *look = &p->options->look;
    uint32_t index = 0;

    while (probes[index] && strcmp(probes[index]->name, name) != 0)
        index++;
    if (!probes[index])
        return unknown_value(p, "probe", name);
    for (size_t i = 0; i < look->chosen_count; i++)
        if (p->options->chosen[i] == index)
            return 0;
    if (look->chosen_count == LOOK_MAX_PROBES)
        return command_misused(p->command, "too many probes");
    p->options->chosen[look->chosen_count++] = index;
    p->alone = "--probe";
    return 0;
}

static int set_format(struct parsing *p, char *name)
{
    for (int i = 0; i < FORMAT_COUNT; i++)
        if (strcmp(check_format_names[i], name) == 0) {
            p->options->question.format = (enum check_format)i;
            p->options->format_given = true;
            return 0;
        }
    return unknown_value(p, "format", name);
}

static int add_rule_file(struct parsing *p, char *name)
{
    size_t *count = &p->options->look.rule_file_count;
    if (*count == CHECK_MAX_LIST)
        return command_misused(p->command, "--rules is given too often");
    p->options->rule_files[(*count)++] = name;
    p->alone = "--rules";
    return 0;
}

static int add_override(struct parsing *p, char *text)
{
    size_t *count = &p->options->look.override_count;
    struct error e = {0};
    if (*count == CHECK_MAX_LIST)
        return command_misused(p->command, "--severity is given too often");
    if (parse_severity(text, &p->options->overrides[*count], &e) < 0)
        return command_misused(p->command, "--severity: %s", e.text);
    (*count)++;
    return 0;
}

static int set_timeout(struct parsing *p, char *text)
{
    struct error e = {0};
    if (parse_timeout(text, &p->options->look.timeout_ms, &e) < 0)
        return command_misused(p->command, "--timeout: %s", e.text);
    return 0;
}

static int set_root(struct parsing *p, char *path)
{
    p->options->look.root = path;
    p->alone = "--root";
    return 0;
}

static int set_state_directory(struct parsing *p, char *path)
{
    p->options->look.state_directory = path;
    p->alone = "--state-directory";
    return 0;
}

static int set_socket(struct parsing *p, char *path)
{
    p->options->socket = path;
    return 0;
}

static int ask_nobody(struct parsing *p, char *none)
{
    (void)none;
    p->alone = "--no-agent";
    return 0;
}

static int look_now(struct parsing *p, char *none)
{
    (void)none;
    p->options->now = true;
    return 0;
}

static int set_expr(struct parsing *p, char *expr)
{
    p->options->question.expr = expr;
    return 0;
}

static int set_warning(struct parsing *p, char *range)
{
    p->options->question.warning = range;
    return 0;
}

static int set_critical(struct parsing *p, char *range)
{
    p->options->question.critical = range;
    return 0;
}

static int be_verbose(struct parsing *p, char *none)
{
    (void)none;
    p->options->question.verbosity++;
    return 0;
}

static int want_version(struct parsing *p, char *none)
{
    (void)none;
    p->options->version = true;
    return 0;
}

static int want_help(struct parsing *p, char *none)
{
    (void)none;
    p->options->help = true;
    return 0;
}

/* An option by its long and its short name. */
static const struct {
    struct option name;
    int (*take)(struct parsing *p, char *argument);
} table[] = {
    {{"probe", required_argument, NULL, 'p'}, add_probe},
    {{"root", required_argument, NULL, 'r'}, set_root},
    {{"format", required_argument, NULL, 'f'}, set_format},
    {{"timeout", required_argument, NULL, 't'}, set_timeout},
    {{"rules", required_argument, NULL, 'R'}, add_rule_file},
    {{"severity", required_argument, NULL, 's'}, add_override},
    {{"state-directory", required_argument, NULL, 'S'}, set_state_directory},
    {{"socket", required_argument, NULL, 'o'}, set_socket},
    {{"no-agent", no_argument, NULL, 'a'}, ask_nobody},
    {{"now", no_argument, NULL, 'n'}, look_now},
    {{"expr", required_argument, NULL, 'e'}, set_expr},
    {{"warning", required_argument, NULL, 'w'}, set_warning},
    {{"critical", required_argument, NULL, 'c'}, set_critical},
    {{"verbose", no_argument, NULL, 'v'}, be_verbose},
    {{"version", no_argument, NULL, 'V'}, want_version},
    {{"help", no_argument, NULL, 'h'}, want_help},
};

enum { OPTIONS = sizeof table / sizeof *table };

static int take(struct parsing *p, int found)
{
    for (size_t i = 0; i < OPTIONS; i++)
        if (table[i].name.val == found)
            return table[i].take(p, optarg);
    return 0;
}

/* What options may not say together; all probes where none is named. */
static int finish(struct parsing *p, int argc, char **argv)
{
    struct check_options *options = p->options;

    if (optind < argc)
        return command_misused(p->command, "no argument '%.80s' is expected", argv[optind]);
    if ((options->question.warning || options->question.critical) && !options->question.expr)
        return command_misused(p->command, "-w and -c are ranges for --expr");
    if (options->question.expr && options->format_given &&
        options->question.format != FORMAT_NAGIOS)
        return command_misused(p->command, "--expr answers in --format nagios only");
    if (options->now && p->alone)
        return command_misused(p->command, "--now asks an agent, which does not take %s", p->alone);
    if (options->question.expr)
        options->question.format = FORMAT_NAGIOS;
    if (p->alone)
        options->socket = NULL;
    options->question.override_count = options->look.override_count;
    for (uint32_t i = 0; !options->look.chosen_count && probes[i]; i++)
        options->chosen[i] = i;
    for (size_t i = 0; !options->look.chosen_count; i++)
        if (!probes[i])
            options->look.chosen_count = i;
    return 0;
}

int check_options_parse(struct check_options *options, const struct command *command, int argc,
                        char **argv)
{
    struct parsing p = {.options = options, .command = command};
    struct option names[OPTIONS + 1] = {0};
    int found, status = 0;

    *options = (struct check_options){
        .question = {.overrides = options->overrides},
        .socket = DEFAULT_CONTROL_SOCKET,
        .look = {.root = "/",
                 .chosen = options->chosen,
                 .timeout_ms = DEFAULT_TIMEOUT_MS,
                 .judge = true,
                 .rule_files = options->rule_files,
                 .overrides = options->overrides},
    };
    for (size_t i = 0; i < OPTIONS; i++)
        names[i] = table[i].name;
    optind = 0; /* starts anew, whatever was parsed before: getopt(3) */
    opterr = 0;
    while (!status && (found = getopt_long(argc, argv, ":t:w:c:vVh", names, NULL)) != -1)
        status = found == '?' || found == ':' ? command_bad_option(command, found, argv)
                                              : take(&p, found);
    if (status || options->help || options->version)
        return status;
    return finish(&p, argc, argv);
}
