/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_REPORT_JSON_H
#define AGENT_REPORT_JSON_H

#include "core/buf.h"
#include "core/look.h"
#include "core/metrics.pb-c.h"

/*
 * A look as `forewarn check --format json` gives it: one JSON object and a newline, described by
 * contrib/schema/check.schema.json. Keys may be added, and change meaning only with "schema".
 * Numbers that JSON has no form for are the strings "NaN", "+Inf" and "-Inf"; what is not UTF-8
 * comes out as U+FFFD.
 */
void report_json(const struct look *look, struct buf *out);

/*
 * What one probe saw (`forewarn probe --format json`): look->probes[0], the samples of the families
 * in their order, and look->findings. A family may stand there several times.
 */
void report_json_probe(const struct look *look,
                       const Io__Prometheus__Client__MetricFamily *const *families, size_t count,
                       struct buf *out);

#endif
