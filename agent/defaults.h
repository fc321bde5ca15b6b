/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_DEFAULTS_H
#define AGENT_DEFAULTS_H

/* Where things are unless somebody says otherwise; SYSCONFDIR and the others are configure's. */
#define DEFAULT_CONFIG_FILE     SYSCONFDIR "/forewarn/forewarn.yml"
#define DEFAULT_RULE_DIRECTORY  SYSCONFDIR "/forewarn/rules"
#define DEFAULT_STATE_DIRECTORY LOCALSTATEDIR "/lib/forewarn"
#define DEFAULT_CONTROL_SOCKET  RUNSTATEDIR "/forewarn/control.sock"

#endif
