/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PROBES_MAILINDEX_FINDINGS_H
#define TESTS_PROBES_MAILINDEX_FINDINGS_H

#include <inttypes.h>

#include "core/buf.h"
#include "probes/mailindex.h"

/* Findings as text: "U03@12 U04@40", in the order in which they came. */
static inline void put_finding(const struct mailindex_finding *finding, void *arg)
{
    struct buf *out = arg;
    buf_printf(out, "%s%s@%" PRIu64, out->length ? " " : "", finding->rule, finding->offset);
}

static inline struct mailindex_sink findings_into(struct buf *out)
{
    buf_puts(out, "");
    return (struct mailindex_sink){.report = put_finding, .arg = out};
}

#endif
