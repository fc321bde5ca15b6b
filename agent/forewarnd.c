/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/agent.h"
#include "agent/command.h"
#include "agent/defaults.h"
#include "agent/launcher_service.h"
#include "agent/listen.h"
#include "agent/start.h"
#include "config.h"
#include "core/log.h"

enum { KEPT_BYTES = 64 * 1024 };

static const char help_text[] =
    "usage: forewarnd [OPTION]...\n"
    "The agent: watches disks and arrays, judges by rules, and tells.\n"
    "SIGHUP reads the configuration anew, SIGTERM ends it.\n"
    "\n"
    "      --config FILE          instead of " DEFAULT_CONFIG_FILE "\n"
    "      --control-socket PATH  instead of " DEFAULT_CONTROL_SOCKET "\n"
    "      --launcher-socket PATH have workers started by who listens there\n"
    "      --launcher             be who starts them, for the agent at descriptor 3\n"
    "      --web.listen-address ADDRESS\n"
    "                             HOST:PORT, :PORT or [IPV6]:PORT for HTTP, instead of the\n"
    "                             configuration's; more than once; '': no HTTP\n"
    "      --web.systemd-socket   HTTP at systemd's sockets only\n"
    "      --web.config.file FILE TLS and passwords, as Prometheus has them (web.config.yml)\n"
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

/* An empty one means none. */
static bool add_address(struct agent_options *options, const char *text)
{
    struct listen_address address;
    struct error e = {0};

    options->no_listen = !text[0];
    if (options->no_listen)
        options->listen_count = 0;
    else if (options->listen_count == CONFIG_MAX_LISTEN)
        error_set(&e, -E2BIG, "more than %d addresses", CONFIG_MAX_LISTEN);
    else if (listen_parse(text, &address, &e) == 0)
        options->listen[options->listen_count++] = text;
    if (e.code)
        log_error("--web.listen-address: %s; see: forewarnd --help", e.text);
    return !e.code;
}

/* What is only taken over; false: it is none of these. */
static bool take(int found, struct agent_options *options)
{
    switch (found) {
    case 'c':
        options->config_file = optarg;
        return true;
    case 's':
        options->control_socket = optarg;
        return true;
    case 'l':
        options->launcher_socket = optarg;
        return true;
    case 'L':
        options->is_launcher = true;
        return true;
    case 'S':
        options->inherited_only = true;
        return true;
    case 'w':
        options->web_config = optarg;
        return true;
    case 'r':
        options->root = optarg;
        return true;
    case 'f':
        return true;
    default:
        return false;
    }
}

/* -1: go on. */
static int parse(int argc, char **argv, struct agent_options *options)
{
    static const struct option names[] = {{"config", required_argument, NULL, 'c'},
                                          {"control-socket", required_argument, NULL, 's'},
                                          {"root", required_argument, NULL, 'r'},
                                          {"foreground", no_argument, NULL, 'f'},
                                          {"web.listen-address", required_argument, NULL, 'a'},
                                          {"web.config.file", required_argument, NULL, 'w'},
                                          {"web.systemd-socket", no_argument, NULL, 'S'},
                                          {"launcher", no_argument, NULL, 'L'},
                                          {"launcher-socket", required_argument, NULL, 'l'},
                                          {"verbose", no_argument, NULL, 'v'},
                                          {"version", no_argument, NULL, 'V'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int found, priority = LOG_NOTICE;

    while ((found = getopt_long(argc, argv, "vVh", names, NULL)) != -1) {
        if (take(found, options))
            continue;
        if (found == 'a' && add_address(options, optarg))
            continue;
        if (found == 'V')
            return printf("forewarnd " PACKAGE_VERSION "\n") < 0;
        if (found == 'h')
            return fputs(help_text, stdout) < 0;
        if (found != 'v')
            return 2;
        priority = priority < LOG_DEBUG ? priority + 1 : priority;
        log_open("forewarnd", priority);
    }
    return optind < argc ? misused("no argument is expected") : -1;
}

/*
 * What a tick has taken is given back, and threads share one heap: neither speed nor contention
 * matters here, and the agent lives for years beside others.
 */
static void save_memory(void)
{
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
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
    if (start_exporter(argc, argv, &status))
        return status;
    save_memory();
    status = parse(argc, argv, &options);
    if (status >= 0)
        return status;
    int code = options.is_launcher ? launcher_service_run(&options, &e) : agent_run(&options, &e);
    if (code == 0)
        return EXIT_SUCCESS;
    log_error("%s", e.text);
    return EXIT_FAILURE;
}
