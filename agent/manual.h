/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_MANUAL_H
#define AGENT_MANUAL_H

#include <stdbool.h>

#include "agent/configuration_keys.h"
#include "core/arena.h"
#include "probes/probe.h"

/* What makes manual pages and the example configuration (see manual.c); no part of forewarn. */

/* The section of config_keys[] that stands for one of each probe. */
extern const char manual_each_probe[];

/* Whether a key belongs to a section, or to a section in it. */
bool manual_is_below(const char *path, const char *section);

/* What is behind the last dot. */
const char *manual_last_part(const char *path);

/* The default of a key below manual_each_probe: the probe's, where it is not the same for all. */
const char *manual_probe_value(const struct config_key *key, const struct probe *probe,
                               struct arena *arena);

/*
 * Words, filled up to lines that begin with this. In mdoc(7) a sentence begins a line, and no line
 * looks like a macro.
 */
enum { MANUAL_COLUMNS = 78 };
void manual_put_words(const char *before, const char *text, bool is_mdoc);

/*
 * forewarn.yml with all keys, commented out by #, and prose by ##: what is left when each single #
 * is taken away is a whole configuration.
 */
void manual_put_example(void);

#endif
