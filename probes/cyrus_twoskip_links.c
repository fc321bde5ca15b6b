/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/cyrus_twoskip_links.h"

#include <inttypes.h>
#include <stdlib.h>

enum { UNIT = 8, NODES_MAX = 1 << 20, NEXT_MAX = 1 << 23 };

struct twoskip_kept {
    uint32_t at;   /* offset in units */
    uint32_t next; /* of the first of its pointers */
    uint8_t type, level;
};

static void *grow(void *items, size_t *room, size_t bytes)
{
    *room = *room ? 2 * *room : 256;
    items = realloc(items, *room * bytes);
    if (!items)
        abort();
    return items;
}

/* A pointer that is no multiple of 8 or beyond what fits leads nowhere. */
static uint32_t pack(uint64_t offset)
{
    return offset % UNIT || offset / UNIT > UINT32_MAX ? UINT32_MAX : (uint32_t)(offset / UNIT);
}

void twoskip_links_add(struct twoskip_links *links, const struct twoskip_node *node)
{
    if (links->count == NODES_MAX || links->next_count + node->level + 1 > NEXT_MAX ||
        node->offset / UNIT >= UINT32_MAX)
        links->beyond = true;
    if (links->beyond)
        return;
    if (links->count == links->room)
        links->nodes = grow(links->nodes, &links->room, sizeof *links->nodes);
    links->nodes[links->count++] = (struct twoskip_kept){.at = pack(node->offset),
                                                         .next = (uint32_t)links->next_count,
                                                         .type = node->type,
                                                         .level = node->level};
    for (int i = 0; i <= node->level; i++) {
        if (links->next_count == links->next_room)
            links->next = grow(links->next, &links->next_room, sizeof *links->next);
        links->next[links->next_count++] = pack(node->next[i]);
    }
}

static int compare(const void *key, const void *node)
{
    uint32_t at = *(const uint32_t *)key, other = ((const struct twoskip_kept *)node)->at;
    return at < other ? -1 : at > other;
}

/* Where a record leads on a level. On level 0 the higher of two pointers that was written holds. */
static uint32_t follow(const struct twoskip_links *links, const struct twoskip_kept *node,
                       int level, uint32_t end)
{
    const uint32_t *next = links->next + node->next;

    if (level)
        return next[level + 1];
    if (!node->level)
        return next[0];
    if (next[0] >= end)
        return next[1];
    if (next[1] >= end)
        return next[0];
    return next[0] > next[1] ? next[0] : next[1];
}

struct chain {
    const struct twoskip_links *links;
    const struct mailindex_file *file;
    struct mailindex_sink *sink;
    uint32_t next[TWOSKIP_LEVELS]; /* where each level leads from what was passed */
    uint32_t end;
    uint64_t records;
};

static bool broken(const struct chain *chain, uint32_t at, int level)
{
    mailindex_report(chain->sink, "Z07",
                     (struct mailindex_place){chain->file->name, (uint64_t)at * UNIT, UNIT},
                     "expected a record that level %d leads to, found none there", level);
    return false;
}

/* Takes the record that level 0 leads to; every level it has must lead to it as well. */
static bool advance(struct chain *chain)
{
    const struct twoskip_links *links = chain->links;
    const struct twoskip_kept *node =
        bsearch(&chain->next[0], links->nodes, links->count, sizeof *links->nodes, compare);

    if (!node || (node->type != '+' && node->type != '-'))
        return broken(chain, chain->next[0], 0);
    if (node->type == '-') {
        chain->next[0] = links->next[node->next];
        return true;
    }
    for (int i = 0; i < node->level; i++) {
        if (chain->next[i] != node->at)
            return broken(chain, node->at, i);
        chain->next[i] = follow(links, node, i, chain->end);
    }
    chain->records++;
    return node->level || broken(chain, node->at, 0);
}

void twoskip_links_verify(const struct twoskip_links *links, const struct mailindex_file *file,
                          const struct cyrus_twoskip *header, struct mailindex_sink *sink)
{
    struct chain chain = {
        .links = links, .file = file, .sink = sink, .end = pack(header->current_size)};
    size_t steps = 0;

    if (links->beyond || !links->count)
        return;
    for (int i = 0; i < links->nodes[0].level && i < TWOSKIP_LEVELS; i++)
        chain.next[i] = follow(links, &links->nodes[0], i, chain.end);
    while (chain.next[0])
        if (steps++ > links->count) {
            broken(&chain, chain.next[0], 0); /* it goes in a circle */
            return;
        } else if (!advance(&chain)) {
            return;
        }
    for (int i = 1; i < TWOSKIP_LEVELS; i++)
        if (chain.next[i]) {
            broken(&chain, chain.next[i], i);
            return;
        }
    if (chain.records != header->records)
        mailindex_report(sink, "Z07", (struct mailindex_place){file->name, 32, 8},
                         "expected %" PRIu64 " records by the header, found %" PRIu64,
                         header->records, chain.records);
}

void twoskip_links_free(struct twoskip_links *links)
{
    free(links->nodes);
    free(links->next);
    *links = (struct twoskip_links){0};
}
