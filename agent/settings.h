/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_SETTINGS_H
#define AGENT_SETTINGS_H

#include "agent/configuration.h"
#include "rules/rules.h"

/* The configuration and the rules that it names, read from their files. */
struct settings {
    struct arena *arena;
    struct config config; /* lives in the arena */
    struct rule_set *rules;
};

/*
 * Reads both; may block. All errors are told through report, a text each with file, line and
 * column; -EINVAL when there was any, and then there is nothing to free. Where file is NULL the
 * usual one is read if it is there.
 */
int settings_load(const char *file, const struct probe *const *probes, struct settings *settings,
                  void (*report)(const char *text, void *arg), void *arg);

/* The same without the rules, which stay NULL. */
int settings_load_configuration(const char *file, const struct probe *const *probes,
                                struct settings *settings,
                                void (*report)(const char *text, void *arg), void *arg);

/* The rules may have been taken out before (and set to NULL). */
void settings_free(struct settings *settings);

#endif
