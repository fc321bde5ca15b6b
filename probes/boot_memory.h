/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_BOOT_MEMORY_H
#define PROBES_BOOT_MEMORY_H

#include <jansson.h>

#include "probes/probe.h"

/*
 * What one round leaves for the next, which is another process: counters and monotonic times, which
 * mean nothing after a reboot. It is a file STATE/NAME.json, where a probe may keep one. One that
 * is of another boot, damaged or absent is nothing: a look without a past.
 */

/* A new reference, or NULL. */
json_t *boot_memory_load(const struct probe_run *run, const char *name);

/* Takes the reference. What cannot be kept is logged. */
void boot_memory_save(const struct probe_run *run, const char *name, json_t *memory);

#endif
