/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_YAML_PLACE_H
#define RULES_YAML_PLACE_H

#include <stddef.h>
#include <yaml.h>

#include "core/buf.h"

/*
 * Where a byte of a scalar's value stands in the text that it was read from. In all styles the
 * value's characters other than white space stand in the text in the same order; styles differ in
 * white space, in the header of a block scalar and in escapes. Where a double-quoted scalar has an
 * escape the place is that of the scalar.
 */
struct yaml_place {
    size_t line, column; /* from 1, the column in characters */
    size_t byte;         /* in the text */
};

struct yaml_place yaml_place_of(const char *text, size_t length, const yaml_node_t *scalar,
                                size_t offset);

/*
 * Adds the line that a place is in, its indentation cut to four blanks, and below it a line with a
 * caret under the place; each begins with a newline. A very long line is shown around the place.
 */
void yaml_place_show(const char *text, size_t length, struct yaml_place place, struct buf *out);

#endif
