/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_PROMETHEUS_GUARD_H
#define EXPORTERS_PROMETHEUS_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/*
 * Who may be connected, and for how long. There are so many places in all, and so many for each
 * address. When they are taken, whoever has waited longest without having said what it wants makes
 * room for who comes, so that a thousand connections that drip keep out no scrape: one that is
 * honest sends its headers at once. A connection that is being answered is never sent away for
 * another. No sockets here, and time comes as an argument.
 */
enum {
    GUARD_PLACES = 256,
    GUARD_PLACES_PER_ADDRESS = 64,
    GUARD_HEADERS_MS = 10 * 1000, /* for the handshake and the first headers, all in all */
    GUARD_ANSWER_MS = 30 * 1000,  /* to be answered, and to take the answer */
    GUARD_IDLE_MS = 300 * 1000,   /* from one answer to the next headers */
};

enum guard_state { GUARD_HEADERS, GUARD_ANSWER, GUARD_IDLE };

/* One connection; the owner's memory. */
struct guard_place {
    struct guard_place *next, *before; /* by since_ms */
    unsigned char address[16];         /* of IPv6 the network only, as a host has all of it */
    enum guard_state state;
    int64_t since_ms;
    bool taken;
};

struct guard {
    struct guard_place *first, *last;
    size_t count;
};

/*
 * Takes a place for a connection from that address. False: there is none. *evicted is who lost its
 * place for it and has to go, NULL: nobody.
 */
bool guard_enter(struct guard *guard, struct guard_place *place, const struct sockaddr *from,
                 int64_t now_ms, struct guard_place **evicted);

void guard_change(struct guard *guard, struct guard_place *place, enum guard_state state,
                  int64_t now_ms);

/* Gives the place up; a connection that has none any more may say so too. */
void guard_leave(struct guard *guard, struct guard_place *place);

/* One whose time is over, which loses its place; NULL: none. */
struct guard_place *guard_expire(struct guard *guard, int64_t now_ms);

#endif
