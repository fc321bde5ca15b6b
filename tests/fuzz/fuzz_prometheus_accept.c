/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "exporters/prometheus_accept.h"
#include "tests/fuzz/fuzz.h"

/* Whatever a header says, there is a format for it; and what is not there accepts no gzip. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);
    if (!text)
        abort();
    enum prometheus_format format = prometheus_accepted(text);
    if (format >= PROMETHEUS_FORMATS || !prometheus_content_type(format))
        abort();
    if (prometheus_accepts_gzip(text) && !strchr(text, '*') && !strcasestr(text, "gzip"))
        abort();
    free(text);
    return 0;
}
