/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DOVECOT_LINKS_H
#define PROBES_DOVECOT_LINKS_H

#include "probes/dovecot_mailbox.h"

/* How index, log, log.2 and cache belong together by their headers. */

/* The indexid is the same in all of them; where one differs it is that one that is named. */
bool dovecot_links_indexid(const struct dovecot_files *files, const struct dovecot_look *look,
                           const struct dovecot_cache_header *cache, struct mailindex_sink *sink);

/* Whether log.2 is the log before the log: what it says then counts too. */
bool dovecot_links_follows(const struct dovecot_files *files, const struct dovecot_look *look);

/* A log begins where log.2 ended. Call it after both were walked. */
void dovecot_links_rotation(const struct dovecot_files *files, const struct dovecot_look *look,
                            struct mailindex_sink *sink);

/* The index names a log that there is; false: it does not, and the log cannot be applied to it. */
bool dovecot_links_position(const struct dovecot_files *files, const struct dovecot_look *look,
                            struct mailindex_sink *sink);

#endif
