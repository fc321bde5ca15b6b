/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_UTF8_H
#define RULES_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* How many bytes the first character of text takes, 0 where it is no valid UTF-8 (RFC 3629). */
size_t utf8_length(const char *text, size_t length);

/* Whether all of text is valid UTF-8. */
int utf8_valid(const char *text, size_t length);

/* Writes a code point, gives the number of bytes (up to 4), 0 where it is none. */
size_t utf8_encode(uint32_t code, char *out);

/* How many characters (bytes where they are not valid) text has. */
size_t utf8_count(const char *text, size_t length);

#endif
