/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/identity.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "core/utf8.h"

const char *identity_from_wwn64(struct arena *arena, uint64_t wwn)
{
    return wwn ? arena_printf(arena, "0x%016" PRIx64, wwn) : "";
}

const char *identity_from_wwn(struct arena *arena, unsigned naa, uint32_t oui, uint64_t id)
{
    /* NAA 5: 4 bits of type, 24 of the maker, 36 of its own */
    if (naa > 0xf || oui > 0xffffff || id > UINT64_C(0xfffffffff))
        return "";
    return identity_from_wwn64(arena, (uint64_t)naa << 60 | (uint64_t)oui << 36 | id);
}

const char *identity_from_naa(struct arena *arena, const char *text)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    if (strncmp(text, "0x", 2) == 0)
        text += 2;
    else if (strncmp(text, "naa.", 4) == 0)
        text += 4;
    else
        return "";
    size_t n = strlen(text);
    if ((n != 16 && n != 32) || strspn(text, digits) != n || strspn(text, "0") == n)
        return "";
    char *wwn = arena_printf(arena, "0x%s", text);
    for (char *c = wwn; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return wwn;
}

const char *identity_from_nvme(struct arena *arena, uint64_t eui64, const uint8_t nguid[16])
{
    static const uint8_t none[16];
    if (eui64)
        return arena_printf(arena, "eui.%016" PRIx64, eui64);
    if (!nguid || memcmp(nguid, none, sizeof none) == 0)
        return "";
    char hex[2 * sizeof none + 1];
    for (size_t i = 0; i < sizeof none; i++) {
        hex[2 * i] = "0123456789abcdef"[nguid[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[nguid[i] & 15];
    }
    hex[sizeof hex - 1] = '\0';
    return arena_printf(arena, "eui.%s", hex);
}

/* How many bytes at text udev keeps as they are, 0: it puts '_' in their place. */
static size_t kept_length(const char *text)
{
    if (isalnum((unsigned char)*text) || strchr("#+-.:=@_", *text))
        return 1;
    if (text[0] == '\\' && text[1] == 'x')
        return 2;
    size_t bytes;
    utf8_next(text, &bytes);
    return bytes > 1 ? bytes : 0;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

char *identity_replace(struct arena *arena, const char *text)
{
    char *replaced = arena_alloc(arena, strlen(text) + 1), *to = replaced;
    while (*text) {
        size_t n = kept_length(text);
        if (is_space(*text)) {
            while (is_space(*text))
                text++;
            if (*text && to > replaced)
                *to++ = '_';
            continue;
        }
        if (!n)
            *to++ = '_';
        else
            to = mempcpy(to, text, n);
        text += n ? n : 1;
    }
    *to = '\0';
    return replaced;
}

const char *identity_from_model_serial(struct arena *arena, const char *model, const char *serial)
{
    const char *m = identity_replace(arena, model), *s = identity_replace(arena, serial);
    if (!*s)
        return "";
    return *m ? arena_printf(arena, "%s_%s", m, s) : s;
}

char *identity_text(struct arena *arena, const char *bytes, size_t length)
{
    size_t whole = strnlen(bytes, length);
    if (whole > IDENTITY_MAX) { /* not in the middle of a character */
        for (whole = IDENTITY_MAX; whole && ((unsigned char)bytes[whole] & 0xc0) == 0x80;)
            whole--;
    }
    char *text = arena_strndup(arena, bytes, whole);
    for (char *c = text; *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = ' ';
    size_t n = strlen(text);
    while (n && text[n - 1] == ' ')
        text[--n] = '\0';
    return text + strspn(text, " ");
}

static uint16_t word(const uint8_t *identify, size_t n)
{
    return (uint16_t)(identify[2 * n] | identify[2 * n + 1] << 8);
}

/* ATA strings have the two bytes of each word swapped. */
static const char *ata_text(struct arena *arena, const uint8_t *identify, size_t first, size_t last)
{
    char bytes[80];
    size_t n = 0;
    for (size_t i = first; i <= last; i++) {
        bytes[n++] = (char)identify[2 * i + 1];
        bytes[n++] = (char)identify[2 * i];
    }
    return identity_text(arena, bytes, n);
}

void identity_from_ata(struct arena *arena, const uint8_t identify[512], struct identity *identity)
{
    uint64_t wwn = 0;
    /* Word 87: bits 15:14 are 01 when it is valid, bit 8 says that there is a world wide name. */
    if ((word(identify, 87) & 0xc100) == 0x4100)
        for (size_t i = 108; i <= 111; i++)
            wwn = wwn << 16 | word(identify, i);
    *identity = (struct identity){
        .serial = ata_text(arena, identify, 10, 19),
        .firmware = ata_text(arena, identify, 23, 26),
        .model = ata_text(arena, identify, 27, 46),
        .wwn = identity_from_wwn64(arena, wwn),
    };
    identity->disk = identity->wwn;
    if (!*identity->disk)
        identity->disk = identity_from_model_serial(arena, identity->model, identity->serial);
}
