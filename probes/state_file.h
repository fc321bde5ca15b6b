/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_STATE_FILE_H
#define PROBES_STATE_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "core/arena.h"
#include "core/error.h"

/*
 * Puts the bytes into the file, all at once: whoever reads meanwhile, or after a crash, sees the
 * old ones or the new. Not forced to the disk. Negative errno.
 */
int state_file_write(const char *path, const void *data, size_t length, struct error *e);

/*
 * The file's text, of at most limit bytes, in the arena, with a NUL behind it; how many bytes it
 * has. -ENOENT where there is none, -EFBIG for what is too large or no regular file.
 */
ssize_t state_file_read(const char *path, size_t limit, struct arena *arena, char **text,
                        struct error *e);

#endif
