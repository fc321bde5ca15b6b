/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_CHANGED_H
#define PROBES_MAILINDEX_CHANGED_H

#include "probes/mailindex_walk.h"

/*
 * When something of the mailbox changed last, in milliseconds of the wall clock; 0: nothing is
 * there. One stat(2) a file, and nothing is read but a directory of databases of Cyrus.
 */
int64_t mailindex_changed_ms(const struct mailindex_mailbox *mailbox, struct mailindex_io *io);

#endif
