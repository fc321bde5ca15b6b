/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "probes/maildir_name.h"
#include "probes/mailindex_compare_inside.h"

/*
 * Which letter in the names of a maildir's mails is which keyword: Dovecot adds to them, and never
 * takes one away or calls it otherwise (2.3, maildir-keywords.c).
 */

enum { KEYWORDS_MAX = 64 * 1024 };

static void compare_keyword(struct mailindex_compare *compare, const char *path, int number,
                            const char *name)
{
    struct sums before, now = {.kind = SUMS_KEYWORD, .id = (uint64_t)number + 1, .count = 1};
    struct mailindex_place place = {path, 0, 0};
    bool known = compare->before && sums_find(compare->before, SUMS_KEYWORD, now.id, &before);

    if (name)
        now.sum[0] = sums_of(name, strlen(name));
    if (known && !name)
        compare_doubt(compare, "B19", place, "the keyword of letter '%c' is gone", 'a' + number);
    else if (known && before.sum[0] != now.sum[0])
        compare_doubt(compare, "B19", place, "letter '%c' was another keyword", 'a' + number);
    if (name)
        sums_write(&compare->now, &now);
}

void compare_keywords(struct mailindex_compare *compare, const struct mailindex_handle *handle)
{
    const struct mailindex_file *file = &handle->file;
    struct maildir_keywords keywords;

    if (file->size > KEYWORDS_MAX)
        return;
    char *text = arena_alloc(compare->scratch, (size_t)file->size + 1);
    ssize_t got = file->read(file->arg, 0, text, (size_t)file->size);
    if (got < 0)
        return; /* told of where it was read as a whole */
    maildir_keywords_parse(text, (size_t)got, &keywords);
    for (int i = 0; i < MAILDIR_KEYWORDS; i++)
        compare_keyword(compare, file->name, i, keywords.names[i]);
}
