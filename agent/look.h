/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_LOOK_H
#define AGENT_LOOK_H

#include "agent/intake.h"
#include "agent/launch.h"
#include "agent/look_history.h"
#include "agent/parse.h"
#include "core/look.h"
#include "rules/rules.h"

/* The most probes that can be chosen for one look. */
enum { LOOK_MAX_PROBES = LAUNCH_MAX_WORKERS / 4 };

struct look_options {
    const char *root;       /* the directory to look at: "/" or a recorded tree */
    const uint32_t *chosen; /* indexes into probes[] (registry.h) */
    size_t chosen_count;
    int64_t timeout_ms;            /* for all of it, judging and rendering included */
    bool judge;                    /* by the rules; else only what the probes saw */
    bool keep;                     /* the reports too: intake.h */
    const char *const *rule_files; /* instead of the configured ones */
    size_t rule_file_count;
    const struct severity_override *overrides;
    size_t override_count;
    const char *state_directory; /* NULL: look_history.h */
};

/* One look, from workers to verdict, and all that it holds. */
struct look_taken {
    struct arena *arena;
    struct store *store;
    struct intake intake;
    struct rule_set *rules;
    struct look_history history;
    struct look look;
};

/*
 * Takes a look. Everything that needs the caller's rights is done first: the root is opened, rules
 * are read, the launcher is started; then root is given up for good (privileges.h). Errors of rule
 * files are logged one by one. On failure there is nothing to release.
 */
int look_take(const struct look_options *options, struct look_taken *taken, struct error *e);
void look_release(struct look_taken *taken);

/* Adds what is to be said of the look itself to one that was taken. */
void look_note(struct look_taken *taken, const struct finding *finding);

#endif
