/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_STATE_H
#define PROBES_MAILINDEX_STATE_H

#include "core/arena.h"
#include "probes/mailindex_file.h"
#include "probes/mailindex_plan.h"

/*
 * The plan of a store, kept in DIRECTORY/mailindex from one start to the next. store: what the
 * configuration calls it. Where there is nothing yet, loading leaves the plan as it is.
 */
int mailindex_state_load(struct mailindex_plan *plan, const char *directory, const char *store,
                         struct error *e);
int mailindex_state_save(const struct mailindex_plan *plan, const char *directory,
                         const char *store, struct error *e);

/* The path of a file of that kind ("baseline") beside it, in a directory that is made. */
int mailindex_state_path(const char *directory, const char *store, const char *kind,
                         struct arena *arena, const char **path, struct error *e);

/* Bytes of another kind ("churn") beside it. -ENOENT: nothing yet. Free bytes in any case. */
int mailindex_state_read(const char *directory, const char *store, const char *kind,
                         struct mailindex_bytes *bytes, struct error *e);
int mailindex_state_write(const char *directory, const char *store, const char *kind,
                          const void *data, size_t length, struct error *e);

#endif
