/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/command.h"
#include "agent/mask.h"
#include "agent/parse.h"
#include "agent/record.h"
#include "agent/record_live.h"
#include "core/clock.h"
#include "core/log.h"

enum { USAGE_STATUS = 2, INTERVAL_MS = 60 * 1000 };

#define MAX_BYTES (INT64_C(1024) * 1024 * 1024)

struct options {
    const char *directory, *root;
    int64_t interval_ms, for_ms, at_ms; /* for_ms 0: on and on; at_ms INT64_MIN: now */
    int64_t max_bytes;
    bool mask, once;
};

/* A look at a tree: of a moment that was given, or of now. */
static int look_at_tree(const struct options *options, struct record *record, struct root *root,
                        struct error *e)
{
    struct clock_sim clock;
    struct recording_look look = {.at_ms = options->at_ms};

    if (options->at_ms == INT64_MIN)
        look.at_ms = clock_wall_ms(&clock_system);
    if (!options->once)
        look.holds_ms = 3 * options->interval_ms;
    clock_sim_init(&clock, look.at_ms);
    record_begin(record, &look);
    record_tree(record, root, &clock.clock);
    return record_end(record, e);
}

/* Waits until then; false where somebody ends it before. */
static bool wait_until(int64_t end_ns, const sigset_t *signals)
{
    int64_t left_ns;
    while ((left_ns = end_ns - clock_monotonic_ns(&clock_system)) > 0) {
        const struct timespec left = {left_ns / 1000000000, left_ns % 1000000000};
        if (sigtimedwait(signals, NULL, &left) > 0)
            return false;
    }
    return true;
}

static int look(const struct options *options, struct record *record, struct root *root,
                struct record_live *live, struct error *e)
{
    if (live)
        return record_live_look(live, record, options->once ? 0 : 3 * options->interval_ms, e);
    return look_at_tree(options, record, root, e);
}

/* Looks again and again, at multiples of the interval after the first time. */
static int go_round(const struct options *options, struct record *record, struct root *root,
                    struct record_live *live, struct error *e)
{
    int64_t start_ns = clock_monotonic_ns(&clock_system), next_ns = start_ns;
    int64_t end_ns = options->for_ms ? start_ns + options->for_ms * 1000000 : INT64_MAX;
    sigset_t signals;
    int code;

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    do {
        code = look(options, record, root, live, e);
        while (next_ns <= clock_monotonic_ns(&clock_system))
            next_ns += options->interval_ms * 1000000;
    } while (code == 0 && !options->once && next_ns < end_ns && wait_until(next_ns, &signals));
    return code;
}

static void say(const struct recording *recording, const char *directory)
{
    printf("%s: %llu looks, %zu files, %lld bytes\n", directory,
           (unsigned long long)recording_number(recording),
           recording_state_count(recording_state(recording)),
           (long long)recording_bytes(recording));
}

static int record_all(const struct options *options, struct recording *recording, struct mask *mask,
                      struct root *root, struct error *e)
{
    struct record *record = record_new(recording, mask);
    struct record_live *live = NULL;
    int code = root_is_live(root) ? record_live_start(root, &live, e) : 0;
    if (code == 0)
        code = go_round(options, record, root, live, e);
    record_live_stop(&live);
    record_free(&record);
    return code;
}

static int record(const struct options *options)
{
    struct recording *recording = NULL;
    struct mask *mask = NULL;
    struct root *root = NULL;
    struct error e = {0};

    int code = root_open(options->root, &root, &e);
    if (code == 0)
        code = recording_append(options->directory, options->max_bytes, &recording, &e);
    if (code == 0 && options->mask)
        code = mask_open(options->directory, &mask, &e);
    if (code == 0)
        code = record_all(options, recording, mask, root, &e);
    if (code < 0)
        log_error("record: %s", e.text);
    else if (!options->once)
        say(recording, options->directory);
    mask_free(&mask);
    recording_close(&recording);
    root_close(&root);
    return code < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int set_duration(const struct command *command, const char *option, int64_t *ms)
{
    struct error e = {0};
    if (parse_step(optarg, ms, &e) < 0)
        return command_misused(command, "--%s: %s", option, e.text);
    if (*ms < 1000)
        return command_misused(command, "--%s: less than 1s", option);
    return 0;
}

static int take(struct options *options, const struct command *command, int found)
{
    struct error e = {0};
    switch (found) {
    case 'r':
        options->root = optarg;
        break;
    case 'i':
        return set_duration(command, "interval", &options->interval_ms);
    case 'F':
        return set_duration(command, "for", &options->for_ms);
    case 'a':
        if (parse_time(optarg, &options->at_ms, &e) < 0)
            return command_misused(command, "--at: %s", e.text);
        break;
    case 'm':
        options->mask = true;
        break;
    case 'o':
        options->once = true;
        break;
    default:
        break;
    }
    return 0;
}

static int run(const struct command *command, int argc, char **argv)
{
    static const struct option names[] = {
        {"root", required_argument, NULL, 'r'}, {"interval", required_argument, NULL, 'i'},
        {"for", required_argument, NULL, 'F'},  {"at", required_argument, NULL, 'a'},
        {"mask", no_argument, NULL, 'm'},       {"once", no_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},       {NULL, 0, NULL, 0}};
    struct options options = {
        .root = "/", .interval_ms = INTERVAL_MS, .at_ms = INT64_MIN, .max_bytes = MAX_BYTES};
    int found, status = 0;

    optind = 0; /* starts anew, whatever was parsed before: getopt(3) */
    opterr = 0;
    while (!status && (found = getopt_long(argc, argv, ":h", names, NULL)) != -1) {
        if (found == 'h')
            return command_print_help(command);
        status = found == '?' || found == ':' ? command_bad_option(command, found, argv)
                                              : take(&options, command, found);
    }
    if (!status && optind + 1 != argc)
        status = command_misused(command, "where to? one directory is expected");
    if (!status && options.at_ms != INT64_MIN && !options.once)
        status = command_misused(command, "--at is the time of one look: give --once too");
    if (status)
        return status;
    options.directory = argv[optind];
    return record(&options);
}

const struct command record_command = {
    .name = "record",
    .what = "keep what the probes read over time, to look into it later or to send it",
    .help =
        "usage: forewarn record DIR [OPTION]...\n"
        "Keeps in DIR what the probes read of this host, look by look, until it is stopped;\n"
        "what does not change takes no room. DIR may hold a recording already: it grows.\n"
        "forewarn replay DIR tells what would have been told. Ends at 1 GiB.\n"
        "\n"
        "      --interval TIME  from one look to the next (1m); disks are asked as seldom as by\n"
        "                       the agent\n"
        "      --for TIME       end after that time\n"
        "      --once           one look\n"
        "      --mask           put others in the place of serial numbers, WWNs, names of hosts,\n"
        "                       servers and directories; DIR/mask.key stays with you\n"
        "      --root DIR       look at a recorded tree instead of this host\n"
        "      --at TIME        say that this look (--once) was taken then\n"
        "  -h, --help\n",
    .usage_status = USAGE_STATUS,
    .run = run,
};
