/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/nfs_route.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "probes/md_span.h"

/* Of an IPv6 address without its zone; false for what is none. */
static bool read_ipv6(const char *address, unsigned char bytes[16])
{
    char plain[INET6_ADDRSTRLEN];
    size_t length = strcspn(address, "%");
    if (length >= sizeof plain)
        return false;
    memcpy(plain, address, length);
    plain[length] = '\0';
    return inet_pton(AF_INET6, plain, bytes) == 1;
}

/* The best route so far. */
struct best {
    struct span link;
    int prefix;
    uint32_t metric;
};

static void consider(struct best *best, struct span link, int prefix, uint32_t metric)
{
    if (prefix > best->prefix || (prefix == best->prefix && metric < best->metric))
        *best = (struct best){link, prefix, metric};
}

static bool read_hex(struct span word, uint32_t *number)
{
    *number = 0;
    for (size_t i = 0; i < word.length; i++) {
        char c = word.at[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                                : 16;
        if (digit > 15)
            return false;
        *number = *number << 4 | digit;
    }
    return word.length > 0 && word.length <= 8;
}

enum { ROUTE_UP = 1, ROUTE_REJECT = 0x200 }; /* RTF_UP, RTF_REJECT of linux/route.h */

/* LINK DESTINATION GATEWAY FLAGS REFS USE METRIC MASK ...; addresses as the machine has them */
static void consider_line4(struct best *best, struct span line, uint32_t address)
{
    struct span link = span_word(&line);
    uint32_t destination, flags, mask;
    int64_t metric;
    bool fits = read_hex(span_word(&line), &destination);
    span_word(&line);
    fits = fits && read_hex(span_word(&line), &flags);
    span_word(&line);
    span_word(&line);
    fits = fits && span_number(span_word(&line), &metric) && read_hex(span_word(&line), &mask);
    if (fits && (flags & ROUTE_UP) && !(flags & ROUTE_REJECT) && (address & mask) == destination)
        consider(best, link, __builtin_popcount(mask), (uint32_t)metric);
}

const char *nfs_route_link4(struct arena *arena, const char *text, size_t length,
                            const char *address)
{
    struct best best = {.prefix = -1};
    struct span rest = {text, length}, line;
    struct in_addr wanted;
    if (inet_pton(AF_INET, address, &wanted) != 1)
        return "";
    while (span_line(&rest, &line))
        consider_line4(&best, line, wanted.s_addr);
    return best.prefix < 0 ? "" : span_quote(arena, best.link, 32);
}

static bool read_hex_address(struct span word, unsigned char bytes[16])
{
    if (word.length != 32)
        return false;
    for (size_t i = 0; i < 16; i++) {
        uint32_t byte;
        if (!read_hex((struct span){word.at + 2 * i, 2}, &byte))
            return false;
        bytes[i] = (unsigned char)byte;
    }
    return true;
}

static bool has_prefix(const unsigned char a[16], const unsigned char b[16], uint32_t bits)
{
    size_t whole = bits / 8;
    unsigned char mask = (unsigned char)(0xff00 >> bits % 8);
    return memcmp(a, b, whole) == 0 && (bits % 8 == 0 || ((a[whole] ^ b[whole]) & mask) == 0);
}

/* DESTINATION PREFIX SOURCE PREFIX GATEWAY METRIC REFS USE FLAGS LINK; numbers in hex */
static void consider_line6(struct best *best, struct span line, const unsigned char address[16])
{
    unsigned char destination[16];
    uint32_t prefix, metric, flags;
    bool fits = read_hex_address(span_word(&line), destination) &&
                read_hex(span_word(&line), &prefix) && prefix <= 128;
    span_word(&line);
    span_word(&line);
    span_word(&line);
    fits = fits && read_hex(span_word(&line), &metric);
    span_word(&line);
    span_word(&line);
    fits = fits && read_hex(span_word(&line), &flags);
    struct span link = span_word(&line);
    if (fits && link.length && (flags & ROUTE_UP) && !(flags & ROUTE_REJECT) &&
        has_prefix(destination, address, prefix))
        consider(best, link, (int)prefix, metric);
}

const char *nfs_route_link6(struct arena *arena, const char *text, size_t length,
                            const char *address)
{
    struct best best = {.prefix = -1};
    struct span rest = {text, length}, line;
    unsigned char wanted[16];
    if (!read_ipv6(address, wanted))
        return "";
    while (span_line(&rest, &line))
        consider_line6(&best, line, wanted);
    return best.prefix < 0 ? "" : span_quote(arena, best.link, 32);
}
