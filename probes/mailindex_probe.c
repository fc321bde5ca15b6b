/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "probes/mailindex_keep.h"
#include "probes/mailindex_members.h"
#include "probes/mailindex_metrics.h"
#include "probes/mailindex_rights.h"
#include "probes/mailindex_state.h"
#include "probes/mailindex_stores.h"
#include "probes/mailindex_sweep.h"
#include "probes/probers.h"
#include "probes/registry.h"

enum {
    WORK_MS = 20 * 1000, /* of each store in a round; a file that hangs has the rest */
    NICE = 10,
};

struct state {
    struct arena *arena;
    const char *text; /* of the settings; NULL: none were read yet */
    struct mailindex_settings settings;
    struct mailindex_sweep *sweeps[MAILINDEX_MAX_STORES];
    bool told_atime;
};

/* Whatever it reads can wait: linux/ioprio.h, class 3 is idle. */
static void be_modest(void)
{
    enum { WHO_PROCESS = 1, CLASS_IDLE = 3, CLASS_SHIFT = 13 };
    syscall(SYS_ioprio_set, WHO_PROCESS, 0, CLASS_IDLE << CLASS_SHIFT);
    setpriority(PRIO_PROCESS, 0, NICE);
}

static void forget(struct state *state)
{
    for (size_t i = 0; i < state->settings.store_count; i++)
        mailindex_sweep_free(&state->sweeps[i]);
    state->settings.store_count = 0;
    arena_reset(state->arena);
    state->text = NULL;
}

/* What the round before left, as each has a process of its own. */
static void load_state(struct probe_run *run, struct mailindex_sweep *sweep, const char *store)
{
    struct mailindex_bytes bytes;
    struct error why = {0}, none;

    if (mailindex_state_load(mailindex_sweep_plan(sweep), run->state_directory, store, &why) < 0)
        probe_finding(run, "note", false, store, run->state_directory,
                      "what was known of this store is lost: %s", why.text);
    if (mailindex_state_read(run->state_directory, store, "churn", &bytes, &none) == 0)
        mailindex_sweep_parse_memory(sweep, bytes.data, bytes.length);
    mailindex_bytes_free(&bytes);
}

static void save_state(struct probe_run *run, struct mailindex_sweep *sweep, const char *store)
{
    struct buf memory = {0};
    struct error e;

    mailindex_sweep_render_memory(sweep, &memory);
    if (mailindex_state_save(mailindex_sweep_plan(sweep), run->state_directory, store, &e) < 0 ||
        mailindex_state_write(run->state_directory, store, "churn", memory.data, memory.length,
                              &e) < 0)
        probe_finding(run, "note", false, store, "", "%s", e.text);
    buf_free(&memory);
}

static void start_store(struct probe_run *run, struct state *state, size_t i)
{
    const struct mailindex_settings_store *store = &state->settings.stores[i];
    bool live = root_is_live(run->root);

    state->sweeps[i] =
        mailindex_sweep_new(store, &state->settings, live ? "" : root_path(run->root));
    if (live && run->state_directory)
        load_state(run, state->sweeps[i], store->path);
}

/* The settings come with each order: where they are others than before, all begins anew. */
static int take_settings(struct probe_run *run, struct state *state, struct error *e)
{
    const char *text = run->settings ? run->settings : "";

    if (state->text && strcmp(state->text, text) == 0)
        return 0;
    forget(state);
    int code = mailindex_settings_parse(text, state->arena, &state->settings, e);
    if (code < 0)
        return code;
    state->text = arena_strdup(state->arena, text);
    mailindex_stores_find(run, &state->settings, state->arena);
    for (size_t i = 0; i < state->settings.store_count; i++)
        start_store(run, state, i);
    return 0;
}

static int open_probe(struct probe_run *run, struct error *e)
{
    struct state *state = calloc(1, sizeof *state);
    (void)e;
    if (!state)
        abort();
    state->arena = arena_new();
    run->state = state;
    be_modest();
    return 0;
}

static void close_probe(struct probe_run *run)
{
    struct state *state = run->state;
    forget(state);
    arena_free(&state->arena);
    free(state);
    run->state = NULL;
}

static void report_bad(struct probe_run *run, const char *store, const struct mailindex_bad *bad)
{
    static const char *const kinds[] = {"note", "suspect", "damaged", "unreadable", "note"};
    struct finding finding = {.kind = kinds[bad->verdict <= 4 ? bad->verdict : 0],
                              .blind = bad->verdict == MAILINDEX_IS_UNREADABLE,
                              .target = store,
                              .file = bad->file,
                              .offset = bad->offset,
                              .message = bad->message};
    batch_finding(&run->batch, &finding);
}

/* Of a store that is shared, so that the sum over all of them counts each mailbox once. */
static const char *member_of(const struct mailindex_settings_store *store)
{
    return store->share.count ? store->share.members[store->share.self] : "";
}

#define SAMPLE(run, metric, value, store, ...)                                                     \
    BATCH_SAMPLE(&(run)->batch, metric, (double)(value), (store)->path, member_of(store),          \
                 ##__VA_ARGS__)

static void report_members(struct probe_run *run, const struct mailindex_settings_store *store,
                           const struct mailindex_plan *plan)
{
    int alive = __builtin_popcountll(plan->meeting.alive);

    if (!store->share.count)
        return;
    SAMPLE(run, &mailindex_members, alive, store, "alive");
    SAMPLE(run, &mailindex_members, (int)store->share.count - alive, store, "gone");
}

static uint64_t unverified_of(const struct mailindex_plan *plan)
{
    uint64_t count = 0;
    for (size_t i = 0; i < MAILINDEX_SLOTS; i++)
        count += plan->unverified[i];
    return count;
}

static void report_counts(struct probe_run *run, const struct mailindex_settings_store *store,
                          const struct mailindex_plan *plan)
{
    static const char *const verdicts[] = {"sound", "suspect", "damaged", "unreadable"};
    uint64_t verdict[4] = {0}, kinds[MAILINDEX_KINDS] = {0};
    uint64_t unseen = mailindex_plan_unseen(plan), unverified = unverified_of(plan);
    uint64_t not_sound = unseen + unverified;
    uint64_t total = plan->total > plan->seen ? plan->total : plan->seen;

    for (size_t i = 0; i < plan->bad_count; i++) {
        const struct mailindex_bad *bad = &plan->bad[i];
        if (bad->verdict < 4)
            verdict[bad->verdict]++;
        for (unsigned k = 0; k < MAILINDEX_KINDS; k++)
            kinds[k] += bad->verdict == MAILINDEX_IS_DAMAGED && (bad->kinds >> k & 1);
    }
    for (int v = 1; v < 4; v++)
        not_sound += verdict[v];
    verdict[0] = total > not_sound ? total - not_sound : 0;
    for (int v = 0; v < 4; v++)
        SAMPLE(run, &mailindex_mailboxes, verdict[v], store, verdicts[v]);
    SAMPLE(run, &mailindex_mailboxes, unseen, store, "unseen");
    SAMPLE(run, &mailindex_mailboxes, unverified, store, "unverified");
    if (unverified)
        probe_finding(
            run, "note", false, store->path, plan->unverified_file ? plan->unverified_file : "",
            "%" PRIu64 " hold a version or format that is not verified; one of them", unverified);
    for (unsigned k = 0; k < MAILINDEX_KINDS; k++)
        SAMPLE(run, &mailindex_damage, kinds[k], store, mailindex_kinds[k]);
}

static void report_churn(struct probe_run *run, const char *store,
                         const struct mailindex_sweep *sweep)
{
    struct mailindex_churning worst[MAILINDEX_WORST];
    size_t count = mailindex_sweep_worst(sweep, worst);

    for (size_t i = 0; i < count; i++)
        probe_finding(run, "churn", false, store, worst[i].mailbox,
                      worst[i].never_stored
                          ? "its cache or virtual sizes are wanted and never stored"
                          : "its index or cache was made anew %u times since the probe started",
                      worst[i].rebuilds);
}

static void report(struct probe_run *run, struct mailindex_sweep *sweep,
                   const struct mailindex_settings_store *store)
{
    const struct state *state = run->state;
    const struct mailindex_plan *plan = mailindex_sweep_plan(sweep);
    double progress = !plan->sweep_ms ? 1
                      : plan->total   ? (double)plan->seen / (double)plan->total
                                      : 0;

    report_counts(run, store, plan);
    report_members(run, store, plan);
    SAMPLE(run, &mailindex_rebuilds, plan->rebuilds, store);
    SAMPLE(run, &mailindex_oldest_look, mailindex_plan_oldest(plan, clock_wall_ms(run->clock)),
           store);
    SAMPLE(run, &mailindex_round, (double)state->settings.round_ms / 1000, store);
    SAMPLE(run, &mailindex_progress, progress < 1 ? progress : 1, store);
    SAMPLE(run, &mailindex_bytes_read, mailindex_sweep_bytes(sweep), store);
    for (size_t i = 0; i < plan->bad_count; i++)
        report_bad(run, store->path, &plan->bad[i]);
    report_churn(run, store->path, sweep);
}

/* Whoever could not look at the store does not say that it is there. */
static void meet(struct probe_run *run, struct mailindex_sweep *sweep,
                 const struct mailindex_settings_store *store)
{
    struct error e;

    if (store->share.count && store->members_directory &&
        mailindex_members_meet(store->members_directory, &store->share, store->takeover_ms,
                               &mailindex_sweep_plan(sweep)->meeting, &e) < 0)
        probe_finding(run, "unreadable", true, store->path, store->members_directory,
                      "who is gone is not known: %s", e.text);
}

static struct mailindex_baseline *open_baseline(struct probe_run *run, const char *store)
{
    const struct state *state = run->state;
    struct mailindex_baseline *baseline = NULL;
    struct error e = {0};

    if (!state->settings.baseline || !run->state_directory || !root_is_live(run->root))
        return NULL;
    mailindex_keep_open(run->state_directory, store, &baseline, &e);
    if (e.code)
        probe_finding(run, "note", false, store, "", "%s", e.text);
    return baseline;
}

static void close_baseline(struct probe_run *run, struct mailindex_sweep *sweep,
                           const struct mailindex_settings_store *store,
                           struct mailindex_baseline *baseline)
{
    const struct state *state = run->state;
    struct mailindex_plan *plan = mailindex_sweep_plan(sweep);
    int64_t now_ms = clock_wall_ms(run->clock);
    struct error e = {0};

    mailindex_sweep_baseline(sweep, NULL);
    if (!state->settings.baseline)
        return;
    if (baseline && mailindex_baseline_close(&baseline, &e) == 0)
        plan->kept_ms = now_ms;
    else if (e.code)
        probe_finding(run, "note", false, store->path, "", "%s", e.text);
    int64_t since_ms = plan->kept_ms ? plan->kept_ms : plan->begun_ms;
    SAMPLE(run, &mailindex_baseline_age, (double)(now_ms - since_ms) / 1000, store);
    SAMPLE(run, &mailindex_restored, plan->restored, store);
    if (run->state_directory)
        SAMPLE(run, &mailindex_baseline_size,
               mailindex_keep_size(run->state_directory, store->path), store);
}

static void look_at_store(struct probe_run *run, struct mailindex_sweep *sweep,
                          const struct mailindex_settings_store *store)
{
    struct state *state = run->state;
    struct mailindex_rights before;
    struct mailindex_baseline *baseline = open_baseline(run, store->path);
    struct error e = {0};

    mailindex_sweep_baseline(sweep, baseline);
    int code = mailindex_rights_take(store->user, &before, &e);
    if (code == 0)
        code = mailindex_sweep_work(sweep, clock_wall_ms(run->clock), WORK_MS, &e);
    if (code == 0)
        meet(run, sweep, store);
    mailindex_rights_give_back(&before);
    if (code < 0)
        probe_finding(run, "unreadable", true, store->path, "", "%s", e.text);
    if (mailindex_sweep_atime_touched(sweep) && !state->told_atime) {
        state->told_atime = true;
        probe_finding(run, "note", false, store->path, "",
                      "reading changes access times: only the owner of the files may read without");
    }
    report(run, sweep, store);
    close_baseline(run, sweep, store, baseline);
    if (run->state_directory && root_is_live(run->root))
        save_state(run, sweep, store->path);
}

static int poll_probe(struct probe_run *run, struct error *e)
{
    struct state *state = run->state;
    int code = take_settings(run, state, e);
    if (code < 0)
        return code;
    for (size_t i = 0; i < state->settings.store_count; i++) {
        const struct mailindex_settings_store *store = &state->settings.stores[i];
        if (!probe_begin(run, store->path))
            continue;
        look_at_store(run, state->sweeps[i], store);
        probe_end(run, store->path);
    }
    return 0;
}

const struct prober mailindex_prober = {
    .probe = &mailindex_probe,
    .open = open_probe,
    .poll = poll_probe,
    .close = close_probe,
};
