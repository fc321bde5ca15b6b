/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_EXEC_ENVIRONMENT_H
#define EXPORTERS_EXEC_ENVIRONMENT_H

#include <jansson.h>
#include <stdbool.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/exporter.pb-c.h"

/*
 * What a command is told of an event: its arguments, environment and standard input. Pure, but for
 * the time zone.
 */
enum exec_style {
    EXEC_PLAIN,  /* its own arguments only; JSON on standard input */
    EXEC_SMARTD, /* as "smartd -M exec" runs it: smartd.conf(5); with an address its arguments are
                    -s SUBJECT ADDRESS... and the body of a mail is on standard input */
    EXEC_MDADM,  /* as PROGRAM of mdadm.conf(5): EVENT /dev/ARRAY [/dev/MEMBER] */
};

enum { EXEC_MAX_ARGUMENTS = 100, EXEC_MAX_VARIABLE = 16 * 1024 };

/* What one receiver of the configuration says; see exec_settings_read(). */
struct exec_settings {
    struct arena *arena;                         /* all of it lives there */
    const char *command[EXEC_MAX_ARGUMENTS + 1]; /* a path and arguments, NULL at the end */
    enum exec_style style;
    const char *address; /* of EXEC_SMARTD: mail addresses with spaces between, "": none */
    int64_t timeout_ms;
    bool send_resolved;
};

/*
 * {"command": ["/path", "argument"], "style": "plain", "address": "", "timeout_ms": 60000,
 * "send_resolved": true}; NULL with an error where it is something else.
 */
struct exec_settings *exec_settings_read(const json_t *object, struct error *e);
void exec_settings_free(struct exec_settings *settings);

/*
 * Whether the command is to be run for an event. Scripts made for smartd and mdadm know no
 * heartbeat, and of ends only mdadm's RebuildFinished.
 */
bool exec_wants(const struct exec_settings *settings, const Forewarn__Event *event);

/*
 * For execve(2), in the arena. Each variable is cut at EXEC_MAX_VARIABLE bytes; that of which lines
 * may be expected to be one (all but FOREWARN_BODY, SMARTD_FULLMESSAGE) is.
 */
char **exec_arguments(const struct exec_settings *settings, const Forewarn__Event *event,
                      struct arena *arena);
char **exec_environment(const struct exec_settings *settings, const Forewarn__Event *event,
                        struct arena *arena);

/* Appends what is on standard input. */
void exec_input(const struct exec_settings *settings, const Forewarn__Event *event,
                struct buf *out);

#endif
