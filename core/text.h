/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdbool.h>
#include <string.h>

/* Whether the text ends in that, or is that. */
static inline bool text_ends_in(const char *text, const char *end)
{
    size_t length = strlen(text), n = strlen(end);
    return length >= n && strcmp(text + length - n, end) == 0;
}

#endif
