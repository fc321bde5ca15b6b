/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_COMMAND_H
#define AGENT_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "core/alert.h"
#include "core/error.h"

/* A command of the forewarn program: "forewarn NAME ...". */
struct command {
    const char *name;
    const char *what; /* a line for the list of commands */
    const char *help; /* synopsis, then options: what "forewarn help NAME" prints */
    int usage_status; /* exit status for a command line that is wrong */
    int (*run)(const struct command *command, int argc, char **argv); /* argv[0] is the name */
};

extern const struct command ack_command, check_command, config_command, munin_command,
    nfslock_command, notify_command, probe_command, query_command, record_command, replay_command,
    rules_command, silence_command, status_command, verify_command;

/* Logs "check: what; see: forewarn help check", and gives the status to exit with. */
int command_misused(const struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * What getopt_long(3) calls wrong ('?' or ':', with opterr 0 and an option string that starts with
 * ':') in words, as command_misused() does it.
 */
int command_bad_option(const struct command *command, int found, char **argv);

int command_print_help(const struct command *command);
int command_print_version(void);

/* Writes it all to standard output; a reader that is gone or a full disk is an error. */
int command_output(const char *data, size_t length, struct error *e);

#endif
