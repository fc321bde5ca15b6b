/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RECORD_LIVE_H
#define AGENT_RECORD_LIVE_H

#include "agent/record.h"

/*
 * Recording this host: the probes run in worker processes, as for a check, so that what hangs holds
 * nothing up; they send what they read along. Root is given up once the launcher runs.
 */
struct record_live;

int record_live_start(const struct root *root, struct record_live **live, struct error *e);
void record_live_stop(struct record_live **live);

/* One look of the probes whose time it is; holds_ms as in struct recording_look. */
int record_live_look(struct record_live *live, struct record *record, int64_t holds_ms,
                     struct error *e);

#endif
