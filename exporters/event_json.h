/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_EVENT_JSON_H
#define EXPORTERS_EVENT_JSON_H

#include <jansson.h>

#include "core/buf.h"
#include "core/exporter.pb-c.h"

/* Appends an event as one JSON object in a line (contrib/schema/event.schema.json). Pure. */
void event_json(const Forewarn__Event *event, struct buf *out);

/* Pieces for other JSON of exporters: they abort where there is no memory, as an arena does. */
json_t *event_json_must(json_t *json);

/* What is no UTF-8 becomes U+FFFD; NULL is "". */
json_t *event_json_string(const char *text);
void event_json_set(json_t *object, const char *key, json_t *value); /* takes the value */

/* Appends it in one line, without an end, and gives it back. */
void event_json_put(json_t *json, struct buf *out);

#endif
