/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "exporters/nagios_range.h"
#include "tests/fuzz/fuzz.h"

/* A range that is taken is one: its start is not above its end, and both ends belong to it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nagios_range range;
    char *text = strndup((const char *)data, size);
    if (text && nagios_range_parse(text, &range, NULL) == 0) {
        if (!(range.start <= range.end))
            abort();
        if (nagios_range_alerts(&range, range.end) != range.inside)
            abort();
    }
    free(text);
    return 0;
}
