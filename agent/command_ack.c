/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/command.h"
#include "agent/command_ask.h"
#include "agent/defaults.h"
#include "agent/json_labels.h"
#include "core/log.h"

static int acknowledge(char **alerts, int count, const char *socket, const char *comment, bool undo)
{
    json_t *list = json_must(json_array()), *reply;
    struct error e = {0};

    for (int i = 0; i < count; i++)
        json_array_append_new(list, json_string(alerts[i]));
    json_t *request =
        json_must(json_pack("{s:s, s:o, s:s, s:s, s:b}", "command", "acknowledge", "alerts", list,
                            "by", command_who(), "comment", comment, "undo", (int)undo));
    int code = command_ask(socket, request, &reply, &e);
    json_decref(request);
    if (code < 0) {
        log_error("ack: %s", e.text);
        return EXIT_FAILURE;
    }
    long long n = json_integer_value(json_object_get(reply, "alerts"));
    printf("%lld alert%s %s\n", n, n == 1 ? "" : "s",
           undo ? "will be told of again" : "held until worse");
    json_decref(reply);
    return EXIT_SUCCESS;
}

static int run(const struct command *command, int argc, char **argv)
{
    static const struct option names[] = {
        {"comment", required_argument, NULL, 'c'}, {"until-worse", no_argument, NULL, 'w'},
        {"undo", no_argument, NULL, 'u'},          {"socket", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0}};
    const char *socket = DEFAULT_CONTROL_SOCKET, *comment = "";
    bool undo = false;
    int found;

    optind = 0;
    opterr = 0;
    while ((found = getopt_long(argc, argv, ":h", names, NULL)) != -1) {
        if (found == 'h')
            return command_print_help(command);
        if (found == 'c')
            comment = optarg;
        else if (found == 's')
            socket = optarg;
        else if (found == 'u')
            undo = true;
        else if (found != 'w')
            return command_bad_option(command, found, argv);
    }
    if (optind >= argc)
        return command_misused(command, "which alert? (forewarn status shows their ids)");
    return acknowledge(argv + optind, argc - optind, socket, comment, undo);
}

const struct command ack_command = {
    .name = "ack",
    .what = "hold an alert that is known until it gets worse",
    .help = "usage: forewarn ack ALERT... [OPTION]...\n"
            "Holds alerts, by their id or name, until they get worse: a higher level or a worse\n"
            "value. They stay in status. Only root and the agent's user may do that.\n"
            "Exit status: 0, or 1 where there is no such alert or no agent.\n"
            "\n"
            "      --until-worse   the default, for those who like to say it\n"
            "      --undo          tell of them again\n"
            "      --comment TEXT  why\n"
            "      --socket PATH   the agent's control socket\n"
            "  -h, --help\n",
    .usage_status = 2,
    .run = run,
};
