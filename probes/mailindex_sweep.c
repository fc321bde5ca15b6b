/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_sweep.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "probes/dovecot_template.h"
#include "probes/mailindex_changed.h"

/* A second look on NFS comes a minute after the first; it has to be within the same round. */
enum {
    MEMORY = 1 << 14,
    PAUSE_MS = 50,
    SECOND_LOOK_MS = 100 * 1000,
    MAIL_SECONDS = 20,
    MAX_PATH = 4096
};

/* What is remembered of a mailbox that was looked at, to see whether it is made anew. */
struct remembered {
    uint64_t key;
    struct mailindex_churn_facts facts;
    struct mailindex_churn_history history;
    uint32_t rebuilds;
    char *mailbox; /* once it churns */
};

struct mailindex_sweep {
    struct arena *arena;
    const struct cyrus_partition *cyrus; /* that is gone over; NULL: none */
    bool databases;                      /* only those */
    const char *pattern;                 /* of the stores' paths; NULL: all */
    const char *start;                   /* where the walk begins; NULL: location says so */
    const char *template;                /* location with variables; NULL: none */
    struct dovecot_location location;
    const struct mailindex_share *share; /* members 0: it is not shared */
    int64_t round_ms;
    struct mailindex_plan plan;
    struct mailindex_io io;
    struct mailindex_walk *walk;
    struct mailindex_confirm *confirm;
    struct mailindex_baseline *baseline; /* NULL: none */
    struct remembered *memory;           /* MEMORY of them; the newer one wins a place */
    bool passing_over;                   /* what the sweep had before it was broken off */
    struct error failed;                 /* of setting up */
};

/* A path as all members have it, wherever they mounted the store. */
static const char *below_start(const struct mailindex_sweep *sweep, const char *path)
{
    size_t length = sweep->start ? strlen(sweep->start) : 0;
    return length && strncmp(path, sweep->start, length) == 0 ? path + length : path;
}

/* Whether another member looks at it. */
static bool is_others(const struct mailindex_sweep *sweep, const char *path)
{
    return sweep->share->count &&
           !mailindex_share_is_mine(sweep->share, sweep->plan.meeting.alive, path);
}

static int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Of Cyrus by its path: many directories of databases have no name. */
static uint64_t key_of(const struct mailindex_mailbox *mailbox)
{
    if (mailbox->format == MAILINDEX_CYRUS || mailbox->format == MAILINDEX_CYRUS_DATABASES)
        return mailindex_plan_key(mailbox->store, mailbox->index.path);
    return mailindex_plan_key(mailbox->store,
                              mailbox->name[0] ? mailbox->name : mailbox->index_name);
}

/* ---- what came of a look ---- */

static void remember(struct mailindex_sweep *sweep, uint64_t key, const char *mailbox,
                     const struct mailindex_churn_facts *facts)
{
    struct remembered *place = &sweep->memory[key % MEMORY];

    if (place->key != key) {
        free(place->mailbox);
        *place = (struct remembered){.key = key, .facts = *facts};
        return;
    }
    struct mailindex_churn churn = mailindex_churn_between(&place->facts, facts);
    uint32_t rebuilds = churn.index_rebuilds + churn.cache_rebuilds + churn.store_rebuilds +
                        churn.repairs + churn.renumbered + churn.unsaved;
    mailindex_churn_add(&place->history, &churn);
    place->facts = *facts;
    place->rebuilds += rebuilds;
    sweep->plan.rebuilds += rebuilds;
    if (rebuilds && !place->mailbox)
        place->mailbox = strdup(mailbox);
}

static const char *describe(const struct mailindex_judged *judged, char *text, size_t room)
{
    const struct mailindex_result *result = judged->result;
    const struct mailindex_finding *finding = result->first ? &result->first->finding : NULL;

    if (!finding) {
        snprintf(text, room, "%s", result->unreadable ? result->unreadable : "");
        return text;
    }
    const char *name = finding->mailbox[0] ? finding->mailbox : judged->mailbox->name;
    snprintf(text, room, "%s%s%s%s (rule %s%s). Then: %s. Now: %s", name[0] ? "mailbox '" : "",
             name, name[0] ? "': " : "", finding->message, finding->rule,
             result->count > 1 ? ", first of several" : "", finding->effect, finding->repair);
    return text;
}

static bool was_restored(const struct mailindex_result *result)
{
    for (const struct mailindex_found *found = result->first; found; found = found->next)
        if (strcmp(found->finding.rule, "B2") == 0)
            return true;
    return false;
}

static void judged(const struct mailindex_judged *judged, void *arg)
{
    struct mailindex_sweep *sweep = arg;
    const struct mailindex_result *result = judged->result;
    uint64_t key = key_of(judged->mailbox);
    char text[2048], name[1024];

    snprintf(name, sizeof name, "%s %s", judged->mailbox->store, judged->mailbox->name);
    if (!result->unreadable)
        remember(sweep, key, name, &result->churn);
    sweep->plan.restored += was_restored(result);
    if (judged->judgement == MAILINDEX_SOUND || judged->judgement == MAILINDEX_IS_BUSY) {
        mailindex_plan_judged(&sweep->plan, key, NULL);
        return;
    }
    const struct mailindex_finding *finding = result->first ? &result->first->finding : NULL;
    if (judged->judgement == MAILINDEX_IS_UNVERIFIED && finding) {
        mailindex_plan_unverified(&sweep->plan, key, finding->file);
        return;
    }
    const char *file = finding                   ? finding->file
                       : result->unreadable_file ? result->unreadable_file
                                                 : "";
    struct mailindex_bad bad = {.verdict = (int)judged->judgement,
                                .kinds = finding ? mailindex_kind_bit(finding->kind) : 0,
                                .offset = finding ? (int64_t)finding->offset : -1,
                                .mailbox = name,
                                .file = file,
                                .message = text};
    describe(judged, text, sizeof text);
    mailindex_plan_judged(&sweep->plan, key, &bad);
}

static void unreadable(const char *path, const char *why, void *arg)
{
    struct mailindex_sweep *sweep = arg;
    if (sweep->passing_over || is_others(sweep, below_start(sweep, path)))
        return;
    uint64_t key = mailindex_plan_key(path, "");
    struct mailindex_bad bad = {.verdict = MAILINDEX_IS_UNREADABLE,
                                .offset = -1,
                                .mailbox = path,
                                .file = path,
                                .message = why};

    mailindex_plan_wants(&sweep->plan, key, 0);
    mailindex_plan_judged(&sweep->plan, key, &bad);
}

/* ---- setting up ---- */

/* The directory above the first part of a path that is a pattern. */
static const char *start_of(const char *pattern, struct arena *arena)
{
    size_t at = strcspn(pattern, "*[?\\");
    while (at && pattern[at - 1] != '/')
        at--;
    return at > 1 ? arena_strndup(arena, pattern, at - 1) : "/";
}

static int set_up(struct mailindex_sweep *sweep, const char *path, const char *root,
                  struct error *e)
{
    struct arena *arena = sweep->arena;
    const char *pattern;

    if (dovecot_location_is(path) && !strchr(path, '%'))
        return dovecot_location_parse(path, NULL, arena, &sweep->location, e);
    if (dovecot_location_is(path)) {
        struct dovecot_location location;
        int code = dovecot_location_parse(path, NULL, arena, &location, e);
        if (code < 0)
            return code;
        sweep->template = root[0] ? NULL : path;
        path = location.root;
    }
    int code =
        dovecot_location_pattern(arena_printf(arena, "%s%s", root, path), arena, &pattern, e);
    if (code < 0)
        return code;
    bool plain = !strpbrk(pattern, "*[?\\");
    sweep->pattern = plain ? NULL : pattern;
    sweep->start = plain ? pattern : start_of(pattern, arena);
    return 0;
}

struct mailindex_sweep *mailindex_sweep_new(const struct mailindex_settings_store *store,
                                            const struct mailindex_settings *settings,
                                            const char *root)
{
    struct mailindex_sweep *sweep = calloc(1, sizeof *sweep);
    if (!sweep)
        abort();
    sweep->memory = calloc(MEMORY, sizeof *sweep->memory);
    if (!sweep->memory)
        abort();
    sweep->arena = arena_new();
    sweep->cyrus = store->cyrus;
    sweep->databases = store->databases;
    sweep->share = &store->share;
    sweep->round_ms = settings->round_ms;
    sweep->io.bytes_per_second = settings->bytes_per_second;
    struct mailindex_confirm_options options = {
        .look = {.io = &sweep->io}, .delay_ms = -1, .judged = judged, .arg = sweep};
    sweep->confirm = mailindex_confirm_new(&options);
    set_up(sweep, store->cyrus ? store->cyrus->meta : store->path, root, &sweep->failed);
    return sweep;
}

void mailindex_sweep_free(struct mailindex_sweep **out)
{
    struct mailindex_sweep *sweep = *out;
    if (!sweep)
        return;
    mailindex_walk_free(&sweep->walk);
    mailindex_confirm_free(&sweep->confirm);
    mailindex_plan_free(&sweep->plan);
    for (size_t i = 0; i < MEMORY; i++)
        free(sweep->memory[i].mailbox);
    free(sweep->memory);
    arena_free(&sweep->arena);
    free(sweep);
    *out = NULL;
}

/* ---- going over it ---- */

static int locate(const char *path, struct arena *arena, struct dovecot_location *location,
                  void *arg, struct error *e)
{
    const struct mailindex_sweep *sweep = arg;
    return sweep->template ? dovecot_template_location(sweep->template, path, arena, location, e)
                           : 0;
}

/* Each round has a process of its own: it goes on after what the one before looked at. */
static void pass_over(struct mailindex_sweep *sweep)
{
    struct mailindex_mailbox mailbox;

    sweep->passing_over = true;
    for (uint64_t i = 0; i < sweep->plan.walked; i++)
        if (mailindex_walk_next(sweep->walk, &mailbox) <= 0)
            break;
    sweep->passing_over = false;
}

static int begin(struct mailindex_sweep *sweep, int64_t now_ms, struct error *e)
{
    const struct mailindex_walk_options options = {.io = &sweep->io,
                                                   .cyrus = sweep->cyrus,
                                                   .unreadable = unreadable,
                                                   .locate = locate,
                                                   .arg = sweep};

    if (sweep->failed.code)
        return error_set(e, sweep->failed.code, "%s", sweep->failed.text);
    int code = sweep->start ? mailindex_walk_directory(sweep->start, &options, &sweep->walk, e)
                            : mailindex_walk_location(&sweep->location, &options, &sweep->walk, e);
    if (code < 0)
        return code;
    if (sweep->plan.sweep_ms)
        pass_over(sweep);
    else
        mailindex_plan_begin(&sweep->plan, now_ms, sweep->round_ms);
    return 0;
}

/* What tells a mailbox from all others of the store, the same on all members. */
static const char *shared_path(const struct mailindex_sweep *sweep,
                               const struct mailindex_mailbox *mailbox, char *text, size_t room)
{
    if (mailbox->format == MAILINDEX_CYRUS || mailbox->format == MAILINDEX_CYRUS_DATABASES)
        return below_start(sweep, mailbox->index.path);
    snprintf(text, room, "%s/%s/%s", below_start(sweep, mailbox->store), mailbox->name,
             mailbox->index_name);
    return text;
}

/* Mails that are known are read again once a round, not with each change of their mailbox. */
static void look_at(struct mailindex_sweep *sweep, const struct mailindex_mailbox *mailbox)
{
    struct mailindex_look_options look = {.io = &sweep->io, .baseline = sweep->baseline};

    if (sweep->baseline) {
        look.only_new_mails = !mailindex_plan_has_turn(&sweep->plan, key_of(mailbox));
        look.mail_bytes = (uint64_t)sweep->io.bytes_per_second * MAIL_SECONDS;
        look.turn = (uint64_t)(sweep->plan.sweep_ms / sweep->round_ms);
    }
    mailindex_confirm_look(sweep->confirm, &look);
    mailindex_confirm_add(sweep->confirm, mailbox);
}

static void take(struct mailindex_sweep *sweep, const struct mailindex_mailbox *mailbox)
{
    char text[MAX_PATH];

    sweep->plan.walked++;
    if (sweep->databases && mailbox->format != MAILINDEX_CYRUS_DATABASES)
        return;
    if (sweep->pattern &&
        fnmatch(sweep->pattern, mailbox->store, FNM_PATHNAME | FNM_LEADING_DIR) != 0)
        return;
    const char *path = shared_path(sweep, mailbox, text, sizeof text);
    if (is_others(sweep, path))
        return;
    /* What another member looked at until now is looked at as if it had just changed. */
    bool is_new = sweep->share->count &&
                  !mailindex_share_is_mine(sweep->share, sweep->plan.meeting.before, path);
    int64_t changed_ms = is_new ? INT64_MAX : mailindex_changed_ms(mailbox, &sweep->io);
    if (mailindex_plan_wants(&sweep->plan, key_of(mailbox), changed_ms))
        look_at(sweep, mailbox);
}

static void finish_second_looks(struct mailindex_sweep *sweep)
{
    int64_t end_ms = monotonic_ms() + SECOND_LOOK_MS;
    while (mailindex_confirm_due(sweep->confirm) && monotonic_ms() < end_ms) {
        struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
        nanosleep(&pause, NULL);
    }
}

/* 1: a sweep is done; 0: the time is over. */
static int go_on(struct mailindex_sweep *sweep, int64_t now_ms, int64_t for_ms, int64_t *end_ms,
                 struct error *e)
{
    struct mailindex_mailbox mailbox;
    bool resumes = !sweep->walk && sweep->plan.sweep_ms;
    int code = sweep->walk ? 0 : begin(sweep, now_ms, e);

    if (code < 0)
        return code;
    if (resumes) /* the way there does not count, else a large store would never be done */
        *end_ms = monotonic_ms() + for_ms;
    sweep->io.started_ms = 0;
    while (monotonic_ms() < *end_ms && mailindex_walk_next(sweep->walk, &mailbox) > 0)
        take(sweep, &mailbox);
    if (monotonic_ms() >= *end_ms)
        return 0; /* goes on in the next round */
    mailindex_walk_free(&sweep->walk);
    mailindex_plan_end(&sweep->plan);
    return 1;
}

int mailindex_sweep_work(struct mailindex_sweep *sweep, int64_t now_ms, int64_t for_ms,
                         struct error *e)
{
    int64_t end_ms = monotonic_ms() + for_ms;
    int code;

    if (sweep->share->count)
        mailindex_meeting_start(&sweep->plan.meeting, sweep->share);

    /* While one slot after the other is due, sweep follows sweep. */
    while ((code = go_on(sweep, now_ms, for_ms, &end_ms, e)) > 0)
        if (!mailindex_plan_is_due(&sweep->plan, now_ms, sweep->round_ms))
            break;
    if (code >= 0)
        finish_second_looks(sweep);
    return code < 0 ? code : 0;
}

/* ---- what is remembered, from one process to the next ---- */

struct kept {
    uint64_t key;
    struct mailindex_churn_facts facts;
    struct mailindex_churn_history history;
    uint32_t rebuilds;
    char mailbox[160]; /* "": it does not churn */
};

void mailindex_sweep_render_memory(const struct mailindex_sweep *sweep, struct buf *out)
{
    const uint64_t size = sizeof(struct kept);

    buf_add(out, &size, sizeof size);
    for (size_t i = 0; i < MEMORY; i++) {
        const struct remembered *r = &sweep->memory[i];
        struct kept kept;
        if (!r->key)
            continue;
        memset(&kept, 0, sizeof kept);
        kept.key = r->key;
        kept.facts = r->facts;
        kept.history = r->history;
        kept.rebuilds = r->rebuilds;
        snprintf(kept.mailbox, sizeof kept.mailbox, "%s", r->mailbox ? r->mailbox : "");
        buf_add(out, &kept, sizeof kept);
    }
}

void mailindex_sweep_parse_memory(struct mailindex_sweep *sweep, const void *data, size_t length)
{
    const uint8_t *from = data;
    struct kept kept;
    uint64_t size;

    if (length < sizeof size)
        return;
    memcpy(&size, from, sizeof size);
    if (size != sizeof kept) /* another version's: it begins anew */
        return;
    for (size_t at = sizeof size; length - at >= sizeof kept; at += sizeof kept) {
        memcpy(&kept, from + at, sizeof kept);
        kept.mailbox[sizeof kept.mailbox - 1] = '\0';
        struct remembered *r = &sweep->memory[kept.key % MEMORY];
        free(r->mailbox);
        *r = (struct remembered){kept.key, kept.facts, kept.history, kept.rebuilds,
                                 kept.mailbox[0] ? strdup(kept.mailbox) : NULL};
    }
}

void mailindex_sweep_baseline(struct mailindex_sweep *sweep, struct mailindex_baseline *baseline)
{
    sweep->baseline = baseline;
    mailindex_confirm_baseline(sweep->confirm, baseline);
}

struct mailindex_plan *mailindex_sweep_plan(struct mailindex_sweep *sweep)
{
    return &sweep->plan;
}

uint64_t mailindex_sweep_bytes(const struct mailindex_sweep *sweep)
{
    return sweep->io.bytes;
}

bool mailindex_sweep_atime_touched(const struct mailindex_sweep *sweep)
{
    return sweep->io.atime_touched;
}

size_t mailindex_sweep_worst(const struct mailindex_sweep *sweep,
                             struct mailindex_churning worst[MAILINDEX_WORST])
{
    size_t count = 0;

    for (size_t i = 0; i < MEMORY; i++) {
        const struct remembered *r = &sweep->memory[i];
        enum mailindex_churn_state state =
            r->mailbox ? mailindex_churn_judge(&r->history) : MAILINDEX_CHURN_NONE;
        if (state == MAILINDEX_CHURN_NONE)
            continue;
        size_t at = count;
        while (at && worst[at - 1].rebuilds < r->rebuilds)
            at--;
        if (at == MAILINDEX_WORST)
            continue;
        if (count < MAILINDEX_WORST)
            count++;
        memmove(&worst[at + 1], &worst[at], (count - at - 1) * sizeof *worst);
        worst[at] =
            (struct mailindex_churning){r->mailbox, r->rebuilds, state == MAILINDEX_CHURN_WEAK};
    }
    return count;
}
