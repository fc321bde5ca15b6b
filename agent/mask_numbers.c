/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/mask_inside.h"
#include "agent/siphash.h"
#include "core/text.h"

/*
 * A WWN of 16 digits: what it is (1), who made it (6), which one it is (9). udev puts a digit in
 * front. Of 24 and more (NAA 6, NGUID) all after the maker's.
 */
enum { SHORT_LEAST = 16, LONG_LEAST = 24, OWN_DIGITS = 9, MAKER_DIGITS = 7 };

static const char hex[] = "0123456789abcdef";

void mask_digits(const struct mask *mask, char *digits, size_t count)
{
    size_t own = count >= LONG_LEAST ? count - MAKER_DIGITS : OWN_DIGITS;
    char *at = digits + count - own, plain[64];

    if (own > sizeof plain)
        own = sizeof plain;
    for (size_t i = 0; i < own; i++)
        plain[i] = (char)tolower((unsigned char)at[i]);
    uint64_t seed = siphash(mask->key, plain, own), bits = 0;
    for (size_t i = 0; i < own; i++) {
        const uint64_t step[2] = {seed, i / 16};
        if (i % 16 == 0)
            bits = siphash(mask->key, step, sizeof step);
        char other = hex[bits >> (4 * (i % 16)) & 0xf];
        at[i] = isupper((unsigned char)at[i]) ? (char)toupper((unsigned char)other) : other;
    }
}

/* A number of 16 decimal digits is a counter, unless something says that it is no number. */
static bool is_wwn(const char *data, size_t at, size_t count)
{
    static const char *const before[] = {"0x", "naa.", "eui.", "nvme.", "=", "SERIAL=3"};
    for (size_t i = 0; i < count; i++)
        if (isalpha((unsigned char)data[at + i]))
            return true;
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        size_t n = strlen(before[i]);
        if (at >= n && memcmp(data + at - n, before[i], n) == 0)
            return true;
    }
    return false;
}

static void mask_runs(const struct mask *mask, char *data, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t n = 0;
        while (at + n < length && isxdigit((unsigned char)data[at + n]))
            n++;
        bool alone = (at == 0 || !isalnum((unsigned char)data[at - 1]) || data[at - 1] == 'x') &&
                     (at + n == length || !isalnum((unsigned char)data[at + n]));
        if (n >= SHORT_LEAST && n <= 64 && alone && is_wwn(data, at, n))
            mask_digits(mask, data + at, n);
        at += n ? n : 1;
    }
}

/* "00 25 38 ..." and "1234-...": the digits of the whole file. */
static void mask_spaced(const struct mask *mask, char *data, size_t length)
{
    char digits[128];
    size_t n = 0;
    for (size_t i = 0; i < length && n < sizeof digits; i++)
        if (isxdigit((unsigned char)data[i]))
            digits[n++] = data[i];
    if (n < SHORT_LEAST || n > 64)
        return;
    mask_digits(mask, digits, n);
    n = 0;
    for (size_t i = 0; i < length; i++)
        if (isxdigit((unsigned char)data[i]))
            data[i] = digits[n++];
}

unsigned char *mask_identify(char *data, size_t length)
{
    for (size_t at = 0; at + 8 <= length;) {
        const unsigned char *head = (const unsigned char *)data + at;
        size_t n = (size_t)head[4] << 24 | (size_t)head[5] << 16 | (size_t)head[6] << 8 | head[7];
        if (n > length - at - 8)
            return NULL;
        if (memcmp(head, "IDFY", 4) == 0)
            return n == 512 ? (unsigned char *)data + at + 8 : NULL;
        at += 8 + n;
    }
    return NULL;
}

/* Serial number in the words 10 to 19, WWN in 108 to 111, the sum in the last byte. */
static void mask_blob(const struct mask *mask, char *data, size_t length)
{
    unsigned char *identify = mask_identify(data, length), sum = 0;
    char serial[20], digits[17];
    if (!identify)
        return;
    for (int i = 0; i < 20; i++)
        serial[i] = (char)identify[20 + (i ^ 1)];
    size_t from = 0, to = sizeof serial;
    while (from < to && serial[from] == ' ')
        from++;
    while (to > from && serial[to - 1] == ' ')
        to--;
    mask_letters(mask, serial + from, to - from, serial + from);
    for (int i = 0; i < 20; i++)
        identify[20 + (i ^ 1)] = (unsigned char)serial[i];
    for (int i = 0; i < 8; i++)
        snprintf(digits + 2 * i, 3, "%02x", identify[216 + (i ^ 1)]);
    if (strspn(digits, "0") < 16)
        mask_digits(mask, digits, 16);
    for (int i = 0; i < 8; i++) {
        char pair[3] = {digits[2 * i], digits[2 * i + 1], '\0'};
        identify[216 + (i ^ 1)] = (unsigned char)strtoul(pair, NULL, 16);
    }
    for (int i = 0; i < 511; i++)
        sum = (unsigned char)(sum + identify[i]);
    if (identify[510] == 0xa5)
        identify[511] = (unsigned char)-sum;
}

/* The NAA designators of page 0x83 (SPC): code set 1, type 3, binary. */
static void mask_page83(const struct mask *mask, unsigned char *data, size_t length)
{
    for (size_t at = 4; at + 4 <= length && at + 4 + data[at + 3] <= length;
         at += 4 + (size_t)data[at + 3]) {
        size_t n = data[at + 3];
        char digits[33];
        if ((data[at] & 0xf) != 1 || (data[at + 1] & 0xf) > 3 || (n != 8 && n != 16))
            continue;
        for (size_t i = 0; i < n; i++)
            snprintf(digits + 2 * i, 3, "%02x", data[at + 4 + i]);
        mask_digits(mask, digits, 2 * n);
        for (size_t i = 0; i < n; i++) {
            char pair[3] = {digits[2 * i], digits[2 * i + 1], '\0'};
            data[at + 4 + i] = (unsigned char)strtoul(pair, NULL, 16);
        }
    }
}

void mask_numbers(const struct mask *mask, const char *path, char *data, size_t length)
{
    if (text_ends_in(path, ".blob"))
        mask_blob(mask, data, length);
    else if (text_ends_in(path, "/vpd_pg83"))
        mask_page83(mask, (unsigned char *)data, length);
    else if (text_ends_in(path, "/eui") || text_ends_in(path, "/nguid"))
        mask_spaced(mask, data, length);
    else
        mask_runs(mask, data, length);
}

/* "id": 40692195284 in "wwn", "ext_id": 1000 in "eui64": the last 9 digits of the whole. */
static size_t masked_number(const struct mask *mask, const char *number, size_t length,
                            struct buf *out)
{
    char text[32], digits[17];
    size_t n = strspn(number, "0123456789");
    if (n == 0 || n > 19 || n > length)
        return 0;
    snprintf(text, sizeof text, "%.*s", (int)n, number);
    snprintf(digits, sizeof digits, "%016llx", strtoull(text, NULL, 10));
    mask_digits(mask, digits, 16);
    buf_printf(out, "%llu", strtoull(digits, NULL, 16));
    return n;
}

void mask_json_numbers(const struct mask *mask, const char *data, size_t length, struct buf *out)
{
    size_t from = 0;
    const char *wwn = memmem(data, length, "\"wwn\"", 5), *end = wwn ? strchr(wwn, '}') : NULL;
    for (size_t at = 0; at < length; at++) {
        static const char own[] = "\"id\"", ext[] = "\"ext_id\"";
        size_t key = 0;
        if (wwn && data + at > wwn && end && data + at < end && strncmp(data + at, own, 4) == 0)
            key = sizeof own - 1;
        else if (strncmp(data + at, ext, sizeof ext - 1) == 0)
            key = sizeof ext - 1;
        if (!key)
            continue;
        at += key;
        at += strspn(data + at, ": \n");
        buf_add(out, data + from, at - from);
        from = at + masked_number(mask, data + at, length - at, out);
    }
    buf_add(out, data + from, length - from);
}
