/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_WEB_H
#define AGENT_WEB_H

#include <uv.h>

#include "exporters/prometheus.h"

/*
 * The web.config.yml of a running agent: it and the certificates that it names are looked at now
 * and then, off the loop, and read anew when one of them has changed. What is wrong is told once,
 * and the old settings go on.
 */
enum { WEB_FILES = 4 };

/* The file and those that it names, and what they were when they were read. */
struct web_files {
    char *paths[WEB_FILES]; /* NULL: none */
    uint64_t stamp;
};

struct web_watch {
    uv_loop_t *loop;
    struct prometheus *prometheus;
    uv_timer_t timer;
    char *path; /* NULL: there is none, and everybody may come */
    struct web_files files;
    bool looking, look_again, force, closed;
};

/*
 * Reads a file and what it names; may block. All errors are told through report, a text each. files
 * is filled in any case.
 */
int web_read(const char *path, struct web **web, struct web_files *files,
             void (*report)(const char *text, void *arg), void *arg);

void web_files_free(struct web_files *files);

/*
 * path may be NULL. files is the watch's from now on. Must stay where it is until web_watch_close()
 * and the end of the loop.
 */
void web_watch_open(struct web_watch *watch, uv_loop_t *loop, struct prometheus *prometheus,
                    const char *path, const struct web_files *files);
void web_watch_close(struct web_watch *watch);

/* Another file, or NULL, or the same one, which is read anew. */
void web_watch_configure(struct web_watch *watch, const char *path);

#endif
