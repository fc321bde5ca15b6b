/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "agent/ask.h"
#include "agent/check_answer.h"
#include "agent/command.h"
#include "agent/command_ask.h"
#include "agent/defaults.h"
#include "agent/json_labels.h"
#include "agent/screen.h"
#include "agent/terminal.h"
#include "core/log.h"

enum { TIMEOUT_MS = 10 * 1000, WATCH_MS = 1000, WATCH_TIMEOUT_MS = 3000 };

struct options {
    const char *socket;
    bool json, watch, verbose;
};

/* What the agent knows, as text. */
static int ask(const struct options *options, int64_t timeout_ms, struct buf *out, struct error *e)
{
    struct report_style style = terminal_style(options->verbose);
    json_t *request = ask_request("status", timeout_ms), *data;

    report_style_write(&style, request);
    json_object_set_new(request, "format", json_string(options->json ? "json" : "table"));
    int code = command_ask_within(options->socket, request, timeout_ms, &data, e);
    json_decref(request);
    if (code < 0)
        return code;
    code = ask_take_text(data, out, e);
    json_decref(data);
    return code;
}

static int show(const struct options *options)
{
    struct buf text = {0};
    struct error e = {0};
    int code = ask(options, TIMEOUT_MS, &text, &e);

    if (code == 0)
        code = command_output(text.data, text.length, &e);
    if (code < 0)
        log_error("status: %s", e.text);
    buf_free(&text);
    return code < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Where the agent is silent, what it said last stays, below a line that says so. */
static void refresh(const struct options *options, struct buf *shown)
{
    struct buf text = {0};
    struct error e = {0};

    if (ask(options, WATCH_TIMEOUT_MS, &text, &e) == 0) {
        buf_free(shown);
        *shown = text;
        return;
    }
    buf_free(&text);
    buf_printf(&text, "UNKNOWN  %s\n", e.text);
    const char *last = shown->length ? shown->data : "";
    if (strncmp(last, "UNKNOWN  ", 9) == 0 && strstr(last, options->socket))
        last += strcspn(last, "\n") + 1;
    buf_puts(&text, last);
    buf_free(shown);
    *shown = text;
}

static int watch(const struct options *options)
{
    struct screen screen;
    struct buf shown = {0};
    struct error e = {0};
    enum screen_event event = SCREEN_TIME;
    int code = screen_open(&screen, &e);

    if (code < 0) {
        log_error("status: --watch %s; elsewhere ask for --format json now and then", e.text);
        return EXIT_FAILURE;
    }
    while (code == 0 && event != SCREEN_END) {
        refresh(options, &shown);
        code = screen_draw(&screen, shown.data, &e);
        event = screen_wait(&screen, WATCH_MS);
    }
    screen_close(&screen);
    if (code < 0)
        log_error("status: %s", e.text);
    buf_free(&shown);
    return code < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int run(const struct command *command, int argc, char **argv)
{
    static const struct option names[] = {
        {"watch", no_argument, NULL, 'w'},        {"format", required_argument, NULL, 'f'},
        {"socket", required_argument, NULL, 's'}, {"verbose", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    struct options options = {.socket = DEFAULT_CONTROL_SOCKET};
    int found;

    optind = 0; /* starts anew, whatever was parsed before: getopt(3) */
    opterr = 0;
    while ((found = getopt_long(argc, argv, ":wvh", names, NULL)) != -1) {
        if (found == 'h')
            return command_print_help(command);
        if (found == 's')
            options.socket = optarg;
        else if (found == 'w')
            options.watch = true;
        else if (found == 'v')
            options.verbose = true;
        else if (found != 'f')
            return command_bad_option(command, found, argv);
        else if (strcmp(optarg, "json") != 0 && strcmp(optarg, "table") != 0)
            return command_misused(command, "--format: '%.80s' is none of table, json", optarg);
        else
            options.json = strcmp(optarg, "json") == 0;
    }
    if (optind < argc)
        return command_misused(command, "no argument '%.80s' is expected", argv[optind]);
    if (options.watch && options.json)
        return command_misused(command, "--watch shows a table");
    return options.watch ? watch(&options) : show(&options);
}

const struct command status_command = {
    .name = "status",
    .what = "what the running agent knows: alerts, arrays, disks, probes",
    .help = "usage: forewarn status [OPTION]...\n"
            "What the running agent knows: alerts and since when, which are known or may come,\n"
            "arrays and how far what runs on them is, disks, when probes looked and look again,\n"
            "who is told.\n"
            "Exit status: 0, or 1 where no agent answers.\n"
            "\n"
            "  -w, --watch        go on showing it; q ends\n"
            "      --format FMT   table (default) or json\n"
            "  -v, --verbose      all disks and findings\n"
            "      --socket PATH  the agent's control socket\n"
            "  -h, --help\n",
    .usage_status = 2,
    .run = run,
};
