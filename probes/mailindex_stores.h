/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_STORES_H
#define PROBES_MAILINDEX_STORES_H

#include "probes/mailindex_settings.h"
#include "probes/probe.h"

/*
 * The stores that are meant by the settings. Where none is named, Dovecot is asked by doveconf(1),
 * and Cyrus' /etc/imapd.conf is read, where these are here; a store whose path is a file such as
 * imapd.conf stands for all that it names. Each partition of Cyrus becomes a store, and so does its
 * configdirectory, with the databases. Where a store is shared, who this host is
 * among its members is found, or it is left out. What is of no use is a finding. Only on a live
 * host.
 */
void mailindex_stores_find(struct probe_run *run, struct mailindex_settings *settings,
                           struct arena *arena);

#endif
