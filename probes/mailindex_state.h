/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_STATE_H
#define PROBES_MAILINDEX_STATE_H

#include "probes/mailindex_plan.h"

/*
 * The plan of a store, kept in DIRECTORY/mailindex from one start to the next. store: what the
 * configuration calls it. Where there is nothing yet, loading leaves the plan as it is.
 */
int mailindex_state_load(struct mailindex_plan *plan, const char *directory, const char *store,
                         struct error *e);
int mailindex_state_save(const struct mailindex_plan *plan, const char *directory,
                         const char *store, struct error *e);

#endif
