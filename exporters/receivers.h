/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_RECEIVERS_H
#define EXPORTERS_RECEIVERS_H

#include <jansson.h>
#include <stdint.h>

#include "exporters/exporter_link.h"

/*
 * The receivers of an exporter that brings single events to them: for each the events that wait, in
 * their order, and when to try the first of them again. One that cannot be reached holds up no
 * other. How many wait is bounded by the agent, which keeps them until they are delivered.
 *
 * Whoever tries takes receivers_next(), and calls receivers_settle() in the end. Times
 * are milliseconds of any clock that never goes back, given by the caller. One thread.
 *
 * The configuration is {"receivers": [{"name": "admin", "retry_ms": 5000, "tries": 20, ...}]}; what
 * else stands there belongs to the kind of receiver. It comes once, first of all.
 */
struct receiver;

struct receiver_kind {
    /* What is its own in a receiver's JSON; NULL with an error where it is wrong. */
    void *(*read)(const json_t *object, struct error *e);
    void (*free)(void *settings);
    /* Whether it is to be told of an event at all; one that it does not want is as delivered. */
    bool (*wants)(const struct receiver *receiver, const Forewarn__Event *event);
};

struct receiver {
    char *name;
    void *settings; /* as kind->read made them */
    struct event_share **waiting;
    size_t count, room;
    size_t trying;       /* how many of its events, from the first on, while it is busy */
    bool busy;           /* somebody tries */
    unsigned tries;      /* of what waits first, that failed */
    unsigned most_tries; /* 0: for ever */
    int64_t retry_ms;    /* until the second try; each further time twice that, up to 10 minutes */
    int64_t due_ms;      /* not before */
};

enum outcome {
    OUTCOME_DELIVERED,
    OUTCOME_REFUSED, /* it makes no sense to try again */
    OUTCOME_FAILED,  /* so far */
};

struct receivers {
    struct exporter_link *link;
    const struct receiver_kind *kind;
    struct receiver **at;
    size_t count, room;
    size_t next; /* where to go on looking: each has its turn */
    size_t busy, most_busy;
};

/* The link stays the caller's. most_busy: how many may be tried at a time. */
void receivers_init(struct receivers *receivers, struct exporter_link *link,
                    const struct receiver_kind *kind, size_t most_busy);
void receivers_free(struct receivers *receivers);

/*
 * Takes all that the agent has sent so far. Negative when it has closed its end (-EPIPE), or sends
 * what cannot be understood, a wrong configuration among it: then it is time to end.
 */
int receivers_take(struct receivers *receivers, struct error *e);

/*
 * A receiver that has something to be brought now, and is busy from now on: its first event;
 * whoever tries more together sets trying. NULL: there is none, or enough are busy.
 */
struct receiver *receivers_next(struct receivers *receivers, int64_t now_ms);

/* How long until there may be one, -1: until something else happens. */
int receivers_wait_ms(const struct receivers *receivers, int64_t now_ms);

/* The nth event that waits. */
const Forewarn__Event *receiver_event(const struct receiver *receiver, size_t n);

/*
 * What became of the events that were tried: the agent is told, and they go or are tried again, not
 * before wait_ms has passed. why is NULL or says what went wrong. Ends busy.
 */
void receivers_settle(struct receivers *receivers, struct receiver *receiver, enum outcome outcome,
                      const char *why, int64_t wait_ms, int64_t now_ms);

/*
 * How long to wait after so many tries (1: after the first): first_ms, twice that, and so on up to
 * 10 minutes; of that between three quarters and all, by a random number, so that many hosts do not
 * come back to a server all at once.
 */
int64_t receivers_retry_ms(int64_t first_ms, unsigned tries, uint32_t random);

#endif
