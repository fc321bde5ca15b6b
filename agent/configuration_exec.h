/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CONFIGURATION_EXEC_H
#define AGENT_CONFIGURATION_EXEC_H

#include "agent/configuration_exporters.h"

/*
 * "exec" below "exporters": a list of commands, each
 *   name: admin              what it is called; without, the command's file name
 *   command: [/path, a, b]   an absolute path and its arguments; no shell
 *   style: plain             plain, smartd or mdadm: which arguments and input scripts for these
 * get address: root@localhost  with style smartd: SMARTD_ADDRESS timeout: 60s             then it
 * is ended, with all that it has started tries: 20                how often it is run for an event
 * until it exits with 0 retry: 5s                how long to wait before the second time; doubles
 * up to 10 minutes send_resolved: true      ends of alerts too; false with the styles smartd and
 * mdadm
 */
void configuration_read_exec(struct yaml_file *file, const yaml_node_t *node, void *out);

#endif
