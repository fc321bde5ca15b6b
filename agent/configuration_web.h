/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CONFIGURATION_WEB_H
#define AGENT_CONFIGURATION_WEB_H

#include "exporters/prometheus_web.h"

/*
 * Reads a web.config.yml (exporters/prometheus_web.h); files that it names are relative to the
 * directory of name. All errors are told through report, a text each: "NAME:LINE:COLUMN: what";
 * -EINVAL when there was any. Texts live in the arena. Pure.
 */
enum { CONFIGURATION_WEB_MAX_BYTES = 1024 * 1024, CONFIGURATION_WEB_MAX_COST = 18 };

int configuration_web_parse(const char *name, const char *text, size_t length, struct arena *arena,
                            struct web_settings *settings,
                            void (*report)(const char *text, void *arg), void *arg);

#endif
