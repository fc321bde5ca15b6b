/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CONFIGURATION_KEYS_H
#define AGENT_CONFIGURATION_KEYS_H

#include <stddef.h>

/*
 * All that may stand in the configuration, described once: forewarn.yml(5) and the example are made
 * from it. What reads a key is a table of struct yaml_field in configuration*.c; a test holds the
 * two together.
 */
enum config_key_kind {
    KEY_SECTION,  /* a mapping: what follows with its path in front belongs to it */
    KEY_LIST,     /* a list of mappings: likewise */
    KEY_DEFAULT,  /* value is what counts where the key is not there */
    KEY_EXAMPLE,  /* value is an example, and nothing counts where the key is not there */
    KEY_REQUIRED, /* likewise, and it has to be there */
    KEY_INSTEAD,  /* likewise, but not beside the one before it */
};

struct config_key {
    const char *path; /* "history.max_bytes", "exporters.exec.command" */
    enum config_key_kind kind;
    const char *value; /* as it is written; NULL for sections and lists */
    const char *help;  /* sentences */
};

extern const struct config_key config_keys[];
extern const size_t config_key_count;

#endif
