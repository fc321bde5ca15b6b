/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CONFIGURATION_WEBHOOK_H
#define AGENT_CONFIGURATION_WEBHOOK_H

#include "agent/configuration_exporters.h"

/*
 * "webhook" below "exporters": a list of receivers of Alertmanager's webhook format, each
 *   name: chat               what it is called; without, the URL's host and port
 *   url: https://host/path   http or https, without a user in it
 *   bearer_file: /path       a token for "Authorization: Bearer"
 *   basic_auth: {username: forewarn, password_file: /path}
 *   ca_file: /path           who signs the server's certificate, instead of the system's
 *   cert_file: /path         a certificate for this client, and
 *   key_file: /path          its key
 *   group_by: [alertname]    which alerts may come in one POST; without, each comes by itself
 *   external_url: http://... what the message calls externalURL and generatorURL
 *   timeout: 10s             for a POST as a whole
 *   retry: 5s                how long to wait before the second time; doubles up to 10 minutes
 *   send_resolved: true      ends of alerts too
 */
void configuration_read_webhook(struct yaml_file *file, const yaml_node_t *node, void *out);

#endif
