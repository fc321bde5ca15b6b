/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_TEMPLATE_LITERAL_H
#define RULES_TEMPLATE_LITERAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

/* Literals as Go writes them (https://go.dev/ref/spec#Lexical_elements), complex numbers left out.
 */

struct tmpl_number {
    bool is_integer;
    int64_t integer;
    double number;
};

/* False where text is no number, or an integer beyond 64 bits. */
bool tmpl_read_number(const char *text, size_t length, struct tmpl_number *number);

/* What a string with its quotes stands for; NULL for an unknown escape or a NUL in it. */
const char *tmpl_read_string(const char *text, size_t length, struct arena *arena);

/* The code point of a string of one character; false where it is not one. */
bool tmpl_read_char(const char *text, int64_t *code);

#endif
