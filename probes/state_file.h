/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_STATE_FILE_H
#define PROBES_STATE_FILE_H

#include <stddef.h>

#include "core/error.h"

/*
 * Puts the bytes into the file, all at once: whoever reads meanwhile, or
 * after a crash, sees the old ones or the new. Not forced to the disk. Negative errno.
 */
int state_file_write(const char *path, const void *data, size_t length, struct error *e);

#endif
