/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_DELAY_H
#define PROBES_MAILINDEX_DELAY_H

#include <stddef.h>
#include <stdint.h>

/*
 * How long to wait before a second look, in milliseconds: longer than a writer takes from one file
 * to the next, and where the device is of NFS longer than the kernel believes what it knows of a
 * file (acregmax and acdirmax, nfs(5)). mountinfo is the text of /proc/self/mountinfo; pure.
 */
enum { MAILINDEX_DELAY_MS = 2000 };

int64_t mailindex_delay_of(const char *mountinfo, size_t length, uint64_t device);

/* The same on this host, as it is mounted now. */
int64_t mailindex_delay_ms(uint64_t device);

#endif
