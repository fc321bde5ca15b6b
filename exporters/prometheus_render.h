/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_PROMETHEUS_RENDER_H
#define EXPORTERS_PROMETHEUS_RENDER_H

#include "core/buf.h"
#include "core/error.h"
#include "core/snapshot.h"
#include "exporters/compat.h"
#include "exporters/prometheus_accept.h"

/* The families that a scrape is about: name[]=A&name[]=B; none: all. */
struct prometheus_names {
    const char *at[64];
    size_t count;
};

/*
 * Appends what a scrape gives: every series of the snapshot's sources once, without timestamps, and
 * the same facts by the names of other exporters (a bit 1 << enum compat each). Pure.
 */
void prometheus_render(const struct snapshot *snapshot, unsigned compat,
                       const struct prometheus_names *names, enum prometheus_format format,
                       struct buf *out);

/* Appends in, as gzip (RFC 1952). */
int prometheus_compress(const struct buf *in, struct buf *out, struct error *e);

#endif
