/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CONFIGURATION_NAGIOS_H
#define AGENT_CONFIGURATION_NAGIOS_H

#include "agent/configuration_exporters.h"

/*
 * "nagios" below "exporters": passive results for a Nagios or Icinga on this host:
 *   command_file: /var/lib/nagios4/rw/nagios.cmd   its command file, a named pipe
 *   host: mail7            as it is called there; without, this host's name
 *   service: forewarn      likewise
 *   interval: 5m           results come on each change, and at least so often
 */
void configuration_read_nagios(struct yaml_file *file, const yaml_node_t *node, void *out);

#endif
