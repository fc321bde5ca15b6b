/* SPDX-License-Identifier: Apache-2.0 */
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "agent/check_options.h"
#include "agent/expr.h"
#include "agent/report_json.h"
#include "agent/report_table.h"
#include "agent/watchdog.h"
#include "core/log.h"
#include "exporters/nagios.h"
#include "exporters/nagios_range.h"

static bool terminal_has_colour(void)
{
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(none && *none) && term && strcmp(term, "dumb") != 0;
}

static struct report_style find_style(const struct check_options *options)
{
    struct winsize size;
    return (struct report_style){
        .colour = terminal_has_colour(),
        .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
        .verbose = options->verbosity > 0,
        .width = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0,
    };
}

static int render_expr(const struct check_options *options, struct look_taken *taken,
                       struct buf *out, struct error *e)
{
    struct instant *values;
    size_t count;
    int code = expr_evaluate(options->expr, taken->store, taken->look.at_ms, taken->arena, &values,
                             &count, e);
    if (code < 0)
        return code;
    return nagios_render_expr(options->expr, values, count, options->warning, options->critical,
                              &taken->look, &taken->look.verdict, out, e);
}

static int render(const struct check_options *options, struct look_taken *taken, struct buf *out,
                  struct error *e)
{
    struct report_style style;

    if (options->expr)
        return render_expr(options, taken, out, e);
    switch (options->format) {
    case FORMAT_JSON:
        report_json(&taken->look, out);
        break;
    case FORMAT_NAGIOS:
        nagios_render(&taken->look, taken->store, options->verbosity, out);
        break;
    default:
        style = find_style(options);
        report_table(&taken->look, taken->store, &style, out);
        break;
    }
    return 0;
}

/* Whether --expr, -w and -c can be answered: before anything is looked at. */
static int check_question(const struct check_options *options, struct error *e)
{
    const char *const ranges[] = {options->warning, options->critical};
    struct nagios_range range;
    int code = options->expr ? expr_check(options->expr, e) : 0;

    for (size_t i = 0; code == 0 && i < 2; i++)
        code = ranges[i] ? nagios_range_parse(ranges[i], &range, e) : 0;
    return code;
}

/* There is no look to show. Nagios shows what comes first on standard output. */
static int fail(const struct check_options *options, const struct error *e)
{
    struct buf out = {0};
    log_error("check: %s", e->text);
    if (options->format == FORMAT_NAGIOS) {
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
    if (options->format == FORMAT_NAGIOS)
        nagios_render_unknown(reason, &text);
    else if (options->format == FORMAT_TABLE)
        buf_printf(&text, "UNKNOWN  %s\n", reason);
    else
        buf_printf(&text, "forewarn: check: %s\n", reason); /* half a JSON would help nobody */
    watchdog_start(options->look.timeout_ms,
                   options->format == FORMAT_JSON ? STDERR_FILENO : STDOUT_FILENO, text.data,
                   VERDICT_UNKNOWN);
    buf_free(&text);
}

static int check(const struct check_options *options)
{
    struct look_taken taken;
    struct error e = {0};
    struct buf out = {0};

    start_watchdog(options);
    if (check_question(options, &e) < 0 || look_take(&options->look, &taken, &e) < 0)
        return fail(options, &e);
    int code = render(options, &taken, &out, &e);
    int status = code < 0 ? fail(options, &e) : (int)taken.look.verdict;
    watchdog_hush();
    if (code == 0 && command_output(out.data, out.length, &e) < 0) {
        log_error("check: %s", e.text);
        status = VERDICT_UNKNOWN;
    }
    buf_free(&out);
    look_release(&taken);
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
    if (options.verbosity)
        log_open("forewarn", options.verbosity > 1 ? LOG_DEBUG : LOG_INFO);
    return check(&options);
}

const struct command check_command = {
    .name = "check",
    .what = "one look at this host: what is wrong with its disks and arrays",
    .help =
        "usage: forewarn check [OPTION]...\n"
        "One look at this host: what is wrong with its disks and arrays, and what to do.\n"
        "Exit status: 0 ok, 1 warning, 2 critical, 3 unknown.\n"
        "\n"
        "      --probe NAME            only this probe (md, smart); may be given again\n"
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
