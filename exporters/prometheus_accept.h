/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_PROMETHEUS_ACCEPT_H
#define EXPORTERS_PROMETHEUS_ACCEPT_H

#include <stdbool.h>

/* What a scrape may ask for, by the headers Accept and Accept-Encoding (RFC 9110, 12.5). Pure. */
enum prometheus_format {
    PROMETHEUS_TEXT,        /* 0.0.4: who does not say what it wants gets this */
    PROMETHEUS_OPENMETRICS, /* 1.0.0 */
    PROMETHEUS_PROTOBUF,    /* io.prometheus.client.MetricFamily, each behind its length */
    PROMETHEUS_FORMATS,
};

const char *prometheus_content_type(enum prometheus_format format);

/*
 * The format with the highest quality, of equal ones that which is named first. accept may be NULL.
 * Where none is acceptable it is the text nevertheless, as other exporters do it.
 */
enum prometheus_format prometheus_accepted(const char *accept);

/* Whether the answer is to be compressed by gzip. accept_encoding may be NULL. */
bool prometheus_accepts_gzip(const char *accept_encoding);

#endif
