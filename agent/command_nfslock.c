/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <getopt.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/command.h"
#include "agent/host.h"
#include "agent/nfslock_report.h"
#include "agent/parse.h"
#include "agent/terminal.h"
#include "agent/watchdog.h"
#include "core/log.h"

enum { MAX_HOSTS = 64, SPARE_MS = 1000 };

struct options {
    const char *root;
    bool json, verbose;
    uint16_t port;
    int64_t timeout_ms;
    char **hosts;
    size_t host_count;
};

/* What is asked, and where it is kept. */
struct asked {
    struct arena *arena;
    struct probe_run run; /* for reading the mounts; its batch takes findings */
    struct nfs_mounts mounts;
    struct nfslock_survey survey;
    struct nfslock_report report;
    struct nfslock_address *addresses; /* of hosts that were named */
};

static void add_host_address(struct asked *asked, const char *name, const struct addrinfo *found)
{
    size_t n = asked->report.count;
    struct nfslock_address *address = &asked->addresses[n];

    memcpy(&address->at, found->ai_addr, found->ai_addrlen);
    address->text = nfslock_print_address(&address->at, asked->arena);
    nfslock_prepare(address);
    asked->report.results[n] = (struct nfslock_result){name, NFSLOCK_ROLE_HOST, address};
    asked->report.count++;
}

/* A name stands for all its addresses. */
static void add_host(struct asked *asked, const struct options *options, const char *name)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char service[8];

    snprintf(service, sizeof service, "%u", options->port);
    int code = getaddrinfo(name, service, &hints, &found);
    if (code != 0) {
        probe_finding(&asked->run, "unreadable", true, name, "", "no such host: %s",
                      gai_strerror(code));
        return;
    }
    for (const struct addrinfo *at = found; at && asked->report.count < NFSLOCK_MAX_ADDRESSES;
         at = at->ai_next)
        if (at->ai_family == AF_INET || at->ai_family == AF_INET6)
            add_host_address(asked, name, at);
    freeaddrinfo(found);
}

static void ask_hosts(struct asked *asked, const struct options *options)
{
    asked->addresses = ARENA_ARRAY(asked->arena, struct nfslock_address, NFSLOCK_MAX_ADDRESSES);
    for (size_t i = 0; i < options->host_count; i++)
        add_host(asked, options, options->hosts[i]);
    nfslock_ask(asked->addresses, asked->report.count, options->timeout_ms * 3 / 10,
                options->timeout_ms);
}

static void ask_for_mounts(struct asked *asked, const struct options *options)
{
    struct nfslock_survey *survey = &asked->survey;

    if (!nfs_mounts_read(&asked->run, asked->arena, &asked->mounts))
        probe_finding(&asked->run, "unreadable", true, "", "/proc/1/mountinfo",
                      "there is no mount table to read");
    nfslock_survey(asked->arena, &asked->mounts, options->port, survey);
    nfslock_ask(survey->addresses, survey->count, options->timeout_ms * 3 / 10,
                options->timeout_ms);
    asked->report.survey = survey;
    asked->report.mounts = asked->mounts.count;
    for (size_t i = 0; i < survey->count; i++)
        asked->report.results[asked->report.count++] = (struct nfslock_result){
            survey->addresses[i].text,
            survey->is_server[i] ? NFSLOCK_ROLE_SERVER : NFSLOCK_ROLE_SELF, &survey->addresses[i]};
    if (survey->left_out)
        probe_finding(&asked->run, "unsupported", true, "", "",
                      "%zu more addresses than are asked at a time", survey->left_out);
}

static int output(const struct options *options, const struct nfslock_report *report)
{
    struct buf out = {0};
    struct error e = {0};
    const struct report_style style = terminal_style(options->verbose);

    if (options->json)
        nfslock_report_json(report, &out);
    else
        nfslock_report_table(report, &style, &out);
    watchdog_hush();
    int code = command_output(out.data ? out.data : "", out.length, &e);
    if (code < 0)
        log_error("nfslock: %s", e.text);
    buf_free(&out);
    return code < 0 ? VERDICT_UNKNOWN : (int)nfslock_report_status(report);
}

static int nfslock(const struct options *options)
{
    struct asked asked = {.arena = arena_new()};
    struct error e = {0};
    struct root *root;
    char late[80];

    snprintf(late, sizeof late, "forewarn: nfslock: no result within %g s\n",
             (double)(options->timeout_ms + SPARE_MS) / 1000);
    watchdog_start(options->timeout_ms + SPARE_MS, STDERR_FILENO, late, VERDICT_UNKNOWN);
    if (root_open(options->root, &root, &e) < 0) {
        log_error("nfslock: %s", e.text);
        arena_free(&asked.arena);
        return VERDICT_UNKNOWN;
    }
    asked.run = (struct probe_run){.root = root, .clock = &clock_system};
    batch_init(&asked.run.batch);
    asked.report.host = host_name(root, asked.arena);
    asked.report.results = ARENA_ARRAY(asked.arena, struct nfslock_result, NFSLOCK_MAX_ADDRESSES);
    if (options->host_count)
        ask_hosts(&asked, options);
    else
        ask_for_mounts(&asked, options);
    asked.report.findings = asked.run.batch.findings;
    asked.report.finding_count = asked.run.batch.finding_count;
    int status = output(options, &asked.report);
    batch_free(&asked.run.batch);
    root_close(&root);
    arena_free(&asked.arena);
    return status;
}

static int set_port(const struct command *command, struct options *options, const char *text)
{
    char *end;
    errno = 0;
    long port = strtol(text, &end, 10);
    if (errno || end == text || *end || port < 1 || port > UINT16_MAX)
        return command_misused(command, "--port: '%.80s' is no port", text);
    options->port = (uint16_t)port;
    return 0;
}

static int take_option(const struct command *command, struct options *options, int found,
                       char **argv)
{
    struct error e = {0};

    switch (found) {
    case 'r':
        options->root = optarg;
        return 0;
    case 'f':
        options->json = strcmp(optarg, "json") == 0;
        if (!options->json && strcmp(optarg, "table") != 0)
            return command_misused(command, "--format: '%.80s' is not known", optarg);
        return 0;
    case 't':
        if (parse_timeout(optarg, &options->timeout_ms, &e) < 0)
            return command_misused(command, "--timeout: %s", e.text);
        return 0;
    case 'p':
        return set_port(command, options, optarg);
    case 'v':
        options->verbose = true;
        return 0;
    default:
        return command_bad_option(command, found, argv);
    }
}

static int run(const struct command *command, int argc, char **argv)
{
    static const struct option names[] = {{"root", required_argument, NULL, 'r'},
                                          {"format", required_argument, NULL, 'f'},
                                          {"timeout", required_argument, NULL, 't'},
                                          {"port", required_argument, NULL, 'p'},
                                          {"verbose", no_argument, NULL, 'v'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    struct options options = {
        .root = "/", .port = NFSLOCK_RPCBIND_PORT, .timeout_ms = NFSLOCK_TOTAL_MS};
    int found, status = 0;

    optind = 0; /* starts anew, whatever was parsed before: getopt(3) */
    opterr = 0;
    while (!status && (found = getopt_long(argc, argv, ":t:vh", names, NULL)) != -1) {
        if (found == 'h')
            return command_print_help(command);
        status = take_option(command, &options, found, argv);
    }
    options.hosts = argv + optind;
    options.host_count = (size_t)(argc - optind);
    if (!status && options.host_count > MAX_HOSTS)
        status = command_misused(command, "more than %d hosts", MAX_HOSTS);
    return status ? status : nfslock(&options);
}

const struct command nfslock_command = {
    .name = "nfslock",
    .what = "can this host, or another one, be called back for NFS locks?",
    .help = "usage: forewarn nfslock [OPTION]... [HOST]...\n"
            "Asks as an NFS server does that grants a lock: rpcbind for the port of lockd, then\n"
            "lockd (and statd) itself, over UDP and TCP. With HOSTs they are asked from here: run\n"
            "it on the NFS server or in its network. Without, this host's own addresses that its\n"
            "NFS servers see, which shows what is registered but not whether a server's calls get\n"
            "through, and the servers' lock managers.\n"
            "Exit status: 0 over both, 1 over one only or statd is away, 2 over none, 3 unknown.\n"
            "\n"
            "      --format FORMAT  table (default), json\n"
            "  -t, --timeout TIME   for all of it; a call gets 3/10 of it (10s)\n"
            "      --port PORT      where rpcbind listens (111)\n"
            "      --root DIR       read the mounts of a recorded tree instead of this host's\n"
            "  -v, --verbose        old versions too\n"
            "  -h, --help\n",
    .usage_status = VERDICT_UNKNOWN,
    .run = run,
};
