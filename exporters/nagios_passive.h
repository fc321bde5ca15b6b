/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_NAGIOS_PASSIVE_H
#define EXPORTERS_NAGIOS_PASSIVE_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/exporter.pb-c.h"
#include "exporters/exporter.h"

/*
 * Passive results: what forewarn says goes to a Nagios or Icinga on this host as
 * PROCESS_SERVICE_CHECK_RESULT through its command file, on each change and now and then, by which
 * the other side sees that forewarn lives (freshness_threshold).
 */
extern const struct exporter nagios_exporter;

/* The configuration as JSON: {"command_file": ..., "host": ..., "service": ..., "interval_ms": ...}
 */
struct nagios_passive {
    const char *command_file;
    const char *host; /* "": the one that forewarn knows */
    const char *service;
    int64_t interval_ms;
};

/* Its strings are in the arena. */
int nagios_passive_read(const char *json, struct arena *arena, struct nagios_passive *settings,
                        struct error *e);

/* What is written at once into a pipe is never torn apart; longer lines would be. */
enum { NAGIOS_COMMAND_MAX = 4096 };

/*
 * A snapshot as a line of the command file. key: what must be another for it to be a change: the
 * verdict and the first line's texts.
 */
void nagios_passive_line(const struct nagios_passive *settings, const Forewarn__Snapshot *snapshot,
                         struct buf *line, struct buf *key);

#endif
