/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "exporters/prometheus_inside.h"

/* What is kept of the time that Prometheus waits, for the way back; as blackbox_exporter does. */
#define WAY_BACK_S    0.5
#define MAX_TIMEOUT_S 1e6

static const char *argument(const struct request *request, const char *name)
{
    const char *value =
        MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
    return value ? value : "";
}

/* How long whoever asks will wait, 0: it does not say. */
static int64_t timeout_ms(const struct request *request)
{
    const char *text = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                   "X-Prometheus-Scrape-Timeout-Seconds");
    double seconds = text ? strtod(text, NULL) : 0;
    if (!isfinite(seconds) || seconds <= 0 || seconds > MAX_TIMEOUT_S)
        return 0;
    return (int64_t)((seconds > 2 * WAY_BACK_S ? seconds - WAY_BACK_S : seconds / 2) * 1000);
}

struct page_answer probe_answer(struct prometheus *prometheus, struct request *request)
{
    const struct prometheus_prober *prober = prometheus->prober;
    struct error e = {0};

    if (request->asked) {
        struct MHD_Response *response = request->response;
        request->response = NULL;
        if (response)
            return (struct page_answer){response, MHD_HTTP_OK, true};
        return (struct page_answer){answer_text(prometheus, "There is no answer any more.\n"),
                                    MHD_HTTP_SERVICE_UNAVAILABLE, true};
    }
    if (!prober)
        return (struct page_answer){answer_text(prometheus, "Nothing can be asked here.\n"),
                                    MHD_HTTP_NOT_FOUND, true};
    unsigned status = prober->ask(prober->owner, request, argument(request, "module"),
                                  argument(request, "target"), timeout_ms(request), &e);
    if (status) {
        struct buf text = {0};
        buf_printf(&text, "%s\n", e.text);
        return (struct page_answer){answer_new(prometheus, &text, "text/plain; charset=utf-8"),
                                    status, true};
    }
    request->asked = true;
    MHD_suspend_connection(request->connection);
    return (struct page_answer){0};
}

void prometheus_answer(struct request *question, const struct snapshot *snapshot)
{
    struct prometheus_names names;

    body_names(question, &names);
    if (snapshot)
        question->response = body_render(question->client->http->prometheus, snapshot, 0, &names,
                                         body_format(question));
    http_resume(question);
}
