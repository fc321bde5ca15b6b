/* SPDX-License-Identifier: Apache-2.0 */
#include "core/given.h"

#include <stdlib.h>
#include <string.h>

#include "core/batch.h"

void given_add(struct given *given, const struct series *series)
{
    if (given->now_count == given->now_room) {
        given->now_room = given->now_room ? 2 * given->now_room : 16;
        given->now = reallocarray((void *)given->now, given->now_room, sizeof(*given->now));
        if (!given->now)
            abort();
    }
    given->now[given->now_count++] = series;
}

static int by_address(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t) * (const struct series *const *)a;
    uintptr_t y = (uintptr_t) * (const struct series *const *)b;
    return (x > y) - (x < y);
}

/* Mostly the same series come in the same order, and nothing has to be looked for. */
static bool is_same(const struct given *given)
{
    return given->now_count == given->before_count &&
           (!given->now_count || memcmp((const void *)given->now, (const void *)given->before,
                                        given->now_count * sizeof(*given->now)) == 0);
}

static void mark_ended(const struct given *given, int64_t t_ms)
{
    size_t bytes = given->now_count * sizeof(*given->now);
    const struct series **sorted = malloc(bytes + 1);
    if (!sorted)
        abort();
    if (bytes)
        memcpy((void *)sorted, (const void *)given->now, bytes);
    qsort((void *)sorted, given->now_count, sizeof(*sorted), by_address);
    for (size_t i = 0; i < given->before_count; i++)
        if (!bsearch((const void *)&given->before[i], (const void *)sorted, given->now_count,
                     sizeof(*sorted), by_address))
            /* Fails where somebody else gives it at this tick, and then it has not ended. */
            series_append(given->before[i], t_ms, stale_nan(), NULL);
    free((void *)sorted);
}

void given_end_tick(struct given *given, int64_t t_ms)
{
    if (!is_same(given) && given->before_count)
        mark_ended(given, t_ms);
    struct given last = *given;
    *given = (struct given){.now = last.before,
                            .now_room = last.before_room,
                            .before = last.now,
                            .before_count = last.now_count,
                            .before_room = last.now_room};
}

void given_drop_tick(struct given *given)
{
    given->now_count = 0;
}

static size_t follow(const struct series **at, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if ((at[kept] = series_now(at[i])))
            kept++;
    return kept;
}

void given_follow(struct given *given)
{
    given->now_count = follow(given->now, given->now_count);
    given->before_count = follow(given->before, given->before_count);
}

void given_free(struct given *given)
{
    free((void *)given->now);
    free((void *)given->before);
    *given = (struct given){0};
}
