/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "probes/cyrus_look_inside.h"
#include "probes/cyrus_twoskip.h"

enum { START = 4 };

/* Ends of names, and whole names in the directory of a user. */
bool cyrus_is_called_database(const char *name)
{
    static const char *const ends[] = {".db",      ".seen", ".conversations", ".counters",
                                       ".mboxkey", ".sub",  ".annotations"};
    static const char *const names[] = {"seen", "sub", "conversations", "counters", "mboxkey"};
    size_t length = strlen(name);

    if (strcmp(name, "cyrus.annotations") == 0)
        return false;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t end = strlen(ends[i]);
        if (length > end && strcmp(name + length - end, ends[i]) == 0)
            return true;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

bool cyrus_starts_as_database(const struct mailindex_dir *dir, const char *name,
                              struct mailindex_io *io)
{
    static const uint8_t magic[START] = {0xa1, 0x02, 0x8b, 0x0d};
    uint8_t start[START] = {0};
    struct error e;
    struct stat st;

    int fd = mailindex_open(dir, name, io, &st, &e);
    if (fd < 0)
        return false;
    int64_t got = mailindex_read_at(fd, start, START, 0, io);
    close(fd);
    return got == START && memcmp(start, magic, START) == 0;
}

bool cyrus_is_database(const struct mailindex_dir *dir, const char *name, struct mailindex_io *io)
{
    if (!cyrus_is_called_database(name))
        return false;
    return strcmp(name, "mailboxes.db") == 0 || /* however broken it is */
           cyrus_starts_as_database(dir, name, io);
}

static void ignore(const struct mailindex_finding *finding, void *arg)
{
    (void)finding;
    (void)arg;
}

/* Whether nobody wrote: each change alters the header first and last. */
static bool is_same(const struct mailindex_file *file, const struct cyrus_twoskip *before)
{
    struct mailindex_sink sink = {.report = ignore};
    struct cyrus_twoskip now;
    return cyrus_twoskip_open(file, &now, &sink) == CYRUS_TWOSKIP &&
           now.generation == before->generation && now.records == before->records &&
           now.current_size == before->current_size && now.flags == before->flags;
}

/* "ctl_cyrusdb -c" copies a database as it is, also while somebody is writing. */
static bool is_backup(const struct mailindex_handle *handle)
{
    return strstr(handle->file.name, "/db.backup") != NULL;
}

static void look_open(struct mailindex_check *check, const struct mailindex_handle *handle,
                      bool is_main)
{
    struct mailindex_sink quiet = {.report = ignore};
    struct cyrus_twoskip header;
    int error = 0;

    if (!handle->file.size && is_main)
        mailindex_report(check->sink, "Z03", (struct mailindex_place){handle->file.name, 0, 0},
                         "it is empty");
    bool dirty = cyrus_twoskip_open(&handle->file, &header, &quiet) == CYRUS_TWOSKIP &&
                 header.flags & CYRUS_TWOSKIP_DIRTY;
    if (dirty && (is_backup(handle) || !cyrus_lock(handle->fd, 0)))
        return; /* somebody is writing, or was: nothing can be said until the next round */
    enum cyrus_database kind = cyrus_twoskip_open(&handle->file, &header, check->sink);
    if (kind == CYRUS_NO_DATABASE && check->mailbox->only)
        mailindex_check_unreadable(check, handle->file.name, "no format that is known here");
    if (kind == CYRUS_TWOSKIP && !dirty) {
        cyrus_twoskip_verify(&handle->file, &header, check->sink, &error);
        if (error)
            mailindex_check_unreadable(check, handle->file.name, error_name(error));
        if (!is_same(&handle->file, &header))
            check->moved = true;
    }
}

void cyrus_look_database(struct mailindex_check *check, const struct mailindex_dir *dir,
                         const char *name)
{
    struct mailindex_handle handle;
    struct error e = {0};

    if (mailindex_handle_open(dir, name, check->arena, check->options->io, &handle, &e) < 0)
        mailindex_check_unreadable(check, handle.file.name, e.text);
    else if (handle.fd >= 0)
        look_open(check, &handle, strcmp(name, "mailboxes.db") == 0);
    mailindex_handle_close(&handle);
}

void cyrus_look_databases(struct mailindex_check *check)
{
    const struct mailindex_dir *dir = &check->mailbox->mail;
    DIR *list = mailindex_dir_list(dir, check->options->io);
    struct dirent *entry;

    if (!list) {
        mailindex_check_unreadable(check, dir->path, error_name(errno));
        return;
    }
    while ((entry = readdir(list)))
        if (cyrus_is_called_database(entry->d_name))
            cyrus_look_database(check, dir, entry->d_name);
    closedir(list);
}
