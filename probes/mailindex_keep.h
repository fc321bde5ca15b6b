/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_KEEP_H
#define PROBES_MAILINDEX_KEEP_H

#include "probes/mailindex_baseline.h"

/*
 * The baseline of a store of the configuration, kept in DIRECTORY/mailindex from one round to the
 * next. One that is broken is put aside and begun anew; then e says so, and 0 comes all the same.
 */
int mailindex_keep_open(const char *directory, const char *store,
                        struct mailindex_baseline **baseline, struct error *e);

/* Bytes of the file; 0: there is none. */
uint64_t mailindex_keep_size(const char *directory, const char *store);

#endif
