/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/lint.h"

#include <stdlib.h>
#include <string.h>

/* A rule with its labels as a set. */
struct named {
    const struct rule_group *group;
    const struct rule *rule;
    const struct labels *labels;
};

static int by_name(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = strcmp(x->rule->name, y->rule->name);
    if (!order)
        order = labels_compare(x->labels, y->labels);
    return order;
}

static int by_name_and_place(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = by_name(a, b);
    if (!order)
        order = (x->rule->line > y->rule->line) - (x->rule->line < y->rule->line);
    return order;
}

static const struct labels *labels_of(const struct rule *rule, struct arena *arena)
{
    struct label *at = ARENA_ARRAY(arena, struct label, rule->label_count + 1);
    for (size_t i = 0; i < rule->label_count; i++)
        at[i] = (struct label){rule->labels[i].name, rule->labels[i].text};
    return labels_new(arena, at, rule->label_count);
}

void lint_duplicates(const struct rule_set *rules, void (*tell)(const char *line, void *arg),
                     void *arg)
{
    SCRATCH_ARENA(arena);
    struct named *named = NULL;
    size_t count = 0, room = 0;
    for (size_t i = 0; i < rules->group_count; i++)
        for (size_t j = 0; j < rules->groups[i].rule_count; j++) {
            const struct rule *rule = &rules->groups[i].rules[j];
            named = arena_grow(arena, named, count, &room, sizeof *named);
            named[count++] = (struct named){&rules->groups[i], rule, labels_of(rule, arena)};
        }
    if (count)
        qsort(named, count, sizeof *named, by_name_and_place);
    for (size_t i = 1, first = 0; i < count; i++) {
        if (by_name(&named[first], &named[i]) != 0)
            first = i;
        else
            tell(arena_printf(arena,
                              "%s:%zu: warning: '%s' with the same labels is in line %zu too",
                              named[i].group->file, named[i].rule->line, named[i].rule->name,
                              named[first].rule->line),
                 arg);
    }
}
