/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/command.h"
#include "agent/defaults.h"
#include "agent/parse.h"
#include "agent/query_data.h"
#include "agent/query_json.h"
#include "agent/query_table.h"
#include "core/clock.h"
#include "core/log.h"

enum { USAGE_STATUS = 2 };

struct options {
    const char *time, *start, *end, *step; /* as given; NULL: not */
    const char *data, *history, *socket;
    bool json;
};

/* An expression that is "-" comes from standard input. */
static int read_expr(const char *arg, struct buf *text, struct error *e)
{
    char part[4096];
    ssize_t n = 0;
    buf_add(text, "", 0);
    if (strcmp(arg, "-") != 0) {
        buf_puts(text, arg);
        return 0;
    }
    while (text->length <= PROMQL_MAX_TEXT && (n = read(STDIN_FILENO, part, sizeof part)) != 0)
        if (n > 0)
            buf_add(text, part, (size_t)n);
        else if (errno != EINTR)
            return error_set(e, -errno, "read from standard input: %s", error_name(errno));
    while (text->length && text->data[text->length - 1] == '\n')
        text->data[--text->length] = '\0';
    return 0;
}

/* Reads one time; what was not given is fallback. */
static int take_time(const char *option, const char *text, int64_t fallback, int64_t *ms,
                     struct error *e)
{
    *ms = fallback;
    int code = text ? parse_time(text, ms, e) : 0;
    if (code < 0)
        error_prefix(e, "%s", option);
    return code;
}

/* Times that are not given are the newest there is. */
static int take_times(const struct options *options, int64_t newest_ms, struct query *query,
                      struct error *e)
{
    query->range = options->start || options->end || options->step;
    if (query->range && options->time)
        return error_set(e, -EINVAL, "--time goes without --start, --end and --step");
    if (query->range && (!options->start || !options->step))
        return error_set(e, -EINVAL, "a range of times takes --start and --step");
    if (!query->range)
        return take_time("--time", options->time, newest_ms, &query->start_ms, e);
    int code = take_time("--start", options->start, 0, &query->start_ms, e);
    if (code == 0)
        code = take_time("--end", options->end, newest_ms, &query->end_ms, e);
    if (code == 0 && (code = parse_step(options->step, &query->step_ms, e)) < 0)
        error_prefix(e, "--step");
    return code < 0 ? code : query_check(query, e);
}

static int status_of(const struct query_answer *answer)
{
    if (answer->failure == QUERY_GOOD)
        return EXIT_SUCCESS;
    return answer->failure == QUERY_BAD_DATA ? USAGE_STATUS : EXIT_FAILURE;
}

/* Errors and notes for people go to standard error. */
static void tell(const struct query_answer *answer, const struct query *query)
{
    const struct promql_value *value = &answer->value;
    if (answer->failure != QUERY_GOOD)
        fprintf(stderr, "forewarn: query: %s\n", answer->error.data);
    for (size_t i = 0; i < value->note_count; i++)
        fprintf(stderr, "forewarn: query: %s\n", value->notes[i].text);
    if (answer->failure == QUERY_GOOD && !value->count &&
        (value->type == PROMQL_VECTOR || value->type == PROMQL_MATRIX)) {
        struct buf time = {0};
        query_print_time(query->start_ms, &time);
        fprintf(stderr, "forewarn: query: no series %s %s\n", query->range ? "from" : "at",
                time.data);
        buf_free(&time);
    }
}

static int show(const struct query_answer *answer, const struct query *query,
                const struct options *options)
{
    struct buf out = {0};
    struct error e = {0};
    int status = status_of(answer);
    if (options->json)
        query_json(answer, query->start_ms, &out);
    else if (answer->failure == QUERY_GOOD)
        query_table(&answer->value, query->start_ms, &out);
    if (!options->json || answer->failure != QUERY_GOOD)
        tell(answer, query);
    if (command_output(out.data, out.length, &e) < 0) {
        log_error("query: %s", e.text);
        status = EXIT_FAILURE;
    }
    buf_free(&out);
    return status;
}

static const struct promql_engine default_engine;

/* Where samples come from: a file or a history, or a running agent, which has its own. */
static int answer_from(const struct options *options, const struct store *store,
                       const struct query *query, struct arena *arena)
{
    struct query_answer answer;
    if (store)
        query_store(query, &default_engine, store, arena, &answer);
    else
        query_agent(query, options->socket, arena, &answer);
    int status = show(&answer, query, options);
    buf_free(&answer.error);
    return status;
}

/* Opens the file or history that is asked: a file is read as a whole. */
static int open_samples(const struct options *options, struct store *store,
                        struct history **history, int64_t *newest_ms, struct error *e)
{
    if (options->data)
        return query_data_read(options->data, store, newest_ms, e);
    return options->history ? query_history_open(options->history, history, newest_ms, e) : 0;
}

static int ask(const struct command *command, const struct options *options, struct query *query)
{
    SCRATCH_ARENA(arena);
    struct error e = {0};
    struct store *store = options->data || options->history ? store_new() : NULL;
    struct history *history = NULL;
    int64_t newest_ms = clock_wall_ms(&clock_system);
    int status = EXIT_FAILURE;
    if (open_samples(options, store, &history, &newest_ms, &e) < 0)
        log_error("query: %s", e.text);
    else if (take_times(options, newest_ms, query, &e) < 0)
        status = command_misused(command, "%s", e.text);
    else if (history && query_history_read(history, query, &default_engine, store, &e) < 0)
        log_error("query: %s", e.text);
    else
        status = answer_from(options, store, query, arena);
    history_free(&history);
    store_free(&store);
    return status;
}

static int set_format(struct options *options, const struct command *command, const char *format)
{
    options->json = strcmp(format, "json") == 0;
    if (!options->json && strcmp(format, "table") != 0)
        return command_misused(command, "--format: '%.80s' is none of table, json", format);
    return 0;
}

static int take_option(struct options *options, const struct command *command, int found,
                       char **argv)
{
    const char **texts[] = {
        ['t'] = &options->time,  ['s'] = &options->start, ['e'] = &options->end,
        ['p'] = &options->step,  ['d'] = &options->data,  ['H'] = &options->history,
        ['S'] = &options->socket};
    if (found == 'f')
        return set_format(options, command, optarg);
    if (found == '?' || found == ':')
        return command_bad_option(command, found, argv);
    *texts[found] = optarg;
    return 0;
}

static int run_query(const struct command *command, const struct options *options, char **args)
{
    struct buf text = {0};
    struct error e = {0};
    int status = EXIT_FAILURE;
    if (!args[0])
        return command_misused(command, "which expression?");
    if (options->data && options->history)
        return command_misused(command, "--data or --history, not both");
    if (options->data && strcmp(options->data, "-") == 0 && strcmp(args[0], "-") == 0)
        return command_misused(command, "standard input is the expression or --data, not both");
    if (args[1])
        return command_misused(command, "one expression at a time: put it between quotes");
    if (read_expr(args[0], &text, &e) < 0) {
        log_error("query: %s", e.text);
    } else {
        struct query query = {.expr = text.data, .length = text.length};
        status = ask(command, options, &query);
    }
    buf_free(&text);
    return status;
}

static int run(const struct command *command, int argc, char **argv)
{
    static const struct option names[] = {
        {"time", required_argument, NULL, 't'},   {"start", required_argument, NULL, 's'},
        {"end", required_argument, NULL, 'e'},    {"step", required_argument, NULL, 'p'},
        {"data", required_argument, NULL, 'd'},   {"history", required_argument, NULL, 'H'},
        {"socket", required_argument, NULL, 'S'}, {"format", required_argument, NULL, 'f'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    struct options options = {.socket = DEFAULT_CONTROL_SOCKET};
    int found, status = 0;

    optind = 0; /* starts anew, whatever was parsed before: getopt(3) */
    opterr = 0;
    while (!status && (found = getopt_long(argc, argv, ":h", names, NULL)) != -1) {
        if (found == 'h')
            return command_print_help(command);
        status = take_option(&options, command, found, argv);
    }
    return status ? status : run_query(command, &options, argv + optind);
}

const struct command query_command = {
    .name = "query",
    .what = "ask for the value of a PromQL expression",
    .help =
        "usage: forewarn query EXPR [OPTION]...\n"
        "Evaluates a PromQL expression (\"-\": from standard input) over what a running agent\n"
        "knows, over its history, or over a file.\n"
        "Exit status: 0; 1 where it could not be evaluated; 2 where the expression or the\n"
        "command line is wrong.\n"
        "\n"
        "      --time TIME    when: 2026-03-01T10:00:00Z or seconds since 1970; the newest if\n"
        "                     not given\n"
        "      --start TIME, --end TIME, --step STEP\n"
        "                     at each step from start to end\n"
        "      --data FILE    over the samples of an OpenMetrics file, or of one in Prometheus'\n"
        "                     text format if its name ends in .prom; \"-\": standard input\n"
        "      --history DIR  over the history that an agent keeps in this directory\n"
        "      --socket PATH  the agent's control socket (" DEFAULT_CONTROL_SOCKET ")\n"
        "      --format FMT   table (default) or json: Prometheus' HTTP API\n"
        "  -h, --help\n",
    .usage_status = USAGE_STATUS,
    .run = run,
};
