/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exporters/prometheus.h"
#include "probes/registry.h"
#include "tests/fuzz/fuzz.h"

/*
 * What a client sends, from the first byte to the last answer: without and with passwords.
 */
enum { MAX_SILENCE = 10, MAX_BYTES = 64 * 1024 };

struct server {
    uv_loop_t loop;
    struct prometheus *prometheus;
    struct store *store;
    struct snapshot_source source;
    struct snapshot snapshot;
};

static struct web *make_web(bool users)
{
    struct arena *arena = arena_new();
    struct web_settings *settings = ARENA_NEW(arena, struct web_settings);
    struct error warning, e;
    struct web *web;
    settings->user_count = users;
    settings->users[0] =
        (struct web_user){"u", "$2y$04$Pcf4y5SYt7xtyKs92jZMy.T7BKfM0LZxPt7RCU/C0E79sXdXlVKuC"};
    if (web_load(arena, settings, &web, &warning, &e) < 0)
        abort();
    return web;
}

static struct server *make_server(bool users)
{
    SCRATCH_ARENA(scratch);
    const struct label labels[] = {{LABEL_NAME, "forewarn_md_redundancy"}, {"array", "md0"}};
    const int none = -1;
    struct error e;
    struct server *server = calloc(1, sizeof *server);
    if (!server || uv_loop_init(&server->loop) < 0 ||
        prometheus_open(&server->loop, &none, 1, make_web(users), &server->prometheus, &e) < 0)
        abort();
    server->store = store_new();
    store_append(server->store, labels_new(scratch, labels, 2), 1000, 1, NULL);
    server->source = (struct snapshot_source){server->store, 1000};
    server->snapshot = (struct snapshot){.sources = &server->source,
                                         .source_count = 1,
                                         .metrics = probes[0]->metrics,
                                         .look = {.host = "a<b"}};
    prometheus_publish(server->prometheus, &server->snapshot, 3);
    return server;
}

/* Until the server closes, or says no more: then it waits for more of a request. */
static void talk(struct server *server, int fd)
{
    char chunk[4096];
    for (int silent = 0; silent < MAX_SILENCE; silent++) {
        struct pollfd readable = {fd, POLLIN, 0};
        uv_run(&server->loop, UV_RUN_NOWAIT);
        poll(&readable, 1, silent > 3);
        ssize_t n = recv(fd, chunk, sizeof chunk, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            return;
        if (n > 0)
            silent = 0;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct server *servers[2];
    int pair[2];

    if (!size || size > MAX_BYTES)
        return 0;
    struct server **server = &servers[data[0] & 1];
    if (!*server)
        *server = make_server(data[0] & 1);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) < 0 ||
        prometheus_add((*server)->prometheus, pair[1]) < 0)
        abort();
    if (send(pair[0], data + 1, size - 1, MSG_NOSIGNAL) < 0 && errno != EPIPE && errno != EAGAIN)
        abort();
    shutdown(pair[0], SHUT_WR);
    talk(*server, pair[0]);
    close(pair[0]);
    uv_run(&(*server)->loop, UV_RUN_NOWAIT);
    return 0;
}
