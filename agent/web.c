/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/web.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "agent/configuration_web.h"
#include "agent/rule_files.h"
#include "core/log.h"

enum { LOOK_MS = 5000 };

static uint64_t stamp_file(const char *path, uint64_t stamp)
{
    struct stat st = {0};
    if (!path)
        return stamp;
    int gone = stat(path, &st) < 0 ? errno : 0;
    const uint64_t facts[] = {stamp,
                              (uint64_t)gone,
                              (uint64_t)st.st_ino,
                              (uint64_t)st.st_size,
                              (uint64_t)st.st_mtim.tv_sec,
                              (uint64_t)st.st_mtim.tv_nsec,
                              (uint64_t)st.st_ctim.tv_sec,
                              (uint64_t)st.st_ctim.tv_nsec};
    return XXH3_64bits(facts, sizeof facts);
}

static uint64_t stamp_files(const struct web_files *files)
{
    uint64_t stamp = 0;
    for (size_t i = 0; i < WEB_FILES; i++)
        stamp = stamp_file(files->paths[i], stamp);
    return stamp;
}

static char *copy(const char *text)
{
    char *copied = text ? strdup(text) : NULL;
    if (text && !copied)
        abort();
    return copied;
}

void web_files_free(struct web_files *files)
{
    for (size_t i = 0; i < WEB_FILES; i++)
        free(files->paths[i]);
    *files = (struct web_files){0};
}

static int parse(const char *path, struct arena *arena, struct web_settings *settings,
                 void (*report)(const char *text, void *arg), void *arg)
{
    struct rule_source source;
    struct error e;

    if (rule_files_read_one(path, CONFIGURATION_WEB_MAX_BYTES, arena, &source, &e) == 0)
        return configuration_web_parse(path, source.text, source.length, arena, settings, report,
                                       arg);
    report(e.text, arg);
    return -EINVAL;
}

int web_read(const char *path, struct web **web, struct web_files *files,
             void (*report)(const char *text, void *arg), void *arg)
{
    struct arena *arena = arena_new();
    struct web_settings *settings = ARENA_NEW(arena, struct web_settings);
    struct error e, warning;

    /* Looked at before they are read, so that what changes meanwhile is seen the next time. */
    *web = NULL;
    *files = (struct web_files){.paths = {copy(path)}};
    files->stamp = stamp_file(path, 0);
    int code = parse(path, arena, settings, report, arg);
    const char *const named[] = {settings->cert_file, settings->key_file, settings->client_ca_file};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        files->paths[i + 1] = copy(named[i]);
        files->stamp = stamp_file(named[i], files->stamp);
    }
    if (code < 0) {
        arena_free(&arena);
        return code;
    }
    code = web_load(arena, settings, web, &warning, &e);
    if (code < 0)
        report(e.text, arg);
    else if (warning.code)
        log_warning("%s", warning.text);
    return code;
}

/* A look at the files, off the loop. */
struct file_look {
    uv_work_t work;
    struct web_watch *watch;
    char *path;
    struct web_files files; /* as they were; then as they are now */
    struct web *web;
    bool force, changed;
    int code;
};

static void look_at_files(uv_work_t *work)
{
    struct file_look *look = work->data;

    look->changed = look->force || stamp_files(&look->files) != look->files.stamp;
    if (!look->changed)
        return;
    web_files_free(&look->files);
    if (look->path)
        look->code = web_read(look->path, &look->web, &look->files, log_reported, NULL);
}

static void look(struct web_watch *watch);

static void take_up(struct web_watch *watch, struct file_look *look)
{
    struct error e;
    bool read = look->code == 0;

    if (read && prometheus_set_web(watch->prometheus, look->web, &e) < 0) {
        log_error("%s", e.text);
        read = false;
    }
    look->web = NULL;
    if (read && look->path)
        log_info("%s was read anew", look->path);
    else if (!read)
        log_error("%s is wrong: the old one goes on", look->path ? look->path : "prometheus");
}

static void on_looked(uv_work_t *work, int status)
{
    struct file_look *done = work->data;
    struct web_watch *watch = done->watch;

    watch->looking = false;
    if (status == 0 && !watch->closed) {
        if (done->changed)
            take_up(watch, done);
        web_files_free(&watch->files);
        watch->files = done->files;
        done->files = (struct web_files){0};
    }
    web_drop(&done->web);
    web_files_free(&done->files);
    free(done->path);
    free(done);
    if (watch->look_again && !watch->closed)
        look(watch);
}

static void look(struct web_watch *watch)
{
    struct file_look *look;

    watch->look_again = watch->looking;
    if (watch->looking)
        return;
    look = calloc(1, sizeof *look);
    if (!look)
        abort();
    look->watch = watch;
    look->work.data = look;
    look->path = copy(watch->path);
    for (size_t i = 0; i < WEB_FILES; i++)
        look->files.paths[i] = copy(watch->files.paths[i]);
    look->files.stamp = watch->files.stamp;
    look->force = watch->force;
    watch->force = false;
    watch->looking = true;
    uv_queue_work(watch->loop, &look->work, look_at_files, on_looked);
}

static void on_time(uv_timer_t *timer)
{
    struct web_watch *watch = timer->data;
    if (!watch->looking)
        look(watch);
}

static void set_timer(struct web_watch *watch)
{
    if (watch->path)
        uv_timer_start(&watch->timer, on_time, LOOK_MS, LOOK_MS);
    else
        uv_timer_stop(&watch->timer);
}

void web_watch_open(struct web_watch *watch, uv_loop_t *loop, struct prometheus *prometheus,
                    const char *path, const struct web_files *files)
{
    *watch = (struct web_watch){
        .loop = loop, .prometheus = prometheus, .path = copy(path), .files = *files};
    uv_timer_init(loop, &watch->timer);
    watch->timer.data = watch;
    set_timer(watch);
}

void web_watch_close(struct web_watch *watch)
{
    watch->closed = true;
    uv_close((uv_handle_t *)&watch->timer, NULL);
    web_files_free(&watch->files);
    free(watch->path);
    watch->path = NULL;
}

void web_watch_configure(struct web_watch *watch, const char *path)
{
    if (!path && !watch->path)
        return;
    char *old = watch->path;
    watch->path = copy(path);
    free(old);
    watch->force = true;
    look(watch);
    set_timer(watch);
}
