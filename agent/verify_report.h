/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_VERIFY_REPORT_H
#define AGENT_VERIFY_REPORT_H

#include "agent/report_table.h"
#include "agent/verify.h"
#include "core/buf.h"

/* What "forewarn verify" prints, in both formats; pure. */

/*
 * Outside text on one line: what is no printable UTF-8, and backslashes, as \xHH of each byte.
 * Names of mailboxes hold anything.
 */
void verify_escape(const char *text, struct buf *out);

/* A finding as lines of text; with_advice: what the server does about it and what to do. */
void verify_finding_text(const struct report_style *style, const struct mailindex_finding *finding,
                         bool with_advice, struct buf *out);

/* What it came to, a few lines. */
void verify_summary_text(const struct report_style *style, const struct verify *verify,
                         double seconds, struct buf *out);

/* A finding as a JSON object, and what stands after the list of them. */
void verify_finding_json(const char *store, const struct mailindex_finding *finding,
                         struct buf *out);
void verify_summary_json(const struct verify *verify, struct buf *out);

/* The line that shows how far it is, without an end of line; width: of the terminal. */
void verify_progress_text(const struct verify *verify, double seconds, int width, struct buf *out);

/* "sound", "suspect", "damaged" */
const char *verify_verdict(const struct verify_counts *counts);

#endif
