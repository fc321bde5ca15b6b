/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/nfs_address.h"

#include <arpa/inet.h>
#include <string.h>

#include "probes/nfs_route.h"

enum { MAX_LOCALS = 8, MAX_ROUTES_BYTES = 4 * 1024 * 1024 };

struct finder {
    struct probe_run *run;
    struct arena *arena;
    const struct nfs_connections *connections;
    struct nfs_addresses *out;
    size_t room;
};

/* 0 where the text is no numeric address. */
static int family_of(const char *address)
{
    unsigned char bytes[16];
    char plain[INET6_ADDRSTRLEN];
    size_t length = strcspn(address, "%");
    if (length >= sizeof plain)
        return 0;
    memcpy(plain, address, length);
    plain[length] = '\0';
    return inet_pton(AF_INET, plain, bytes) == 1    ? AF_INET
           : inet_pton(AF_INET6, plain, bytes) == 1 ? AF_INET6
                                                    : 0;
}

static const char *recorded_link(struct finder *f, const struct nfs_address *address)
{
    const bool is_ipv6 = address->family == AF_INET6;
    char *text;
    size_t length;
    if (root_read(f->run->root, is_ipv6 ? "/proc/net/ipv6_route" : "/proc/net/route",
                  MAX_ROUTES_BYTES, f->arena, &text, &length, NULL) < 0)
        return "";
    return (is_ipv6 ? nfs_route_link6 : nfs_route_link4)(f->arena, text, length, address->server);
}

/* The link, and the local address as far as a route tells it. */
static void look_up(struct finder *f, struct nfs_address *address)
{
    struct nfs_route route;
    struct error e;
    if (!root_is_live(f->run->root))
        address->link = recorded_link(f, address);
    else if (nfs_route_ask(f->arena, address->server, &route, &e) < 0)
        probe_finding(f->run, "unreachable", false, address->server, "", "%s", e.text);
    else {
        address->link = route.link;
        address->local = route.local;
    }
}

static struct nfs_address *known(struct finder *f, size_t first, const char *local)
{
    for (size_t i = first; i < f->out->count; i++)
        if (nfs_same_address(f->out->at[i].local, local))
            return &f->out->at[i];
    return NULL;
}

static void add(struct finder *f, const struct nfs_address *address)
{
    struct nfs_addresses *out = f->out;
    out->at = arena_grow(f->arena, out->at, out->count, &f->room, sizeof *out->at);
    out->at[out->count++] = *address;
}

static void add_connections(struct finder *f, struct nfs_address address)
{
    const size_t first = f->out->count;
    for (size_t i = 0; i < f->connections->count; i++) {
        const struct nfs_connection *connection = &f->connections->at[i];
        if (!connection->local[0] || !nfs_same_address(connection->server, address.server))
            continue;
        struct nfs_address *same = known(f, first, connection->local);
        if (same) {
            same->is_connected |= connection->is_connected;
        } else if (f->out->count - first < MAX_LOCALS) {
            address.local = connection->local;
            address.is_connected = connection->is_connected;
            add(f, &address);
        }
    }
    if (f->out->count == first)
        add(f, &address);
}

static bool is_done(const struct finder *f, const char *server)
{
    for (size_t i = 0; i < f->out->count; i++)
        if (nfs_same_address(f->out->at[i].server, server))
            return true;
    return false;
}

void nfs_addresses_find(struct probe_run *run, struct arena *arena, const struct nfs_mounts *mounts,
                        const struct nfs_connections *connections, struct nfs_addresses *addresses)
{
    struct finder finder = {
        .run = run, .arena = arena, .connections = connections, .out = addresses};
    *addresses = (struct nfs_addresses){0};
    for (size_t i = 0; i < mounts->count && addresses->count < NFS_ADDRESSES_MAX; i++) {
        const struct nfs_mount *mount = &mounts->at[i];
        struct nfs_address address = {
            .server = mount->address,
            .family = family_of(mount->address),
            .local = "",
            .link = "",
        };
        if (is_done(&finder, mount->address))
            continue;
        if (!address.family) {
            probe_finding(run, "unsupported", false, mount->mountpoint, "",
                          "the address of its server is not told, so the way there is not known");
            continue;
        }
        look_up(&finder, &address);
        add_connections(&finder, address);
    }
}
