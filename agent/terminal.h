/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_TERMINAL_H
#define AGENT_TERMINAL_H

#include "agent/report_table.h"

/* How standard output is to be written to: the terminal it is (or not), locale and NO_COLOR. */
struct report_style terminal_style(bool verbose);

#endif
