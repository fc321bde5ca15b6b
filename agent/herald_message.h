/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_HERALD_MESSAGE_H
#define AGENT_HERALD_MESSAGE_H

#include "agent/notify.h"
#include "core/arena.h"
#include "core/exporter.pb-c.h"
#include "core/snapshot.h"

/* Messages for exporters' workers; what they point to is the arena's or the argument's. */

Forewarn__Alert *message_alert(const struct alert *alert, int64_t starts_at_ms, int64_t ends_at_ms,
                               struct arena *arena);

Forewarn__Event *message_event(const struct notify_event *event, const char *host,
                               struct arena *arena);

/* An event that is no alert's: a heartbeat, a test. */
Forewarn__Event *message_plain(Forewarn__EventKind kind, uint64_t sequence, int64_t at_ms,
                               const char *host, struct arena *arena);

/* notify says which alerts are held. */
Forewarn__Snapshot *message_snapshot(const struct snapshot *snapshot, const struct notify *notify,
                                     struct arena *arena);

#endif
