/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_LISTEN_H
#define AGENT_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

enum { LISTEN_MAX = 16, LISTEN_MAX_HOST = 255 };

struct listen_address {
    char host[LISTEN_MAX_HOST + 1]; /* "": every address of this host */
    char port[6];                   /* a number */
};

/* "HOST:PORT", ":PORT", "[IPV6]:PORT". Pure. */
int listen_parse(const char *text, struct listen_address *address, struct error *e);

/*
 * Listens at addresses; what has a name may be asked for over the network, so before there is a
 * loop, and as root for ports below 1024. Adds to sockets, which has room for LISTEN_MAX; nothing
 * is open where it fails, and the error says which address it was.
 */
int listen_open(const char *const *addresses, size_t count, int *sockets, size_t *socket_count,
                struct error *e);

/*
 * TCP sockets that systemd has opened for this process (sd_listen_fds(3)); gives how many. Once:
 * they and the environment are nobody else's afterwards.
 */
size_t listen_inherit(int *sockets);

void listen_close(int *sockets, size_t *socket_count);

/* "127.0.0.1:9733", where a socket listens; text has room for 64 bytes. */
void listen_name(int socket, char *text);

#endif
