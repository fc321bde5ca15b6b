/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_SELF_H
#define AGENT_SELF_H

#include "probes/probe.h"

/* What the agent measures of itself and of its workers. */
extern const struct metric self_alerts, self_build_info, self_history_memory, self_history_writable,
    self_probe_duration, self_probe_interval, self_probe_last_round, self_probe_up,
    self_rules_failed, self_target_hung;

/* The agent as the source of these samples: only name and metrics are set. */
extern const struct probe self_probe;

#endif
