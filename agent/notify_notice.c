/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/notify_inside.h"

struct notice *notice_add(struct notice_list *list, const struct notice *notice)
{
    struct arena *arena = list->arena;
    list->at = arena_grow(arena, list->at, list->count, &list->room, sizeof *list->at);
    struct notice *copy = &list->at[list->count++];
    *copy = *notice;
    copy->alert.name = arena_strdup(arena, notice->alert.name);
    copy->alert.labels = labels_copy(arena, notice->alert.labels);
    copy->alert.annotations = labels_copy(arena, notice->alert.annotations);
    copy->by = arena_strdup(arena, notice->by ? notice->by : "");
    copy->comment = arena_strdup(arena, notice->comment ? notice->comment : "");
    return copy;
}

static int by_identity(const void *a, const void *b)
{
    const struct alert *x = &((const struct notice *)a)->alert;
    const struct alert *y = &((const struct notice *)b)->alert;
    int order = strcmp(x->name, y->name);
    return order ? order : labels_compare(x->labels, y->labels);
}

void notice_sort(struct notice_list *list)
{
    if (list->count)
        qsort(list->at, list->count, sizeof *list->at, by_identity);
}

struct notice *notice_find(const struct notice_list *list, const struct alert *alert)
{
    const struct notice key = {.alert = *alert};
    return list->count ? bsearch(&key, list->at, list->count, sizeof *list->at, by_identity) : NULL;
}
