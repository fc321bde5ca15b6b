/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_LABEL_INDEX_H
#define RULES_LABEL_INDEX_H

#include "core/arena.h"
#include "core/labels.h"

/*
 * Numbers label sets from 0 in the order in which they first come, equal ones alike. Start it with
 * the arena that it may grow in, the rest zero; label sets must live as long as it does.
 */
struct label_index {
    struct arena *arena;
    struct label_slot {
        const struct labels *labels; /* NULL: free */
        size_t number;
    } * slots;
    size_t room; /* a power of two, at least twice the count */
    size_t count;
};

size_t label_index_number(struct label_index *index, const struct labels *labels);

#endif
