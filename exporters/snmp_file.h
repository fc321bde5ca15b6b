/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_SNMP_FILE_H
#define EXPORTERS_SNMP_FILE_H

#include "core/buf.h"
#include "core/error.h"

/*
 * Small files in STATE/snmp. Both may block for as long as the disk does. A file that is not there
 * reads as empty.
 */
enum { SNMP_MAX_FILE = 4 * 1024 * 1024 };

int snmp_file_read(const char *state_directory, const char *name, struct buf *out, struct error *e);

/* Replaces it as a whole, on the disk before this returns. */
int snmp_file_write(const char *state_directory, const char *name, const struct buf *bytes,
                    struct error *e);

#endif
