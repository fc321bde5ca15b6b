/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/cyrus_look_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "probes/cyrus_cache.h"
#include "probes/mailindex_compare.h"
#include "probes/mailindex_store.h"

enum { LOCK_MS = 200, PAUSE_MS = 5, TRIES = 3 };

/* An open file description lock: it conflicts with Cyrus', and ends with this descriptor only. */
bool cyrus_lock(int fd, int deadline_ms)
{
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};

    for (int waited = 0; fcntl(fd, F_OFD_SETLK, &lock) < 0; waited += PAUSE_MS) {
        if ((errno != EAGAIN && errno != EACCES && errno != EINTR) || waited >= deadline_ms)
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

void cyrus_unlock(int fd)
{
    struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
    fcntl(fd, F_OFD_SETLK, &lock);
}

int cyrus_open(struct mailindex_check *check, const char *name, struct mailindex_handle *handle)
{
    const struct mailindex_mailbox *mailbox = check->mailbox;
    const struct mailindex_dir *dirs[] = {&mailbox->index, &mailbox->control, &mailbox->mail};
    struct error e = {0};
    int code = 0;

    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
        code = mailindex_handle_open(dirs[i], name, check->arena, check->options->io, handle, &e);
        if (code < 0)
            mailindex_check_unreadable(check, handle->file.name, e.text);
        if (code < 0 || handle->fd >= 0)
            return code;
    }
    code = mailindex_handle_open(dirs[0], name, check->arena, check->options->io, handle, &e);
    return code;
}

/* Whether the path still leads to the file that is open: a repack puts a new one in its place. */
static bool is_there(const struct mailindex_handle *handle)
{
    struct stat path, open;
    return lstat(handle->file.name, &path) == 0 && fstat(handle->fd, &open) == 0 &&
           path.st_ino == open.st_ino && path.st_dev == open.st_dev;
}

/* Opens and locks cyrus.index. False where it is not there or cannot be read. */
static bool open_index(struct cyrus_mailbox *mailbox)
{
    struct mailindex_handle *handle = &mailbox->handle;
    struct stat st;

    for (int i = 0; i < TRIES; i++) {
        if (cyrus_open(mailbox->check, "cyrus.index", handle) < 0 || handle->fd < 0)
            return false;
        mailbox->locked = cyrus_lock(handle->fd, LOCK_MS);
        if (is_there(handle))
            break;
        mailindex_handle_close(handle);
    }
    if (handle->fd < 0 || fstat(handle->fd, &st) < 0) {
        mailbox->check->moved = true;
        return false;
    }
    handle->stamp = mailindex_stamp(&st);
    handle->file.size = (uint64_t)st.st_size;
    return true;
}

static void collect(const struct cyrus_record *record, void *arg)
{
    struct cyrus_mailbox *mailbox = arg;

    if (mailbox->count == mailbox->room) {
        mailbox->room = mailbox->room ? 2 * mailbox->room : 64;
        mailbox->records = realloc(mailbox->records, mailbox->room * sizeof *mailbox->records);
        if (!mailbox->records)
            abort();
    }
    mailbox->records[mailbox->count++] = *record;
}

/* cyrus.header, which index may be NULL for. True where the names of flags are known. */
static bool look_header(struct cyrus_mailbox *mailbox, const struct cyrus_index *index)
{
    struct mailindex_check *check = mailbox->check;
    struct mailindex_handle handle;
    bool known = false;

    if (cyrus_open(check, "cyrus.header", &handle) < 0)
        return false;
    if (handle.fd < 0) {
        if (!check->mailbox->guessed || mailindex_has_file(&check->mailbox->mail, "cyrus.cache"))
            mailindex_report(check->sink, "Y09", (struct mailindex_place){handle.file.name, 0, 0},
                             "it is not there");
    } else {
        size_t length =
            handle.file.size < CYRUS_HEADER_MAX ? (size_t)handle.file.size : CYRUS_HEADER_MAX;
        char *text = arena_alloc(check->arena, length + 1);
        int64_t got = mailindex_read_at(handle.fd, text, length, 0, check->options->io);
        if (got < 0) {
            mailindex_check_unreadable(check, handle.file.name, error_name((int)got));
        } else {
            known = cyrus_header_parse(handle.file.name, text, (size_t)got, check->arena,
                                       &mailbox->header, check->sink);
            if (index)
                cyrus_header_verify(handle.file.name, (size_t)got, &mailbox->header, index,
                                    check->sink);
        }
    }
    mailindex_handle_close(&handle);
    return known;
}

/* The files are opened while the index is locked, so that they belong together. */
static void open_caches(struct cyrus_mailbox *mailbox)
{
    struct mailindex_check *check = mailbox->check;
    const struct mailindex_dir *archive = &check->mailbox->alt;
    struct error e = {0};

    cyrus_open(check, "cyrus.cache", &mailbox->caches[0]);
    mailbox->caches[1].fd = -1;
    if (archive->fd >= 0 && mailindex_handle_open(archive, "cyrus.cache", check->arena,
                                                  check->options->io, &mailbox->caches[1], &e) < 0)
        mailindex_check_unreadable(check, mailbox->caches[1].file.name, e.text);
}

static void look_index(struct cyrus_mailbox *mailbox)
{
    struct mailindex_check *check = mailbox->check;
    const struct mailindex_file *file = &mailbox->handle.file;
    int error = 0;
    bool sound = cyrus_index_open(file, &mailbox->index, check->sink);
    bool flags = look_header(mailbox, sound ? &mailbox->index : NULL);

    open_caches(mailbox);
    if (!sound)
        return;
    mailbox->whole = cyrus_index_walk(file, &mailbox->index, flags ? &mailbox->header.flags : NULL,
                                      collect, mailbox, check->sink, &error) &&
                     mailbox->count == mailbox->index.records;
    if (error)
        mailindex_check_unreadable(check, file->name, error_name(error));
}

static const struct mailindex_handle *cache_of(const struct cyrus_mailbox *mailbox,
                                               const struct cyrus_record *record)
{
    if (!(record->flags & CYRUS_ARCHIVED))
        return &mailbox->caches[0];
    return mailbox->check->mailbox->alt.fd >= 0 ? &mailbox->caches[1] : NULL;
}

static void look_cache(struct cyrus_mailbox *mailbox)
{
    struct mailindex_check *check = mailbox->check;
    bool missing = false;

    for (int i = 0; i < 2; i++) {
        struct mailindex_handle *handle = &mailbox->caches[i];
        struct mailindex_window window = {.file = &handle->file};
        if (handle->fd >= 0)
            cyrus_cache_verify_header(&window, &mailbox->index, check->sink);
        for (size_t n = 0; n < mailbox->count && !window.error; n++) {
            const struct cyrus_record *record = &mailbox->records[n];
            if (cache_of(mailbox, record) != handle || !record->cache_crc)
                continue;
            if (handle->fd >= 0)
                cyrus_cache_verify(&window, record, NULL, check->sink);
            else
                missing = true;
        }
        if (window.error)
            mailindex_check_unreadable(check, handle->file.name, error_name(window.error));
        if (missing)
            mailindex_report(check->sink, "Y12", (struct mailindex_place){handle->file.name, 0, 0},
                             "it is not there");
        missing = false;
        window_free(&window);
    }
}

/* Written to, or put in another's place, since it was read. */
static void look_whether_moved(struct cyrus_mailbox *mailbox)
{
    struct stat st;
    struct mailindex_stamp now = {0};

    if (lstat(mailbox->handle.file.name, &st) == 0)
        now = mailindex_stamp(&st);
    if (!mailindex_stamp_same(&now, &mailbox->handle.stamp))
        mailbox->check->moved = true;
}

/* Asked for cyrus.cache alone, it is of no use that what is wrong with the index is told nowhere.
 */
static void look_whether_known(const struct cyrus_mailbox *mailbox)
{
    struct mailindex_check *check = mailbox->check;
    const char *only = check->mailbox->only;

    if (only && strcmp(only, "cyrus.cache") == 0 && !mailbox->whole && !check->moved)
        mailindex_check_unreadable(
            check, arena_printf(check->arena, "%s/%s", check->mailbox->index.path, only),
            "its checksums are in cyrus.index, which is not beside it or not sound");
}

static void no_index(struct cyrus_mailbox *mailbox)
{
    struct mailindex_check *check = mailbox->check;
    bool elsewhere =
        check->mailbox->guessed && !mailindex_has_file(&check->mailbox->mail, "cyrus.cache");

    if (!cyrus_is_mailbox(&check->mailbox->index))
        check->moved = true; /* it was one when it was found: it is being deleted */
    if (check->unreadable || check->moved)
        return;
    look_header(mailbox, NULL);
    mailindex_report(check->sink, elsewhere ? "Y17" : "Y19",
                     (struct mailindex_place){mailbox->handle.file.name, 0, 0}, "it is not there");
}

static void look_mailbox(struct mailindex_check *check, struct mailindex_stamp *index)
{
    struct cyrus_mailbox mailbox = {.check = check, .handle.fd = -1};

    mailbox.caches[0].fd = mailbox.caches[1].fd = -1;
    if (open_index(&mailbox)) {
        *index = mailbox.handle.stamp;
        look_index(&mailbox);
        if (mailbox.locked)
            cyrus_unlock(mailbox.handle.fd);
        if (mailbox.count)
            look_cache(&mailbox);
        if (mailbox.index.version && !(mailbox.index.options & CYRUS_DELETED))
            cyrus_look_mails(&mailbox);
        if (check->compare && mailbox.index.version)
            mailindex_compare_cyrus(check->compare, &mailbox.index, mailbox.records, mailbox.count);
        look_whether_moved(&mailbox);
    } else {
        no_index(&mailbox);
    }
    look_whether_known(&mailbox);
    if (check->mailbox->index.fd >= 0 && !check->mailbox->only)
        cyrus_look_database(check, &check->mailbox->index, "cyrus.annotations");
    mailindex_handle_close(&mailbox.caches[0]);
    mailindex_handle_close(&mailbox.caches[1]);
    mailindex_handle_close(&mailbox.handle);
    free(mailbox.records);
}

void cyrus_look(struct mailindex_check *check, struct mailindex_stamp *index)
{
    if (check->mailbox->format == MAILINDEX_CYRUS)
        look_mailbox(check, index);
    else if (check->mailbox->only)
        cyrus_look_database(check, &check->mailbox->index, check->mailbox->only);
    else
        cyrus_look_databases(check);
}

/* ---- what is a mailbox ---- */

bool cyrus_is_mailbox(const struct mailindex_dir *dir)
{
    return mailindex_has_file(dir, "cyrus.header") || mailindex_has_file(dir, "cyrus.index");
}

static void ignore(const struct mailindex_finding *finding, void *arg)
{
    (void)finding;
    (void)arg;
}

const char *cyrus_mailbox_name(const struct mailindex_dir *dir, struct arena *arena,
                               struct mailindex_io *io)
{
    struct mailindex_sink sink = {.report = ignore};
    struct mailindex_bytes bytes = {0};
    struct cyrus_header header = {0};
    struct error e;

    if (mailindex_read(dir, "cyrus.header", CYRUS_HEADER_MAX, io, &bytes, &e) == 0)
        cyrus_header_parse("", (const char *)bytes.data, bytes.length, arena, &header, &sink);
    mailindex_bytes_free(&bytes);
    return header.name;
}
