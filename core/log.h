/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <syslog.h>

/*
 * The log goes to standard error. Where that is connected to journald ($JOURNAL_STREAM names it,
 * see systemd.exec(5)) each line carries its priority as "<N>" (sd-daemon(3)); elsewhere it carries
 * the program's name. Control characters of outside input come out as '?'.
 *
 * The priority limit is the process' only setting of this kind: it is set once, at start.
 */
void log_open(const char *program, int max_priority); /* LOG_ERR .. LOG_DEBUG */

void log_message(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for a text of several lines. */
void log_lines(int priority, const char *text);

/* An error's text of several lines, for whoever reports those to a function and its argument. */
void log_reported(const char *text, void *unused);

#define log_error(...)   log_message(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_message(LOG_WARNING, __VA_ARGS__)
#define log_info(...)    log_message(LOG_INFO, __VA_ARGS__)
#define log_debug(...)   log_message(LOG_DEBUG, __VA_ARGS__)

#endif
