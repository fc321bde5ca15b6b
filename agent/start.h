/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_START_H
#define AGENT_START_H

#include <stdbool.h>

/* What each program of forewarn does first: standard descriptors, signals, locale, log. */
void start_process(const char *program);

/*
 * Whether a launcher has started this: PROGRAM --exporter NAME --state PATH, with the descriptors
 * of worker.h. Then it has been run to its end, and *status is what to exit with. Not for people,
 * so not in any help.
 */
bool start_exporter(int argc, char **argv, int *status);

#endif
