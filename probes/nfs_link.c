/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/nfs_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/md_span.h"

enum { INTERFACE_UP = 1 }; /* IFF_UP of linux/if.h */

const char *nfs_link_counter_name(enum nfs_link_counter counter)
{
    static const char *const names[NFS_LINK_COUNTERS] = {"rx_errors", "tx_errors", "rx_dropped",
                                                         "tx_dropped", "rx_crc_errors"};
    return names[counter];
}

struct reader {
    const struct root *root;
    struct arena *arena;
    const char *name;
};

static const char *attribute(const struct reader *r, const char *file)
{
    char *text;
    const char *path = arena_printf(r->arena, "/sys/class/net/%s/%s", r->name, file);
    return root_read_line(r->root, path, r->arena, &text, NULL) == 0 ? text : "";
}

static bool number(const struct reader *r, const char *file, uint64_t *value)
{
    int64_t read;
    if (!span_number(span_of(attribute(r, file)), &read))
        return false;
    *value = (uint64_t)read;
    return true;
}

/*
 * operstate is "unknown" for links that have no notion of it (lo, many tunnels): those are up when
 * they are switched on. carrier cannot be read of a link that is off.
 */
static bool is_up(const struct reader *r)
{
    const char *flags = attribute(r, "flags"), *state = attribute(r, "operstate");
    if (*flags && !(strtoul(flags, NULL, 16) & INTERFACE_UP))
        return false;
    if (strcmp(attribute(r, "carrier"), "0") == 0)
        return false;
    return !*state || strcmp(state, "up") == 0 || strcmp(state, "unknown") == 0;
}

int nfs_link_read(const struct root *root, struct arena *arena, const char *name,
                  struct nfs_link *link)
{
    const struct reader r = {root, arena, name};
    *link = (struct nfs_link){.name = name};
    if (!*name || strchr(name, '/') || !*attribute(&r, "operstate"))
        return -ENOENT;
    link->is_up = is_up(&r);
    link->has_carrier_changes = number(&r, "carrier_changes", &link->carrier_changes);
    for (int i = 0; i < NFS_LINK_COUNTERS; i++) {
        const char *file =
            arena_printf(arena, "statistics/%s", nfs_link_counter_name((enum nfs_link_counter)i));
        link->has[i] = number(&r, file, &link->counters[i]);
    }
    return 0;
}

static bool is_known(const struct nfs_links *links, const char *name)
{
    for (size_t i = 0; i < links->count; i++)
        if (strcmp(links->at[i].name, name) == 0)
            return true;
    return false;
}

static bool add(const struct root *root, struct arena *arena, const char *name,
                struct nfs_links *links)
{
    struct nfs_link link;
    if (links->count == NFS_LINKS_MAX || is_known(links, name))
        return false;
    bool asked = root_is_live(root) && nfs_link_ask(name, &link) == 0;
    if (!asked && nfs_link_read(root, arena, name, &link) < 0)
        return false;
    link.name = arena_strdup(arena, name);
    if (!links->at)
        links->at = ARENA_ARRAY(arena, struct nfs_link, NFS_LINKS_MAX);
    links->at[links->count++] = link;
    return true;
}

/* Those below stand in the link's directory as lower_NAME. The list grows while it is walked. */
void nfs_links_add(const struct root *root, struct arena *arena, const char *name,
                   struct nfs_links *links)
{
    size_t at = links->count;
    if (!add(root, arena, name, links))
        return;
    for (; at < links->count; at++) {
        char **files;
        size_t count;
        const char *directory = arena_printf(arena, "/sys/class/net/%s", links->at[at].name);
        root_list(root, directory, arena, &files, &count, NULL);
        for (size_t i = 0; i < count; i++)
            if (strncmp(files[i], "lower_", 6) == 0)
                add(root, arena, files[i] + 6, links);
    }
}
