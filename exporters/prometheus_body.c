/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "exporters/prometheus_inside.h"

/*
 * An answer is rendered once for each version of the snapshot and format, at the first request, and
 * shared by all connections. Compressed ones are made in the thread pool meanwhile the request
 * waits; those that ask while one is on its way take it, too.
 */

/* An answer being compressed. */
struct job {
    uv_work_t work;
    struct prometheus *prometheus;
    enum prometheus_format format;
    uint64_t version;
    struct buf plain, compressed;
    struct error error;
};

static void set(struct body *body, uint64_t version, struct MHD_Response *response)
{
    if (body->response)
        MHD_destroy_response(body->response);
    body->version = version;
    body->response = response;
}

void body_forget(struct prometheus *prometheus)
{
    for (size_t i = 0; i < PROMETHEUS_FORMATS; i++)
        for (size_t k = 0; k < 2; k++)
            set(&prometheus->bodies[i][k], 0, NULL);
}

static void compress_body(uv_work_t *work)
{
    struct job *job = work->data;
    prometheus_compress(&job->plain, &job->compressed, &job->error);
}

static void on_compressed(uv_work_t *work, int status)
{
    struct job *job = work->data;
    struct prometheus *prometheus = job->prometheus;
    struct body *body = &prometheus->bodies[job->format][true];

    body->coming = false;
    if (status == 0 && !job->error.code) {
        const char *type = prometheus_content_type(job->format);
        struct MHD_Response *response = answer_new(prometheus, &job->compressed, type);
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
        MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, "Accept, Accept-Encoding");
        set(body, job->version, response);
    } else {
        log_error("prometheus: %s", job->error.text);
    }
    while (body->waiting) {
        struct request *request = body->waiting;
        body->waiting = request->next;
        http_resume(request);
    }
    buf_free(&job->plain);
    buf_free(&job->compressed);
    free(job);
    prometheus->jobs--;
    prometheus_free_if_over(prometheus);
}

static void start_job(struct prometheus *prometheus, enum prometheus_format format)
{
    struct job *job = calloc(1, sizeof *job);
    if (!job)
        abort();
    job->work.data = job;
    job->prometheus = prometheus;
    job->format = format;
    job->version = prometheus->version;
    prometheus_render(prometheus->snapshot, prometheus->compat, NULL, format, &job->plain);
    prometheus->bodies[format][true].coming = true;
    prometheus->jobs++;
    uv_queue_work(prometheus->loop, &job->work, compress_body, on_compressed);
}

struct MHD_Response *body_render(const struct prometheus *prometheus,
                                 const struct snapshot *snapshot, unsigned compat,
                                 const struct prometheus_names *names,
                                 enum prometheus_format format)
{
    struct buf data = {0};
    prometheus_render(snapshot, compat, names, format, &data);
    struct MHD_Response *response = answer_new(prometheus, &data, prometheus_content_type(format));
    MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, "Accept, Accept-Encoding");
    return response;
}

static enum MHD_Result take_name(void *arg, enum MHD_ValueKind kind, const char *key,
                                 const char *value)
{
    struct prometheus_names *names = arg;
    (void)kind;
    if (strcmp(key, "name[]") == 0 && value && names->count < sizeof names->at / sizeof *names->at)
        names->at[names->count++] = value;
    return MHD_YES;
}

void body_names(const struct request *request, struct prometheus_names *names)
{
    *names = (struct prometheus_names){0};
    MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, take_name, names);
}

enum prometheus_format body_format(const struct request *request)
{
    return prometheus_accepted(
        MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT));
}

static struct MHD_Response *render(const struct prometheus *prometheus,
                                   const struct prometheus_names *names,
                                   enum prometheus_format format)
{
    return body_render(prometheus, prometheus->snapshot, prometheus->compat, names, format);
}

/* Suspends the request until the compressed answer is there, unless it is. */
static struct MHD_Response *get_compressed(struct prometheus *prometheus, struct request *request,
                                           enum prometheus_format format)
{
    struct body *body = &prometheus->bodies[format][true];
    bool fresh = body->response && body->version == prometheus->version;

    /* Who has waited for one takes it even if there is another snapshot by now. */
    if (fresh || (request->compressed && body->response))
        return body->response;
    request->compressed = true;
    request->next = body->waiting;
    body->waiting = request;
    MHD_suspend_connection(request->connection);
    if (!body->coming)
        start_job(prometheus, format);
    return NULL;
}

struct MHD_Response *body_get(struct prometheus *prometheus, struct request *request, bool *mine)
{
    struct prometheus_names names;
    enum prometheus_format format = body_format(request);
    bool gzip = prometheus_accepts_gzip(MHD_lookup_connection_value(
        request->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT_ENCODING));
    struct body *body = &prometheus->bodies[format][false];

    body_names(request, &names);
    *mine = names.count > 0;
    if (*mine)
        return render(prometheus, &names, format);
    if (gzip && !(request->compressed && !prometheus->bodies[format][true].response))
        return get_compressed(prometheus, request, format);
    if (!body->response || body->version != prometheus->version)
        set(body, prometheus->version, render(prometheus, NULL, format));
    return body->response;
}
