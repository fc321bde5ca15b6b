/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RULE_FILES_H
#define AGENT_RULE_FILES_H

#include "core/arena.h"
#include "core/error.h"
#include "rules/rules.h"

enum { RULE_FILE_MAX_BYTES = 4 * 1024 * 1024, RULE_FILES_MAX = 1000 };

/*
 * Reads the files that are named, else those of the configured directory (*.yml, *.yaml, by name)
 * where there are any, else gives the default rules. Names and texts live in the arena.
 */
int rule_files_read(const char *const *names, size_t count, const char *directory,
                    struct arena *arena, const struct rule_source **sources, size_t *source_count,
                    struct error *e);

/* Reads one regular file of at most so many bytes; it need not hold rules. */
int rule_files_read_one(const char *path, int64_t max_bytes, struct arena *arena,
                        struct rule_source *source, struct error *e);

#endif
