/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/cyrus_place.h"

#include <string.h>

static const struct mailindex_dir none = {.fd = -1, .path = ""};

/* A descriptor of its own for the directory itself. */
static struct mailindex_dir again(const struct cyrus_place *place)
{
    struct mailindex_dir dir;
    struct error e;
    int code = mailindex_dir_below(place->dir, ".", place->path, place->io, &dir, &e);
    return code < 0 ? none : dir;
}

/* The same mailbox's directory on another partition. */
static struct mailindex_dir on(const struct cyrus_place *place, const char *partition,
                               struct arena *arena)
{
    struct mailindex_dir root, dir = none;
    struct error e;
    const char *within = place->path + strlen(place->root);
    const char *path = arena_printf(arena, "%s%s", partition, within);

    within += strspn(within, "/");
    if (mailindex_dir_open(partition, &root, &e) < 0)
        return none;
    int code = mailindex_dir_below(&root, *within ? within : ".", path, place->io, &dir, &e);
    mailindex_dir_close(&root);
    return code < 0 ? none : dir;
}

/* Only what was hidden by its name being a path: "user.x" with unixhierarchysep is "user/x". */
static const char *name_of(const struct cyrus_place *place, struct arena *arena)
{
    const char *within = place->path + strlen(place->root);
    const char *name = cyrus_mailbox_name(place->dir, arena, place->io);

    within += strspn(within, "/");
    if (!name)
        return arena_strdup(arena, *within ? within : strrchr(place->path, '/') + 1);
    char *shown = arena_strdup(arena, name);
    for (char *c = shown; place->partition && place->partition->unixhierarchysep && *c; c++)
        *c = *c == '.' ? '/' : *c == '^' ? '.' : *c;
    return shown;
}

bool cyrus_place_mailbox(const struct cyrus_place *place, struct arena *arena,
                         struct mailindex_mailbox *mailbox)
{
    if (!cyrus_is_mailbox(place->dir))
        return false;
    *mailbox = (struct mailindex_mailbox){.format = MAILINDEX_CYRUS,
                                          .guessed = !place->partition,
                                          .store = place->root,
                                          .name = name_of(place, arena),
                                          .index_name = "cyrus.index",
                                          .index = again(place),
                                          .alt = none};
    mailbox->mail = mailbox->index;
    if (place->partition) {
        const struct cyrus_partition *partition = place->partition;
        if (strcmp(partition->mail, place->root) != 0)
            mailbox->mail = on(place, partition->mail, arena);
        if (partition->archive)
            mailbox->alt = on(place, partition->archive, arena);
    }
    mailbox->control = mailbox->mail;
    return mailbox->index.fd >= 0;
}

bool cyrus_place_databases(const struct cyrus_place *place, struct mailindex_mailbox *mailbox)
{
    *mailbox = (struct mailindex_mailbox){.format = MAILINDEX_CYRUS_DATABASES,
                                          .guessed = !place->partition,
                                          .store = place->root,
                                          .name = "",
                                          .index_name = "",
                                          .mail = again(place),
                                          .alt = none};
    mailbox->index = mailbox->control = mailbox->mail;
    return mailbox->mail.fd >= 0;
}

static bool is_mailbox_file(const char *name)
{
    return strcmp(name, "cyrus.index") == 0 || strcmp(name, "cyrus.cache") == 0 ||
           strcmp(name, "cyrus.header") == 0;
}

/* Its mails lie elsewhere, as far as one file is asked for. */
int cyrus_place_file(const char *path, struct mailindex_io *io, struct arena *arena,
                     struct mailindex_mailbox *mailbox, struct error *e)
{
    const char *slash = strrchr(path, '/'), *name = slash + 1;
    const char *parent = slash > path ? arena_strndup(arena, path, (size_t)(slash - path)) : "/";
    struct mailindex_dir dir;

    int code = mailindex_dir_open(parent, &dir, e);
    if (code < 0)
        return code;
    if (!is_mailbox_file(name) && !cyrus_is_database(&dir, name, io) &&
        !cyrus_starts_as_database(&dir, name, io)) {
        mailindex_dir_close(&dir);
        return 0;
    }
    const char *title = is_mailbox_file(name) ? cyrus_mailbox_name(&dir, arena, io) : NULL;
    *mailbox = (struct mailindex_mailbox){
        .format = is_mailbox_file(name) ? MAILINDEX_CYRUS : MAILINDEX_CYRUS_DATABASES,
        .guessed = true,
        .store = arena_strdup(arena, path),
        .name = title ? title : "",
        .index_name = is_mailbox_file(name) ? "cyrus.index" : "",
        .only = arena_strdup(arena, name),
        .index = dir,
        .mail = none,
        .control = none,
        .alt = none};
    return 1;
}
