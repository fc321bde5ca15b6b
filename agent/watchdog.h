/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_WATCHDOG_H
#define AGENT_WATCHDOG_H

#include <stdint.h>

/*
 * The last resort of a command that has promised to end in time: when the time is over, in whatever
 * it hangs, text goes to fd (standard output or standard error) and the process exits with status.
 * Both are set before anything is read or started. There is one watchdog a process, as there is one
 * SIGALRM.
 */
void watchdog_start(int64_t ms, int fd, const char *text, int status);

/* From now on output is being written: the text would only spoil it, the status still counts. */
void watchdog_hush(void);

#endif
