/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/md_span.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void drop(struct span *span, size_t length)
{
    span->at += length;
    span->length -= length;
}

bool span_line(struct span *rest, struct span *line)
{
    if (rest->length == 0)
        return false;
    const char *end = memchr(rest->at, '\n', rest->length);
    *line = (struct span){rest->at, end ? (size_t)(end - rest->at) : rest->length};
    drop(rest, line->length + (end != NULL));
    return true;
}

struct span span_word(struct span *rest)
{
    while (rest->length && is_blank(rest->at[0]))
        drop(rest, 1);
    struct span word = {rest->at, 0};
    while (word.length < rest->length && !is_blank(rest->at[word.length]))
        word.length++;
    drop(rest, word.length);
    return word;
}

bool span_is(struct span span, const char *text)
{
    return span.length == strlen(text) && memcmp(span.at, text, span.length) == 0;
}

bool span_take(struct span *rest, const char *text)
{
    size_t length = strlen(text);
    if (rest->length < length || memcmp(rest->at, text, length) != 0)
        return false;
    drop(rest, length);
    return true;
}

bool span_take_number(struct span *rest, int64_t *value)
{
    size_t digits = 0;
    int64_t sum = 0;
    for (; digits < rest->length && rest->at[digits] >= '0' && rest->at[digits] <= '9'; digits++) {
        int digit = rest->at[digits] - '0';
        if (sum > (INT64_MAX - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    if (digits == 0)
        return false;
    drop(rest, digits);
    *value = sum;
    return true;
}

bool span_number(struct span span, int64_t *value)
{
    int64_t number;
    if (!span_take_number(&span, &number) || span.length != 0)
        return false;
    *value = number;
    return true;
}

struct span span_trim(struct span span)
{
    while (span.length && is_blank(span.at[0]))
        drop(&span, 1);
    while (span.length && is_blank(span.at[span.length - 1]))
        span.length--;
    return span;
}

struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

char *span_copy(struct arena *arena, struct span span)
{
    return arena_strndup(arena, span.at, span.length);
}

char *span_quote(struct arena *arena, struct span span, size_t limit)
{
    bool cut = span.length > limit;
    size_t length = cut ? limit : span.length;
    char *text = arena_alloc(arena, length + sizeof "...");
    for (size_t i = 0; i < length; i++)
        text[i] = span.at[i] >= ' ' && span.at[i] < 0x7f ? span.at[i] : '?';
    if (cut)
        memcpy(text + length, "...", 3);
    return text;
}
