/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/command.h"
#include "agent/command_ask.h"
#include "agent/defaults.h"
#include "agent/json_labels.h"
#include "core/log.h"
#include "rules/promql.h"

struct options {
    const char *socket, *comment, *end;
    int64_t for_ms;
    bool list;
};

/* A text between quotes as PromQL has it. */
static void put_quoted(struct buf *out, const char *text)
{
    buf_puts(out, "\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buf_puts(out, "\\");
        if (*text == '\n')
            buf_puts(out, "\\n");
        else
            buf_add(out, text, 1);
    }
    buf_puts(out, "\"");
}

/* NAME=VALUE, NAME!=VALUE, NAME=~PATTERN, NAME!~PATTERN, the value with or without quotes. */
static bool put_matcher(struct buf *out, const char *text)
{
    size_t length = strcspn(text, "=!~");
    const char *op = text + length;
    size_t op_length = strspn(op, "=!~");
    const char *value = op + op_length;
    bool good = length && op_length && op_length <= 2 &&
                (strncmp(op, "=", op_length) == 0 || strncmp(op, "!=", op_length) == 0 ||
                 strncmp(op, "=~", op_length) == 0 || strncmp(op, "!~", op_length) == 0);

    if (!good || (op_length == 1 && *op != '='))
        return false;
    buf_add(out, text, length);
    buf_add(out, op, op_length);
    if (*value == '"')
        buf_puts(out, value);
    else
        put_quoted(out, value);
    return true;
}

/* {NAME="VALUE",...}; one argument in braces is a selector already. */
static int make_selector(const struct command *command, char **matchers, int count, struct buf *out)
{
    if (count == 1 && matchers[0][0] == '{') {
        buf_puts(out, matchers[0]);
        return 0;
    }
    buf_puts(out, "{");
    for (int i = 0; i < count; i++) {
        if (i)
            buf_puts(out, ",");
        if (!put_matcher(out, matchers[i]))
            return command_misused(command,
                                   "'%.80s' is not LABEL=VALUE, LABEL!=VALUE, "
                                   "LABEL=~PATTERN or LABEL!~PATTERN",
                                   matchers[i]);
    }
    buf_puts(out, "}");
    return 0;
}

static int fail(const struct error *e)
{
    log_error("silence: %s", e->text);
    return EXIT_FAILURE;
}

static int silence(const struct options *options, const char *selector)
{
    struct error e = {0};
    json_t *reply;
    json_t *request = json_must(json_pack(
        "{s:s, s:s, s:f, s:s, s:s}", "command", "silence", "selector", selector, "for",
        (double)options->for_ms / 1000, "by", command_who(), "comment", options->comment));
    int code = command_ask(options->socket, request, &reply, &e);
    json_decref(request);
    if (code < 0)
        return fail(&e);
    printf("%s\n", json_text(reply, "id"));
    json_decref(reply);
    return EXIT_SUCCESS;
}

static int end(const struct options *options)
{
    struct error e = {0};
    json_t *reply;
    json_t *request =
        json_must(json_pack("{s:s, s:s}", "command", "unsilence", "id", options->end));
    int code = command_ask(options->socket, request, &reply, &e);
    json_decref(request);
    if (code < 0)
        return fail(&e);
    json_decref(reply);
    return EXIT_SUCCESS;
}

static int list(const struct options *options)
{
    struct error e = {0};
    json_t *reply;
    json_t *request = json_must(json_pack("{s:s}", "command", "silences"));
    int code = command_ask(options->socket, request, &reply, &e);
    json_decref(request);
    if (code < 0)
        return fail(&e);
    for (size_t i = 0; i < json_array_size(reply); i++) {
        const json_t *item = json_array_get(reply, i);
        time_t until = (time_t)json_number_value(json_object_get(item, "until"));
        char text[32];
        strftime(text, sizeof text, "%Y-%m-%d %H:%M", localtime(&until));
        printf("%-8s until %s  %s  %s%s%s\n", json_text(item, "id"), text,
               json_text(item, "selector"), json_text(item, "by"),
               json_text(item, "comment")[0] ? ": " : "", json_text(item, "comment"));
    }
    json_decref(reply);
    return EXIT_SUCCESS;
}

static int parse_for(struct options *options, const struct command *command, const char *text)
{
    if (promql_parse_duration(text, strlen(text), &options->for_ms) < 0 || options->for_ms < 1000)
        return command_misused(command, "--for: '%.40s' is no duration such as 2h or 3d", text);
    return 0;
}

static int carry_out(const struct options *options, const struct command *command, int argc,
                     char **argv)
{
    struct buf selector = {0};
    int left = argc - optind;

    if ((options->list || options->end) && left)
        return command_misused(command, "no argument '%.80s' is expected", argv[optind]);
    if (options->list)
        return list(options);
    if (options->end)
        return end(options);
    if (!left)
        return command_misused(command, "which alerts? for instance: alertname=DiskTooHot");
    if (!options->for_ms)
        return command_misused(command, "for how long? --for 2h");
    int status = make_selector(command, argv + optind, left, &selector);
    if (!status)
        status = silence(options, selector.data);
    buf_free(&selector);
    return status;
}

static int run(const struct command *command, int argc, char **argv)
{
    static const struct option names[] = {{"for", required_argument, NULL, 'f'},
                                          {"comment", required_argument, NULL, 'c'},
                                          {"end", required_argument, NULL, 'e'},
                                          {"list", no_argument, NULL, 'l'},
                                          {"socket", required_argument, NULL, 's'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    struct options options = {.socket = DEFAULT_CONTROL_SOCKET, .comment = ""};
    int found, status = 0;

    optind = 0;
    opterr = 0;
    while (!status && (found = getopt_long(argc, argv, ":h", names, NULL)) != -1) {
        if (found == 'h')
            return command_print_help(command);
        if (found == 'f')
            status = parse_for(&options, command, optarg);
        else if (found == 'c')
            options.comment = optarg;
        else if (found == 'e')
            options.end = optarg;
        else if (found == 's')
            options.socket = optarg;
        else if (found == 'l')
            options.list = true;
        else
            status = command_bad_option(command, found, argv);
    }
    return status ? status : carry_out(&options, command, argc, argv);
}

const struct command silence_command = {
    .name = "silence",
    .what = "hold all alerts of some kind for some time",
    .help = "usage: forewarn silence MATCHER... --for TIME [--comment TEXT]\n"
            "       forewarn silence --list | --end ID\n"
            "Holds all alerts whose labels meet every MATCHER (LABEL=VALUE, LABEL!=VALUE,\n"
            "LABEL=~PATTERN, LABEL!~PATTERN; alertname and severity are labels too), and prints\n"
            "the id of the silence. Only root and the agent's user may do that.\n"
            "Exit status: 0, or 1 where the agent does not do it or is not there.\n"
            "\n"
            "      --for TIME      how long: 30m, 2h, 3d\n"
            "      --comment TEXT  why\n"
            "      --list          the silences there are\n"
            "      --end ID        end one before its time\n"
            "      --socket PATH   the agent's control socket\n"
            "  -h, --help\n",
    .usage_status = 2,
    .run = run,
};
