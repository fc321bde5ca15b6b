/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/prometheus.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <stdlib.h>

#include "exporters/prometheus_inside.h"

/* Before anything is known. */
static const struct metric *const no_metrics[] = {NULL};
static const struct snapshot nothing = {.metrics = no_metrics, .tick_ms = INT64_MIN};

static struct prometheus *new_prometheus(uv_loop_t *loop, struct web *web, struct error *e)
{
    struct prometheus *prometheus = calloc(1, sizeof *prometheus);
    if (!prometheus)
        abort();
    prometheus->loop = loop;
    prometheus->web = web;
    prometheus->snapshot = &nothing;
    prometheus->version = 1;
    uv_timer_init(loop, &prometheus->sweep);
    uv_timer_init(loop, &prometheus->check);
    prometheus->sweep.data = prometheus->check.data = prometheus;
    prometheus->handles = 2;
    if (gnutls_rnd(GNUTLS_RND_KEY, prometheus->auth_key, sizeof prometheus->auth_key) < 0) {
        error_set(e, -EIO, "prometheus: no random numbers");
        prometheus_close(&prometheus);
    }
    return prometheus;
}

int prometheus_open(uv_loop_t *loop, const int *sockets, size_t count, struct web *web,
                    struct prometheus **out, struct error *e)
{
    int code = 0;
    *out = new_prometheus(loop, web, e);
    for (size_t i = 0; *out && code == 0 && i < count; i++)
        code = http_open(*out, sockets[i], e);
    if (code < 0)
        prometheus_close(out);
    return *out ? 0 : code ? code : -EIO;
}

void prometheus_free_if_over(struct prometheus *prometheus)
{
    if (!prometheus->closing || prometheus->https || prometheus->jobs || prometheus->handles)
        return;
    web_drop(&prometheus->web);
    explicit_bzero(prometheus->auth_key, sizeof prometheus->auth_key);
    free(prometheus);
}

static void on_closed(uv_handle_t *handle)
{
    struct prometheus *prometheus = handle->data;
    prometheus->handles--;
    prometheus_free_if_over(prometheus);
}

static void resume_all(struct prometheus *prometheus)
{
    login_release(prometheus);
    for (size_t i = 0; i < PROMETHEUS_FORMATS; i++)
        while (prometheus->bodies[i][true].waiting) {
            struct request *request = prometheus->bodies[i][true].waiting;
            prometheus->bodies[i][true].waiting = request->next;
            http_resume(request);
        }
}

void prometheus_close(struct prometheus **prometheus)
{
    struct prometheus *old = *prometheus;
    if (!old)
        return;
    *prometheus = NULL;
    old->closing = true;
    resume_all(old);
    for (struct http *http = old->https; http; http = http->next)
        http_close(http);
    body_forget(old);
    uv_close((uv_handle_t *)&old->sweep, on_closed);
    uv_close((uv_handle_t *)&old->check, on_closed);
}

void prometheus_publish(struct prometheus *prometheus, const struct snapshot *snapshot,
                        unsigned compat)
{
    if (!prometheus)
        return;
    prometheus->snapshot = snapshot ? snapshot : &nothing;
    prometheus->compat = compat;
    prometheus->version++;
}

/* TLS or not is what libmicrohttpd is started with, so another takes over the sockets. */
static int exchange(struct prometheus *prometheus, struct error *e)
{
    struct http *first = prometheus->https, *next;
    int code = 0;

    for (struct http *http = first; code == 0 && http; http = http->next)
        if (!http->retired)
            code = http_open(prometheus, http->socket, e);
    /* The new ones stand before the first of the old ones. */
    for (struct http *http = code < 0 ? prometheus->https : first; http; http = next) {
        next = http->next;
        if (code < 0 && http == first)
            break;
        if (!http->retired)
            http_retire(http);
    }
    return code;
}

int prometheus_set_web(struct prometheus *prometheus, struct web *web, struct error *e)
{
    struct web *old = prometheus->web;
    bool was_tls = old && old->tls, is_tls = web && web->tls;

    prometheus->web = web;
    int code = was_tls == is_tls ? 0 : exchange(prometheus, e);
    if (code < 0) {
        prometheus->web = old;
        web_drop(&web);
        return code;
    }
    login_release(prometheus); /* they are asked anew, by the new settings */
    web_drop(&old);
    body_forget(prometheus);
    http_drop_idle(prometheus);
    return 0;
}

void prometheus_set_prober(struct prometheus *prometheus, const struct prometheus_prober *prober)
{
    prometheus->prober = prober;
}

int prometheus_add(struct prometheus *prometheus, int fd)
{
    static const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    return MHD_add_connection(prometheus->https->daemon, fd, &nobody, sizeof nobody) == MHD_YES
               ? 0
               : -errno;
}
