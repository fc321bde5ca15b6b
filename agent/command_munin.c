/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "agent/command.h"
#include "agent/defaults.h"
#include "agent/query.h"
#include "core/clock.h"
#include "core/log.h"
#include "exporters/munin.h"

/* What a plugin is called with: graph is the part of its name behind "forewarn_". */
struct call {
    const char *socket, *graph, *action;
    struct store *store;
    int64_t t_ms;
};

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && strcmp(value, "1") == 0;
}

/* All series of all graphs in one question; no disk is touched for it. */
static int ask(struct call *call, struct error *e)
{
    SCRATCH_ARENA(arena);
    const struct query query = {.expr = munin_selector,
                                .length = strlen(munin_selector),
                                .start_ms = call->t_ms,
                                .end_ms = call->t_ms};
    struct query_answer answer;
    query_agent(&query, call->socket, arena, &answer);
    bool good = answer.failure == QUERY_GOOD && answer.value.type == PROMQL_VECTOR;
    if (!good)
        error_set(e, -1, "%s", answer.error.length ? answer.error.data : "no values");
    for (size_t i = 0; good && i < answer.value.count; i++)
        store_append(call->store, answer.value.samples[i].labels, call->t_ms,
                     answer.value.samples[i].v, NULL);
    buf_free(&answer.error);
    return good ? 0 : -1;
}

/* Values come along with config where that saves a call. */
static void put_graph(const struct call *call, const struct munin_graph *graph, struct buf *out)
{
    bool config = strcmp(call->action, "config") == 0;
    if (config)
        munin_config(graph, call->store, call->t_ms, out);
    if (!config || is_set("MUNIN_CAP_DIRTYCONFIG"))
        munin_fetch(graph, call->store, call->t_ms, out);
}

static void put_all(const struct call *call, struct buf *out)
{
    for (const struct munin_graph *graph = munin_graphs; graph->name; graph++) {
        if (!munin_has(graph, call->store, call->t_ms))
            continue;
        buf_printf(out, "multigraph forewarn_%s\n", graph->name);
        put_graph(call, graph, out);
    }
}

static void put_suggestions(const struct call *call, struct buf *out)
{
    for (const struct munin_graph *graph = munin_graphs; graph->name; graph++)
        if (munin_has(graph, call->store, call->t_ms))
            buf_printf(out, "%s\n", graph->name);
}

/* Fills what is to be said. Gives the exit status. */
static int answer(struct call *call, struct buf *out)
{
    const struct munin_graph *graph = munin_find(call->graph);
    struct error e = {0};
    bool asked = ask(call, &e) == 0;

    if (strcmp(call->action, "autoconf") == 0) {
        if (asked)
            buf_puts(out, "yes\n");
        else
            buf_printf(out, "no (%.*s)\n", (int)strcspn(e.text, "?\n"), e.text);
        return EXIT_SUCCESS;
    }
    if (!asked) {
        log_error("munin: %s", e.text);
        return EXIT_FAILURE;
    }
    if (strcmp(call->action, "suggest") == 0)
        put_suggestions(call, out);
    else if (graph)
        put_graph(call, graph, out);
    else
        put_all(call, out);
    return EXIT_SUCCESS;
}

static int check_call(const struct command *command, const struct call *call)
{
    static const char *const actions[] = {"fetch", "config", "autoconf", "suggest"};
    size_t i = 0;
    while (i < 4 && strcmp(actions[i], call->action) != 0)
        i++;
    if (i == 4)
        return command_misused(command, "'%.80s' is none of config, autoconf, suggest, fetch",
                               call->action);
    if (i > 1 || munin_find(call->graph))
        return 0;
    if (strcmp(call->graph, "all") != 0)
        return command_misused(command, "there is no graph '%.80s'; suggest names them",
                               call->graph);
    if (!is_set("MUNIN_CAP_MULTIGRAPH"))
        return command_misused(command, "all graphs in one need a node that knows multigraph");
    return 0;
}

static int run_call(const struct command *command, struct call *call)
{
    struct buf out = {0};
    struct error e = {0};
    int status = check_call(command, call);

    if (status)
        return status;
    call->store = store_new();
    status = answer(call, &out);
    if (command_output(out.data, out.length, &e) < 0) {
        log_error("munin: %s", e.text);
        status = EXIT_FAILURE;
    }
    buf_free(&out);
    store_free(&call->store);
    return status;
}

static int run(const struct command *command, int argc, char **argv)
{
    static const struct option names[] = {{"socket", required_argument, NULL, 's'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    struct call call = {
        .socket = DEFAULT_CONTROL_SOCKET, .action = "fetch", .t_ms = clock_wall_ms(&clock_system)};
    int found;

    optind = 0; /* starts anew, whatever was parsed before: getopt(3) */
    opterr = 0;
    while ((found = getopt_long(argc, argv, ":h", names, NULL)) != -1) {
        if (found == 'h')
            return command_print_help(command);
        if (found != 's')
            return command_bad_option(command, found, argv);
        call.socket = optarg;
    }
    if (optind >= argc || argc - optind > 2)
        return command_misused(command, "which graph?");
    call.graph = argv[optind];
    if (strncmp(call.graph, "forewarn_", 9) == 0)
        call.graph += 9;
    if (argc - optind == 2 && argv[optind + 1][0])
        call.action = argv[optind + 1];
    return run_call(command, &call);
}

const struct command munin_command = {
    .name = "munin",
    .what = "graphs for Munin, from the running agent",
    .help =
        "usage: forewarn munin GRAPH [config | autoconf | suggest | fetch] [OPTION]...\n"
        "What the Munin plugin forewarn_GRAPH says: graphs of temperature, reallocated, pending,\n"
        "wear, spare, redundancy, sync, sync_speed; or all of them (a node with multigraph).\n"
        "The running agent is asked; no disk is touched.\n"
        "Exit status: 0, or 1 where no agent answers (autoconf: 0, and it says \"no\").\n"
        "\n"
        "      --socket PATH  the agent's control socket\n"
        "  -h, --help\n",
    .usage_status = 1,
    .run = run,
};
