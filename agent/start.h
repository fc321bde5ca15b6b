/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_START_H
#define AGENT_START_H

/* What each program of forewarn does first: standard descriptors, signals, locale, log. */
void start_process(const char *program);

/*
 * What a launcher starts: PROGRAM --worker NAME --root PATH, with the descriptors of worker.h. Not
 * for people, so not in any help. Gives the exit status.
 */
int start_worker(int argc, char **argv);

#endif
