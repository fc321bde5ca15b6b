/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static const struct mailindex_dir none = {.fd = -1, .path = ""};

static bool is_a(const struct mailindex_dir *dir, const char *name, mode_t type)
{
    struct stat st;
    return dir->fd >= 0 && fstatat(dir->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           (st.st_mode & S_IFMT) == type;
}

bool mailindex_has_directory(const struct mailindex_dir *dir, const char *name)
{
    return is_a(dir, name, S_IFDIR);
}

bool mailindex_has_file(const struct mailindex_dir *dir, const char *name)
{
    return is_a(dir, name, S_IFREG);
}

/* INDEX=, CONTROL=, ALT=: where it is not there yet, nothing is in it. */
static int open_part(const char *path, struct mailindex_dir *dir, struct error *e)
{
    *dir = none;
    if (!path)
        return 0;
    int code = mailindex_dir_open(path, dir, e);
    return code == -ENOENT ? 0 : code;
}

int mailindex_store_open(struct mailindex_store *store, const struct dovecot_location *location,
                         bool guessed, struct mailindex_io *io, struct error *e)
{
    *store = (struct mailindex_store){.location = location,
                                      .guessed = guessed,
                                      .io = io,
                                      .index = none,
                                      .control = none,
                                      .alt = none};
    int code = mailindex_dir_open(location->root, &store->root, e);
    if (code == 0)
        code = open_part(location->index, &store->index, e);
    if (code == 0)
        code = open_part(location->control, &store->control, e);
    if (code == 0)
        code = open_part(location->alt, &store->alt, e);
    if (code < 0)
        mailindex_store_close(store);
    return code;
}

void mailindex_store_close(struct mailindex_store *store)
{
    mailindex_dir_close(&store->root);
    mailindex_dir_close(&store->index);
    mailindex_dir_close(&store->control);
    mailindex_dir_close(&store->alt);
}

static struct mailindex_dir open_below(const struct mailindex_store *store,
                                       const struct mailindex_dir *parent, const char *folder,
                                       struct arena *arena)
{
    struct mailindex_dir dir = none;
    struct error e;
    const char *path = arena_printf(arena, "%s/%s", parent->path, folder);

    if (parent->fd < 0 || mailindex_dir_below(parent, folder, path, store->io, &dir, &e) < 0)
        return none;
    return dir;
}

/*
 * Where index or control files of a mailbox are, apart from its mail: Maildir++ calls INBOX
 * ".INBOX" there, and dbox has its own folder's name in the path or not, as Dovecot was set up.
 */
static struct mailindex_dir open_apart(const struct mailindex_store *store,
                                       const struct mailindex_dir *parent, const char *folder,
                                       struct arena *arena)
{
    struct mailindex_dir dir;

    if (strcmp(folder, ".") == 0) {
        dir = open_below(store, parent, ".INBOX", arena);
        return dir.fd >= 0 ? dir : open_below(store, parent, "INBOX", arena);
    }
    dir = open_below(store, parent, folder, arena);
    const char *last = strrchr(folder, '/');
    if (dir.fd >= 0 || !last || strcmp(last + 1, store->location->mailbox_folder) != 0)
        return dir;
    return open_below(store, parent, arena_strndup(arena, folder, (size_t)(last - folder)), arena);
}

static enum mailindex_format format_of(enum dovecot_format format)
{
    static const enum mailindex_format formats[] = {MAILINDEX_MAILDIR, MAILINDEX_SDBOX,
                                                    MAILINDEX_MDBOX};
    return formats[format];
}

int mailindex_store_mailbox(const struct mailindex_store *store, const char *folder,
                            const char *name, struct arena *arena,
                            struct mailindex_mailbox *mailbox, struct error *e)
{
    const struct dovecot_location *location = store->location;
    const char *path = strcmp(folder, ".") == 0
                           ? location->root
                           : arena_printf(arena, "%s/%s", location->root, folder);

    *mailbox = (struct mailindex_mailbox){.format = format_of(location->format),
                                          .guessed = store->guessed,
                                          .store = location->root,
                                          .name = name,
                                          .index_name = location->index_name,
                                          .location = location};
    int code = mailindex_dir_below(&store->root, folder, path, store->io, &mailbox->mail, e);
    mailbox->index = mailbox->control = mailbox->mail;
    mailbox->alt = none;
    if (code < 0)
        return code;
    if (location->index_in_memory)
        mailbox->index = none;
    else if (location->index)
        mailbox->index = open_apart(store, &store->index, folder, arena);
    if (location->control)
        mailbox->control = open_apart(store, &store->control, folder, arena);
    if (location->alt)
        mailbox->alt = open_below(store, &store->alt, folder, arena);
    return 0;
}

int mailindex_store_list(const struct mailindex_store *store, struct arena *arena,
                         struct mailindex_mailbox *mailbox)
{
    const struct mailindex_dir *parent = store->location->index ? &store->index : &store->root;

    *mailbox = (struct mailindex_mailbox){.format = MAILINDEX_LIST,
                                          .store = store->location->root,
                                          .name = "",
                                          .index_name = "dovecot.list.index",
                                          .mail = none,
                                          .control = none,
                                          .alt = none,
                                          .index = none,
                                          .location = store->location};
    if (!mailindex_has_file(parent, "dovecot.list.index") &&
        !mailindex_has_file(parent, "dovecot.list.index.log"))
        return -ENOENT;
    mailbox->index = open_below(store, parent, ".", arena);
    mailbox->index.path = parent->path;
    return mailbox->index.fd >= 0 ? 0 : -ENOENT;
}

int mailindex_store_storage(const struct mailindex_store *store, struct arena *arena,
                            struct mailindex_mailbox *mailbox)
{
    static const char folder[] = "storage";

    *mailbox = (struct mailindex_mailbox){.format = MAILINDEX_STORAGE,
                                          .guessed = store->guessed,
                                          .store = store->location->root,
                                          .name = "",
                                          .index_name = "dovecot.map.index",
                                          .control = none,
                                          .alt = none,
                                          .location = store->location};
    mailbox->mail = open_below(store, &store->root, folder, arena);
    mailbox->index = mailbox->mail;
    if (store->location->index)
        mailbox->index = open_below(store, &store->index, folder, arena);
    if (store->location->alt)
        mailbox->alt = open_below(store, &store->alt, folder, arena);
    return mailbox->mail.fd >= 0 ? 0 : -ENOENT;
}

void mailindex_mailbox_close(struct mailindex_mailbox *mailbox)
{
    if (mailbox->index.fd != mailbox->mail.fd)
        mailindex_dir_close(&mailbox->index);
    if (mailbox->control.fd != mailbox->mail.fd)
        mailindex_dir_close(&mailbox->control);
    mailindex_dir_close(&mailbox->alt);
    mailindex_dir_close(&mailbox->mail);
}

enum mailindex_guess mailindex_store_guess(const struct mailindex_dir *dir,
                                           enum dovecot_format *format)
{
    if (mailindex_has_directory(dir, "cur")) {
        *format = DOVECOT_MAILDIR;
        return MAILINDEX_GUESS_STORE;
    }
    if (mailindex_has_directory(dir, "mailboxes")) {
        *format = mailindex_has_directory(dir, "storage") ? DOVECOT_MDBOX : DOVECOT_SDBOX;
        return MAILINDEX_GUESS_STORE;
    }
    static const char *const files[] = {"dovecot.index",      "dovecot.index.log",
                                        "dovecot.list.index", "dovecot.list.index.log",
                                        "dovecot.map.index",  "dovecot.map.index.log"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (mailindex_has_file(dir, files[i]))
            return MAILINDEX_GUESS_INDEX;
    return MAILINDEX_GUESS_NONE;
}

void mailindex_store_location(enum dovecot_format format, const char *path, struct arena *arena,
                              struct dovecot_location *location)
{
    bool maildir = format == DOVECOT_MAILDIR;
    *location = (struct dovecot_location){
        .format = format,
        .layout = maildir ? DOVECOT_LAYOUT_MAILDIRPP : DOVECOT_LAYOUT_FS,
        .root = arena_strdup(arena, path),
        .index_name = "dovecot.index",
        .mailboxes = maildir ? "" : "mailboxes",
        .mailbox_folder = maildir ? "" : "dbox-Mails",
    };
}
