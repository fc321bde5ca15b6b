/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_confirm.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "probes/mailindex_baseline.h"
#include "probes/mailindex_compare.h"
#include "probes/mailindex_delay.h"
#include "probes/mailindex_store.h"

enum { MAX_LOOKS = 4, MAX_WAITING = 48 };

/* A mailbox that waits for another look, with its own descriptors. */
struct waiting {
    struct arena *arena; /* of the mailbox's texts */
    struct mailindex_mailbox mailbox;
    struct mailindex_look_options look;
    struct mailindex_result before;
    int64_t due_ms;
    int looks;
};

struct mailindex_confirm {
    struct mailindex_confirm_options options;
    struct waiting waiting[MAX_WAITING]; /* in the order in which they came */
    size_t count;
    uint64_t device; /* that the delay is known of */
    int64_t device_delay_ms;
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void sleep_until(int64_t due_ms)
{
    int64_t left = due_ms - now_ms();
    if (left <= 0)
        return;
    struct timespec pause = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

struct mailindex_confirm *mailindex_confirm_new(const struct mailindex_confirm_options *options)
{
    struct mailindex_confirm *confirm = calloc(1, sizeof *confirm);
    if (!confirm)
        abort();
    confirm->options = *options;
    return confirm;
}

static int64_t delay_of(struct mailindex_confirm *confirm, const struct mailindex_result *result)
{
    if (confirm->options.delay_ms >= 0)
        return confirm->options.delay_ms;
    uint64_t device = result->log.device ? result->log.device : result->index.device;
    if (!device && result->first)
        device = result->first->stamp.device;
    if (!confirm->device_delay_ms || confirm->device != device) {
        confirm->device = device;
        confirm->device_delay_ms = mailindex_delay_ms(device);
    }
    return confirm->device_delay_ms;
}

static struct mailindex_dir copy_dir(const struct mailindex_dir *dir, struct arena *arena)
{
    return (struct mailindex_dir){.fd = dir->fd < 0 ? -1 : fcntl(dir->fd, F_DUPFD_CLOEXEC, 0),
                                  .path = arena_strdup(arena, dir->path)};
}

static const char *copy_text(const char *text, struct arena *arena)
{
    return text ? arena_strdup(arena, text) : NULL;
}

static const struct dovecot_location *copy_location(const struct dovecot_location *location,
                                                    struct arena *arena)
{
    if (!location)
        return NULL;
    struct dovecot_location *copy = ARENA_NEW(arena, struct dovecot_location);
    *copy = *location;
    const char **const texts[] = {&copy->root,       &copy->index,     &copy->cache,
                                  &copy->control,    &copy->alt,       &copy->inbox,
                                  &copy->index_name, &copy->mailboxes, &copy->mailbox_folder};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = copy_text(*texts[i], arena);
    return copy;
}

/* Parts that were the same directory stay so, which mailindex_mailbox_close() relies on. */
static void copy_mailbox(const struct mailindex_mailbox *from, struct mailindex_mailbox *to,
                         struct arena *arena)
{
    *to = *from;
    to->store = arena_strdup(arena, from->store);
    to->name = arena_strdup(arena, from->name);
    to->index_name = arena_strdup(arena, from->index_name);
    to->only = copy_text(from->only, arena);
    to->location = copy_location(from->location, arena);
    to->mail = copy_dir(&from->mail, arena);
    to->alt = copy_dir(&from->alt, arena);
    to->index = to->control = to->mail;
    if (from->index.fd != from->mail.fd)
        to->index = copy_dir(&from->index, arena);
    if (from->control.fd != from->mail.fd)
        to->control = copy_dir(&from->control, arena);
}

static void forget(struct waiting *waiting)
{
    mailindex_mailbox_close(&waiting->mailbox);
    mailindex_result_free(&waiting->before);
    arena_free(&waiting->arena);
}

/* What is sound is what later looks are held against. */
static void remember(struct mailindex_confirm *confirm, const struct mailindex_mailbox *mailbox,
                     const struct mailindex_result *result)
{
    struct mailindex_baseline *baseline = confirm->options.look.baseline;
    struct buf known = {0};
    struct error e; /* the first one is kept for when it is closed */

    if (!baseline || !result->sums.length || result->unreadable)
        return;
    uint64_t key = mailindex_compare_key(mailbox);
    if (mailindex_baseline_get(baseline, key, &known, &e) == 0 ||
        known.length != result->sums.length ||
        memcmp(known.data, result->sums.data, known.length) != 0)
        mailindex_baseline_put(baseline, key, result->sums.data, result->sums.length, &e);
    buf_free(&known);
}

static void tell(struct mailindex_confirm *confirm, const struct mailindex_mailbox *mailbox,
                 const struct mailindex_result *result, enum mailindex_judgement judgement)
{
    struct mailindex_judged judged = {mailbox, judgement, result};
    if (judgement == MAILINDEX_SOUND)
        remember(confirm, mailbox, result);
    confirm->options.judged(&judged, confirm->options.arg);
}

/* ---- comparing two looks ---- */

static bool is_log(const struct mailindex_found *found)
{
    return found->finding.rule[0] == 'L';
}

/* A log only ever grows: what was in it stays, and so does what is wrong with it. */
static bool same_file(const struct mailindex_found *a, const struct mailindex_found *b)
{
    if (is_log(a))
        return a->stamp.device == b->stamp.device && a->stamp.inode == b->stamp.inode;
    return mailindex_stamp_same(&a->stamp, &b->stamp);
}

/* What a finding of one file rests on is that file; other findings rest on index and log too. */
static bool same_facts(const struct mailindex_found *a, const struct mailindex_result *before,
                       const struct mailindex_found *b, const struct mailindex_result *now)
{
    bool alone = strchr("ICLU", a->finding.rule[0]) != NULL;
    return same_file(a, b) && (alone || (mailindex_stamp_same(&before->index, &now->index) &&
                                         mailindex_stamp_same(&before->log, &now->log)));
}

static const struct mailindex_found *find_same(const struct mailindex_result *result,
                                               const struct mailindex_found *wanted)
{
    const struct mailindex_finding *b = &wanted->finding;
    for (const struct mailindex_found *found = result->first; found; found = found->next) {
        const struct mailindex_finding *a = &found->finding;
        if (a->offset == b->offset && strcmp(a->rule, b->rule) == 0 &&
            strcmp(a->file, b->file) == 0 && strcmp(a->mailbox, b->mailbox) == 0)
            return found;
    }
    return NULL;
}

/* How far the findings of a look were confirmed by the one before. */
struct comparison {
    size_t confirmed, changed, news;
};

static struct comparison compare(const struct mailindex_result *before,
                                 const struct mailindex_result *now)
{
    struct comparison comparison = {0};
    for (const struct mailindex_found *found = now->first; found; found = found->next) {
        const struct mailindex_found *same = find_same(before, found);
        if (!same)
            comparison.news++;
        else if (same_facts(same, before, found, now))
            comparison.confirmed++;
        else
            comparison.changed++;
    }
    return comparison;
}

/* Takes out what was not confirmed, and calls suspect what was on other files. */
static enum mailindex_judgement settle(const struct mailindex_result *before,
                                       struct mailindex_result *now)
{
    enum mailindex_judgement worst = MAILINDEX_SOUND;
    struct mailindex_found **at = &now->first;

    while (*at) {
        struct mailindex_found *found = *at;
        const struct mailindex_found *same = find_same(before, found);
        if (!same) {
            *at = found->next;
            now->count--;
            continue;
        }
        if (found->finding.verdict == MAILINDEX_DAMAGED && !same_facts(same, before, found, now))
            found->finding.verdict = MAILINDEX_SUSPECT;
        if (found->finding.verdict == MAILINDEX_DAMAGED)
            worst = MAILINDEX_IS_DAMAGED;
        else if (found->finding.verdict == MAILINDEX_SUSPECT && worst != MAILINDEX_IS_DAMAGED)
            worst = MAILINDEX_IS_SUSPECT;
        else if (found->finding.verdict == MAILINDEX_UNVERIFIED && worst == MAILINDEX_SOUND)
            worst = MAILINDEX_IS_UNVERIFIED;
        at = &found->next;
    }
    now->last = at;
    return worst;
}

/* ---- the queue ---- */

static void look_again(struct mailindex_confirm *confirm, struct waiting *waiting, bool *done)
{
    struct mailindex_result now;

    mailindex_look_at(&waiting->mailbox, &waiting->look, &now);
    waiting->looks++;
    struct comparison comparison = compare(&waiting->before, &now);
    *done = waiting->looks >= MAX_LOOKS || (!comparison.changed && !comparison.news);
    if (!*done) {
        mailindex_result_free(&waiting->before);
        waiting->before = now;
        waiting->due_ms = now_ms() + delay_of(confirm, &now);
        return;
    }
    bool busy = comparison.news && !comparison.confirmed && !comparison.changed;
    enum mailindex_judgement judgement = settle(&waiting->before, &now);
    if ((judgement == MAILINDEX_SOUND || judgement == MAILINDEX_IS_UNVERIFIED) && now.unreadable)
        judgement = MAILINDEX_IS_UNREADABLE;
    tell(confirm, &waiting->mailbox, &now, busy ? MAILINDEX_IS_BUSY : judgement);
    mailindex_result_free(&now);
}

/* Looks again at the first; true where it is done with. */
static void take_first(struct mailindex_confirm *confirm)
{
    struct waiting first = confirm->waiting[0];
    bool done;

    memmove(confirm->waiting, confirm->waiting + 1, --confirm->count * sizeof *confirm->waiting);
    sleep_until(first.due_ms);
    look_again(confirm, &first, &done);
    if (done)
        forget(&first);
    else
        confirm->waiting[confirm->count++] = first;
}

static void put(struct mailindex_confirm *confirm, const struct mailindex_mailbox *mailbox,
                struct mailindex_result *result)
{
    while (confirm->count == MAX_WAITING)
        take_first(confirm);
    struct waiting *waiting = &confirm->waiting[confirm->count++];
    *waiting = (struct waiting){
        .arena = arena_new(), .look = confirm->options.look, .before = *result, .looks = 1};
    copy_mailbox(mailbox, &waiting->mailbox, waiting->arena);
    waiting->due_ms = now_ms() + delay_of(confirm, result);
}

/* A version or format stays what it is: another look would say the same. */
static bool is_only_unverified(const struct mailindex_result *result)
{
    for (const struct mailindex_found *found = result->first; found; found = found->next)
        if (found->finding.verdict != MAILINDEX_UNVERIFIED)
            return false;
    return result->count && !result->dropped && !result->unreadable;
}

void mailindex_confirm_look(struct mailindex_confirm *confirm,
                            const struct mailindex_look_options *look)
{
    confirm->options.look = *look;
}

void mailindex_confirm_baseline(struct mailindex_confirm *confirm,
                                struct mailindex_baseline *baseline)
{
    confirm->options.look.baseline = baseline;
    for (size_t i = 0; i < confirm->count; i++)
        confirm->waiting[i].look.baseline = baseline;
}

void mailindex_confirm_add(struct mailindex_confirm *confirm,
                           const struct mailindex_mailbox *mailbox)
{
    struct mailindex_result result;

    mailindex_look_at(mailbox, &confirm->options.look, &result);
    if (result.count && !is_only_unverified(&result)) {
        put(confirm, mailbox, &result);
    } else {
        tell(confirm, mailbox, &result,
             result.unreadable ? MAILINDEX_IS_UNREADABLE
             : result.count    ? MAILINDEX_IS_UNVERIFIED
                               : MAILINDEX_SOUND);
        mailindex_result_free(&result);
    }
    mailindex_confirm_due(confirm);
}

size_t mailindex_confirm_due(struct mailindex_confirm *confirm)
{
    for (size_t left = confirm->count; left && confirm->waiting[0].due_ms <= now_ms(); left--)
        take_first(confirm);
    return confirm->count;
}

void mailindex_confirm_finish(struct mailindex_confirm *confirm)
{
    while (confirm->count)
        take_first(confirm);
}

void mailindex_confirm_free(struct mailindex_confirm **confirm)
{
    if (!*confirm)
        return;
    for (size_t i = 0; i < (*confirm)->count; i++)
        forget(&(*confirm)->waiting[i]);
    free(*confirm);
    *confirm = NULL;
}
