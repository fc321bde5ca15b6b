/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/command.h"
#include "agent/look.h"
#include "agent/report_json.h"
#include "agent/watchdog.h"
#include "core/log.h"
#include "exporters/openmetrics.h"
#include "probes/registry.h"

typedef Io__Prometheus__Client__MetricFamily Family;

enum { DEFAULT_TIMEOUT_MS = 60000 };

struct options {
    struct look_options look;
    bool json;
    uint32_t chosen;
};

/* The families of all reports, in the order in which they came. */
static const Family *const *list_families(const struct intake *intake, struct arena *arena,
                                          size_t *count)
{
    const Family **families = NULL;
    size_t room = 0;

    *count = 0;
    for (size_t i = 0; i < intake->report_count; i++)
        for (size_t k = 0; k < intake->reports[i]->n_family; k++) {
            families = arena_grow(arena, families, *count, &room, sizeof(Family *));
            families[(*count)++] = intake->reports[i]->family[k];
        }
    return families;
}

static void log_findings(const struct look *look)
{
    for (size_t i = 0; i < look->finding_count; i++) {
        const struct finding *finding = &look->findings[i];
        log_warning("%s: %s%s%s%s%s: %s", finding->probe, finding->target,
                    finding->target[0] ? ": " : "", finding->file, finding->file[0] ? ": " : "",
                    finding->kind, finding->message);
    }
    if (!look->probes[0].up)
        log_error("%s: %s", look->probes[0].name, look->probes[0].error);
}

static int show(const struct options *options, struct look_taken *taken)
{
    struct error e = {0};
    struct buf out = {0};
    size_t count;
    const Family *const *families = list_families(&taken->intake, taken->arena, &count);

    if (options->json)
        report_json_probe(&taken->look, families, count, &out);
    else
        openmetrics_render(families, count, EXPOSITION_OPENMETRICS, &out);
    if (!options->json)
        log_findings(&taken->look);
    watchdog_hush();
    int code = command_output(out.data, out.length, &e);
    if (code < 0)
        log_error("probe: %s", e.text);
    buf_free(&out);
    return code == 0 && taken->look.probes[0].up ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int probe(const struct options *options)
{
    struct look_taken taken;
    struct error e = {0};

    char late[80];
    snprintf(late, sizeof late, "forewarn: probe: no result within %g s\n",
             (double)options->look.timeout_ms / 1000);
    watchdog_start(options->look.timeout_ms, STDERR_FILENO, late, EXIT_FAILURE);
    if (look_take(&options->look, &taken, &e) < 0) {
        log_error("probe: %s", e.text);
        return EXIT_FAILURE;
    }
    int status = show(options, &taken);
    look_release(&taken);
    return status;
}

static int set_probe(struct options *options, const struct command *command, int argc, char **argv)
{
    if (optind >= argc)
        return command_misused(command, "which probe?");
    if (optind + 1 < argc)
        return command_misused(command, "no argument '%.80s' is expected", argv[optind + 1]);
    while (probes[options->chosen] && strcmp(probes[options->chosen]->name, argv[optind]) != 0)
        options->chosen++;
    if (!probes[options->chosen])
        return command_misused(command, "there is no probe '%.80s'", argv[optind]);
    return 0;
}

static int set_format(struct options *options, const struct command *command, const char *name)
{
    options->json = strcmp(name, "json") == 0;
    if (!options->json && strcmp(name, "openmetrics") != 0)
        return command_misused(command, "--format: '%.80s' is not known", name);
    return 0;
}

static int set_timeout(struct options *options, const struct command *command, const char *text)
{
    struct error e = {0};
    if (parse_timeout(text, &options->look.timeout_ms, &e) < 0)
        return command_misused(command, "--timeout: %s", e.text);
    return 0;
}

static int run(const struct command *command, int argc, char **argv)
{
    static const struct option names[] = {{"root", required_argument, NULL, 'r'},
                                          {"format", required_argument, NULL, 'f'},
                                          {"timeout", required_argument, NULL, 't'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    struct options options = {
        .look = {.root = "/", .chosen_count = 1, .timeout_ms = DEFAULT_TIMEOUT_MS, .keep = true}};
    int found, status = 0;

    options.look.chosen = &options.chosen;
    optind = 0; /* starts anew, whatever was parsed before: getopt(3) */
    opterr = 0;
    while (!status && (found = getopt_long(argc, argv, ":t:h", names, NULL)) != -1) {
        if (found == 'h')
            return command_print_help(command);
        if (found == 'r')
            options.look.root = optarg;
        else if (found == 'f')
            status = set_format(&options, command, optarg);
        else if (found == 't')
            status = set_timeout(&options, command, optarg);
        else
            status = command_bad_option(command, found, argv);
    }
    if (!status)
        status = set_probe(&options, command, argc, argv);
    return status ? status : probe(&options);
}

const struct command probe_command = {
    .name = "probe",
    .what = "one probe's samples, as it sees them",
    .help = "usage: forewarn probe NAME [OPTION]...\n"
            "One probe's samples, as it sees them; no rule judges them.\n"
            "Exit status: 0, or 1 where the probe could not make its round.\n"
            "\n"
            "      --root DIR       look at a recorded tree instead of this host\n"
            "      --format FORMAT  openmetrics (default), json\n"
            "  -t, --timeout TIME   end within this time (60s)\n"
            "  -h, --help\n",
    .usage_status = 2,
    .run = run,
};
