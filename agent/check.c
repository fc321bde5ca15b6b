/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <unistd.h>

#include "agent/ask.h"
#include "agent/check_options.h"
#include "agent/command_ask.h"
#include "agent/terminal.h"
#include "agent/watchdog.h"
#include "core/clock.h"
#include "core/log.h"
#include "exporters/nagios.h"

/* What an agent may take of the time where it would leave some for a look without it. */
#define AGENT_SHARE 0.6

/* There is no look to show. Nagios shows what comes first on standard output. */
static int fail(const struct check_options *options, const struct error *e)
{
    struct buf out = {0};
    log_error("check: %s", e->text);
    if (options->question.format == FORMAT_NAGIOS) {
        nagios_render_unknown(e->text, &out);
        command_output(out.data, out.length, NULL);
    }
    buf_free(&out);
    return VERDICT_UNKNOWN;
}

static void start_watchdog(const struct check_options *options)
{
    struct buf text = {0};
    char reason[80];

    snprintf(reason, sizeof reason, "no result within %g s",
             (double)options->look.timeout_ms / 1000);
    if (options->question.format == FORMAT_NAGIOS)
        nagios_render_unknown(reason, &text);
    else if (options->question.format == FORMAT_TABLE)
        buf_printf(&text, "UNKNOWN  %s\n", reason);
    else
        buf_printf(&text, "forewarn: check: %s\n", reason); /* half a JSON would help nobody */
    watchdog_start(options->look.timeout_ms,
                   options->question.format == FORMAT_JSON ? STDERR_FILENO : STDOUT_FILENO,
                   text.data, VERDICT_UNKNOWN);
    buf_free(&text);
}

/* A look of its own, in what is left of the time; why: no agent answered though one should. */
static int look(const struct check_options *options, const struct error *why, struct buf *out,
                struct error *e)
{
    const struct promql_engine engine = {0};
    struct look_taken taken;
    int code = look_take(&options->look, &taken, e);

    if (code < 0)
        return code;
    if (why)
        look_note(&taken, &(struct finding){.kind = "unanswered",
                                            .blind = true,
                                            .probe = "agent",
                                            .target = "forewarnd",
                                            .file = "",
                                            .offset = -1,
                                            .message = why->text});
    code = check_answer(&options->question, &engine, &taken.look, taken.store, out, e);
    int verdict = (int)taken.look.verdict;
    look_release(&taken);
    return code < 0 ? code : verdict;
}

static json_t *make_request(const struct check_options *options, int64_t timeout_ms)
{
    json_t *request = ask_request(options->now ? "check_now" : "check", timeout_ms);
    check_question_write(&options->question, request);
    return request;
}

/* The verdict; -ENOENT or such where there is no agent, and others where it does not answer. */
static int ask_agent(const struct check_options *options, int64_t timeout_ms, struct buf *out,
                     struct error *e)
{
    json_t *request = make_request(options, timeout_ms), *data;
    int code = command_ask_within(options->socket, request, timeout_ms, &data, e);
    json_decref(request);
    if (code < 0)
        return code;
    code = ask_take_text(data, out, e);
    if (code == 0)
        code = ask_take_verdict(data, e);
    json_decref(data);
    return code;
}

/* The agent that runs, else a look of its own. Gives the verdict. */
static int answer(struct check_options *options, struct buf *out, struct error *e)
{
    struct error why = {0};
    int64_t started_ns = clock_monotonic_ns(&clock_system);
    int64_t timeout_ms = options->look.timeout_ms;

    if (!options->socket)
        return look(options, NULL, out, e);
    if (!options->now)
        timeout_ms = (int64_t)(AGENT_SHARE * (double)timeout_ms);
    int code = ask_agent(options, timeout_ms, out, &why);
    if (code >= 0)
        return code;
    if (ask_was_refused(code) || (options->now && !ask_found_nobody(code))) {
        *e = why;
        return code;
    }
    options->look.timeout_ms -= (clock_monotonic_ns(&clock_system) - started_ns) / 1000000;
    return look(options, ask_found_nobody(code) ? NULL : &why, out, e);
}

static int check(struct check_options *options)
{
    struct error e = {0};
    struct buf out = {0};

    start_watchdog(options);
    if (check_question_test(&options->question, &e) < 0)
        return fail(options, &e);
    options->question.style = terminal_style(options->question.verbosity > 0);
    int status = answer(options, &out, &e);
    if (status < 0)
        status = fail(options, &e);
    watchdog_hush();
    if (command_output(out.data, out.length, &e) < 0) {
        log_error("check: %s", e.text);
        status = VERDICT_UNKNOWN;
    }
    buf_free(&out);
    return status;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct check_options options;
    int status = check_options_parse(&options, command, argc, argv);

    if (status)
        return status;
    if (options.help)
        return command_print_help(command);
    if (options.version)
        return command_print_version();
    if (options.question.verbosity)
        log_open("forewarn", options.question.verbosity > 1 ? LOG_DEBUG : LOG_INFO);
    return check(&options);
}

const struct command check_command = {
    .name = "check",
    .what = "one look at this host: what is wrong with its disks and arrays",
    .help =
        "usage: forewarn check [OPTION]...\n"
        "What is wrong with the disks and arrays of this host, and what to do. A running agent is\n"
        "asked, else this takes a look of its own.\n"
        "Exit status: 0 ok, 1 warning, 2 critical, 3 unknown.\n"
        "\n"
        "      --now                   the agent is to look now (root only)\n"
        "      --no-agent              a look without the agent; so are those with --probe,\n"
        "                              --root, --state-directory and --rules\n"
        "      --socket PATH           the agent's control socket\n"
        "      --probe NAME            only this probe (md, smart, nfslock); may be given again\n"
        "      --root DIR              look at a recorded tree instead of this host\n"
        "      --state-directory DIR   keep what looks see there, for rules that look back;\n"
        "                              a recorded tree's is kept only where this is given\n"
        "      --format FORMAT         table (default), json, nagios\n"
        "  -t, --timeout TIME          end within this time (10s)\n"
        "      --rules FILE            judge by these rules; may be given again\n"
        "      --severity ALERT=LEVEL  let this alert count as info, warning or critical\n"
        "      --expr PROMQL           answer this expression, by ranges as plugins take them:\n"
        "  -w, --warning RANGE\n"
        "  -c, --critical RANGE\n"
        "  -v, --verbose               more; again: still more\n"
        "  -V, --version\n"
        "  -h, --help\n",
    .usage_status = VERDICT_UNKNOWN,
    .run = run,
};
