/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_EVENT_TEXT_H
#define EXPORTERS_EVENT_TEXT_H

#include "core/arena.h"
#include "core/exporter.pb-c.h"

/*
 * An event in words, for mails and scripts. Pure, but for the time zone. Texts are the arena's, or
 * parts of the event; what comes from disks and mounts is in there, so that whoever puts a text
 * where lines count takes one of event_text_line().
 */

/* "raised", "changed", "repeated", "resolved", "heartbeat", "test" */
const char *event_text_state(const Forewarn__Event *event);

/* The value of a label or annotation, "" where there is none, or no alert. */
const char *event_text_label(const Forewarn__Event *event, const char *name);
const char *event_text_annotation(const Forewarn__Event *event, const char *name);

/* The alert's name, "" where there is none. */
const char *event_text_alert(const Forewarn__Event *event);

/* One line that says what it is, of events without an alert or a summary too. */
const char *event_text_summary(const Forewarn__Event *event, struct arena *arena);

/*
 * One line: "CRITICAL mail7: md2 (raid5) is degraded", with "still" before a repeated one,
 * "RESOLVED", "TEST" or "OK" (the heartbeat) instead of the severity.
 */
const char *event_text_subject(const Forewarn__Event *event, struct arena *arena);

/* All that is known, as the body of a mail: lines that each end in "\n", wrapped at words. */
const char *event_text_body(const Forewarn__Event *event, struct arena *arena);

/* "Mon Jan  5 14:00:00 2026 CET", as smartd and date(1) have it, in local time. */
const char *event_text_time(int64_t ms, struct arena *arena);

/* Control characters, line ends among them, as spaces; what is no UTF-8 as U+FFFD. */
const char *event_text_line(const char *text, struct arena *arena);

#endif
