/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_EXPORTERS_FIXTURE_H
#define TESTS_EXPORTERS_FIXTURE_H

#include <stdbool.h>

#include "core/look.h"
#include "core/store.h"

/* When the looks of the tests are taken: 2026-03-01 12:00:00 UTC. */
#define FIXTURE_AT_MS INT64_C(1772366400000)

/* A store with the series of lines as a scrape has them: name{a="b",c="d"} 1 (no escapes). */
struct store *fixture_store(const char *series);

/* A label set from name, value, ... up to NULL; it and its strings are the arena's. */
const struct labels *fixture_labels(struct arena *arena, ...);

/*
 * A RAID5 that rebuilds with a suspect survivor, a RAID1, four disks of which one sleeps and one
 * could not be opened: two alerts, two findings. All memory is the arena's.
 */
struct look *fixture_look(struct arena *arena);
extern const char fixture_series[];

/* Whether an extended regular expression (regex(7)) matches the whole text. */
bool fixture_matches(const char *text, const char *expression);

#endif
