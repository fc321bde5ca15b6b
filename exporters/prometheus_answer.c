/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "exporters/prometheus_inside.h"

struct MHD_Response *answer_new(const struct prometheus *prometheus, struct buf *data,
                                const char *content_type)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(data->length, data->data, MHD_RESPMEM_MUST_FREE);
    if (!response)
        abort();
    *data = (struct buf){0};
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
    for (size_t i = 0; prometheus->web && i < WEB_HEADERS; i++)
        if (prometheus->web->settings->headers[i])
            MHD_add_response_header(response, web_header_names[i],
                                    prometheus->web->settings->headers[i]);
    return response;
}

struct MHD_Response *answer_text(const struct prometheus *prometheus, const char *text)
{
    struct buf data = {0};
    buf_puts(&data, text);
    return answer_new(prometheus, &data, "text/plain; charset=utf-8");
}

static struct page_answer answer_metrics(struct prometheus *prometheus, struct request *request)
{
    struct page_answer answer = {.status = MHD_HTTP_OK};
    answer.response = body_get(prometheus, request, &answer.mine);
    return answer;
}

static struct page_answer answer_healthy(struct prometheus *prometheus, struct request *request)
{
    (void)request;
    return (struct page_answer){answer_text(prometheus, "forewarn is healthy.\n"), MHD_HTTP_OK,
                                true};
}

static struct page_answer answer_ready(struct prometheus *prometheus, struct request *request)
{
    bool ready = prometheus->snapshot->tick_ms != INT64_MIN;
    (void)request;
    return (struct page_answer){
        answer_text(prometheus, ready ? "forewarn is ready.\n"
                                      : "forewarn has not looked at everything yet.\n"),
        ready ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE, true};
}

/* Text between tags. */
static void put_html(const char *text, struct buf *out)
{
    for (; text && *text; text++)
        if (*text == '<' || *text == '>' || *text == '&')
            buf_puts(out, *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : "&amp;");
        else
            buf_add(out, text, 1);
}

static void put_counts(const struct look *look, struct buf *out)
{
    size_t counts[SEVERITY_CRITICAL + 1] = {0};
    for (size_t i = 0; i < look->alert_count; i++)
        counts[look->alerts[i].severity]++;
    buf_printf(out, "<p>Alerts: %zu critical, %zu warning, %zu info.</p>\n",
               counts[SEVERITY_CRITICAL], counts[SEVERITY_WARNING], counts[SEVERITY_INFO]);
}

static struct page_answer answer_landing(struct prometheus *prometheus, struct request *request)
{
    struct buf page = {0};
    const struct look *look = &prometheus->snapshot->look;

    (void)request;
    buf_puts(&page, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                    "<title>forewarn</title></head><body>\n<h1>forewarn");
    if (look->host && look->host[0]) {
        buf_puts(&page, " on ");
        put_html(look->host, &page);
    }
    buf_puts(&page, "</h1>\n");
    if (prometheus->snapshot->tick_ms == INT64_MIN)
        buf_puts(&page, "<p>Nothing was judged yet.</p>\n");
    else
        put_counts(look, &page);
    buf_puts(&page, "<ul>\n<li><a href=\"/metrics\">Metrics</a></li>\n"
                    "<li><a href=\"/-/healthy\">Health</a></li>\n"
                    "<li><a href=\"/-/ready\">Readiness</a></li>\n</ul>\n"
                    "<p>Version " PACKAGE_VERSION "</p>\n</body></html>\n");
    return (struct page_answer){answer_new(prometheus, &page, "text/html; charset=utf-8"),
                                MHD_HTTP_OK, true};
}

/* All there is to ask for. */
static const struct page {
    const char *path;
    struct page_answer (*answer)(struct prometheus *prometheus, struct request *request);
} pages[] = {
    {"/", answer_landing},      {"/metrics", answer_metrics}, {"/-/healthy", answer_healthy},
    {"/-/ready", answer_ready}, {"/probe", probe_answer},
};

static enum MHD_Result send_text(struct request *request, unsigned status, const char *header,
                                 const char *value, const char *text)
{
    struct MHD_Response *response = answer_text(request->client->http->prometheus, text);
    if (header)
        MHD_add_response_header(response, header, value);
    enum MHD_Result result = MHD_queue_response(request->connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result send_page(struct prometheus *prometheus, struct request *request,
                                 const char *path)
{
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        if (strcmp(pages[i].path, path) != 0)
            continue;
        struct page_answer answer = pages[i].answer(prometheus, request);
        if (!answer.response)
            return MHD_YES;
        enum MHD_Result result =
            MHD_queue_response(request->connection, answer.status, answer.response);
        if (answer.mine)
            MHD_destroy_response(answer.response);
        return result;
    }
    return send_text(request, MHD_HTTP_NOT_FOUND, NULL, NULL, "There is no such page.\n");
}

/* Whether the request may be answered; else it was refused or suspended. */
static bool admit(struct prometheus *prometheus, struct request *request, enum MHD_Result *result)
{
    if (!prometheus->web || !prometheus->web->settings->user_count || request->admitted)
        return true;
    enum auth_verdict verdict =
        request->verdict == AUTH_UNKNOWN ? login(prometheus, request) : request->verdict;
    *result = MHD_YES;
    request->verdict = AUTH_UNKNOWN;
    request->admitted = verdict == AUTH_RIGHT;
    if (verdict == AUTH_WRONG)
        *result = send_text(request, MHD_HTTP_UNAUTHORIZED, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
                            "Basic realm=\"forewarn\", charset=\"UTF-8\"", "Who are you?\n");
    if (verdict == AUTH_TOO_FAST)
        *result = send_text(request, MHD_HTTP_TOO_MANY_REQUESTS, MHD_HTTP_HEADER_RETRY_AFTER, "1",
                            "Too many passwords are being tried.\n");
    return request->admitted;
}

static struct request *begin(struct http *http, struct MHD_Connection *connection)
{
    struct request *request = calloc(1, sizeof *request);
    if (!request)
        abort();
    request->connection = connection;
    request->verdict = AUTH_UNKNOWN;
    request->client =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    guard_change(&http->prometheus->guard, &request->client->place, GUARD_ANSWER,
                 (int64_t)uv_now(http->prometheus->loop));
    return request;
}

/*
 * Called when the headers are there (*context is NULL then), when the request is whole, and again
 * each time it was resumed.
 */
enum MHD_Result answer_request(void *arg, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_bytes, void **context)
{
    struct http *http = arg;
    struct request *request = *context;
    enum MHD_Result result;

    (void)version;
    (void)upload;
    if (!request) {
        *context = request = begin(http, connection);
        if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
            return send_text(request, MHD_HTTP_METHOD_NOT_ALLOWED, MHD_HTTP_HEADER_ALLOW,
                             "GET, HEAD", "Only GET and HEAD are answered.\n");
        return MHD_YES;
    }
    if (*upload_bytes) {
        *upload_bytes = 0; /* what comes with a GET is not looked at */
        return MHD_YES;
    }
    if (!admit(http->prometheus, request, &result))
        return result;
    return send_page(http->prometheus, request, url);
}

void answer_completed(void *arg, struct MHD_Connection *connection, void **context,
                      enum MHD_RequestTerminationCode why)
{
    struct http *http = arg;
    struct request *request = *context;

    (void)connection;
    (void)why;
    if (!request)
        return;
    guard_change(&http->prometheus->guard, &request->client->place, GUARD_IDLE,
                 (int64_t)uv_now(http->prometheus->loop));
    if (request->password)
        explicit_bzero(request->password, strlen(request->password));
    free(request->password);
    if (request->response)
        MHD_destroy_response(request->response);
    free(request);
    *context = NULL;
}
