/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exporters/prometheus_accept.h"

#define OPENMETRICS "application/openmetrics-text"
#define PROTOBUF                                                                                   \
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"

static void formats(void **state)
{
    static const struct {
        const char *accept;
        enum prometheus_format format;
    } table[] = {
        {NULL, PROMETHEUS_TEXT},
        {"", PROMETHEUS_TEXT},
        {"*/*", PROMETHEUS_TEXT},
        {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", PROMETHEUS_TEXT},
        {"text/plain", PROMETHEUS_TEXT},
        {"text/plain;version=0.0.4", PROMETHEUS_TEXT},
        {"image/png", PROMETHEUS_TEXT}, /* none fits: the text nevertheless */
        {OPENMETRICS, PROMETHEUS_OPENMETRICS},
        {OPENMETRICS ";version=1.0.0", PROMETHEUS_OPENMETRICS},
        {OPENMETRICS "; version=\"1.0.0\" ; charset=utf-8", PROMETHEUS_OPENMETRICS},
        {OPENMETRICS ";version=0.0.1", PROMETHEUS_OPENMETRICS},
        {OPENMETRICS ";version=2.0.0", PROMETHEUS_TEXT},
        {"APPLICATION/OpenMetrics-Text", PROMETHEUS_OPENMETRICS},
        {PROTOBUF, PROMETHEUS_PROTOBUF},
        {"application/vnd.google.protobuf", PROMETHEUS_TEXT},
        {"application/vnd.google.protobuf;proto=other;encoding=delimited", PROMETHEUS_TEXT},
        {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text",
         PROMETHEUS_TEXT},
        /* Prometheus 2.42, without and with native histograms, and 3 */
        {OPENMETRICS ";version=1.0.0," OPENMETRICS
                     ";version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         PROMETHEUS_OPENMETRICS},
        {PROTOBUF "," OPENMETRICS ";version=1.0.0;q=0.8," OPENMETRICS
                  ";version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         PROMETHEUS_PROTOBUF},
        {OPENMETRICS ";version=1.0.0;escaping=allow-utf-8;q=0.5," OPENMETRICS
                     ";version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
                     "text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
         PROMETHEUS_OPENMETRICS},
        {"text/plain;q=0.4, " OPENMETRICS ";q=0.5", PROMETHEUS_OPENMETRICS},
        {"text/plain;q=0.5, " OPENMETRICS ";q=0.4", PROMETHEUS_TEXT},
        {OPENMETRICS ", text/plain", PROMETHEUS_OPENMETRICS}, /* of equals the first */
        {"text/plain, " OPENMETRICS, PROMETHEUS_TEXT},
        {OPENMETRICS ";q=0, */*;q=0.1", PROMETHEUS_TEXT},
        {"text/plain;q=0, */*;q=0.1", PROMETHEUS_OPENMETRICS}, /* the exact one counts */
        {"application/*;q=0.9, text/*;q=0.1", PROMETHEUS_OPENMETRICS},
        {OPENMETRICS ";q=1.001, text/plain;q=0.1", PROMETHEUS_TEXT}, /* no quality: 0 */
        {OPENMETRICS ";q=0.123, text/plain;q=0.122", PROMETHEUS_OPENMETRICS},
        {OPENMETRICS ";q=, text/plain;q=0.122", PROMETHEUS_TEXT},
        {",,;;=,\"", PROMETHEUS_TEXT},
        {"a b c, " OPENMETRICS, PROMETHEUS_OPENMETRICS},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (prometheus_accepted(table[i].accept) != table[i].format)
            fail_msg("Accept: %s", table[i].accept);
}

static void encodings(void **state)
{
    static const struct {
        const char *accept;
        bool gzip;
    } table[] = {
        {NULL, false},
        {"", false},
        {"gzip", true},
        {"GZIP", true},
        {"x-gzip", true},
        {"deflate, br", false},
        {"deflate, gzip;q=0.5", true},
        {"gzip;q=0", false},
        {"gzip; q=0.0", false},
        {"*", true},
        {"*;q=0", false},
        {"*, gzip;q=0", false},
        {"identity", false},
        {"identity;q=0.5, gzip;q=1.0", true},
        {"identity, gzip;q=0.5", false},
        {"gzipped", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (prometheus_accepts_gzip(table[i].accept) != table[i].gzip)
            fail_msg("Accept-Encoding: %s", table[i].accept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(formats), cmocka_unit_test(encodings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
