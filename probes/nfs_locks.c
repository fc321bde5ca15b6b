/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/nfs_locks.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "probes/md_span.h"

const char *nfs_lock_kind_name(enum nfs_lock_kind kind)
{
    static const char *const names[NFS_LOCK_KINDS] = {"posix", "flock", "ofd", "lease"};
    return names[kind];
}

/* ACCESS and the like are old names of POSIX locks with mandatory or other rules. */
static bool kind_of(struct span word, enum nfs_lock_kind *kind)
{
    static const struct {
        const char *word;
        enum nfs_lock_kind kind;
    } kinds[] = {
        {"POSIX", NFS_LOCK_POSIX},  {"ACCESS", NFS_LOCK_POSIX}, {"FLOCK", NFS_LOCK_FLOCK},
        {"OFDLCK", NFS_LOCK_OFD},   {"LEASE", NFS_LOCK_LEASE},  {"DELEG", NFS_LOCK_LEASE},
        {"LAYOUT", NFS_LOCK_LEASE},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (span_is(word, kinds[i].word)) {
            *kind = kinds[i].kind;
            return true;
        }
    return false;
}

struct parser {
    struct arena *arena;
    struct nfs_locks *locks;
    int64_t holder_number; /* of the last line that was no waiter's */
    struct span holder_pid;
};

static void add(struct parser *p, struct nfs_waiter *waiter)
{
    struct nfs_locks *locks = p->locks;
    if (locks->count == NFS_WAITERS_MAX) {
        locks->left_out++;
        return;
    }
    locks->waiters =
        arena_grow(p->arena, locks->waiters, locks->count, &locks->room, sizeof *locks->waiters);
    locks->waiters[locks->count++] = *waiter;
}

/* NUMBER: [->] KIND MANDATORY ACCESS PID MAJOR:MINOR:INODE START END */
static bool read_line(struct parser *p, struct span line)
{
    struct span number_word = span_word(&line), who = span_trim(line), word = span_word(&line);
    struct nfs_waiter waiter = {0};
    int64_t number;
    bool waits = span_is(word, "->");

    if (!span_take_number(&number_word, &number) || !span_is(number_word, ":"))
        return false;
    if (waits) {
        who = span_trim(line);
        word = span_word(&line);
    }
    if (!kind_of(word, &waiter.kind))
        return false;
    span_word(&line);
    span_word(&line);
    struct span pid = span_word(&line), file = span_word(&line), start = span_word(&line);
    if (!span_word(&line).length || !start.length || span_word(&line).length)
        return false;
    if (!waits) {
        p->holder_number = number;
        p->holder_pid = pid;
        return true;
    }
    waiter.who = span_quote(p->arena, who, 200);
    waiter.pid = span_quote(p->arena, pid, 20);
    waiter.file = span_quote(p->arena, file, 60);
    waiter.holder = number == p->holder_number ? span_quote(p->arena, p->holder_pid, 20) : "";
    add(p, &waiter);
    return true;
}

void nfs_locks_parse(struct arena *arena, const char *text, size_t length, struct nfs_locks *locks)
{
    struct parser p = {.arena = arena, .locks = locks, .holder_number = -1};
    struct span rest = {text, length}, line;
    *locks = (struct nfs_locks){0};
    while (span_line(&rest, &line))
        if (span_trim(line).length && !read_line(&p, line))
            locks->malformed++;
}

static int by_who(const void *a, const void *b)
{
    return strcmp(((const struct nfs_waiter *)a)->who, ((const struct nfs_waiter *)b)->who);
}

void nfs_locks_remember(const struct nfs_locks *before, struct nfs_locks *now, int64_t now_ns)
{
    for (size_t i = 0; i < now->count; i++) {
        struct nfs_waiter *waiter = &now->waiters[i];
        const struct nfs_waiter *known =
            before->count ? bsearch(waiter, before->waiters, before->count, sizeof *waiter, by_who)
                          : NULL;
        waiter->since_ns = known ? known->since_ns : now_ns;
    }
    if (now->count)
        qsort(now->waiters, now->count, sizeof *now->waiters, by_who);
}
