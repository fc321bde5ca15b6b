/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_PROMETHEUS_INSIDE_H
#define EXPORTERS_PROMETHEUS_INSIDE_H

#include <microhttpd.h>

#include "exporters/prometheus.h"
#include "exporters/prometheus_auth.h"
#include "exporters/prometheus_guard.h"
#include "exporters/prometheus_render.h"

/*
 * The parts of the exporter to each other. prometheus.c: its life; prometheus_http.c: sockets and
 * connections; prometheus_answer.c: a request; prometheus_body.c: what /metrics answers;
 * prometheus_login.c: passwords; prometheus_probe.c: what /probe answers. All on the loop's thread.
 */

/* libmicrohttpd on one socket. One that was replaced goes on until its connections are gone. */
struct http {
    struct http *next;
    struct prometheus *prometheus;
    struct MHD_Daemon *daemon;
    uv_poll_t poll; /* of the daemon's epoll descriptor */
    uv_timer_t timer;
    int socket; /* whose it serves; not its own */
    bool tls, retired, resumed;
    unsigned handles, connections;
};

/* One connection. */
struct client {
    struct guard_place place;
    struct http *http;
    int fd;
    struct web *web; /* whose certificates its session has */
};

enum { MAX_WAITING = 64 }; /* for a password to be checked */

/* One request; waiting for something it is suspended and in a list. */
struct request {
    struct request *next;
    struct MHD_Connection *connection;
    struct client *client;
    struct auth_digest digest;
    const struct web_user *user; /* whose hash is to be held against it; NULL: nobody's */
    char *password;
    enum auth_verdict verdict;
    bool admitted, compressed;     /* waited for that already */
    bool asked;                    /* the prober; response is its answer */
    struct MHD_Response *response; /* NULL: none */
};

struct body {
    uint64_t version;
    struct MHD_Response *response; /* NULL: none yet */
    bool coming;                   /* being compressed */
    struct request *waiting;
};

struct prometheus {
    uv_loop_t *loop;
    struct http *https;
    struct guard guard;
    uv_timer_t sweep;                       /* looks for connections whose time is over */
    uv_timer_t check;                       /* of the next password */
    const struct prometheus_prober *prober; /* NULL: there is none */
    const struct snapshot *snapshot;
    unsigned compat;
    uint64_t version; /* of what is published */
    struct web *web;
    struct body bodies[PROMETHEUS_FORMATS][2]; /* as it is, compressed */
    struct auth auth;
    unsigned char auth_key[AUTH_DIGEST];
    struct request *logins; /* whose password is to be checked, in order */
    size_t login_count;
    bool checking;
    unsigned jobs, handles; /* in the thread pool; open */
    bool closing;
};

/* prometheus.c: frees it when it is closed and nothing is under way any more. */
void prometheus_free_if_over(struct prometheus *prometheus);

/* prometheus_http.c */
int http_open(struct prometheus *prometheus, int socket, struct error *e);
void http_retire(struct http *http); /* takes no more connections */
void http_close(struct http *http);  /* at once */
void http_drop_idle(struct prometheus *prometheus);
void http_sweep(uv_timer_t *timer);
void http_resume(struct request *request); /* of a list, which it is no more in */

/* prometheus_answer.c: for MHD_start_daemon(). */
enum MHD_Result answer_request(void *http, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_bytes, void **request);
void answer_completed(void *http, struct MHD_Connection *connection, void **request,
                      enum MHD_RequestTerminationCode why);

/* Another response with the headers that all have. The data are the response's from now on. */
struct MHD_Response *answer_new(const struct prometheus *prometheus, struct buf *data,
                                const char *content_type);

/* What a page answers: NULL when the request was suspended. *mine: it is freed once it is sent. */
struct page_answer {
    struct MHD_Response *response;
    unsigned status;
    bool mine;
};

struct MHD_Response *answer_text(const struct prometheus *prometheus, const char *text);

/* prometheus_probe.c */
struct page_answer probe_answer(struct prometheus *prometheus, struct request *request);

/* prometheus_body.c: what a request asks for. */
enum prometheus_format body_format(const struct request *request);
void body_names(const struct request *request, struct prometheus_names *names);

/* A rendered answer, with all its headers. */
struct MHD_Response *body_render(const struct prometheus *prometheus,
                                 const struct snapshot *snapshot, unsigned compat,
                                 const struct prometheus_names *names,
                                 enum prometheus_format format);

/*
 * prometheus_body.c: the response to a scrape, whose owner *mine says; NULL: the request is
 * suspended until there is one.
 */
struct MHD_Response *body_get(struct prometheus *prometheus, struct request *request, bool *mine);
void body_forget(struct prometheus *prometheus);

/* prometheus_login.c: AUTH_UNKNOWN: the request is suspended until it is known. */
enum auth_verdict login(struct prometheus *prometheus, struct request *request);
void login_start_check(uv_timer_t *timer);
void login_release(struct prometheus *prometheus); /* all that wait go on */

#endif
