/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/prometheus_guard.h"

#include <netinet/in.h>
#include <string.h>

enum { IPV6_NETWORK = 8 }; /* bytes: a /64 */

static void append(struct guard *guard, struct guard_place *place)
{
    place->next = NULL;
    place->before = guard->last;
    *(guard->last ? &guard->last->next : &guard->first) = place;
    guard->last = place;
}

static void take_out(struct guard *guard, struct guard_place *place)
{
    *(place->before ? &place->before->next : &guard->first) = place->next;
    *(place->next ? &place->next->before : &guard->last) = place->before;
}

/* IPv4 addresses as IPv6 has them (::ffff:a.b.c.d), whichever socket they came to. */
static void copy_address(const struct sockaddr *from, unsigned char address[16])
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    memset(address, 0, 16);
    if (from && from->sa_family == AF_INET) {
        memcpy(address, mapped, sizeof mapped);
        memcpy(address + sizeof mapped, &((const struct sockaddr_in *)from)->sin_addr, 4);
    } else if (from && from->sa_family == AF_INET6) {
        const struct in6_addr *in6 = &((const struct sockaddr_in6 *)from)->sin6_addr;
        memcpy(address, in6, IN6_IS_ADDR_V4MAPPED(in6) ? sizeof *in6 : IPV6_NETWORK);
    }
}

static bool same_address(const struct guard_place *a, const struct guard_place *b)
{
    return memcmp(a->address, b->address, sizeof a->address) == 0;
}

static size_t count_from(const struct guard *guard, const struct guard_place *like)
{
    size_t count = 0;
    for (const struct guard_place *at = guard->first; at; at = at->next)
        count += same_address(at, like);
    return count;
}

/* Who has to make room: of those without a question the oldest, then of those that are idle. */
static struct guard_place *find_victim(const struct guard *guard, const struct guard_place *like)
{
    struct guard_place *idle = NULL;
    for (struct guard_place *at = guard->first; at; at = at->next) {
        if (like && !same_address(at, like))
            continue;
        if (at->state == GUARD_HEADERS)
            return at;
        if (at->state == GUARD_IDLE && !idle)
            idle = at;
    }
    return idle;
}

bool guard_enter(struct guard *guard, struct guard_place *place, const struct sockaddr *from,
                 int64_t now_ms, struct guard_place **evicted)
{
    *place = (struct guard_place){.state = GUARD_HEADERS, .since_ms = now_ms};
    copy_address(from, place->address);
    *evicted = NULL;
    bool many = count_from(guard, place) >= GUARD_PLACES_PER_ADDRESS;
    if (many || guard->count >= GUARD_PLACES) {
        *evicted = find_victim(guard, many ? place : NULL);
        if (!*evicted)
            return false;
        guard_leave(guard, *evicted);
    }
    place->taken = true;
    append(guard, place);
    guard->count++;
    return true;
}

void guard_change(struct guard *guard, struct guard_place *place, enum guard_state state,
                  int64_t now_ms)
{
    if (!place->taken)
        return;
    place->state = state;
    place->since_ms = now_ms;
    take_out(guard, place);
    append(guard, place);
}

void guard_leave(struct guard *guard, struct guard_place *place)
{
    if (!place->taken)
        return;
    take_out(guard, place);
    place->taken = false;
    guard->count--;
}

struct guard_place *guard_expire(struct guard *guard, int64_t now_ms)
{
    static const int64_t limit_ms[] = {[GUARD_HEADERS] = GUARD_HEADERS_MS,
                                       [GUARD_ANSWER] = GUARD_ANSWER_MS,
                                       [GUARD_IDLE] = GUARD_IDLE_MS};
    for (struct guard_place *at = guard->first; at; at = at->next)
        if (now_ms - at->since_ms >= limit_ms[at->state]) {
            guard_leave(guard, at);
            return at;
        }
    return NULL;
}
