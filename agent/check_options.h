/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CHECK_OPTIONS_H
#define AGENT_CHECK_OPTIONS_H

#include "agent/check_answer.h"
#include "agent/command.h"
#include "agent/look.h"

/* The command line of `forewarn check`. Texts are those of argv. */
struct check_options {
    struct check_question question; /* the style is not known here */
    bool format_given, version, help;
    const char *socket; /* an agent's, which is asked; NULL: nobody is, this takes its own look */
    bool now;           /* the agent is to look now */
    struct look_options look; /* points into the arrays below */
    uint32_t chosen[LOOK_MAX_PROBES];
    const char *rule_files[CHECK_MAX_LIST];
    struct severity_override overrides[CHECK_MAX_LIST];
};

/* 0, or the status to exit with: what is wrong has been logged. */
int check_options_parse(struct check_options *options, const struct command *command, int argc,
                        char **argv);

#endif
