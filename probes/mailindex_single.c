/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_single.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/text.h"
#include "probes/dbox_file.h"
#include "probes/dovecot_list.h"
#include "probes/dovecot_map.h"
#include "probes/dovecot_uidlist.h"
#include "probes/mailindex_files.h"

struct single {
    const struct mailindex_dir *dir;
    const char *name;
    const struct mailindex_file *file;
    struct mailindex_io *io;
    struct mailindex_sink *sink;
    struct arena *arena;
};

static void verify_index(const struct single *single)
{
    struct dovecot_files files = {.kind = strstr(single->name, ".map.")    ? DOVECOT_MAP
                                          : strstr(single->name, ".list.") ? DOVECOT_LIST
                                                                           : DOVECOT_MAILBOX};
    struct mailindex_bytes bytes = {0};
    struct dovecot_index index;
    struct error e;

    if (mailindex_read(single->dir, single->name, DOVECOT_INDEX_MAX, single->io, &bytes, &e) == 0 &&
        dovecot_index_parse(single->file, bytes.data, bytes.length, &index, single->sink)) {
        dovecot_index_recount(single->file, &index, files.kind, single->sink);
        if (files.kind == DOVECOT_MAP)
            dovecot_map_verify(single->file, &index, single->sink);
        if (files.kind == DOVECOT_LIST)
            dovecot_list_verify(single->file, &index, single->sink);
    }
    mailindex_bytes_free(&bytes);
}

static void verify_log(const struct single *single)
{
    struct dovecot_log_facts facts;
    dovecot_log_walk(single->file, &facts, NULL, NULL, single->sink);
}

static void verify_cache(const struct single *single)
{
    struct dovecot_cache cache;
    if (dovecot_cache_open(&cache, single->file, single->sink))
        dovecot_cache_verify(&cache, NULL, 0, single->sink);
    dovecot_cache_close(&cache);
}

static void verify_uidlist(const struct single *single)
{
    struct mailindex_bytes bytes = {0};
    struct dovecot_uidlist list;
    struct error e;

    if (mailindex_read(single->dir, single->name, DOVECOT_UIDLIST_MAX, single->io, &bytes, &e) == 0)
        dovecot_uidlist_parse(single->file->name, (const char *)bytes.data, bytes.length,
                              single->arena, &list, single->sink);
    mailindex_bytes_free(&bytes);
}

/* Mail after mail up to the end of the file. */
static void verify_dbox(const struct single *single)
{
    struct mailindex_window window = {.file = single->file};
    struct dbox_file_header header;
    struct dbox_mail mail;

    if (dbox_file_header(single->file, &window, &header, single->sink))
        for (uint64_t at = header.first; at < single->file->size; at = mail.end)
            if (!dbox_mail_read(single->file, &window, &header, at, &mail, single->sink))
                break;
    window_free(&window);
}

static void (*verifier_of(const char *name))(const struct single *)
{
    bool index = strncmp(name, "dovecot.", 8) == 0 && strstr(name, "index");

    if (strcmp(name, "dovecot-uidlist") == 0)
        return verify_uidlist;
    if ((name[0] == 'u' || name[0] == 'm') && name[1] == '.' && name[2] &&
        strspn(name + 2, "0123456789") == strlen(name + 2))
        return verify_dbox;
    if (index && (text_ends_in(name, ".log") || text_ends_in(name, ".log.2")))
        return verify_log;
    if (index && text_ends_in(name, ".cache"))
        return verify_cache;
    return index && (text_ends_in(name, "index") || text_ends_in(name, ".backup")) ? verify_index
                                                                                   : NULL;
}

int mailindex_single(const char *path, struct mailindex_io *io, struct mailindex_sink *sink,
                     struct error *e)
{
    SCRATCH_ARENA(arena);
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    void (*verify)(const struct single *) = verifier_of(name);
    struct mailindex_handle handle;
    struct mailindex_dir dir;

    if (!verify)
        return error_set(e, -EINVAL, "no index file that is known by its name");
    const char *parent = !slash          ? "."
                         : slash == path ? "/"
                                         : arena_strndup(arena, path, (size_t)(slash - path));
    int code = mailindex_dir_open(parent, &dir, e);
    if (code < 0)
        return code;
    code = mailindex_handle_open(&dir, name, arena, io, &handle, e);
    if (code == 0 && handle.fd < 0)
        code = error_set(e, -ENOENT, "open: ENOENT");
    if (code == 0) {
        struct single single = {&dir, name, &handle.file, io, sink, arena};
        verify(&single);
    }
    mailindex_handle_close(&handle);
    mailindex_dir_close(&dir);
    return code;
}
