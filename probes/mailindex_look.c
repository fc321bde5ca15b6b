/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_look.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "probes/cyrus_look.h"
#include "probes/dovecot_list.h"
#include "probes/dovecot_map.h"
#include "probes/mailindex_check.h"
#include "probes/mailindex_compare.h"

enum { TRIES = 3, PAUSE_MS = 20 };

void mailindex_check_unreadable(struct mailindex_check *check, const char *file, const char *why)
{
    if (check->unreadable)
        return;
    check->unreadable = arena_strdup(check->arena, why);
    check->unreadable_file = arena_strdup(check->arena, file);
}

struct keeping {
    struct mailindex_result *result;
    const char *only;  /* keep no others than of that file; NULL: all */
    const char *index; /* path of the index, which may not be there */
};

static bool is_called(const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');
    return strcmp(slash ? slash + 1 : path, name) == 0;
}

/* The findings of one look, as they come. */
static void keep(const struct mailindex_finding *finding, void *arg)
{
    const struct keeping *keeping = arg;
    struct mailindex_result *result = keeping->result;
    struct arena *arena = result->arena;
    const char *file = finding->file && finding->file[0] == '/' ? finding->file : keeping->index;
    struct stat st;

    if (keeping->only && !is_called(file, keeping->only))
        return;
    struct mailindex_found *found = ARENA_NEW(arena, struct mailindex_found);
    found->finding = *finding;
    found->finding.mailbox = arena_strdup(arena, finding->mailbox ? finding->mailbox : "");
    found->finding.file = arena_strdup(arena, file);
    found->finding.message = arena_strdup(arena, finding->message);
    /* rule, kind, effect and repair are rows of a table */
    if (lstat(found->finding.file, &st) == 0)
        found->stamp = mailindex_stamp(&st);
    *result->last = found;
    result->last = &found->next;
    result->count++;
}

static enum dovecot_index_kind kind_of(const struct mailindex_mailbox *mailbox)
{
    if (strcmp(mailbox->index_name, "dovecot.map.index") == 0)
        return DOVECOT_MAP;
    if (strcmp(mailbox->index_name, "dovecot.list.index") == 0)
        return DOVECOT_LIST;
    return DOVECOT_MAILBOX;
}

static void check_store(struct mailindex_check *check)
{
    switch (check->mailbox->format) {
    case MAILINDEX_MAILDIR:
        mailindex_check_maildir(check);
        break;
    case MAILINDEX_SDBOX:
        mailindex_check_sdbox(check);
        break;
    case MAILINDEX_STORAGE:
        mailindex_check_storage(check);
        break;
    case MAILINDEX_MDBOX: /* its mail is in the storage, which is looked at by itself */
    case MAILINDEX_LIST:
    case MAILINDEX_INDEX_ONLY:
    case MAILINDEX_CYRUS:
    case MAILINDEX_CYRUS_DATABASES:
        break;
    }
}

static void look(struct mailindex_check *check, struct mailindex_result *result)
{
    const struct mailindex_mailbox *mailbox = check->mailbox;
    struct error e = {0};
    const char *file = "";

    if (mailindex_files_open(&check->files, &mailbox->index, mailbox->index_name, true,
                             check->arena, check->options->io, &file, &e) < 0) {
        mailindex_check_unreadable(check, file, e.text);
        return;
    }
    result->index = check->files.handles[MAILINDEX_INDEX].stamp;
    result->log = check->files.handles[MAILINDEX_LOG].stamp;
    struct dovecot_files files = mailindex_files_of(&check->files, kind_of(mailbox));
    dovecot_look(&files, &check->look, check->sink);
    result->churn = check->look.churn;
    if (check->look.error == -EAGAIN || check->look.error == -ESTALE)
        check->moved = true; /* it shrank, or its server took it away */
    else if (check->look.error)
        mailindex_check_unreadable(check, check->look.error_file, error_name(check->look.error));
    else
        check_store(check);
    if (check->compare && !check->look.error)
        mailindex_compare_dovecot(check->compare);
    if (mailindex_files_moved(&check->files) || mailindex_files_shrank(&check->files))
        check->moved = true;
}

/* Looks once; true where what came of it can stand. */
static bool try_once(const struct mailindex_mailbox *mailbox,
                     const struct mailindex_look_options *options, struct mailindex_result *result)
{
    SCRATCH_ARENA(arena);
    struct keeping keeping = {
        result, mailbox->only,
        arena_printf(arena, "%s/%s", mailbox->index.path, mailbox->index_name)};
    struct mailindex_sink sink = {.report = keep, .arg = &keeping, .mailbox = mailbox->name};
    struct mailindex_check check = {
        .mailbox = mailbox, .options = options, .arena = arena, .sink = &sink};

    for (int i = 0; i < MAILINDEX_FILES; i++)
        check.files.handles[i].fd = -1;
    arena_reset(result->arena);
    result->first = NULL;
    result->last = &result->first;
    result->count = 0;
    result->unreadable = result->unreadable_file = NULL;
    if (options->baseline && mailbox->format != MAILINDEX_CYRUS_DATABASES && !mailbox->only)
        check.compare = mailindex_compare_new(&check);
    if (mailbox->format == MAILINDEX_CYRUS || mailbox->format == MAILINDEX_CYRUS_DATABASES)
        cyrus_look(&check, &result->index);
    else
        look(&check, result);
    dovecot_look_free(&check.look);
    mailindex_files_close(&check.files);
    buf_drop(&result->sums, result->sums.length);
    if (check.compare)
        buf_add(&result->sums, mailindex_compare_sums(check.compare)->data,
                mailindex_compare_sums(check.compare)->length);
    mailindex_compare_free(&check.compare);
    result->dropped = sink.dropped;
    result->moved = check.moved;
    if (check.unreadable) {
        result->unreadable = arena_strdup(result->arena, check.unreadable);
        result->unreadable_file = arena_strdup(result->arena, check.unreadable_file);
    }
    return !check.moved || !result->count;
}

void mailindex_look_at(const struct mailindex_mailbox *mailbox,
                       const struct mailindex_look_options *options,
                       struct mailindex_result *result)
{
    *result = (struct mailindex_result){.arena = arena_new()};
    for (int i = 0; i < TRIES && !try_once(mailbox, options, result); i++) {
        struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L << i};
        nanosleep(&pause, NULL);
    }
}

void mailindex_result_free(struct mailindex_result *result)
{
    arena_free(&result->arena);
    buf_free(&result->sums);
    *result = (struct mailindex_result){0};
}
