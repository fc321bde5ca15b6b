/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/events_files.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/log.h"
#include "core/root.h"

struct file {
    struct file *next;
    struct events_files *files;
    char *path;
    int fd;
    uv_poll_t poll;
    bool polled; /* the handle is set up */
    bool wanted; /* the last scan found it, and it can be read */
};

/* While a scan is under way the list is its thread's, and no file is polled. */
struct events_files {
    uv_loop_t *loop;
    void (*changed)(void *owner);
    void *owner;
    uv_work_t work;
    bool scanning, again, closing;
    struct file *list;
    size_t count;
    bool full; /* there were more than EVENTS_MAX_FILES */
};

/* A file that was read says POLLPRI when it differs from what was read. */
static bool read_again(const struct file *file)
{
    char some[4096];
    return pread(file->fd, some, sizeof some, 0) >= 0;
}

static struct file *find(const struct events_files *files, const char *path)
{
    struct file *file = files->list;
    while (file && (strcmp(file->path, path) != 0 || file->wanted))
        file = file->next;
    return file;
}

static void add(struct events_files *files, const char *path)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    struct file *file = fd >= 0 ? calloc(1, sizeof *file) : NULL;

    if (fd < 0)
        return; /* gone meanwhile, or not to be had for this level */
    if (!file)
        abort();
    *file = (struct file){
        .next = files->list, .files = files, .path = strdup(path), .fd = fd, .wanted = true};
    read_again(file);
    files->list = file;
    files->count++;
}

static void want(struct events_files *files, const char *path)
{
    struct file *known = find(files, path);

    if (known && read_again(known))
        known->wanted = true;
    else if (files->count < EVENTS_MAX_FILES)
        add(files, path);
    else
        files->full = true;
}

static void want_array(struct events_files *files, const struct root *root, const char *array,
                       struct arena *arena)
{
    static const char *const attributes[] = {"array_state", "sync_action", "degraded"};
    const char *directory = arena_printf(arena, "/sys/block/%s/md", array);
    char **names;
    size_t count;

    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        want(files, arena_printf(arena, "%s/%s", directory, attributes[i]));
    root_list(root, directory, arena, &names, &count, NULL);
    for (size_t i = 0; i < count; i++)
        if (strncmp(names[i], "dev-", 4) == 0)
            want(files, arena_printf(arena, "%s/%s/state", directory, names[i]));
}

static void scan(uv_work_t *work)
{
    SCRATCH_ARENA(arena);
    struct events_files *files = work->data;
    struct root *root;
    char **names;
    size_t count;

    for (struct file *file = files->list; file; file = file->next)
        file->wanted = false;
    files->full = false;
    if (root_open("/", &root, NULL) < 0)
        return;
    want(files, "/proc/mdstat");
    root_list(root, "/sys/block", arena, &names, &count, NULL);
    for (size_t i = 0; i < count; i++)
        if (strncmp(names[i], "md", 2) == 0)
            want_array(files, root, names[i], arena);
    root_close(&root);
}

static void on_file_closed(uv_handle_t *handle)
{
    struct file *file = handle->data;
    free(file->path);
    free(file);
}

static void drop(struct events_files *files, struct file **link)
{
    struct file *file = *link;

    *link = file->next;
    files->count--;
    if (file->polled)
        uv_close((uv_handle_t *)&file->poll, on_file_closed);
    close(file->fd);
    if (!file->polled) {
        free(file->path);
        free(file);
    }
}

static void stop_polling(struct events_files *files)
{
    for (struct file *file = files->list; file; file = file->next)
        if (file->polled)
            uv_poll_stop(&file->poll);
}

static void on_change(uv_poll_t *poll, int status, int events)
{
    const struct file *file = poll->data;
    (void)status;
    (void)events;
    stop_polling(file->files);
    file->files->changed(file->files->owner);
}

/* False where the file is none that can be waited for. */
static bool start_polling(struct events_files *files, struct file *file)
{
    if (!file->polled && uv_poll_init(files->loop, &file->poll, file->fd) < 0)
        return false;
    file->polled = true;
    file->poll.data = file;
    return uv_poll_start(&file->poll, UV_PRIORITIZED, on_change) == 0;
}

static void free_all(struct events_files *files)
{
    while (files->list)
        drop(files, &files->list);
    free(files);
}

static void on_scanned(uv_work_t *work, int status)
{
    struct events_files *files = work->data;

    files->scanning = false;
    if (files->closing) {
        free_all(files);
        return;
    }
    for (struct file **link = &files->list; *link;) {
        if (status == 0 && (*link)->wanted && start_polling(files, *link))
            link = &(*link)->next;
        else
            drop(files, link);
    }
    if (files->full)
        log_warning("more than %d attributes of md: the others are looked at in their time only",
                    EVENTS_MAX_FILES);
    log_debug("waiting for changes of %zu files of md", files->count);
    if (files->again)
        events_files_scan(files);
}

void events_files_scan(struct events_files *files)
{
    files->again = files->scanning;
    if (files->scanning)
        return;
    stop_polling(files);
    files->scanning = true;
    files->work.data = files;
    uv_queue_work(files->loop, &files->work, scan, on_scanned);
}

struct events_files *events_files_open(uv_loop_t *loop, void (*changed)(void *owner), void *owner)
{
    struct events_files *files = calloc(1, sizeof *files);
    if (!files)
        abort();
    files->loop = loop;
    files->changed = changed;
    files->owner = owner;
    events_files_scan(files);
    return files;
}

void events_files_close(struct events_files **files)
{
    struct events_files *old = *files;

    *files = NULL;
    if (!old)
        return;
    old->closing = true;
    if (!old->scanning)
        free_all(old);
}
