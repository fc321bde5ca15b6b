/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_VARINT_H
#define CORE_VARINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"

/* Numbers as protobuf has them: seven bits a byte, the lowest first, the top bit says that more
 * follow. */
enum { VARINT_MAX_BYTES = 10 };

/* Writes n at out, which has room for VARINT_MAX_BYTES; gives the bytes written. */
size_t varint_put(uint8_t *out, uint64_t n);
void varint_add(struct buf *out, uint64_t n);

/* Bytes that came from outside, and how far they are read. */
struct span {
    const uint8_t *at, *end;
};

/* False where the bytes end before the number does, or it has more than 64 bits. */
bool varint_take(struct span *span, uint64_t *n);

/*
 * A double, bit for bit: a whole number up to 2^53 takes as many bytes as it is long, any other
 * nine. (The varint of zigzag(n) * 2, or a byte 1 and the eight bytes of the double, lowest first.)
 */
enum { VALUE_MAX_BYTES = VARINT_MAX_BYTES };
size_t value_put(uint8_t *out, uint64_t bits);
bool value_take(struct span *span, uint64_t *bits);

/* Whether the double with those bits is a whole number up to 2^53 (and not -0), and which. */
bool bits_are_whole(uint64_t bits, int64_t *whole);
uint64_t bits_of_whole(int64_t whole);

#endif
