/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_NOTIFY_H
#define AGENT_NOTIFY_H

#include "core/alert.h"
#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"

/*
 * When to tell whom of what: alerts that fire, tick by tick, become events, and are held back while
 * somebody knows of them. No clock is read, nothing is sent here.
 *
 *  - An event goes out when an alert begins, changes its severity, or ends; while it lasts it is
 *    repeated, each time after twice the time, up to a day.
 *  - An alert that is acknowledged is held until it gets worse: a higher severity, or a value that
 *    is worse than it was: higher; lower where the annotation `worse` says "lower"; none where it
 *    says "level", as of ages and progress, which go on by themselves.
 *  - A silence holds all alerts that its matchers meet, until its time is over.
 *  - An alert whose annotation `inhibits` names a label holds those of the same value of that label
 *    that do not inhibit themselves: an array that is gone does not also send every member.
 *  - The end of an alert is told of where its beginning was, whatever holds it by then.
 */
struct notify;

struct notify_config {
    int64_t repeat_ms[SEVERITY_CRITICAL + 1]; /* by severity; 0: never */
    enum severity least;                      /* what is below is not told */
    bool resolved;                            /* ends are told of */
};

enum { NOTIFY_MAX_SILENCES = 1000 };

enum notify_kind { NOTIFY_RAISED, NOTIFY_CHANGED, NOTIFY_REPEATED, NOTIFY_RESOLVED };

struct notify_event {
    const char *id; /* whoever is told twice sees it by this; the arena's */
    enum notify_kind kind;
    uint64_t sequence;
    int64_t at_ms, starts_at_ms, ends_at_ms; /* ends_at_ms: 0 while it lasts */
    const struct alert *alert;               /* of NOTIFY_RESOLVED as it was last; the arena's */
};

struct notify *notify_new(void);
void notify_free(struct notify **notify);
void notify_configure(struct notify *notify, const struct notify_config *config);

/*
 * A tick at t_ms with the alerts that fire (of others nothing is taken); their order is kept. Gives
 * the events, in the arena.
 */
void notify_tick(struct notify *notify, const struct alert *alerts, size_t count, int64_t t_ms,
                 struct arena *arena, const struct notify_event **events, size_t *event_count);

/* The number of an event that is no alert's, such as a heartbeat; one more each time. */
uint64_t notify_sequence(struct notify *notify);

/* Why an alert is held back. */
enum notify_hold { HOLD_NONE, HOLD_ACKNOWLEDGED, HOLD_SILENCED, HOLD_INHIBITED };

/* by and comment: of whoever acknowledged or silenced it; good until something changes. */
struct notify_held {
    enum notify_hold hold;
    const char *by, *comment;
    int64_t until_ms; /* of a silence; else 0 */
};
struct notify_held notify_held(const struct notify *notify, const struct alert *alert);

/* The short name by which people call an alert: 8 hexadecimal digits of its identity. */
void notify_alert_id(const struct alert *alert, char id[9]);

/*
 * Acknowledges all alerts of the last tick whose id or name is that text; how many there were.
 * Again it takes the value of now for what is known. undo: they are told of again.
 */
size_t notify_acknowledge(struct notify *notify, const char *text, const char *by,
                          const char *comment, bool undo);

struct notify_silence {
    char id[12];
    const char *selector; /* {device="sda",severity=~"info|warning"}: as PromQL has it */
    const char *by, *comment;
    int64_t from_ms, until_ms;
};

/*
 * Adds a silence; its texts are copied, its id is made and filled in. -EINVAL for a selector that
 * is none or meets everything, -ENOSPC where there are too many.
 */
int notify_silence(struct notify *notify, struct notify_silence *silence, struct error *e);

/* Ends a silence; -ENOENT where there is none of that id. */
int notify_unsilence(struct notify *notify, const char *id, struct error *e);

/* The nth silence, NULL behind the last. */
const struct notify_silence *notify_silence_at(const struct notify *notify, size_t n);

/* The wall clock was set back or nobody watched: moves what is to come by so much. */
void notify_shift(struct notify *notify, int64_t ms);

/* All of it as bytes (JSON) that outlive the process, and back; -EINVAL for others' bytes. */
void notify_save(const struct notify *notify, struct buf *out);
int notify_load(struct notify *notify, const char *bytes, size_t length, struct error *e);

#endif
