/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_NFS_CALLBACK_REPORT_H
#define PROBES_NFS_CALLBACK_REPORT_H

#include "core/batch.h"
#include "probes/nfs_callback_survey.h"

/* What was asked, as samples (nfslock_metrics.h). Pure. */

/* Of each mount: this host's own address, and the server. */
void nfslock_report_survey(struct batch *batch, const struct nfslock_survey *survey);

/* Of an address of a configured target, which is called name. */
void nfslock_report_target(struct batch *batch, const char *name,
                           const struct nfslock_address *address);

#endif
