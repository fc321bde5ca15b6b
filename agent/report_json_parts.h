/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_REPORT_JSON_PARTS_H
#define AGENT_REPORT_JSON_PARTS_H

#include <jansson.h>

#include "core/look.h"

/* Pieces of the JSON of reports, as contrib/schema has them. All are the caller's. */

json_t *report_json_text(const char *text); /* what is not UTF-8 comes out as U+FFFD */
json_t *report_json_number(double value);   /* "NaN", "+Inf", "-Inf" where JSON has no form */
json_t *report_json_seconds(int64_t ms);    /* since 1970, as Prometheus' interfaces have them */

/* Takes value; the key may be outside text too. */
void report_json_set(json_t *object, const char *key, json_t *value);

json_t *report_json_alert(const struct alert *alert);
json_t *report_json_held(const struct held_alert *held);
json_t *report_json_finding(const struct finding *finding);

#endif
