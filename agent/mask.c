/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/mask.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "agent/mask_inside.h"
#include "agent/siphash.h"

struct mask *mask_new(const unsigned char key[MASK_KEY_BYTES])
{
    struct mask *mask = calloc(1, sizeof *mask);
    if (!mask)
        abort();
    memcpy(mask->key, key, MASK_KEY_BYTES);
    mask->arena = arena_new();
    return mask;
}

void mask_free(struct mask **mask)
{
    if (!*mask)
        return;
    arena_free(&(*mask)->arena);
    free(*mask);
    *mask = NULL;
}

static int make_key(const char *path, unsigned char key[MASK_KEY_BYTES], struct error *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool good = fd >= 0 && getrandom(key, MASK_KEY_BYTES, 0) == MASK_KEY_BYTES &&
                write(fd, key, MASK_KEY_BYTES) == MASK_KEY_BYTES;
    int code = errno;
    if (fd >= 0)
        close(fd);
    return good ? 0 : error_set(e, -code, "make %s: %s", path, error_name(code));
}

int mask_open(const char *directory, struct mask **mask, struct error *e)
{
    unsigned char key[MASK_KEY_BYTES];
    char path[4096];
    int code = 0;

    *mask = NULL;
    snprintf(path, sizeof path, "%s/mask.key", directory);
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        code = make_key(path, key, e);
    else if (fd < 0)
        code = error_set(e, -errno, "open %s: %s", path, error_name(errno));
    else if (read(fd, key, sizeof key) != (ssize_t)sizeof key)
        code = error_set(e, -EINVAL, "%s is no key of forewarn's", path);
    if (fd >= 0)
        close(fd);
    if (code == 0)
        *mask = mask_new(key);
    return code;
}

void mask_letters(const struct mask *mask, const char *word, size_t length, char *out)
{
    uint64_t seed = siphash(mask->key, word, length), bits = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)word[i];
        const uint64_t at[2] = {seed, i / 8};
        if (i % 8 == 0)
            bits = siphash(mask->key, at, sizeof at);
        unsigned pick = (unsigned)(bits >> (8 * (i % 8))) & 0xff;
        out[i] = isdigit(c)   ? (char)('0' + pick % 10)
                 : isupper(c) ? (char)('A' + pick % 26)
                 : islower(c) ? (char)('a' + pick % 26)
                              : (char)c;
    }
}

static const struct mask_word *find(const struct mask *mask, const char *word, size_t length)
{
    for (size_t i = 0; i < mask->count; i++)
        if (mask->words[i].length == length && memcmp(mask->words[i].from, word, length) == 0)
            return &mask->words[i];
    return NULL;
}

/* Addresses of the ranges that are nobody's: RFC 2544, RFC 3849. */
static char *other_address(const struct mask *mask, const char *word, size_t length)
{
    uint64_t hash = siphash(mask->key, word, length);
    if (memchr(word, ':', length))
        return arena_printf(mask->arena, "2001:db8::%x:%x", (unsigned)(hash & 0xffff),
                            (unsigned)(hash >> 16 & 0xffff));
    return arena_printf(mask->arena, "198.18.%u.%u", (unsigned)(hash & 0xff),
                        (unsigned)(hash >> 8 & 0xff));
}

void mask_add(struct mask *mask, enum mask_kind kind, const char *word, size_t length)
{
    while (length && isspace((unsigned char)word[length - 1]))
        length--;
    while (length && isspace((unsigned char)*word)) {
        word++;
        length--;
    }
    size_t least = kind == MASK_SERIAL ? 4 : 2;
    if (length < least || length > 255 || mask->count == MASK_MAX_WORDS || find(mask, word, length))
        return;
    mask->words =
        arena_grow(mask->arena, mask->words, mask->count, &mask->room, sizeof *mask->words);
    struct mask_word made = {.kind = kind,
                             .from = arena_strndup(mask->arena, word, length),
                             .length = length,
                             .to_length = length};
    if (kind == MASK_ADDRESS) {
        made.to = other_address(mask, word, length);
        made.to_length = strlen(made.to);
    } else {
        made.to = arena_strndup(mask->arena, word, length);
        mask_letters(mask, word, length, made.to);
    }
    /* The longest first, so that a name is not taken for a part of another. */
    size_t at = mask->count++;
    for (; at > 0 && mask->words[at - 1].length < length; at--)
        mask->words[at] = mask->words[at - 1];
    mask->words[at] = made;
}

static bool is_word(const char *data, size_t length, size_t at)
{
    return at < length && (isalnum((unsigned char)data[at]) || data[at] == '_');
}

/* Does the word stand at that place? Names and addresses only where they stand alone. */
static bool stands_at(const struct mask_word *word, const char *data, size_t length, size_t at)
{
    if (length - at < word->length || data[at] != word->from[0] ||
        memcmp(data + at, word->from, word->length) != 0)
        return false;
    return word->kind == MASK_SERIAL || (!(at > 0 && is_word(data, length, at - 1)) &&
                                         !is_word(data, length, at + word->length));
}

static void replace_words(const struct mask *mask, const char *data, size_t length, struct buf *out)
{
    size_t from = 0;
    for (size_t at = 0; at < length;) {
        const struct mask_word *found = NULL;
        for (size_t i = 0; i < mask->count && !found; i++)
            if (stands_at(&mask->words[i], data, length, at))
                found = &mask->words[i];
        if (!found) {
            at++;
            continue;
        }
        buf_add(out, data + from, at - from);
        buf_add(out, found->to, found->to_length);
        from = at += found->length;
    }
    buf_add(out, data + from, length - from);
}

void mask_text(const struct mask *mask, const char *path, const char *data, size_t length,
               struct buf *out)
{
    struct buf words = {0};
    size_t n = strlen(path);
    bool is_json = n > 5 && strcmp(path + n - 5, ".json") == 0;

    buf_add(&words, "", 0);
    replace_words(mask, data, length, &words);
    mask_numbers(mask, path, words.data, words.length);
    if (is_json)
        mask_json_numbers(mask, words.data, words.length, out);
    else
        buf_add(out, words.data, words.length);
    buf_free(&words);
}
