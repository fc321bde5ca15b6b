/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_NAGIOS_COMMAND_H
#define EXPORTERS_NAGIOS_COMMAND_H

#include <stddef.h>

#include "core/error.h"

/*
 * Writes a line of at most PIPE_BUF bytes into a command file, a named pipe, all of it or nothing,
 * and never waits: -ENXIO where nobody reads from it, -EAGAIN where it is full, -ENOTSUP where
 * something else than a pipe is there (a plain file would grow for ever).
 */
int nagios_command_write(const char *path, const char *line, size_t length, struct error *e);

#endif
