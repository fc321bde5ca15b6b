/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_UTF8_H
#define CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"

/*
 * The code point at the start of text, which ends in a NUL, and in *bytes how long it is (1 where
 * the bytes are not UTF-8 as RFC 3629 has it: then the code point is U+FFFD). 0 at the end.
 */
uint32_t utf8_next(const char *text, size_t *bytes);

/* Appends a code point. */
void utf8_put(uint32_t code, struct buf *out);

/* Whether all of it is ASCII, and so UTF-8. */
bool utf8_is_ascii(const char *text);

/* Appends text with what is not UTF-8 replaced by U+FFFD. */
void utf8_clean(const char *text, struct buf *out);

#endif
