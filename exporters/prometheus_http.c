/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <gnutls/abstract.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/log.h"
#include "exporters/prometheus_inside.h"

/*
 * Connections that have lost their place are still there for a moment; the memory is for the
 * headers of one request.
 */
enum { MAX_CONNECTIONS = GUARD_PLACES + 64, CONNECTION_MEMORY = 16 * 1024, SWEEP_MS = 1000 };

static int64_t now_ms(const struct http *http)
{
    return (int64_t)uv_now(http->prometheus->loop);
}

static void on_closed(uv_handle_t *handle)
{
    struct http *http = handle->data;
    struct prometheus *prometheus = http->prometheus;
    struct http **link = &prometheus->https;

    if (--http->handles)
        return;
    while (*link != http)
        link = &(*link)->next;
    *link = http->next;
    free(http);
    prometheus_free_if_over(prometheus);
}

void http_close(struct http *http)
{
    if (uv_is_closing((uv_handle_t *)&http->poll))
        return;
    uv_poll_stop(&http->poll);
    uv_close((uv_handle_t *)&http->poll, on_closed);
    uv_close((uv_handle_t *)&http->timer, on_closed);
    MHD_stop_daemon(http->daemon);
    http->daemon = NULL;
}

static void on_timer(uv_timer_t *timer);

/* What there is to do, and when the next thing will be. */
static void run(struct http *http)
{
    MHD_UNSIGNED_LONG_LONG wait_ms;

    http->resumed = false;
    MHD_run(http->daemon);
    if (http->retired && !http->connections)
        http_close(http);
    else if (http->resumed)
        uv_timer_start(&http->timer, on_timer, 0, 0);
    else if (MHD_get_timeout(http->daemon, &wait_ms) == MHD_YES)
        uv_timer_start(&http->timer, on_timer, wait_ms, 0);
    else
        uv_timer_stop(&http->timer);
}

static void on_timer(uv_timer_t *timer)
{
    run(timer->data);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    run(poll->data);
}

/* libmicrohttpd sees the end of the connection, and closes it. */
static void send_away(struct client *client)
{
    shutdown(client->fd, SHUT_RDWR);
}

void http_sweep(uv_timer_t *timer)
{
    struct prometheus *prometheus = timer->data;
    struct guard_place *place;

    while ((place = guard_expire(&prometheus->guard, (int64_t)uv_now(prometheus->loop))) != NULL)
        send_away((struct client *)place);
    if (!prometheus->guard.count)
        uv_timer_stop(timer);
}

void http_drop_idle(struct prometheus *prometheus)
{
    struct guard_place *next;
    for (struct guard_place *place = prometheus->guard.first; place; place = next) {
        next = place->next;
        if (place->state != GUARD_IDLE)
            continue;
        guard_leave(&prometheus->guard, place);
        send_away((struct client *)place);
    }
}

static void begin(struct http *http, struct MHD_Connection *connection, struct client **client)
{
    struct prometheus *prometheus = http->prometheus;
    struct guard_place *evicted;
    struct client *new = calloc(1, sizeof *new);

    if (!new)
        abort();
    *client = new;
    new->http = http;
    new->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    http->connections++;
    if (!guard_enter(
            &prometheus->guard, &new->place,
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr,
            now_ms(http), &evicted))
        send_away(new);
    if (evicted)
        send_away((struct client *)evicted);
    if (http->tls) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
        new->web = web_keep(prometheus->web);
        if (web_tls_begin(new->web, info->tls_session) < 0)
            send_away(new);
    }
    if (!uv_is_active((uv_handle_t *)&prometheus->sweep))
        uv_timer_start(&prometheus->sweep, http_sweep, SWEEP_MS, SWEEP_MS);
}

static void on_connection(void *arg, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct http *http = arg;
    struct client *client = *context;

    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        begin(http, connection, (struct client **)context);
    } else if (client) {
        guard_leave(&http->prometheus->guard, &client->place);
        http->connections--;
        web_drop(&client->web);
        free(client);
    }
}

void http_resume(struct request *request)
{
    struct http *http = request->client->http;

    MHD_resume_connection(request->connection);
    http->resumed = true;
    if (!http->prometheus->closing)
        uv_timer_start(&http->timer, on_timer, 0, 0); /* no event tells of it */
}

/* Certificates are set connection by connection; but libmicrohttpd wants something to start with.
 */
static int no_certificate(gnutls_session_t session, const gnutls_datum_t *authorities, int count,
                          const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                          gnutls_pcert_st **certificates, unsigned *certificate_count,
                          gnutls_privkey_t *key)
{
    (void)session, (void)authorities, (void)count, (void)algorithms, (void)algorithm_count;
    (void)certificates, (void)certificate_count, (void)key;
    return -1;
}

static int start(struct http *http, struct error *e)
{
    struct MHD_OptionItem more[3];
    size_t count = 0;
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
    int fd = http->socket >= 0 ? fcntl(http->socket, F_DUPFD_CLOEXEC, 0) : -1;

    if (http->socket >= 0 && fd < 0)
        return error_set(e, -errno, "prometheus: dup: %s", error_name(errno));
    flags |= fd < 0 ? MHD_USE_NO_LISTEN_SOCKET : 0;
    flags |= http->tls ? MHD_USE_TLS : 0;
    if (fd >= 0)
        more[count++] = (struct MHD_OptionItem){MHD_OPTION_LISTEN_SOCKET, fd, NULL};
    if (http->tls)
        more[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_CERT_CALLBACK, 0,
                                                (void *)(intptr_t)no_certificate};
    more[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    http->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, answer_request, http, MHD_OPTION_NOTIFY_COMPLETED, answer_completed,
        http, MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_CONNECTION_LIMIT,
        MAX_CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_ARRAY, more, MHD_OPTION_END);
    if (!http->daemon && fd >= 0)
        close(fd);
    return http->daemon ? 0 : error_set(e, -EIO, "prometheus: libmicrohttpd does not start");
}

int http_open(struct prometheus *prometheus, int socket, struct error *e)
{
    struct http *http = calloc(1, sizeof *http);
    if (!http)
        abort();
    http->prometheus = prometheus;
    http->socket = socket;
    http->tls = prometheus->web && prometheus->web->tls;
    int code = start(http, e);
    if (code < 0) {
        free(http);
        return code;
    }
    uv_poll_init(prometheus->loop, &http->poll,
                 MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd);
    uv_timer_init(prometheus->loop, &http->timer);
    http->poll.data = http->timer.data = http;
    http->handles = 2;
    http->next = prometheus->https;
    prometheus->https = http;
    uv_poll_start(&http->poll, UV_READABLE, on_ready);
    return 0;
}

void http_retire(struct http *http)
{
    http->retired = true;
    int fd = MHD_quiesce_daemon(http->daemon);
    if (fd >= 0)
        close(fd);
    if (!http->connections)
        http_close(http);
}
