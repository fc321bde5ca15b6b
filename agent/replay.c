/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/replay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "agent/evaluation.h"
#include "agent/host.h"
#include "agent/recording_tree.h"
#include "agent/replay_probes.h"
#include "agent/self.h"
#include "config.h"
#include "core/batch.h"

#define RETENTION_MS (INT64_C(30) * 24 * 3600 * 1000)

/*
 * Where nothing has changed for an hour and nothing will for a while, ticks are further apart: less
 * than the five minutes that a sample counts for.
 */
enum { QUIET_MS = 3600 * 1000, QUIET_STEP_MS = 4 * 60 * 1000 };

enum { FORGET_EVERY = 1000, TELL_EVERY = 64 };

struct replay {
    const struct replay_options *options;
    struct replay_result *result;
    struct recording_tree tree;
    struct root *root;
    struct clock_sim clock;
    struct replay_probes probes;
    struct store *store;
    struct evaluation evaluation;
    struct notify *notify;
    struct recording_look look, next; /* the one that holds, and the one after */
    bool has_next;
};

static int64_t next_tick(const struct replay *r, int64_t t_ms)
{
    int64_t step = r->options->interval_ms;
    return (t_ms / step + 1) * step;
}

/* The first tick at or after a moment. */
static int64_t tick_at(const struct replay *r, int64_t t_ms)
{
    return next_tick(r, t_ms - 1);
}

/*
 * Reads ahead by one look, since its moment says how long the one before holds. The state of the
 * recording is that of the look read last, so the tree takes a look only when the next is wanted.
 */
static int read_next(struct replay *r, struct error *e)
{
    r->has_next = recording_next(r->options->recording, &r->next, &r->result->broken) > 0;
    if (r->has_next && r->next.at_ms < r->look.at_ms)
        return error_set(e, -EINVAL, "the recording goes back in time at look %llu",
                         (unsigned long long)recording_number(r->options->recording));
    return 0;
}

static int take_next(struct replay *r, struct error *e)
{
    r->look = r->next;
    r->result->looks++;
    replay_probes_changed(&r->probes, r->options->recording);
    int code = recording_tree_apply(&r->tree, r->options->recording, e);
    return code < 0 ? code : read_next(r, e);
}

static struct seen *see_self(const struct replay *r, int64_t t_ms)
{
    struct seen *self = seen_new(t_ms);
    struct batch batch;

    batch_init(&batch);
    BATCH_SAMPLE(&batch, &self_build_info, 1, PACKAGE_VERSION);
    replay_probes_report(&r->probes, &batch);
    evaluation_report(&r->evaluation, &batch);
    intake_batch(&self->intake, &self_probe, &batch);
    batch_free(&batch);
    return self;
}

static void judge(struct replay *r, int64_t t_ms)
{
    SCRATCH_ARENA(arena);
    const struct seen *seen[REPLAY_MAX_PROBES + 1];
    const struct notify_event *events;
    struct seen *self = see_self(r, t_ms);
    size_t count = replay_probes_seen(&r->probes, seen), told;

    seen[count++] = self;
    evaluation_tick(&r->evaluation, t_ms, seen, count);
    notify_tick(r->notify, r->evaluation.alerts.at, r->evaluation.alerts.count, t_ms, arena,
                &events, &told);
    if (r->options->judged)
        r->options->judged(r->options->arg, r->result->host, r->evaluation.alerts.at,
                           r->evaluation.alerts.count, t_ms);
    if (told)
        r->options->tell(r->options->arg, events, told);
    seen_free(&self);
    if (++r->result->ticks % FORGET_EVERY == 0) {
        store_drop_before(r->store, t_ms - RETENTION_MS);
        evaluation_forget(&r->evaluation);
    }
}

/* Nobody recorded: the clocks of alerts stand still, as for an agent on a host that was off. */
static void jump(struct replay *r, int64_t from_ms, int64_t to_ms)
{
    int64_t jump_ms = to_ms - from_ms;
    r->result->blind_ms += jump_ms;
    evaluation_jump(&r->evaluation, jump_ms, to_ms);
    notify_shift(r->notify, jump_ms);
    replay_probes_forget(&r->probes);
}

/* The tick after that at t_ms; past the end of what was recorded: the end, 0. */
static int64_t go_to_next(struct replay *r, int64_t t_ms)
{
    bool quiet =
        t_ms - r->look.at_ms > QUIET_MS && r->has_next && r->next.at_ms > t_ms + 2 * QUIET_STEP_MS;
    int64_t next = next_tick(r, quiet ? t_ms + QUIET_STEP_MS - r->options->interval_ms : t_ms);
    int64_t until = r->look.holds_ms ? r->look.at_ms + r->look.holds_ms : INT64_MAX;

    if (!r->has_next)
        return r->look.holds_ms && next <= until ? next : 0;
    if (next > until && tick_at(r, r->next.at_ms) > next) {
        next = tick_at(r, r->next.at_ms);
        jump(r, t_ms, next);
    }
    return next;
}

static int tick(struct replay *r, int64_t t_ms, struct arena *results, struct error *e)
{
    int code = 0;
    while (code == 0 && r->has_next && r->next.at_ms <= t_ms)
        code = take_next(r, e);
    if (code < 0)
        return code;
    if (!r->result->ticks)
        r->result->host = host_name(r->root, results);
    clock_sim_advance(&r->clock, t_ms - r->clock.wall_ms);
    replay_probes_look(&r->probes, r->root, &r->clock.clock, t_ms);
    judge(r, t_ms);
    return 0;
}

static bool goes_on(const struct replay *r)
{
    const struct replay_options *options = r->options;
    return r->result->ticks % TELL_EVERY || !options->go_on ||
           options->go_on(options->arg, recording_progress(options->recording));
}

static int run(struct replay *r, struct arena *arena, struct error *e)
{
    int64_t t_ms = tick_at(r, r->next.at_ms);
    int code = 0;

    r->result->from_ms = r->next.at_ms;
    clock_sim_init(&r->clock, t_ms);
    for (; t_ms && code == 0 && goes_on(r); t_ms = go_to_next(r, t_ms)) {
        code = tick(r, t_ms, arena, e);
        r->result->to_ms = t_ms;
    }
    return code;
}

static int open_all(struct replay *r, struct error *e)
{
    int code = recording_tree_make(&r->tree, e);
    if (code == 0)
        code = root_open(r->tree.path, &r->root, e);
    if (code == 0)
        code = replay_probes_open(&r->probes, r->tree.path, e);
    if (code == 0)
        code = read_next(r, e);
    if (code == 0 && !r->has_next)
        code = r->result->broken.code ? error_set(e, -EINVAL, "%s", r->result->broken.text)
                                      : error_set(e, -ENODATA, "there is no look in the recording");
    return code;
}

static void close_all(struct replay *r)
{
    notify_free(&r->notify);
    evaluation_free(&r->evaluation);
    store_free(&r->store);
    replay_probes_close(&r->probes);
    root_close(&r->root);
    recording_tree_remove(&r->tree);
}

int replay_run(const struct replay_options *options, struct arena *arena,
               struct replay_result *result, struct error *e)
{
    struct replay r = {.options = options,
                       .result = result,
                       .tree = {.fd = -1},
                       .store = store_new(),
                       .notify = notify_new()};

    *result = (struct replay_result){.host = ""};
    evaluation_init(&r.evaluation, r.store);
    evaluation_set_rules(&r.evaluation, options->rules, &labels_empty, options->interval_ms);
    notify_configure(r.notify, &options->notify);
    int code = open_all(&r, e);
    if (code == 0)
        code = run(&r, arena, e);
    close_all(&r);
    return code;
}
