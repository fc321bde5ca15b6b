/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/command.h"
#include "agent/command_ask.h"
#include "agent/defaults.h"
#include "agent/json_labels.h"
#include "core/log.h"

static int test(const char *socket)
{
    struct error e = {0};
    json_t *reply;
    json_t *request = json_must(json_pack("{s:s}", "command", "notify_test"));
    int code = command_ask(socket, request, &reply, &e);
    json_decref(request);
    if (code < 0) {
        log_error("notify: %s", e.text);
        return EXIT_FAILURE;
    }
    for (size_t i = 0; i < json_array_size(reply); i++)
        printf("a test is on its way to %s\n", json_string_value(json_array_get(reply, i)));
    json_decref(reply);
    return EXIT_SUCCESS;
}

static int run(const struct command *command, int argc, char **argv)
{
    static const struct option names[] = {{"test", no_argument, NULL, 't'},
                                          {"socket", required_argument, NULL, 's'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    const char *socket = DEFAULT_CONTROL_SOCKET;
    bool wanted = false;
    int found;

    optind = 0;
    opterr = 0;
    while ((found = getopt_long(argc, argv, ":h", names, NULL)) != -1) {
        if (found == 'h')
            return command_print_help(command);
        if (found == 't')
            wanted = true;
        else if (found == 's')
            socket = optarg;
        else
            return command_bad_option(command, found, argv);
    }
    if (optind < argc)
        return command_misused(command, "no argument '%.80s' is expected", argv[optind]);
    if (!wanted)
        return command_misused(command, "what is to be done? --test");
    return test(socket);
}

const struct command notify_command = {
    .name = "notify",
    .what = "try whether alerts arrive",
    .help = "usage: forewarn notify --test\n"
            "Has the agent send a test to each receiver that is configured. Only root and the\n"
            "agent's user may do that. Exit status: 0, or 1 where there is no receiver or no\n"
            "agent; what becomes of the test is in the agent's log and in status.\n"
            "\n"
            "      --socket PATH  the agent's control socket\n"
            "  -h, --help\n",
    .usage_status = 2,
    .run = run,
};
