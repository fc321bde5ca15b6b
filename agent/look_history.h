/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_LOOK_HISTORY_H
#define AGENT_LOOK_HISTORY_H

#include "agent/intake.h"
#include "core/history.h"

/*
 * What looks without an agent remember, so that rules which look back have something to look on:
 * STATE/history/, which belongs to the user that judges. Earlier looks are loaded before the probes
 * run, and what the look and its rules measured is appended. None of it can make a look fail: what
 * cannot be written is a warning in the log and forewarn_history_writable 0.
 */
struct look_history {
    const char *directory; /* NULL: no history is kept */
    bool is_wanted;        /* by name, or of root: that it cannot be written is told */
    struct history *history;
    struct history_feed *feed; /* NULL: nothing is written */
};

/*
 * With the caller's rights: the directory is made, and as root given to the user that will judge.
 * state_directory NULL: the default one for a look at this host, none for a recorded tree.
 */
void look_history_prepare(struct look_history *h, const char *state_directory, bool root_is_live,
                          struct arena *arena);

/*
 * As the user that judges: loads what is earlier than at_ms into the empty store. Series end just
 * before at_ms, so that at that time only what this look sees is seen.
 */
void look_history_begin(struct look_history *h, struct store *store, int64_t at_ms);

/* Appends what the probes saw; whether that worked is a sample that the intake takes. */
void look_history_append(struct look_history *h, struct intake *intake);

/* Appends what came since, of the rules. */
void look_history_append_records(struct look_history *h);

void look_history_close(struct look_history *h);

#endif
