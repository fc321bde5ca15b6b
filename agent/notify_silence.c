/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "agent/notify_inside.h"
#include "rules/ast.h"
#include "rules/promql.h"

static void free_silence(struct silence *silence)
{
    arena_free(&silence->arena);
    free(silence);
}

/* A severity is no label of an alert here, but people silence by it. */
static bool meets(const struct silence *silence, const struct alert *alert)
{
    SCRATCH_ARENA(scratch);
    const struct labels *labels =
        labels_with(scratch, alert->labels, "severity", severity_name(alert->severity));
    return matchers_test(silence->selector->matchers, silence->selector->matcher_count, labels,
                         NULL) > 0;
}

const struct silence *silence_find(const struct notify *notify, const struct alert *alert)
{
    for (const struct silence *silence = notify->silences; silence; silence = silence->next)
        if (meets(silence, alert))
            return silence;
    return NULL;
}

void silence_expire(struct notify *notify, int64_t t_ms)
{
    for (struct silence **link = &notify->silences; *link;) {
        struct silence *silence = *link;
        if (silence->public.until_ms > t_ms) {
            link = &silence->next;
            continue;
        }
        *link = silence->next;
        notify->silence_count--;
        free_silence(silence);
    }
}

static int compile(struct silence *silence, const char *selector, struct error *e)
{
    struct promql_error wrong;
    struct expr *expr;

    if (promql_parse(selector, strlen(selector), silence->arena, &expr, &wrong) < 0)
        return error_set(e, -EINVAL, "%s: %s", selector, wrong.text);
    if (expr->kind != EXPR_SELECTOR || expr->selector.name)
        return error_set(e, -EINVAL, "%s: not a selector of alerts", selector);
    silence->selector = &expr->selector;
    return 0;
}

int silence_add(struct notify *notify, const struct notify_silence *public, struct error *e)
{
    if (notify->silence_count >= NOTIFY_MAX_SILENCES)
        return error_set(e, -ENOSPC, "there are %d silences already", NOTIFY_MAX_SILENCES);
    struct silence *silence = calloc(1, sizeof *silence);
    if (!silence)
        abort();
    silence->arena = arena_new();
    silence->public = *public;
    silence->public.selector = arena_strdup(silence->arena, public->selector);
    silence->public.by = arena_strdup(silence->arena, public->by);
    silence->public.comment = arena_strdup(silence->arena, public->comment);
    int code = compile(silence, public->selector, e);
    if (code < 0) {
        free_silence(silence);
        return code;
    }
    silence->next = notify->silences;
    notify->silences = silence;
    notify->silence_count++;
    return 0;
}

int notify_silence(struct notify *notify, struct notify_silence *silence, struct error *e)
{
    uint64_t number = notify_sequence(notify);
    uint64_t hash = XXH64(silence->selector, strlen(silence->selector), number);
    snprintf(silence->id, sizeof silence->id, "s%06x", (unsigned)(hash & 0xffffff));
    return silence_add(notify, silence, e);
}

int notify_unsilence(struct notify *notify, const char *id, struct error *e)
{
    for (struct silence *silence = notify->silences; silence; silence = silence->next)
        if (strcmp(silence->public.id, id) == 0) {
            silence->public.until_ms = INT64_MIN;
            silence_expire(notify, INT64_MIN);
            return 0;
        }
    return error_set(e, -ENOENT, "there is no silence %.20s", id);
}

const struct notify_silence *notify_silence_at(const struct notify *notify, size_t n)
{
    const struct silence *silence = notify->silences;
    while (silence && n--)
        silence = silence->next;
    return silence ? &silence->public : NULL;
}
