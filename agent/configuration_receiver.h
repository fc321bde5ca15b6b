/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CONFIGURATION_RECEIVER_H
#define AGENT_CONFIGURATION_RECEIVER_H

#include <jansson.h>

#include "agent/configuration_exporters.h"

/*
 * What receivers of events have in common in the configuration. Each reader for struct yaml_field
 * reports what is wrong at its place and leaves its field as it is.
 */
struct config_receiver {
    struct yaml_text name;
    int64_t timeout_ms, tries, retry_ms; /* as exporters/receivers.h has them */
    bool send_resolved;
};

void config_read_timeout(struct yaml_file *file, const yaml_node_t *node, void *out); /* int64_t */
void config_read_tries(struct yaml_file *file, const yaml_node_t *node, void *out);   /* int64_t */
void config_read_retry(struct yaml_file *file, const yaml_node_t *node, void *out);   /* int64_t */

/* One line with no control characters; out is a const char *. */
void config_read_line(struct yaml_file *file, const yaml_node_t *node, void *out);

/*
 * The contents of the file whose absolute path stands at node, at most 64 KiB of text; out is a
 * const char *. Of config_read_secret() line ends behind it are no part, and it is one line. The
 * file is read with the caller's rights: root's at the start, later the agent's.
 */
void config_read_file(struct yaml_file *file, const yaml_node_t *node, void *out);
void config_read_secret(struct yaml_file *file, const yaml_node_t *node, void *out);

/* Sets a text that may be NULL, and then is left out. The JSON aborts where there is no memory. */
void config_set_text(json_t *object, const char *key, const char *text);

/*
 * The exporter's part of the configuration: {"receivers": [...]}, an object for each item of the
 * list at node. read() fills one in; its name is added to the exporter's receivers.
 */
void config_read_receivers(struct yaml_file *file, const yaml_node_t *node, const char *what,
                           void (*read)(struct yaml_file *file, const yaml_node_t *item,
                                        struct config_receiver *receiver, json_t *object),
                           struct config_exporter *exporter);

#endif
