/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/verify.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "probes/cyrus_place.h"
#include "probes/mailindex_baseline.h"
#include "probes/mailindex_single.h"
#include "probes/mailindex_store.h"

static void progressed(struct mailindex_io *io, void *arg)
{
    struct verify *verify = arg;
    (void)io;
    if (verify->listener->progress)
        verify->listener->progress(verify);
}

static void report(struct verify *verify, const char *store,
                   const struct mailindex_finding *finding)
{
    verify->counts.findings++;
    verify->listener->finding(verify, store, finding);
}

static void count(struct verify *verify, enum mailindex_judgement judgement)
{
    struct verify_counts *counts = &verify->counts;
    uint64_t *const of[] = {&counts->sound,      &counts->suspect, &counts->damaged,
                            &counts->unreadable, &counts->busy,    &counts->unverified};
    ++*of[judgement];
    verify->seen++;
    if (verify->listener->progress)
        verify->listener->progress(verify);
}

static void judged(const struct mailindex_judged *judged, void *arg)
{
    struct verify *verify = arg;
    const struct mailindex_result *result = judged->result;

    if (judged->judgement != MAILINDEX_IS_BUSY)
        for (const struct mailindex_found *found = result->first; found; found = found->next)
            report(verify, judged->mailbox->store, &found->finding);
    if (result->unreadable)
        verify->listener->unreadable(verify, result->unreadable_file, result->unreadable);
    count(verify, judged->judgement);
}

static void unreadable(const char *path, const char *why, void *arg)
{
    struct verify *verify = arg;
    if (verify->counting)
        return;
    verify->counts.unreadable++;
    verify->listener->unreadable(verify, path, why);
}

void verify_init(struct verify *verify, const struct verify_listener *listener, void *arg,
                 bool deep, int64_t delay_ms)
{
    *verify = (struct verify){.listener = listener, .arg = arg};
    verify->io.progress = progressed;
    verify->io.arg = verify;
    verify->options = (struct mailindex_confirm_options){
        .look = {.deep = deep, .io = &verify->io},
        .delay_ms = delay_ms,
        .judged = judged,
        .arg = verify,
    };
}

static int start_location(struct verify *verify, const char *text, struct arena *arena,
                          const struct mailindex_walk_options *options,
                          struct mailindex_walk **walk, struct error *e)
{
    struct dovecot_location *location = ARENA_NEW(arena, struct dovecot_location);
    (void)verify;
    int code = dovecot_location_parse(text, getenv("HOME"), arena, location, e);
    return code < 0 ? code : mailindex_walk_location(location, options, walk, e);
}

/* A walk below what path names; links in it are resolved first. */
static int start(struct verify *verify, const char *path, struct arena *arena,
                 struct mailindex_walk **walk, struct error *e)
{
    const struct mailindex_walk_options options = {
        .io = &verify->io, .unreadable = unreadable, .arg = verify};
    char resolved[PATH_MAX];

    if (dovecot_location_is(path))
        return start_location(verify, path, arena, &options, walk, e);
    if (!realpath(path, resolved))
        return error_set(e, -errno, "%s", error_name(errno));
    return mailindex_walk_directory(arena_strdup(arena, resolved), &options, walk, e);
}

void verify_count(struct verify *verify, const char *path)
{
    SCRATCH_ARENA(arena);
    struct mailindex_walk *walk;
    struct mailindex_mailbox mailbox;
    struct error e;
    struct stat st;

    if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode)) {
        verify->expected++;
        return;
    }
    verify->counting = true;
    if (start(verify, path, arena, &walk, &e) == 0) {
        while (mailindex_walk_next(walk, &mailbox) > 0) {
            verify->expected++;
            if (verify->listener->progress)
                verify->listener->progress(verify);
        }
        mailindex_walk_free(&walk);
    }
    verify->counting = false;
}

/* ---- what was sound before ---- */

int verify_open_baseline(struct verify *verify, const char *file, bool accept, struct error *e)
{
    int code = mailindex_baseline_open(file, &verify->baseline, e);
    verify->options.look.baseline = verify->baseline;
    verify->options.look.accept = accept;
    return code;
}

int verify_close_baseline(struct verify *verify, struct error *e)
{
    verify->options.look.baseline = NULL;
    return mailindex_baseline_close(&verify->baseline, e);
}

/* ---- a single file ---- */

struct single {
    struct verify *verify;
    const char *store;
    enum mailindex_judgement worst;
};

static void single_finding(const struct mailindex_finding *finding, void *arg)
{
    struct single *single = arg;
    if (finding->verdict == MAILINDEX_DAMAGED)
        single->worst = MAILINDEX_IS_DAMAGED;
    else if (finding->verdict == MAILINDEX_SUSPECT && single->worst != MAILINDEX_IS_DAMAGED)
        single->worst = MAILINDEX_IS_SUSPECT;
    report(single->verify, single->store, finding);
}

/* 0: it is none. Cyrus writes over its files, so that what is found is looked at again. */
static int verify_file_of_cyrus(struct verify *verify, const char *path, struct error *e)
{
    SCRATCH_ARENA(arena);
    struct mailindex_mailbox mailbox;
    char real[PATH_MAX];

    if (!realpath(path, real))
        return error_set(e, -errno, "%s", error_name(errno));
    int code = cyrus_place_file(real, &verify->io, arena, &mailbox, e);
    if (code <= 0)
        return code;
    struct mailindex_confirm *confirm = mailindex_confirm_new(&verify->options);
    mailindex_confirm_add(confirm, &mailbox);
    mailindex_confirm_finish(confirm);
    mailindex_confirm_free(&confirm);
    mailindex_mailbox_close(&mailbox);
    return 1;
}

static int verify_file(struct verify *verify, const char *path, struct error *e)
{
    struct single single = {verify, path, MAILINDEX_SOUND};
    struct mailindex_sink sink = {.report = single_finding, .arg = &single};

    int code = verify_file_of_cyrus(verify, path, e);
    if (code)
        return code < 0 ? code : 0;
    code = mailindex_single(path, &verify->io, &sink, e);
    if (code == 0)
        count(verify, single.worst);
    return code;
}

/* ---- all below a directory ---- */

static int verify_walk(struct verify *verify, struct mailindex_walk *walk, struct error *e)
{
    struct mailindex_confirm *confirm = mailindex_confirm_new(&verify->options);
    struct mailindex_mailbox mailbox;
    uint64_t mailboxes = 0, unread = verify->counts.unreadable;

    while (mailindex_walk_next(walk, &mailbox) > 0) {
        mailboxes++;
        mailindex_confirm_add(confirm, &mailbox);
    }
    mailindex_confirm_finish(confirm);
    mailindex_confirm_free(&confirm);
    if (mailboxes || verify->counts.unreadable > unread)
        return 0;
    return error_set(e, -ENOENT, "no mailbox is there");
}

/* One directory that imapd.conf names. */
static int verify_root(struct verify *verify, const char *path,
                       const struct cyrus_partition *partition, struct error *e)
{
    const struct mailindex_walk_options options = {
        .io = &verify->io, .unreadable = unreadable, .arg = verify, .cyrus = partition};
    struct mailindex_walk *walk;

    int code = mailindex_walk_directory(path, &options, &walk, e);
    if (code < 0) {
        error_prefix(e, "%s", path);
        return code;
    }
    code = verify_walk(verify, walk, e);
    mailindex_walk_free(&walk);
    return code == -ENOENT ? 0 : code; /* a partition may be empty */
}

static const char *resolved(const char *path, struct arena *arena)
{
    char real[PATH_MAX];
    return path && realpath(path, real) ? arena_strdup(arena, real) : path;
}

/* All partitions of a Cyrus server, and its databases. */
static int verify_cyrus(struct verify *verify, const char *path, struct error *e)
{
    SCRATCH_ARENA(arena);
    struct cyrus_conf conf;
    int code = cyrus_conf_read(path, arena, &conf, e);

    for (int i = 0; i < conf.count && code == 0; i++) {
        struct cyrus_partition *partition = &conf.partitions[i];
        partition->mail = resolved(partition->mail, arena);
        partition->meta = resolved(partition->meta, arena);
        partition->archive = resolved(partition->archive, arena);
        code = verify_root(verify, partition->meta, partition, e);
    }
    if (code == 0 && conf.configdirectory)
        code = verify_root(verify, resolved(conf.configdirectory, arena), NULL, e);
    return code;
}

int verify_path(struct verify *verify, const char *path, struct error *e)
{
    SCRATCH_ARENA(arena);
    struct mailindex_walk *walk;
    struct stat st;

    if (!dovecot_location_is(path) && cyrus_conf_is(path))
        return verify_cyrus(verify, path, e);
    if (!dovecot_location_is(path) && stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
        return verify_file(verify, path, e);
    int code = start(verify, path, arena, &walk, e);
    if (code < 0)
        return code;
    code = verify_walk(verify, walk, e);
    mailindex_walk_free(&walk);
    return code;
}
