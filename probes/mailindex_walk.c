/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/cyrus_place.h"
#include "probes/mailindex_names.h"
#include "probes/mailindex_store.h"

enum { MAX_DEPTH = 48 };

/* What the directory on a level is, and so what its entries may be. */
enum mode {
    SEARCH,  /* maybe a directory of stores; folder is its path */
    MAILDIR, /* the root of a maildir; folder is "." */
    FOLDERS, /* a directory of a maildir's with LAYOUT=fs, below the root */
    DBOX,    /* one below "mailboxes", below the root */
};

struct level {
    enum mode mode;
    DIR *list;
    struct mailindex_dir dir;
    char *folder;
    bool self;      /* the directory itself is still to be looked at */
    bool store;     /* the store ends with this level */
    bool last;      /* nothing below it is wanted */
    bool databases; /* those of Cyrus in it were given */
};

enum { PENDING_LIST = 1, PENDING_STORAGE = 2, PENDING_INBOX = 4 };

struct mailindex_walk {
    struct mailindex_walk_options options;
    struct level levels[MAX_DEPTH];
    size_t depth;
    struct arena *arena;       /* of the mailbox that was given last */
    struct arena *store_arena; /* of the store */
    struct mailindex_store store;
    struct dovecot_location location; /* the store's, where it was guessed */
    bool in_store;
    unsigned pending;
    const char *inbox; /* what the mailbox of a maildir's root is called */
    struct mailindex_mailbox given;
    bool has_given;
    const char *index_only; /* path of a directory that has index files only; NULL: none */
    int index_next;
};

static void unreadable(struct mailindex_walk *walk, const char *path, const char *why)
{
    if (walk->options.unreadable)
        walk->options.unreadable(path, why, walk->options.arg);
}

static struct mailindex_walk *walk_new(const struct mailindex_walk_options *options)
{
    struct mailindex_walk *walk = calloc(1, sizeof *walk);
    if (!walk)
        abort();
    walk->options = *options;
    walk->arena = arena_new();
    walk->store_arena = arena_new();
    return walk;
}

static void leave_store(struct mailindex_walk *walk)
{
    if (walk->in_store)
        mailindex_store_close(&walk->store);
    walk->in_store = false;
    walk->pending = 0;
}

static void pop(struct mailindex_walk *walk)
{
    struct level *level = &walk->levels[--walk->depth];
    if (level->list)
        closedir(level->list);
    mailindex_dir_close(&level->dir);
    if (level->store)
        leave_store(walk);
    free(level->folder);
}

/* Goes down into a directory; dir is the level's from now on. NULL: it was closed. */
static struct level *push(struct mailindex_walk *walk, enum mode mode, struct mailindex_dir dir,
                          const char *folder)
{
    char *copy = strdup(folder);
    if (!copy)
        abort();
    if (walk->depth == MAX_DEPTH) {
        unreadable(walk, folder, "directories are nested too deep");
        mailindex_dir_close(&dir);
        free(copy);
        return NULL;
    }
    struct level *level = &walk->levels[walk->depth++];
    *level = (struct level){.mode = mode, .dir = dir, .folder = copy, .self = true};
    level->dir.path = copy;
    return level;
}

static int enter_store(struct mailindex_walk *walk, const struct dovecot_location *location,
                       bool guessed, struct error *e)
{
    arena_reset(walk->store_arena);
    int code = mailindex_store_open(&walk->store, location, guessed, walk->options.io, e);
    walk->in_store = code == 0;
    return code;
}

/* Puts the store's root, or the folder with its mailboxes, on top. */
static int start_store(struct mailindex_walk *walk, struct error *e)
{
    const struct dovecot_location *location = walk->store.location;
    bool maildir = location->format == DOVECOT_MAILDIR;
    const char *folder = maildir || !location->mailboxes[0] ? "." : location->mailboxes;
    struct mailindex_dir dir;

    int code = mailindex_dir_below(&walk->store.root, folder, folder, walk->options.io, &dir, e);
    if (code < 0) {
        leave_store(walk);
        return code;
    }
    struct level *level = push(walk, maildir ? MAILDIR : DBOX, dir, folder);
    if (!level) {
        leave_store(walk);
        return error_set(e, -ELOOP, "directories are nested too deep");
    }
    level->store = true;
    level->self = false;
    walk->pending = PENDING_LIST | (maildir ? PENDING_INBOX : 0) |
                    (location->format == DOVECOT_MDBOX ? PENDING_STORAGE : 0);
    return 0;
}

int mailindex_walk_location(const struct dovecot_location *location,
                            const struct mailindex_walk_options *options,
                            struct mailindex_walk **out, struct error *e)
{
    struct mailindex_walk *walk = walk_new(options);
    int code = enter_store(walk, location, false, e);

    walk->inbox = "INBOX";
    if (code == 0)
        code = start_store(walk, e);
    if (code < 0)
        mailindex_walk_free(&walk);
    *out = walk;
    return code;
}

static void guess_location(struct mailindex_walk *walk, enum dovecot_format format,
                           const char *path)
{
    arena_reset(walk->store_arena);
    mailindex_store_location(format, path, walk->store_arena, &walk->location);
    const char *last = strrchr(walk->location.root, '/');
    walk->inbox =
        format == DOVECOT_MAILDIR && last && last[1] == '.' && last[2] ? last + 2 : "INBOX";
}

/* A store was found there, of that format by its looks. */
static int found_store(struct mailindex_walk *walk, enum dovecot_format format, const char *path,
                       struct error *e)
{
    struct dovecot_location location;
    int told = 0;

    guess_location(walk, format, path);
    if (walk->options.locate)
        told = walk->options.locate(path, walk->store_arena, &location, walk->options.arg, e);
    if (told < 0)
        return told;
    if (told > 0) {
        walk->location = location;
        walk->inbox = "INBOX";
    }
    int code = mailindex_store_open(&walk->store, &walk->location, !told, walk->options.io, e);
    walk->in_store = code == 0;
    return code < 0 ? code : start_store(walk, e);
}

/* The directory on top is looked at for the first time: what is it? */
static void look_around(struct mailindex_walk *walk, struct level *level)
{
    enum dovecot_format format;
    struct error e = {0};
    const char *path = level->folder;

    switch (mailindex_store_guess(&level->dir, &format)) {
    case MAILINDEX_GUESS_STORE:
        level->last = true;
        if (found_store(walk, format, path, &e) < 0)
            unreadable(walk, path, e.text);
        break;
    case MAILINDEX_GUESS_INDEX:
        walk->index_only = path;
        walk->index_next = 0;
        break;
    case MAILINDEX_GUESS_NONE:
        break;
    }
}

/*
 * A path within a dbox store: /x/sdbox/mailboxes/Archive, /x/mdbox/storage. 1 where it was one,
 * and its level or what is pending of it is set.
 */
static int start_within(struct mailindex_walk *walk, const char *path, struct error *e)
{
    SCRATCH_ARENA(arena);
    enum dovecot_format format;
    struct mailindex_dir dir;
    const char *within = strstr(path, "/mailboxes/");
    const char *last = strrchr(path, '/');
    bool storage = !within && strcmp(last, "/storage") == 0;

    if (!within && !storage)
        return 0;
    char *root = arena_strndup(arena, path, (size_t)((within ? within : last) - path));
    if (mailindex_dir_open(root, &dir, e) < 0)
        return 0;
    bool found = mailindex_store_guess(&dir, &format) == MAILINDEX_GUESS_STORE &&
                 (storage ? format == DOVECOT_MDBOX : format != DOVECOT_MAILDIR);
    mailindex_dir_close(&dir);
    if (!found)
        return 0;
    guess_location(walk, format, root);
    int code = mailindex_store_open(&walk->store, &walk->location, true, walk->options.io, e);
    walk->in_store = code == 0;
    walk->pending = storage ? PENDING_STORAGE : 0;
    if (code < 0 || storage)
        return code < 0 ? code : 1;
    char *folder = arena_strdup(arena, within + 1);
    size_t length = strlen(folder), own = strlen("/dbox-Mails");
    bool alone = length > own && strcmp(folder + length - own, "/dbox-Mails") == 0;
    if (alone)
        folder[length - own] = '\0';
    code = mailindex_dir_below(&walk->store.root, folder, folder, walk->options.io, &dir, e);
    struct level *level = code < 0 ? NULL : push(walk, DBOX, dir, folder);
    if (level)
        level->last = alone;
    return code < 0 ? code : 1;
}

int mailindex_walk_directory(const char *path, const struct mailindex_walk_options *options,
                             struct mailindex_walk **out, struct error *e)
{
    struct mailindex_walk *walk = walk_new(options);
    struct mailindex_dir dir;
    int code = start_within(walk, path, e);

    if (code == 0 && (code = mailindex_dir_open(path, &dir, e)) == 0)
        push(walk, SEARCH, dir, path);
    if (code < 0)
        mailindex_walk_free(&walk);
    *out = walk;
    return code < 0 ? code : 0;
}

void mailindex_walk_free(struct mailindex_walk **out)
{
    struct mailindex_walk *walk = *out;
    if (!walk)
        return;
    if (walk->has_given)
        mailindex_mailbox_close(&walk->given);
    while (walk->depth)
        pop(walk);
    leave_store(walk);
    arena_free(&walk->arena);
    arena_free(&walk->store_arena);
    free(walk);
    *out = NULL;
}

static bool has_mail(const struct mailindex_mailbox *mailbox)
{
    return mailbox->format != MAILINDEX_MAILDIR || mailindex_has_directory(&mailbox->mail, "cur");
}

/* Gives the mailbox of that folder, where there is one. */
static bool give(struct mailindex_walk *walk, const char *folder, const char *name)
{
    struct error e = {0};
    struct arena *arena = walk->arena;
    folder = arena_strdup(arena, folder);
    name = arena_strdup(arena, name);
    int code = mailindex_store_mailbox(&walk->store, folder, name, arena, &walk->given, &e);

    if (code < 0 && code != -ENOENT)
        unreadable(walk, arena_printf(arena, "%s/%s", walk->store.location->root, folder), e.text);
    if (code < 0)
        return false;
    walk->has_given = has_mail(&walk->given);
    if (!walk->has_given)
        mailindex_mailbox_close(&walk->given);
    return walk->has_given;
}

static bool give_pending(struct mailindex_walk *walk)
{
    unsigned pending = walk->pending & (~walk->pending + 1);

    walk->pending &= ~pending;
    if (pending == PENDING_INBOX)
        return give(walk, ".", walk->inbox);
    int code = pending == PENDING_LIST
                   ? mailindex_store_list(&walk->store, walk->arena, &walk->given)
                   : mailindex_store_storage(&walk->store, walk->arena, &walk->given);
    walk->has_given = code == 0;
    return walk->has_given;
}

/* The next kind of index in a directory that has only such. */
static bool give_index(struct mailindex_walk *walk)
{
    static const char *const names[] = {"dovecot.index", "dovecot.list.index", "dovecot.map.index"};
    const char *path = walk->index_only;
    struct error e;

    while (walk->index_next < 3) {
        const char *name = names[walk->index_next++];
        const struct mailindex_dir *dir = &walk->levels[walk->depth - 1].dir;
        if (!mailindex_has_file(dir, name) &&
            !mailindex_has_file(dir, arena_printf(walk->arena, "%s.log", name)))
            continue;
        walk->given = (struct mailindex_mailbox){.format = MAILINDEX_INDEX_ONLY,
                                                 .guessed = true,
                                                 .store = path,
                                                 .name = "",
                                                 .index_name = name,
                                                 .mail = {.fd = -1, .path = ""},
                                                 .control = {.fd = -1, .path = ""},
                                                 .alt = {.fd = -1, .path = ""}};
        walk->has_given =
            mailindex_dir_below(dir, ".", path, walk->options.io, &walk->given.index, &e) == 0;
        if (walk->has_given)
            return true;
    }
    walk->index_only = NULL;
    return false;
}

/* Whether it is a directory; a link that leads out of the store is told of, others are passed by.
 */
static bool is_directory(struct mailindex_walk *walk, const struct level *level,
                         const struct dirent *entry)
{
    struct mailindex_dir dir;
    struct error e = {0};

    if (entry->d_type == DT_DIR)
        return true;
    if (entry->d_type == DT_UNKNOWN && mailindex_has_directory(&level->dir, entry->d_name))
        return true;
    if (entry->d_type != DT_LNK || level->mode == SEARCH)
        return false;
    int code = mailindex_dir_below(&level->dir, entry->d_name, "", walk->options.io, &dir, &e);
    if (code == 0)
        mailindex_dir_close(&dir);
    else if (code == -EXDEV || code == -ELOOP)
        unreadable(walk,
                   arena_printf(walk->arena, "%s/%s/%s", walk->store.location->root, level->folder,
                                entry->d_name),
                   e.text);
    return false;
}

static void descend(struct mailindex_walk *walk, const struct level *level, enum mode mode,
                    const char *name)
{
    struct error e = {0};
    struct mailindex_dir dir;
    const char *folder = strcmp(level->folder, ".") == 0
                             ? arena_strdup(walk->arena, name)
                             : arena_printf(walk->arena, "%s/%s", level->folder, name);

    int code = mailindex_dir_below(&level->dir, name, folder, walk->options.io, &dir, &e);
    if (code == 0)
        push(walk, mode, dir, folder);
    else if (code != -ENOENT)
        unreadable(walk, folder, e.text);
}

/* The directory on top as a mailbox of Cyrus, or for the databases in it. */
static bool give_cyrus(struct mailindex_walk *walk, struct level *level, bool databases)
{
    const struct cyrus_place place = {&level->dir, level->folder, walk->levels[0].folder,
                                      walk->options.cyrus, walk->options.io};
    level->databases |= databases;
    walk->has_given = databases ? cyrus_place_databases(&place, &walk->given)
                                : cyrus_place_mailbox(&place, walk->arena, &walk->given);
    return walk->has_given;
}

/* Whether the directory on top, of which nothing was looked at yet, is a mailbox. */
static bool give_self(struct mailindex_walk *walk, struct level *level)
{
    level->self = false;
    if (level->mode == SEARCH) {
        look_around(walk, level);
        return !level->last && give_cyrus(walk, level, false);
    }
    const char *own = walk->store.location->mailbox_folder;
    const char *name = mailindex_name_of(level->folder, walk->store.location->mailboxes);
    if (level->mode == FOLDERS)
        return mailindex_has_directory(&level->dir, "cur") && give(walk, level->folder, name);
    if (!mailindex_has_directory(&level->dir, own))
        return false;
    return give(walk, arena_printf(walk->arena, "%s/%s", level->folder, own), name);
}

static bool give_entry(struct mailindex_walk *walk, struct level *level, const char *name)
{
    const struct dovecot_location *location = walk->store.location;

    switch (level->mode) {
    case SEARCH:
        descend(walk, level, SEARCH, name);
        return false;
    case MAILDIR:
        if (name[0] == '.' && (walk->store.guessed || location->layout == DOVECOT_LAYOUT_MAILDIRPP))
            return give(walk, name, name + 1);
        if (name[0] != '.' && (walk->store.guessed || location->layout == DOVECOT_LAYOUT_FS))
            descend(walk, level, FOLDERS, name);
        return false;
    case FOLDERS:
        descend(walk, level, FOLDERS, name);
        return false;
    case DBOX:
        if (strcmp(name, location->mailbox_folder) != 0)
            descend(walk, level, DBOX, name);
        return false;
    }
    return false;
}

/* Reads the next entry of the directory on top; true where it gave a mailbox. */
static bool step(struct mailindex_walk *walk)
{
    struct level *level = &walk->levels[walk->depth - 1];

    if (level->self)
        return give_self(walk, level);
    if (level->last) {
        pop(walk);
        return false;
    }
    if (!level->list) {
        level->list = mailindex_dir_list(&level->dir, walk->options.io);
        if (!level->list) {
            unreadable(walk, level->folder, error_name(errno));
            level->last = true;
            return false;
        }
    }
    struct dirent *entry = readdir(level->list);
    if (!entry)
        level->last = true;
    else if (!mailindex_is_passed_by(entry->d_name,
                                     level->mode == MAILDIR || level->mode == FOLDERS) &&
             is_directory(walk, level, entry))
        return give_entry(walk, level, entry->d_name);
    else if (level->mode == SEARCH && !level->databases &&
             cyrus_is_database(&level->dir, entry->d_name, walk->options.io))
        return give_cyrus(walk, level, true);
    return false;
}

int mailindex_walk_next(struct mailindex_walk *walk, struct mailindex_mailbox *mailbox)
{
    bool found = false;

    if (walk->has_given)
        mailindex_mailbox_close(&walk->given);
    walk->has_given = false;
    while (!found && (walk->pending || walk->depth)) {
        arena_reset(walk->arena);
        if (walk->pending)
            found = give_pending(walk);
        else if (walk->index_only)
            found = give_index(walk);
        else
            found = step(walk);
    }
    if (found)
        *mailbox = walk->given;
    return found;
}
