/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/agent.h"
#include "agent/command.h"
#include "agent/defaults.h"
#include "agent/start.h"
#include "config.h"
#include "core/log.h"

static const char help_text[] =
    "usage: forewarnd [OPTION]...\n"
    "The agent: watches disks and arrays, judges by rules, and tells.\n"
    "SIGHUP reads the configuration anew, SIGTERM ends it.\n"
    "\n"
    "      --config FILE          instead of " DEFAULT_CONFIG_FILE "\n"
    "      --control-socket PATH  instead of " DEFAULT_CONTROL_SOCKET "\n"
    "      --root DIR             watch a recorded tree instead of this host\n"
    "      --foreground           taken for compatibility: it always stays there\n"
    "  -v, --verbose              log more; again: still more\n"
    "  -V, --version\n"
    "  -h, --help\n";

static int misused(const char *what)
{
    log_error("%s; see: forewarnd --help", what);
    return 2;
}

/* -1: go on. */
static int parse(int argc, char **argv, struct agent_options *options)
{
    static const struct option names[] = {
        {"config", required_argument, NULL, 'c'}, {"control-socket", required_argument, NULL, 's'},
        {"root", required_argument, NULL, 'r'},   {"foreground", no_argument, NULL, 'f'},
        {"verbose", no_argument, NULL, 'v'},      {"version", no_argument, NULL, 'V'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    int found, priority = LOG_NOTICE;

    while ((found = getopt_long(argc, argv, "vVh", names, NULL)) != -1) {
        switch (found) {
        case 'c':
            options->config_file = optarg;
            break;
        case 's':
            options->control_socket = optarg;
            break;
        case 'r':
            options->root = optarg;
            break;
        case 'f':
            break;
        case 'v':
            priority = priority < LOG_DEBUG ? priority + 1 : priority;
            log_open("forewarnd", priority);
            break;
        case 'V':
            return printf("forewarnd " PACKAGE_VERSION "\n") < 0;
        case 'h':
            return fputs(help_text, stdout) < 0;
        default:
            return 2;
        }
    }
    return optind < argc ? misused("no argument is expected") : -1;
}

int main(int argc, char **argv)
{
    struct agent_options options = {.root = "/", .control_socket = DEFAULT_CONTROL_SOCKET};
    struct error e = {0};

    start_process("forewarnd");
    /* Reports are for readers with any locale; and no file of time zones is read in the loop. */
    setlocale(LC_CTYPE, "C.UTF-8");
    tzset();
    int status;
    if (start_worker(argc, argv, &status))
        return status;
    status = parse(argc, argv, &options);
    if (status >= 0)
        return status;
    if (agent_run(&options, &e) == 0)
        return EXIT_SUCCESS;
    log_error("%s", e.text);
    return EXIT_FAILURE;
}
