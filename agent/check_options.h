/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CHECK_OPTIONS_H
#define AGENT_CHECK_OPTIONS_H

#include "agent/command.h"
#include "agent/look.h"

enum { CHECK_MAX_LIST = 100 };

enum check_format { FORMAT_TABLE, FORMAT_JSON, FORMAT_NAGIOS, FORMAT_COUNT };

/* The command line of `forewarn check`. Texts are those of argv. */
struct check_options {
    enum check_format format;
    bool format_given, version, help;
    unsigned verbosity;                    /* how often -v */
    const char *expr, *warning, *critical; /* NULL: not given */
    struct look_options look;              /* points into the arrays below */
    uint32_t chosen[LOOK_MAX_PROBES];
    const char *rule_files[CHECK_MAX_LIST];
    struct severity_override overrides[CHECK_MAX_LIST];
};

/* 0, or the status to exit with: what is wrong has been logged. */
int check_options_parse(struct check_options *options, const struct command *command, int argc,
                        char **argv);

#endif
