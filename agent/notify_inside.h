/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_NOTIFY_INSIDE_H
#define AGENT_NOTIFY_INSIDE_H

#include "agent/notify.h"

/* What the parts of notify share; the rest of the agent knows notify.h only. */

/* An alert that fires, and what was said of it. Its texts are in the list's arena. */
struct notice {
    struct alert alert;
    int64_t starts_at_ms;
    bool told; /* of its beginning */
    enum severity told_severity;
    int64_t told_at_ms;
    unsigned repeats, events; /* told of since the last change; in all */
    bool acknowledged;
    enum severity known_severity; /* to whoever acknowledged it */
    double known_value;
    const char *by, *comment;
    enum notify_hold hold; /* at the last tick */
};

/* By name and labels. */
struct notice_list {
    struct arena *arena;
    struct notice *at;
    size_t count, room;
};

struct silence {
    struct silence *next;
    struct arena *arena; /* of all of it */
    struct notify_silence public;
    const struct selector *selector;
};

struct notify {
    struct notify_config config;
    struct notice_list notices;
    struct silence *silences; /* the last made first */
    size_t silence_count;
    uint64_t sequence;
};

struct notice *notice_add(struct notice_list *list, const struct notice *notice); /* copies texts */
void notice_sort(struct notice_list *list);
struct notice *notice_find(const struct notice_list *list, const struct alert *alert);

/* The silence that holds an alert now, NULL where none does. */
const struct silence *silence_find(const struct notify *notify, const struct alert *alert);

/* Drops silences whose time is over. */
void silence_expire(struct notify *notify, int64_t t_ms);

/* Adds one that has its id already. */
int silence_add(struct notify *notify, const struct notify_silence *silence, struct error *e);

#endif
