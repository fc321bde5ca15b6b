/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_CYRUS_TWOSKIP_LINKS_H
#define PROBES_CYRUS_TWOSKIP_LINKS_H

#include "probes/cyrus_twoskip.h"

/* How the records of a twoskip database point at each other; kept small, as there may be many. */
enum { TWOSKIP_LEVELS = 31 };

struct twoskip_node {
    uint64_t offset;
    uint8_t type, level;
    uint64_t next[TWOSKIP_LEVELS + 1]; /* level + 1 of them; the first two are both of level 0 */
};

/* Zeroed to start. */
struct twoskip_links {
    struct twoskip_kept *nodes;
    uint32_t *next; /* of all nodes, in units of 8 bytes */
    size_t count, room, next_count, next_room;
    bool beyond; /* there were too many to keep */
};

/* In the order of their offsets. */
void twoskip_links_add(struct twoskip_links *links, const struct twoskip_node *node);

/* Follows all levels from the first record to the end, as "cyr_dbtool consistent" does. */
void twoskip_links_verify(const struct twoskip_links *links, const struct mailindex_file *file,
                          const struct cyrus_twoskip *header, struct mailindex_sink *sink);
void twoskip_links_free(struct twoskip_links *links);

#endif
