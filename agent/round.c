/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/round.h"

#include <errno.h>
#include <search.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "core/arena.h"

/* What a target that was not seen for lack of time comes to, and those that nobody came to. */
static const char out_of_time[] = "not looked at: the time for the whole check ran out";

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void set_deadline(struct round *round, int64_t now_ms)
{
    int64_t left = round->end_ms > now_ms ? round->end_ms - now_ms : 0;
    int64_t share = (int64_t)((double)left * ROUND_SHARE);
    if (share < ROUND_LEAST_MS)
        share = least(ROUND_LEAST_MS, left);
    round->since_ms = now_ms;
    round->deadline_ms = now_ms + least(round->target_ms, share);
}

void round_init(struct round *round, const struct probe *probe, int64_t end_ms)
{
    *round = (struct round){.probe = probe,
                            .arena = arena_new(),
                            .last = "",
                            .end_ms = end_ms,
                            .target_ms = probe->deadline_ms,
                            .failure = ""};
}

static void keep_node(void *node)
{
    (void)node; /* the arena owns them */
}

void round_free(struct round *round)
{
    tdestroy(round->index, keep_node);
    arena_free(&round->arena);
    *round = (struct round){0};
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct target *)a)->name, ((const struct target *)b)->name);
}

static struct target *find(const struct round *round, const char *name)
{
    const struct target key = {.name = name};
    struct target *const *node = tfind(&key, &round->index, by_name);
    return node ? *node : NULL;
}

bool round_knows(const struct round *round, const char *target)
{
    return find(round, target) != NULL;
}

static void settle(struct round *round, enum target_fate fate)
{
    struct target *target = find(round, round->current);
    if (target) {
        target->fate = fate == TARGET_HUNG ? fate : target->fate;
    } else {
        target = ARENA_NEW(round->arena, struct target);
        *target = (struct target){.name = round->current, .fate = fate};
        round->targets = arena_grow(round->arena, round->targets, round->target_count,
                                    &round->target_room, sizeof *round->targets);
        round->targets[round->target_count++] = target;
        tsearch(target, &round->index, by_name);
    }
    round->last = round->current;
    round->current = NULL;
}

void round_leave_aside(struct round *round, const char *target)
{
    const char *last = round->last;
    if (round_knows(round, target))
        return;
    round->current = arena_strdup(round->arena, target);
    settle(round, TARGET_HUNG);
    round->last = last;
}

void round_started(struct round *round, int64_t now_ms)
{
    round->current = NULL;
    set_deadline(round, now_ms);
}

int round_began(struct round *round, const char *target, int64_t now_ms, struct error *e)
{
    if (round->done || round->current)
        return error_set(e, -EPROTO, "begins %.64s before the end of what it did", target);
    if (!target[0] || strlen(target) > ROUND_MAX_NAME)
        return error_set(e, -EPROTO, "a target's name of %zu bytes", strlen(target));
    if (round->target_count >= ROUND_MAX_TARGETS)
        return error_set(e, -EPROTO, "more than %d targets", ROUND_MAX_TARGETS);
    struct target *known = find(round, target);
    if (known && (known->fate != TARGET_DONE || known->twice))
        return error_set(e, -EPROTO, "begins %.64s again", target);
    if (known)
        known->twice = true;
    round->current = known ? known->name : arena_strdup(round->arena, target);
    set_deadline(round, now_ms);
    return 0;
}

int round_ended(struct round *round, const char *target, int64_t now_ms, struct error *e)
{
    if (!round->current || strcmp(round->current, target) != 0)
        return error_set(e, -EPROTO, "ends %.64s without having begun it", target);
    settle(round, TARGET_DONE);
    set_deadline(round, now_ms);
    return 0;
}

int round_finished(struct round *round, const char *failure, struct error *e)
{
    if (round->done || round->current)
        return error_set(e, -EPROTO, "is done before the end of what it did");
    round->done = true;
    if (failure[0])
        round_failed(round, failure);
    return 0;
}

void round_failed(struct round *round, const char *why)
{
    round->failure = arena_strdup(round->arena, why);
}

/* "was killed by SIGSEGV", "exited with status 1" */
static const char *how_it_ended(struct arena *arena, int status)
{
    if (WIFSIGNALED(status)) {
        const char *name = sigabbrev_np(WTERMSIG(status));
        return name ? arena_printf(arena, "was killed by SIG%s", name)
                    : arena_printf(arena, "was killed by signal %d", WTERMSIG(status));
    }
    return arena_printf(arena, "exited with status %d", WEXITSTATUS(status));
}

/* What is said of a process that survives SIGKILL, "" where there is none. */
static const char *describe_stuck(struct arena *arena, const struct launch_event *gone)
{
    if (!gone->stuck_pid)
        return "";
    return arena_printf(arena, "; process %d (%s) survives SIGKILL%s%s and is left aside",
                        (int)gone->stuck_pid, gone->stuck_name[0] ? gone->stuck_name : "?",
                        gone->stuck_where[0] ? ", stuck in the kernel's " : "", gone->stuck_where);
}

struct account {
    const char *kind, *text;
};

/* A target that gave no answer: it hangs if it had a fair time, or cannot even be killed. */
static struct account account_for_silence(struct round *round, const struct launch_event *gone,
                                          int64_t now_ms)
{
    int64_t ms = now_ms - round->since_ms;
    const char *text = arena_printf(round->arena, "no answer within %.1f s", (double)ms / 1000);

    if (ms >= ROUND_FAIR_MS || gone->stuck_pid)
        return (struct account){"hung", text};
    if (ms < ROUND_LEAST_MS)
        return (struct account){"timeout", out_of_time};
    return (struct account){"timeout",
                            arena_printf(round->arena, "%s, and there was no time for more", text)};
}

static struct account give_account(struct round *round, enum loss loss,
                                   const struct launch_event *gone, const char *detail,
                                   int64_t now_ms)
{
    struct arena *arena = round->arena;

    switch (loss) {
    case LOSS_DEADLINE:
        return account_for_silence(round, gone, now_ms);
    case LOSS_TIME: /* between targets the names of those that are left out say it all */
        return round->current || gone->stuck_pid ? account_for_silence(round, gone, now_ms)
                                                 : (struct account){NULL, ""};
    case LOSS_PROTOCOL:
        return (struct account){
            "malformed", arena_printf(arena, "the worker's report cannot be read: %s", detail)};
    case LOSS_FLOOD:
        return (struct account){"malformed",
                                arena_printf(arena, "the worker reports too much: %s", detail)};
    case LOSS_EXIT:
        break;
    }
    return (struct account){
        "crashed", arena_printf(arena, "the worker %s", how_it_ended(arena, gone->status))};
}

/* Whether another worker shall go on; sets round->failure where not. */
static bool goes_on(struct round *round, enum loss loss, bool in_target, const char *text)
{
    if (loss == LOSS_TIME)
        round_failed(round, "the time for the whole check ran out");
    else if (loss == LOSS_FLOOD)
        round_failed(round, text);
    else if (!in_target && (loss != LOSS_EXIT || round->strays++ > 0))
        round_failed(round, text);
    else if (round->left_aside >= ROUND_MAX_LEFT_ASIDE)
        round_failed(round, arena_printf(round->arena, "%u workers hang", round->left_aside));
    else if (round->restarts++ >= ROUND_MAX_RESTARTS)
        round_failed(round, arena_printf(round->arena, "%u workers were lost", round->restarts));
    else
        return true;
    return false;
}

bool round_lost(struct round *round, enum loss loss, const struct launch_event *gone,
                const char *detail, int64_t now_ms, struct finding *finding)
{
    struct account account = give_account(round, loss, gone, detail, now_ms);
    bool in_target = round->current != NULL;
    const char *where = "";

    if (!in_target)
        where = !round->last[0] ? ", before the first target"
                                : arena_printf(round->arena, ", after %s", round->last);
    *finding = (struct finding){
        .kind = account.kind,
        .probe = round->probe->name,
        .target = in_target ? round->current : "",
        .file = "",
        .offset = -1,
        .message = arena_printf(round->arena, "%s%s%s", account.text, where,
                                describe_stuck(round->arena, gone)),
    };
    if (in_target)
        settle(round,
               finding->kind && strcmp(finding->kind, "hung") == 0 ? TARGET_HUNG : TARGET_UNSEEN);
    if (gone->stuck_pid)
        round->left_aside++;
    bool again = goes_on(round, loss, in_target, finding->message);
    finding->blind = in_target || !again; /* else the next worker sees it all */
    return again;
}
