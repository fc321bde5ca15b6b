/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_MEMBERS_H
#define PROBES_MAILINDEX_MEMBERS_H

#include "core/error.h"
#include "probes/mailindex_share.h"

/*
 * How members that share a store know of each other: each puts a file of its name anew into one
 * directory that all of them see, at the end of each round in which it could look at the store; its
 * time, which the file server sets, says when. So it needs no port, no protocol and no clocks that
 * agree, goes through what the hosts share anyway, and nothing is written among the mail. A host
 * whose mount hangs is as gone as one that is down. (Prometheus cannot be asked: an agent does not
 * know where it is, and is to work without.)
 *
 * Refreshes the own file, and judges by those of the others. Where the directory cannot be written
 * or read the meeting stays as it was; negative errno.
 */
int mailindex_members_meet(const char *directory, const struct mailindex_share *share,
                           int64_t takeover_ms, struct mailindex_meeting *meeting, struct error *e);

#endif
