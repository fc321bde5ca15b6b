/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/check_options.h"
#include "agent/command.h"
#include "agent/defaults.h"
#include "agent/parse.h"
#include "agent/replay_notify.h"
#include "agent/replay_report.h"
#include "agent/rule_files.h"
#include "agent/settings.h"
#include "agent/terminal.h"
#include "core/log.h"
#include "probes/registry.h"

enum { USAGE_STATUS = 2, TICK_MS = 60 * 1000, TITLE_MAX = 64 * 1024 };

struct options {
    const char *directory;
    int64_t outage_ms;       /* INT64_MIN: as the recording says */
    const char *config_file; /* whose receivers are told; NULL: nobody */
    bool json, notify;
    const char *rule_files[CHECK_MAX_LIST];
    size_t rule_file_count;
};

struct kept {
    struct replay_notify *notify; /* NULL: nobody is told */
    struct arena *arena;
    struct replay_event *at;
    size_t count, room;
    bool shows; /* how far it is, on a terminal */
    const sigset_t *signals;
    bool stopped;
};

/* The severity that an alert had at its last event. */
static enum severity severity_before(const struct kept *kept, const struct alert *alert)
{
    for (size_t i = kept->count; i > 0; i--)
        if (labels_equal(kept->at[i - 1].labels, alert->labels))
            return kept->at[i - 1].severity;
    return SEVERITY_NONE;
}

static void keep(void *arg, const struct notify_event *events, size_t count)
{
    struct kept *kept = arg;
    for (size_t i = 0; i < count; i++) {
        const struct alert *alert = events[i].alert;
        const struct labels *annotations = labels_copy(kept->arena, alert->annotations);
        const char *summary = labels_get(annotations, "summary");
        const struct replay_event event = {
            .at_ms = events[i].at_ms,
            .kind = events[i].kind,
            .severity = alert->severity,
            .before = severity_before(kept, alert),
            .summary = summary[0] ? summary : arena_strdup(kept->arena, alert->name),
            .labels = labels_copy(kept->arena, alert->labels),
            .annotations = annotations,
        };
        kept->at = arena_grow(kept->arena, kept->at, kept->count, &kept->room, sizeof *kept->at);
        kept->at[kept->count++] = event;
    }
}

static void judged(void *arg, const char *host, const struct alert *alerts, size_t count,
                   int64_t t_ms)
{
    struct kept *kept = arg;
    replay_notify_tick(kept->notify, host, alerts, count, t_ms);
}

static bool go_on(void *arg, double part)
{
    struct kept *kept = arg;
    const struct timespec none = {0, 0};

    if (kept->shows)
        fprintf(stderr, "\rforewarn: replaying, %3.0f %%", 100 * part);
    if (sigtimedwait(kept->signals, NULL, &none) > 0)
        kept->stopped = true;
    return !kept->stopped;
}

static int load_rules(const struct options *options, struct arena *arena, struct rule_set **rules,
                      struct error *e)
{
    const struct rule_source *sources;
    size_t count;
    int code = rule_files_read(options->rule_files, options->rule_file_count,
                               DEFAULT_RULE_DIRECTORY, arena, &sources, &count, e);
    if (code == 0 && rule_set_load(sources, count, log_reported, NULL, rules) < 0)
        code = error_set(e, -EINVAL, "the rules are wrong");
    return code;
}

/* "2023-05-13 09:40" (UTC) beside what all commands take. */
static int read_time(const char *text, int64_t *ms, struct error *e)
{
    char full[40];
    size_t n = strcspn(text, "\n");
    if (n == strlen("2023-05-13 09:40") && text[10] == ' ') {
        snprintf(full, sizeof full, "%.10sT%.5s:00Z", text, text + 11);
        return parse_time(full, ms, e);
    }
    snprintf(full, sizeof full, "%.*s", (int)(n < sizeof full ? n : sizeof full - 1), text);
    return parse_time(full, ms, e);
}

/* The file "outage": its time, unless another was given, and what happened. */
static int read_outage(const struct options *options, struct arena *arena,
                       struct replay_timeline *timeline, struct error *e)
{
    struct rule_source file;
    const char *path = arena_printf(arena, "%s/outage", options->directory);

    timeline->title = "";
    timeline->outage_ms = options->outage_ms;
    if (access(path, F_OK) < 0)
        return 0;
    int code = rule_files_read_one(path, TITLE_MAX, arena, &file, e);
    if (code < 0)
        return code;
    if (options->outage_ms == INT64_MIN && file.text[0] != '\n')
        code = read_time(file.text, &timeline->outage_ms, e);
    if (code < 0) {
        error_prefix(e, "%s:1", path);
        return code;
    }
    const char *rest = strchr(file.text, '\n');
    if (rest)
        timeline->title = arena_strndup(arena, rest + 1, strcspn(rest + 1, "\n"));
    return 0;
}

static int make_timeline(const struct options *options, struct kept *kept,
                         struct replay_timeline *timeline, struct error *e)
{
    struct replay_result *result = ARENA_NEW(kept->arena, struct replay_result);
    struct replay_options replay = {
        .notify = {.least = SEVERITY_INFO, .resolved = true},
        .interval_ms = TICK_MS,
        .tell = keep,
        .judged = kept->notify ? judged : NULL,
        .go_on = go_on,
        .arg = kept,
    };
    if (options->notify) {
        replay.notify.repeat_ms[SEVERITY_WARNING] = INT64_C(24) * 3600 * 1000;
        replay.notify.repeat_ms[SEVERITY_CRITICAL] = INT64_C(4) * 3600 * 1000;
    }
    int code = load_rules(options, kept->arena, &replay.rules, e);
    if (code == 0)
        code = read_outage(options, kept->arena, timeline, e);
    if (code == 0)
        code = recording_open(options->directory, &replay.recording, e);
    if (code < 0) {
        rule_set_free(&replay.rules);
        return code;
    }
    code = replay_run(&replay, kept->arena, result, e);
    if (code == 0 && kept->notify && !kept->stopped)
        code = replay_notify_wait(kept->notify, e);
    recording_close(&replay.recording);
    *timeline = (struct replay_timeline){.result = result,
                                         .title = timeline->title,
                                         .outage_ms = timeline->outage_ms,
                                         .at = kept->at,
                                         .count = kept->count};
    if (code == 0 && kept->stopped)
        code = error_set(e, -EINTR, "stopped");
    return code;
}

static int replay(const struct options *options)
{
    sigset_t signals;
    struct kept kept = {.arena = arena_new(), .shows = isatty(STDERR_FILENO), .signals = &signals};
    struct replay_notify notify;
    struct replay_timeline timeline;
    struct buf out = {0};
    struct error e = {0};

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL); /* so that nothing is left in /tmp */
    int code = options->config_file ? replay_notify_open(&notify, options->config_file, &e) : 0;
    kept.notify = options->config_file && code == 0 ? &notify : NULL;
    if (code == 0)
        code = make_timeline(options, &kept, &timeline, &e);
    if (kept.notify)
        replay_notify_close(kept.notify);
    if (kept.shows)
        fprintf(stderr, "\r\033[K");
    if (code == 0) {
        const struct report_style style = terminal_style(false);
        if (options->json)
            replay_json(&timeline, &out);
        else
            replay_table(&timeline, &style, &out);
        code = command_output(out.data, out.length, &e);
    }
    if (code < 0)
        log_error("replay: %s", e.text);
    buf_free(&out);
    arena_free(&kept.arena);
    return code < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int take(struct options *options, const struct command *command, int found)
{
    struct error e = {0};
    switch (found) {
    case 'o':
        if (read_time(optarg, &options->outage_ms, &e) < 0)
            return command_misused(command, "--outage: %s", e.text);
        break;
    case 'n':
        options->notify = true;
        break;
    case 'c':
        options->config_file = optarg;
        break;
    case 'R':
        if (options->rule_file_count == CHECK_MAX_LIST)
            return command_misused(command, "--rules is given too often");
        options->rule_files[options->rule_file_count++] = optarg;
        break;
    case 'f':
        options->json = strcmp(optarg, "json") == 0;
        if (!options->json && strcmp(optarg, "table") != 0)
            return command_misused(command, "--format: '%.80s' is not known", optarg);
        break;
    default:
        break;
    }
    return 0;
}

static int run(const struct command *command, int argc, char **argv)
{
    static const struct option names[] = {{"outage", required_argument, NULL, 'o'},
                                          {"notify", no_argument, NULL, 'n'},
                                          {"config", required_argument, NULL, 'c'},
                                          {"rules", required_argument, NULL, 'R'},
                                          {"format", required_argument, NULL, 'f'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    struct options options = {.outage_ms = INT64_MIN};
    int found, status = 0;

    optind = 0; /* starts anew, whatever was parsed before: getopt(3) */
    opterr = 0;
    while (!status && (found = getopt_long(argc, argv, ":h", names, NULL)) != -1) {
        if (found == 'h')
            return command_print_help(command);
        status = found == '?' || found == ':' ? command_bad_option(command, found, argv)
                                              : take(&options, command, found);
    }
    if (!status && options.config_file && !options.notify)
        status = command_misused(command, "--config is for --notify");
    if (!status && optind + 1 != argc)
        status = command_misused(command, "which recording? one directory is expected");
    if (status)
        return status;
    options.directory = argv[optind];
    return replay(&options);
}

const struct command replay_command = {
    .name = "replay",
    .what = "what would have been told of a recorded host, and when",
    .help = "usage: forewarn replay DIR [OPTION]...\n"
            "Runs a recording (forewarn record) through probes and rules, as fast as it goes, and\n"
            "prints what would have been told, when, and how long before the outage.\n"
            "\n"
            "      --outage TIME    when the outage was: 2023-05-13T09:40:00Z, '2023-05-13 09:40'\n"
            "                       (UTC); else the recording's file \"outage\" says so\n"
            "      --notify         also what would have been told again, as a receiver gets it\n"
            "      --config FILE    with --notify: tell the receivers that stand in FILE, now and\n"
            "                       for real, by the exporters that the agent has\n"
            "      --rules FILE     judge by these rules; may be given again\n"
            "      --format FORMAT  table (default), json\n"
            "  -h, --help\n",
    .usage_status = USAGE_STATUS,
    .run = run,
};
