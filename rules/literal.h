/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_LITERAL_H
#define RULES_LITERAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

/*
 * A number without sign as PromQL writes it: 12, 1_000, 010 (octal), 0x1f, 1.5, .5, 1e3, 1_0.5, inf
 * and nan in any case. False where it is none.
 */
bool literal_number(const char *text, size_t length, double *number);

/* A duration: 1h30m. Unlike promql_parse_duration() it must have a unit. */
bool literal_duration(const char *text, size_t length, int64_t *ms);

/*
 * The value of a string with its quotes: Go's escapes between " or ', none between backquotes. NULL
 * and a reason where it is wrong, or where it holds a NUL, which nothing here can carry.
 */
char *literal_string(const char *text, size_t length, struct arena *arena, const char **why);

#endif
