/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_SINGLE_H
#define PROBES_MAILINDEX_SINGLE_H

#include "probes/mailindex.h"
#include "probes/mailindex_file.h"

/*
 * One file by itself, which its name tells the kind of: dovecot.index, dovecot.index.log, .log.2,
 * .cache (and those of map and list), dovecot-uidlist, u.N, m.N. -EINVAL for another name, and what
 * mailindex_open() gives.
 */
int mailindex_single(const char *path, struct mailindex_io *io, struct mailindex_sink *sink,
                     struct error *e);

#endif
