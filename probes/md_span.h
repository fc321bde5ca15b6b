/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MD_SPAN_H
#define PROBES_MD_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

/* A part of a text that need not end in a NUL. */
struct span {
    const char *at;
    size_t length;
};

/* Takes the next line, without its end, off the front; false when nothing is left. */
bool span_line(struct span *rest, struct span *line);

/* Takes the next word off the front; its length is 0 when there is none. */
struct span span_word(struct span *rest);

/* Whether the span is, or begins with, text; span_take also drops it off the front. */
bool span_is(struct span span, const char *text);
bool span_take(struct span *rest, const char *text);

/* Whether the span is, or begins with, a decimal number of 0 to INT64_MAX. */
bool span_number(struct span span, int64_t *value);
bool span_take_number(struct span *rest, int64_t *value);

struct span span_trim(struct span span);
struct span span_of(const char *text);
char *span_copy(struct arena *arena, struct span span);

/* For messages and labels: what is not printable ASCII is '?', and no more than limit bytes. */
char *span_quote(struct arena *arena, struct span span, size_t limit);

#endif
