/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_BITS_H
#define CORE_BITS_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bits, the highest of each byte first, as Gorilla's and Prometheus' chunks have them. */
struct bits {
    const uint8_t *bytes;
    size_t length;   /* bytes */
    size_t at;       /* bits taken */
    bool is_overrun; /* more was asked for than there is: what was given then is zeroes */
};

/* The next bits, 57 of them at least, at the top of the word; beyond the end they are 0. */
static inline uint64_t bits_peek(const struct bits *bits)
{
    size_t byte = bits->at / 8;
    uint64_t word = 0;
    if (byte + sizeof word <= bits->length)
        memcpy(&word, bits->bytes + byte, sizeof word);
    else if (byte < bits->length)
        memcpy(&word, bits->bytes + byte, bits->length - byte);
    return be64toh(word) << bits->at % 8;
}

static inline void bits_skip(struct bits *bits, unsigned count)
{
    bits->at += count;
    if (bits->at > bits->length * 8) {
        bits->at = bits->length * 8;
        bits->is_overrun = true;
    }
}

/* Takes 1 to 64 bits. */
static inline uint64_t bits_take(struct bits *bits, unsigned count)
{
    uint64_t high = 0;
    if (count > 32) {
        high = bits_peek(bits) >> 32;
        bits_skip(bits, 32);
        count -= 32;
        high <<= count;
    }
    uint64_t low = bits_peek(bits) >> (64 - count);
    bits_skip(bits, count);
    return high | low;
}

/* 0, -1, 1, -2 ... as 0, 1, 2, 3 ..., so that small numbers of either sign stay small. */
static inline uint64_t zigzag(int64_t n)
{
    return ((uint64_t)n << 1) ^ (n < 0 ? UINT64_MAX : 0);
}

static inline int64_t unzigzag(uint64_t n)
{
    return (int64_t)(n >> 1 ^ (n & 1 ? UINT64_MAX : 0));
}

#endif
