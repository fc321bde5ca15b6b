/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_replay.h"
#include "tests/fuzz/fuzz.h"

struct replay {
    struct dovecot_state *state;
    struct mailindex_window window;
    struct mailindex_sink *sink;
};

static void forget(const struct mailindex_finding *finding, void *arg)
{
    (void)finding;
    (void)arg;
}

static bool apply(const struct dovecot_log_record *record, void *arg)
{
    struct replay *replay = arg;
    dovecot_state_apply(replay->state, &replay->window, record, replay->sink);
    dovecot_state_note_pending(replay->state, &replay->window, record);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mailindex_file file = mailindex_memory("log", data, size);
    struct mailindex_sink sink = {.report = forget};
    struct dovecot_log_facts facts;
    struct replay replay = {dovecot_state_new(NULL), {.file = &file}, &sink};

    dovecot_log_walk(&file, &facts, apply, &replay, &sink);
    dovecot_state_finish(replay.state, facts.whole);
    window_free(&replay.window);
    dovecot_state_free(&replay.state);
    return 0;
}
