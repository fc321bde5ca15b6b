/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_WEBHOOK_MESSAGE_H
#define EXPORTERS_WEBHOOK_MESSAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/exporter.pb-c.h"
#include "core/labels.h"
#include "exporters/receivers.h"

/*
 * Events as the body of a POST in the format that Alertmanager sends to webhook receivers, version
 * 4 (prometheus.io/docs/alerting/latest/configuration/#webhook_config; contrib/schema). Pure.
 *
 * A group is, as with Alertmanager, the alerts that are the same in the labels of group_by; without
 * any, each alert is its own. A POST holds what is new of one group, and no alert twice. Added to
 * an alert's labels are severity and instance (the host); severity is no part of its identity,
 * which is in groupKey and fingerprint. The annotation forewarn_event is the id by which a receiver
 * sees that something comes twice.
 */
enum { WEBHOOK_MAX_ALERTS = 64, WEBHOOK_MAX_GROUP_BY = 32 };

struct webhook_settings {
    struct arena *arena;                  /* all of it lives there */
    const char *url;                      /* http or https */
    const char *bearer, *user, *password; /* NULL: none */
    const char *ca, *certificate, *key;   /* PEM; NULL: the system's, none */
    const char *external_url;
    const char *group_by[WEBHOOK_MAX_GROUP_BY];
    size_t group_by_count;
    int64_t timeout_ms;
    bool send_resolved;
};

/*
 * {"url": "https://...", "bearer": "", "user": "", "password": "", "ca": "", "certificate": "",
 * "key": "", "external_url": "", "group_by": [], "timeout_ms": 10000,
 * "send_resolved": true}; NULL with an error where it is something else.
 */
struct webhook_settings *webhook_settings_read(const json_t *object, struct error *e);
void webhook_settings_free(struct webhook_settings *settings);

/* How many of these events, from the first on, can go in one POST: at least 1. */
size_t webhook_batch(const struct webhook_settings *settings, const Forewarn__Event *const *events,
                     size_t count);

/* Appends the body for these events, which can go in one POST. */
void webhook_json(const struct webhook_settings *settings, const char *receiver,
                  const Forewarn__Event *const *events, size_t count, struct buf *out);

/*
 * What an HTTP status means: 2xx that it was taken; 4xx that it never will be, but for 429 (too
 * many requests) and 408 (too slow); all else that it may be later, redirections too, which are not
 * followed.
 */
enum outcome webhook_outcome(long status);

/* An alert's identity as Prometheus has it: FNV-1a over its sorted labels; 16 hexadecimal digits.
 */
const char *webhook_fingerprint(const struct labels *labels, struct arena *arena);

#endif
