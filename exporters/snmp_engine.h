/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_SNMP_ENGINE_H
#define EXPORTERS_SNMP_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"

/*
 * Our own SNMP engine (RFC 3411, 3414), the authoritative one of traps: a receiver drops in silence
 * what comes with boots that are older than those it knows. So boots grow at each start and are on
 * the disk before the first message. They are also at least the seconds since 2025: they grow even
 * where that disk takes no writes any more, or an old copy of it was brought back.
 */
enum { SNMP_MAX_ENGINE_ID = 32 };

struct snmp_engine {
    unsigned char id[SNMP_MAX_ENGINE_ID];
    size_t id_length; /* 0: none */
    uint32_t boots;
};

/* Pure: reads a file's text; an empty one is an engine without id. -EINVAL for others' bytes. */
int snmp_engine_parse(const char *text, size_t length, struct snmp_engine *engine, struct error *e);
void snmp_engine_print(const struct snmp_engine *engine, struct buf *out);

/* Pure: the next start, at that wall clock time. */
void snmp_engine_boot(struct snmp_engine *engine, int64_t wall_ms);

/* Hexadecimal digits, with 0x before or not: 5 to 32 bytes (RFC 3411). -EINVAL else. */
int snmp_engine_id(const char *text, struct snmp_engine *engine);

/*
 * Makes the engine of this start: reads the last one, makes an id where there is none, and keeps
 * it. May block for as long as the disk does. Before it writes it calls known() with an engine that
 * it has read: should that not be kept, its boots are safe all the same, as they follow the clock.
 */
int snmp_engine_start(const char *state_directory, int64_t wall_ms, struct snmp_engine *engine,
                      void (*known)(const struct snmp_engine *engine, void *arg), void *arg,
                      struct error *e);

#endif
