/* SPDX-License-Identifier: Apache-2.0 */
#include "core/varint.h"

#include <string.h>

#include "core/bits.h"

size_t varint_put(uint8_t *out, uint64_t n)
{
    size_t length = 0;
    for (; n >= 0x80; n >>= 7)
        out[length++] = (uint8_t)(n | 0x80);
    out[length++] = (uint8_t)n;
    return length;
}

void varint_add(struct buf *out, uint64_t n)
{
    uint8_t bytes[VARINT_MAX_BYTES];
    buf_add(out, bytes, varint_put(bytes, n));
}

bool varint_take(struct span *span, uint64_t *n)
{
    *n = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (span->at == span->end)
            return false;
        uint8_t byte = *span->at++;
        if (shift == 63 && byte > 1)
            return false;
        *n |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

bool bits_are_whole(uint64_t bits, int64_t *whole)
{
    static const double most = (double)(INT64_C(1) << 53);
    double v;
    memcpy(&v, &bits, sizeof v);
    if (!(v >= -most && v <= most))
        return false;
    *whole = (int64_t)v;
    return bits_of_whole(*whole) == bits;
}

uint64_t bits_of_whole(int64_t whole)
{
    uint64_t bits;
    double v = (double)whole;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

size_t value_put(uint8_t *out, uint64_t bits)
{
    int64_t whole;
    if (bits_are_whole(bits, &whole))
        return varint_put(out, zigzag(whole) << 1);
    uint64_t little = htole64(bits);
    out[0] = 1;
    memcpy(out + 1, &little, sizeof little);
    return 1 + sizeof little;
}

bool value_take(struct span *span, uint64_t *bits)
{
    uint64_t n, little;
    if (!varint_take(span, &n))
        return false;
    if (!(n & 1)) {
        *bits = bits_of_whole(unzigzag(n >> 1));
        return true;
    }
    if (n != 1 || (size_t)(span->end - span->at) < sizeof little)
        return false;
    memcpy(&little, span->at, sizeof little);
    span->at += sizeof little;
    *bits = le64toh(little);
    return true;
}
