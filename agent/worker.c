/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"
#include "core/sanitized.h"
#include "core/wire.h"

enum { READ_BYTES = 64 * 1024 };

/* A worker holds one target at a time: this is far above what that takes, smartctl included. */
#define MEMORY_LIMIT ((rlim_t)1024 * 1024 * 1024)

struct worker {
    const struct prober *prober;
    struct probe_run run;
    struct root *root;
    struct root_tap tap;
    struct buf in, out;
    Forewarn__Order *order; /* the one being carried out; its skip list is sorted */
};

void worker_attach(void)
{
    /* Set here and not by the launcher: exec and a change of user id clear it. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    fcntl(WORKER_SOCKET_FD, F_SETFD, FD_CLOEXEC);
    fcntl(WORKER_ROOT_FD, F_SETFD, FD_CLOEXEC);
    signal(SIGPIPE, SIG_IGN);
}

void worker_confine(void)
{
    const struct rlimit none = {0, 0}, memory = {MEMORY_LIMIT, MEMORY_LIMIT};

    worker_attach();
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    setrlimit(RLIMIT_CORE, &none);
    if (!SANITIZED) /* AddressSanitizer reserves terabytes of addresses */
        setrlimit(RLIMIT_AS, &memory);
}

/* An agent that no longer listens has killed this worker or is gone: there is nobody to tell. */
static void flush(struct worker *worker)
{
    size_t sent = 0;
    while (sent < worker->out.length) {
        ssize_t n = write(WORKER_SOCKET_FD, worker->out.data + sent, worker->out.length - sent);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            _exit(EXIT_SUCCESS);
        sent += (size_t)n;
    }
    buf_drop(&worker->out, sent);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_skipped(const Forewarn__Order *order, const char *target)
{
    return order->n_skip &&
           bsearch(&target, order->skip, order->n_skip, sizeof *order->skip, by_text);
}

/* Adds what the batch holds to what is sent; its arena stays, as the probe may hold strings in it.
 */
static void put_batch(struct worker *worker)
{
    struct batch *batch = &worker->run.batch;
    if (batch->sample_count || batch->finding_count)
        wire_put_batch(&worker->out, batch);
    batch->sample_count = batch->finding_count = 0;
}

static bool begin_target(struct probe_run *run, const char *target)
{
    struct worker *worker = run->owner;
    Forewarn__Report report = FOREWARN__REPORT__INIT;

    if (is_skipped(worker->order, target))
        return false;
    /* What is pending would be lost with this process if the target hangs. */
    if (!worker->order->list)
        put_batch(worker);
    report.begin = (char *)target;
    wire_put(&worker->out, &report.base);
    flush(worker);
    return !worker->order->list;
}

static void end_target(struct probe_run *run, const char *target)
{
    struct worker *worker = run->owner;
    Forewarn__Report report = FOREWARN__REPORT__INIT;

    put_batch(worker);
    batch_reset(&worker->run.batch);
    report.end = (char *)target;
    wire_put(&worker->out, &report.base);
    flush(worker);
}

/* What is read goes along, in front of what becomes of it. */
static void send_input(void *arg, enum root_kind kind, const char *path, const void *data,
                       size_t length)
{
    struct worker *worker = arg;
    Forewarn__Report report = FOREWARN__REPORT__INIT;
    Forewarn__Input input = FOREWARN__INPUT__INIT, *inputs[] = {&input};

    if (length >= WIRE_MAX_MESSAGE / 2)
        return;
    input.path = (char *)(uintptr_t)path;
    input.has_kind = true;
    input.kind = (Forewarn__InputKind)kind;
    input.has_data = length > 0;
    input.data = (ProtobufCBinaryData){length, (uint8_t *)(uintptr_t)data};
    report.input = inputs;
    report.n_input = 1;
    wire_put(&worker->out, &report.base);
}

static void send_file(struct probe_run *run, const char *path, const void *data, size_t length)
{
    send_input(run->owner, ROOT_FILE, path, data, length);
}

static void watch_inputs(struct worker *worker, bool wanted)
{
    worker->tap = (struct root_tap){send_input, worker};
    root_watch(worker->root, wanted ? &worker->tap : NULL);
    worker->run.input = wanted ? send_file : NULL;
}

static void finish_round(struct worker *worker, int code, const struct error *e)
{
    Forewarn__Report report = FOREWARN__REPORT__INIT;

    if (!worker->order->list)
        put_batch(worker);
    batch_reset(&worker->run.batch);
    report.done = (char *)(uintptr_t)(code < 0 ? e->text : "");
    wire_put(&worker->out, &report.base);
    flush(worker);
}

static int ask(struct worker *worker, const char *target, struct error *e)
{
    return worker->prober->ask ? worker->prober->ask(&worker->run, target, e)
                               : error_set(e, -ENOTSUP, "no target can be named");
}

static void obey(struct worker *worker)
{
    struct error e = {0};
    Forewarn__Order *order = worker->order;

    if (order->n_skip)
        qsort(order->skip, order->n_skip, sizeof *order->skip, by_text);
    worker->run.settings = order->settings;
    if (order->ask) {
        finish_round(worker, ask(worker, order->ask, &e), &e);
    } else if (order->poll || order->list) {
        watch_inputs(worker, order->poll && order->inputs);
        finish_round(worker, worker->prober->poll(&worker->run, &e), &e);
    }
}

/* Takes the next order; false where the agent has closed its end or speaks something else. */
static bool next_order(struct worker *worker)
{
    char chunk[READ_BYTES];
    struct error e = {0};
    ProtobufCMessage *message;

    for (;;) {
        int code = wire_take(&worker->in, &forewarn__order__descriptor, &message, &e);
        if (code < 0)
            log_error("%s", e.text);
        if (code > 0)
            worker->order = (Forewarn__Order *)message;
        if (code)
            return code > 0;
        ssize_t n = read(WORKER_SOCKET_FD, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        buf_add(&worker->in, chunk, (size_t)n);
    }
}

/* Only a recorded tree goes without: what runs on a live host may ask its devices. */
static const char *find_smartctl(const struct root *root)
{
    static const char *const places[] = {"/usr/sbin/smartctl", "/usr/local/sbin/smartctl",
                                         "/sbin/smartctl", NULL};
    for (size_t i = 0; root_is_live(root) && places[i]; i++)
        if (access(places[i], X_OK) == 0)
            return places[i];
    return NULL;
}

/* Whether a probe may keep there what it learns: nobody else can plant something. */
static bool is_safe(const char *directory)
{
    struct stat st;
    return lstat(directory, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
           !(st.st_mode & (S_IWGRP | S_IWOTH));
}

static int serve(struct worker *worker)
{
    const struct prober *prober = worker->prober;
    struct error e = {0};
    int code = prober->open ? prober->open(&worker->run, &e) : 0;

    while (next_order(worker)) {
        if (code < 0)
            finish_round(worker, code, &e);
        else
            obey(worker);
        forewarn__order__free_unpacked(worker->order, NULL);
        worker->order = NULL;
    }
    if (code == 0 && prober->close)
        prober->close(&worker->run);
    return EXIT_SUCCESS;
}

int worker_run(const struct prober *prober, const char *root_path, const char *state_directory)
{
    struct worker worker = {.prober = prober};
    struct root *root;
    struct error e = {0};

    char name[16];

    snprintf(name, sizeof name, "forewarn-%s", prober->probe->name);
    prctl(PR_SET_NAME, name); /* else it were "exe" */
    log_open(prober->probe->name, LOG_NOTICE);
    worker_confine();
    if (root_open_fd(WORKER_ROOT_FD, root_path, &root, &e) < 0) {
        log_error("%s", e.text);
        return EXIT_FAILURE;
    }
    worker.root = root;
    worker.run = (struct probe_run){
        .root = root,
        .clock = &clock_system,
        .state_directory = state_directory && is_safe(state_directory) ? state_directory : NULL,
        .smartctl = find_smartctl(root),
        .begin = begin_target,
        .end = end_target,
        .owner = &worker,
    };
    batch_init(&worker.run.batch);
    int status = serve(&worker);
    batch_free(&worker.run.batch);
    buf_free(&worker.in);
    buf_free(&worker.out);
    root_close(&root);
    return status;
}
