/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_EXPORTERS_EVENT_FIXTURE_H
#define TESTS_EXPORTERS_EVENT_FIXTURE_H

#include "core/arena.h"
#include "core/exporter.pb-c.h"

/*
 * An event at 2026-03-01 12:30:00 UTC of an alert that began at 12:00, with the labels and
 * annotations of name, value, ... up to NULL; the names summary, description and action are
 * annotations, severity is the alert's. With no pairs at all it has no alert. All is the arena's.
 */
Forewarn__Event *event_fixture(struct arena *arena, const char *id, Forewarn__EventKind kind, ...);

#endif
