/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_SNMP_H
#define EXPORTERS_SNMP_H

#include "exporters/exporter.h"

/*
 * SNMP: notifications and an AgentX subagent. Its worker executes a program of its own, so that
 * nobody else carries net-snmp's memory: forewarn-snmp, and that one forewarn-agentx.
 */
extern const struct exporter snmp_exporter;

/*
 * Executes a program of that name, which stands beside this one or in libexec, with the link as
 * descriptor 3 and the state directory as its argument ("" for none). Returns only when it cannot:
 * an exit status.
 */
int snmp_execute(const char *name, int link_fd, const char *state_directory);

/* For these programs: what they were executed with. The state directory or NULL; -EINVAL. */
int snmp_arguments(int argc, char **argv, const char **state_directory);

enum { SNMP_LINK_FD = 3 };

#endif
