/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/nfs_connection.h"

#include <arpa/inet.h>
#include <string.h>

#include "probes/md_span.h"

#define SWITCHES "/sys/kernel/sunrpc/xprt-switches"

bool nfs_connection_state(const char *text)
{
    struct span rest = span_of(text), word;
    span_take(&rest, "state=");
    while ((word = span_word(&rest)).length)
        if (span_is(word, "CONNECTED"))
            return true;
    return false;
}

void nfs_connection_info(const char *text, struct nfs_connection *connection)
{
    const struct {
        const char *name;
        uint64_t *value;
    } lines[] = {
        {"dst_port=", &connection->server_port},  {"pending_q_len=", &connection->pending},
        {"sending_q_len=", &connection->sending}, {"backlog_q_len=", &connection->backlog},
        {"binding_q_len=", &connection->binding},
    };
    struct span rest = span_of(text), line;
    while (span_line(&rest, &line))
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
            struct span value = line;
            int64_t number;
            if (!span_take(&value, lines[i].name) || !span_number(span_trim(value), &number))
                continue;
            *lines[i].value = (uint64_t)number;
            connection->has_info |= lines[i].value == &connection->pending;
        }
}

/* 16 bytes, IPv4 as IPv6 has it; false where the text is no address. */
static bool read_address(const char *text, unsigned char bytes[16])
{
    char plain[INET6_ADDRSTRLEN];
    size_t length = strcspn(text, "%");
    if (length >= sizeof plain)
        return false;
    memcpy(plain, text, length);
    plain[length] = '\0';
    memcpy(bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
    return inet_pton(AF_INET, plain, bytes + 12) == 1 || inet_pton(AF_INET6, plain, bytes) == 1;
}

bool nfs_same_address(const char *a, const char *b)
{
    unsigned char x[16], y[16];
    if (!read_address(a, x) || !read_address(b, y))
        return strcmp(a, b) == 0;
    return memcmp(x, y, sizeof x) == 0;
}

static const char *attribute(const struct root *root, struct arena *arena, const char *name,
                             const char *file)
{
    char *text;
    const char *path = arena_printf(arena, SWITCHES "/%s/%s", name, file);
    return root_read_line(root, path, arena, &text, NULL) == 0 ? text : "";
}

/* "<closed>", "<not a socket>" and the like stand where there is no address. */
static const char *address(const char *text)
{
    unsigned char bytes[16];
    return read_address(text, bytes) ? text : "";
}

static void read_connection(const struct root *root, struct arena *arena, const char *name,
                            struct nfs_connection *connection)
{
    const char *dash = strrchr(name, '-');
    *connection = (struct nfs_connection){
        .name = name,
        .transport = dash + 1,
        .server = attribute(root, arena, name, "dstaddr"),
        .local = address(attribute(root, arena, name, "srcaddr")),
        .is_connected = nfs_connection_state(attribute(root, arena, name, "xprt_state")),
    };
    nfs_connection_info(attribute(root, arena, name, "xprt_info"), connection);
}

void nfs_connections_read(const struct root *root, struct arena *arena,
                          struct nfs_connections *connections)
{
    char **switches, **names;
    size_t switch_count, name_count, room = 0;
    *connections = (struct nfs_connections){0};
    root_list(root, SWITCHES, arena, &switches, &switch_count, NULL); /* before 5.14: none */
    for (size_t i = 0; i < switch_count; i++) {
        const char *directory = arena_printf(arena, SWITCHES "/%s", switches[i]);
        root_list(root, directory, arena, &names, &name_count, NULL);
        for (size_t k = 0; k < name_count && connections->count < NFS_CONNECTIONS_MAX; k++) {
            struct nfs_connection connection;
            if (strncmp(names[k], "xprt-", 5) != 0)
                continue;
            read_connection(root, arena, arena_printf(arena, "%s/%s", switches[i], names[k]),
                            &connection);
            if (!connection.server[0])
                continue;
            connections->at = arena_grow(arena, connections->at, connections->count, &room,
                                         sizeof *connections->at);
            connections->at[connections->count++] = connection;
        }
    }
}
