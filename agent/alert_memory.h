/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_ALERT_MEMORY_H
#define AGENT_ALERT_MEMORY_H

#include "core/buf.h"
#include "rules/rule_run.h"

/*
 * The alerts of a run as bytes that outlive the process (JSON), and back. A rule is known by file,
 * group, name and its number among those of one name; what belongs to no rule any more is dropped.
 */

/* at_ms: the tick after which it is so. */
void alert_memory_save(struct rule_run *run, const struct rule_set *rules, int64_t at_ms,
                       struct buf *out);

/*
 * Restores alerts into a run that has not been evaluated yet. now_ms: when watching begins again.
 * Nobody watched between at_ms and now_ms, but for the interval_ms that lie between two evaluations
 * anyhow: clocks do not count it (alert_list_shift()). -EINVAL where the bytes are not what was
 * saved; what was restored by then stays. *count (which may be NULL): how many were restored.
 */
int alert_memory_load(struct rule_run *run, const char *bytes, size_t length, int64_t now_ms,
                      int64_t interval_ms, size_t *count, struct error *e);

#endif
