/* SPDX-License-Identifier: Apache-2.0 */
#include "core/matcher.h"

#include <string.h>

int matcher_test(const struct matcher *matcher, const char *value, struct error *e)
{
    int matched;
    switch (matcher->op) {
    case MATCH_EQUAL:
        return strcmp(value, matcher->value) == 0;
    case MATCH_NOT_EQUAL:
        return strcmp(value, matcher->value) != 0;
    case MATCH_REGEX:
        return matcher->test(matcher->regex, value, e);
    case MATCH_NOT_REGEX:
        matched = matcher->test(matcher->regex, value, e);
        return matched < 0 ? matched : !matched;
    }
    return 0;
}

int matchers_test(const struct matcher *matchers, size_t count, const struct labels *labels,
                  struct error *e)
{
    for (size_t i = 0; i < count; i++) {
        int holds = matcher_test(&matchers[i], labels_get(labels, matchers[i].name), e);
        if (holds <= 0)
            return holds;
    }
    return 1;
}
