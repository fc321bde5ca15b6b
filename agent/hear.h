/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_HEAR_H
#define AGENT_HEAR_H

#include "agent/intake.h"
#include "agent/round.h"

/*
 * Takes a worker's report: its place in the round, its samples and findings. The report is freed or
 * kept by the intake, whatever comes of it. Negative where the worker is not to be listened to any
 * more: -EDQUOT when it has said too much, else it does not keep to the protocol.
 */
int hear_report(struct round *round, struct intake *intake, struct intake_source *source,
                Forewarn__Report *report, int64_t now_ms, struct error *e);

#endif
