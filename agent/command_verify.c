/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "agent/command.h"
#include "agent/parse.h"
#include "agent/terminal.h"
#include "agent/verify_report.h"
#include "core/log.h"

enum { STATUS_FOUND = 2, STATUS_UNREAD = 3, PROGRESS_MS = 100 };

struct options {
    bool json, deep;
    const char *baseline; /* file; NULL: none */
    bool accept;
    int64_t delay_ms; /* -1: as the file system needs */
};

/* What is being written, and where the terminal stands. */
struct output {
    const struct options *options;
    struct report_style style;
    bool alive; /* standard error is a terminal: progress is shown there */
    bool shown; /* the line of progress is there */
    int width;
    int64_t started_ms, drawn_ms;
    uint64_t written;     /* findings */
    char last_advice[64]; /* rule and mailbox of the finding that was told last */
    uint64_t unread;
    struct error failed; /* of writing */
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void draw(struct output *output, const char *text, size_t length)
{
    ssize_t n = write(STDERR_FILENO, text, length);
    (void)n; /* a terminal that is gone is told of by standard output */
    (void)output;
}

static void hide_progress(struct output *output)
{
    static const char clear[] = "\r\033[K";
    if (output->shown)
        draw(output, clear, sizeof clear - 1);
    output->shown = false;
}

static void progress(const struct verify *verify)
{
    struct output *output = verify->arg;
    struct buf line = {0};
    int64_t now = now_ms();

    if (!output->alive || now - output->drawn_ms < PROGRESS_MS)
        return;
    output->drawn_ms = now;
    buf_puts(&line, "\r\033[K");
    verify_progress_text(verify, (double)(now - output->started_ms) / 1000, output->width, &line);
    draw(output, line.data, line.length);
    output->shown = true;
    buf_free(&line);
}

static void print(struct output *output, struct buf *out)
{
    hide_progress(output);
    if (!output->failed.code)
        command_output(out->data, out->length, &output->failed);
    buf_free(out);
}

/* The advice once for a row of findings that have the same. */
static bool is_news(struct output *output, const struct mailindex_finding *finding)
{
    char advice[sizeof output->last_advice];
    snprintf(advice, sizeof advice, "%s %s", finding->rule, finding->mailbox);
    bool news = strcmp(advice, output->last_advice) != 0;
    memcpy(output->last_advice, advice, sizeof advice);
    return news;
}

static void finding(const struct verify *verify, const char *store,
                    const struct mailindex_finding *finding)
{
    struct output *output = verify->arg;
    struct buf out = {0};

    if (output->options->json) {
        buf_puts(&out, output->written ? ",\n" : "\n");
        verify_finding_json(store, finding, &out);
    } else {
        verify_finding_text(&output->style, finding, is_news(output, finding), &out);
    }
    output->written++;
    print(output, &out);
}

static void unreadable(const struct verify *verify, const char *path, const char *why)
{
    struct output *output = verify->arg;
    struct buf text = {0};

    output->unread++;
    hide_progress(output);
    verify_escape(path, &text);
    log_warning("verify: %s: %s", text.data, why);
    buf_free(&text);
}

static const struct verify_listener listener = {
    .finding = finding,
    .unreadable = unreadable,
    .progress = progress,
};

static void open_output(struct output *output, const struct options *options)
{
    struct winsize size;
    *output = (struct output){.options = options,
                              .style = terminal_style(false),
                              .alive = isatty(STDERR_FILENO),
                              .started_ms = now_ms()};
    output->width = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 80;
}

static void begin(struct output *output)
{
    struct buf out = {0};
    if (!output->options->json)
        return;
    buf_puts(&out, "{\"schema\":1,\"findings\":[");
    print(output, &out);
}

static void end(struct output *output, const struct verify *verify)
{
    struct buf out = {0};

    if (output->options->json) {
        buf_puts(&out, output->written ? "\n]," : "],");
        verify_summary_json(verify, &out);
        buf_puts(&out, "}\n");
    } else {
        verify_summary_text(&output->style, verify, (double)(now_ms() - output->started_ms) / 1000,
                            &out);
    }
    print(output, &out);
    if (verify->io.atime_touched)
        log_info("verify: access times of files were changed: only their owner may read without");
}

static int status_of(const struct output *output, const struct verify *verify)
{
    if (verify->counts.damaged || verify->counts.suspect)
        return STATUS_FOUND;
    if (output->unread || verify->counts.unreadable || verify->counts.unverified ||
        output->failed.code)
        return STATUS_UNREAD;
    return EXIT_SUCCESS;
}

static int verify_paths(const struct options *options, char **paths, int count)
{
    struct output output;
    struct verify verify;

    open_output(&output, options);
    verify_init(&verify, &listener, &output, options->deep, options->delay_ms);
    for (int i = 0; i < count && output.alive; i++)
        verify_count(&verify, paths[i]);
    output.started_ms = now_ms();
    if (options->baseline &&
        verify_open_baseline(&verify, options->baseline, options->accept, &output.failed) < 0) {
        log_error("verify: %s", output.failed.text);
        return STATUS_UNREAD;
    }
    begin(&output);
    for (int i = 0; i < count; i++) {
        struct error e = {0};
        if (verify_path(&verify, paths[i], &e) < 0)
            unreadable(&verify, paths[i], e.text);
    }
    end(&output, &verify);
    struct error unkept = {0};
    if (verify_close_baseline(&verify, &unkept) < 0 && !output.failed.code)
        output.failed = unkept;
    if (output.failed.code)
        log_error("verify: %s", output.failed.text);
    return status_of(&output, &verify);
}

static int set_format(struct options *options, const struct command *command, const char *name)
{
    options->json = strcmp(name, "json") == 0;
    if (!options->json && strcmp(name, "table") != 0)
        return command_misused(command, "--format: '%.80s' is not known", name);
    return 0;
}

static int set_delay(struct options *options, const struct command *command, const char *text)
{
    struct error e = {0};
    if (strcmp(text, "0") == 0 || strcmp(text, "0s") == 0)
        options->delay_ms = 0;
    else if (parse_timeout(text, &options->delay_ms, &e) < 0)
        return command_misused(command, "--delay: %s", e.text);
    return 0;
}

static int run(const struct command *command, int argc, char **argv)
{
    static const struct option names[] = {{"accept", no_argument, NULL, 'a'},
                                          {"baseline", required_argument, NULL, 'b'},
                                          {"deep", no_argument, NULL, 'd'},
                                          {"delay", required_argument, NULL, 'w'},
                                          {"format", required_argument, NULL, 'f'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    struct options options = {.delay_ms = -1};
    int found, status = 0;

    optind = 0; /* starts anew, whatever was parsed before: getopt(3) */
    opterr = 0;
    while (!status && (found = getopt_long(argc, argv, ":h", names, NULL)) != -1) {
        if (found == 'h')
            return command_print_help(command);
        if (found == 'd')
            options.deep = true;
        else if (found == 'a')
            options.accept = true;
        else if (found == 'b')
            options.baseline = optarg;
        else if (found == 'w')
            status = set_delay(&options, command, optarg);
        else if (found == 'f')
            status = set_format(&options, command, optarg);
        else
            status = command_bad_option(command, found, argv);
    }
    if (!status && options.accept && !options.baseline)
        status = command_misused(command, "--accept goes with --baseline");
    if (!status && optind >= argc)
        status = command_misused(command, "which PATH?");
    return status ? status : verify_paths(&options, argv + optind, argc - optind);
}

const struct command verify_command = {
    .name = "verify",
    .what = "check mail indexes: damage that mail servers themselves do not see",
    .help =
        "usage: forewarn verify [OPTION]... PATH...\n"
        "Checks index files of Dovecot and Cyrus, and holds them against the mail: reads only,\n"
        "and looks again before it tells of anything. A PATH is a mailbox, a user's store, a\n"
        "directory of stores, one index file, a mail location\n"
        "(maildir:/var/vmail/a:INDEX=/var/index/a), or the imapd.conf of a Cyrus server.\n"
        "Exit status: 0 sound, 2 damaged or suspect, 3 not all of it could be read.\n"
        "\n"
        "      --deep           read the mails too, to the last byte\n"
        "      --baseline FILE  compare with what was sound before, mails too, and remember\n"
        "                       there what is sound; FILE is made where there is none\n"
        "      --accept         with --baseline: what differs from it is right\n"
        "      --delay TIME     before a second look (2s, on NFS longer than it caches)\n"
        "      --format FORMAT  table (default), json\n"
        "  -h, --help\n",
    .usage_status = STATUS_UNREAD,
    .run = run,
};
