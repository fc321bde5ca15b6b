/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_JSON_LABELS_H
#define AGENT_JSON_LABELS_H

#include <jansson.h>

#include "core/buf.h"
#include "core/labels.h"

/* Pieces of JSON that outlive the process: alert_memory.h, notify.h. */

/* Aborts where there is no memory, as an arena does. */
json_t *json_must(json_t *json);

/* A new object; what is no UTF-8 is left out. */
json_t *json_from_labels(const struct labels *labels);

/* NULL where it is no object of texts. The strings are the JSON's. */
const struct labels *json_to_labels(const json_t *object, struct arena *arena);

/* The text of a key, "" where there is none. */
const char *json_text(const json_t *object, const char *key);

/* A number as text, as it may be one that JSON does not know. */
json_t *json_from_number(double value);

/* Adds the JSON, in one line without its end, and gives it back. */
void json_put(json_t *json, struct buf *out);

#endif
