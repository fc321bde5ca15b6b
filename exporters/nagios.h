/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_NAGIOS_H
#define EXPORTERS_NAGIOS_H

#include "core/buf.h"
#include "core/instant.h"
#include "core/look.h"
#include "core/store.h"

/*
 * The format of the monitoring plugins' guidelines: a first line "FOREWARN CRITICAL - texts |
 * perfdata" of bounded length, then long output. The exit code is look->verdict.
 *
 * verbosity as the guidelines' -v, counted: 0 the alerts and what to do, 1 and more also what is
 * known of each.
 */
void nagios_render(const struct look *look, const struct store *store, unsigned verbosity,
                   struct buf *out);

/* The same within so many bytes, at least NAGIOS_LEAST. */
enum { NAGIOS_LEAST = 1500 };
void nagios_render_within(const struct look *look, const struct store *store, unsigned verbosity,
                          size_t limit, struct buf *out);

/*
 * The answer to --expr EXPR with -w and -c, of which either may be NULL: each of the values is held
 * against both ranges, the worst one counts, no value at all is unknown. What would be ok is
 * unknown where the look did not see everything. Gives the verdict; -EINVAL for a bad range, with
 * nothing rendered.
 */
int nagios_render_expr(const char *expr, const struct instant *values, size_t count,
                       const char *warning, const char *critical, const struct look *look,
                       enum verdict *verdict, struct buf *out, struct error *e);

/* The answer when there is none: "FOREWARN UNKNOWN - text". */
void nagios_render_unknown(const char *text, struct buf *out);

#endif
