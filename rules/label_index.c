/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/label_index.h"

enum { FIRST_ROOM = 16 };

/* Where the set stands, or the free slot in which it would. */
static struct label_slot *slot_of(const struct label_index *index, const struct labels *labels)
{
    size_t at = labels->hash & (index->room - 1);
    while (index->slots[at].labels && !labels_equal(index->slots[at].labels, labels))
        at = (at + 1) & (index->room - 1);
    return &index->slots[at];
}

static void grow(struct label_index *index)
{
    const struct label_index old = *index;
    index->room = old.room ? old.room * 2 : FIRST_ROOM;
    index->slots = ARENA_ARRAY(index->arena, struct label_slot, index->room);
    for (size_t i = 0; i < old.room; i++)
        if (old.slots[i].labels)
            *slot_of(index, old.slots[i].labels) = old.slots[i];
}

size_t label_index_number(struct label_index *index, const struct labels *labels)
{
    if (2 * index->count >= index->room)
        grow(index);
    struct label_slot *slot = slot_of(index, labels);
    if (!slot->labels)
        *slot = (struct label_slot){labels, index->count++};
    return slot->number;
}
