/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "probes/mailindex_compare_inside.h"

enum { DOUBTS_MAX = 50, TEXT = 256 };

struct compare_doubt {
    struct compare_doubt *next;
    const char *rule, *message;
    struct mailindex_place place;
};

void compare_doubt(struct mailindex_compare *compare, const char *rule,
                   struct mailindex_place place, const char *format, ...)
{
    struct arena *arena = compare->check->arena;
    struct compare_doubt *doubt = ARENA_NEW(arena, struct compare_doubt), **at = &compare->doubts;
    char text[TEXT];
    va_list args;
    int count = 0;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    while (*at && ++count < DOUBTS_MAX)
        at = &(*at)->next;
    place.file = arena_strdup(arena, place.file);
    *doubt =
        (struct compare_doubt){.rule = rule, .message = arena_strdup(arena, text), .place = place};
    if (!*at)
        *at = doubt;
}

void compare_shorter(struct mailindex_compare *compare, uint64_t time_before, uint64_t time_now)
{
    compare->shorter++;
    compare->of_earlier |= time_before && time_now && (time_now | 1) < (time_before | 1);
}

/*
 * A backup leaves no file that is as and of when it was: what is the same content has the times of
 * the backup or of the restoring. A single file that lost something leaves the others alone.
 */
static const char *how_restored(const struct mailindex_compare *compare)
{
    if (compare->shorter && (compare->index_is_older || compare->of_earlier))
        return "index and log are those of an earlier time, and agree";
    if (compare->untouched || !compare->doubts)
        return NULL;
    if (compare->copied)
        return "all files are of another time, and what is in them is of an earlier one: as after "
               "a backup was restored";
    return compare->shorter > 1 ? "all files hold less than they did: was a backup restored?"
                                : NULL;
}

/* Whatever else differs follows from it, where the files agree with each other. */
static bool is_told_by_fork(const struct mailindex_compare *compare,
                            const struct compare_doubt *doubt)
{
    return compare->forked && !compare->found && strcmp(doubt->rule, "B3") != 0;
}

void compare_doubts(struct mailindex_compare *compare, struct mailindex_place index)
{
    const char *how = how_restored(compare);

    if (how && index.file)
        mailindex_report(compare->sink, "B2", index, "%s", how);
    for (const struct compare_doubt *doubt = how ? NULL : compare->doubts; doubt;
         doubt = doubt->next)
        if (!is_told_by_fork(compare, doubt))
            mailindex_report(compare->sink, doubt->rule, doubt->place, "%s", doubt->message);
}
