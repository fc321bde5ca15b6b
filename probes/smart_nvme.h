/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_SMART_NVME_H
#define PROBES_SMART_NVME_H

#include "core/error.h"
#include "probes/smart_facts.h"

enum { SMART_NVME_HEALTH = 512, SMART_NVME_ERROR = 64, SMART_NVME_SELFTESTS = 564 };

/*
 * Whether a status of the error log speaks of the disk: of its medium, of data damaged on the way
 * or of itself. Most entries are about commands that the disk does not know, which drivers and
 * tools try out at every start.
 */
bool smart_nvme_relevant(unsigned type, unsigned code);

/* Log pages as the controller gives them (NVM Express base specification, 5.16.1). */
void smart_nvme_health(const uint8_t log[SMART_NVME_HEALTH], struct smart_facts *facts);
void smart_nvme_errors(const uint8_t *log, size_t entries, struct smart_facts *facts);
void smart_nvme_selftests(const uint8_t log[SMART_NVME_SELFTESTS], struct smart_facts *facts);

/*
 * Asks the controller behind a namespace's device (/dev/nvme0n1). Where the controller keeps a
 * health log per namespace, that one is taken, with the warnings of both.
 */
int smart_nvme_device(const char *device, struct arena *arena, struct smart_facts *facts,
                      struct error *e);

#endif
