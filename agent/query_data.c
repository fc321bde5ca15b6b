/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/query_data.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/history.h"
#include "core/log.h"
#include "exporters/openmetrics_read.h"

static int fail(struct error *e, const char *operation, const char *path, int code)
{
    return error_set(e, code, "%s %s: %s", operation, path, error_name(code));
}

static int read_all(int fd, const char *path, struct buf *text, struct error *e)
{
    char part[65536];
    for (;;) {
        ssize_t n = read(fd, part, sizeof part);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(e, "read", path, -errno);
        if (n == 0)
            return 0;
        buf_add(text, part, (size_t)n);
        if (text->length > QUERY_DATA_MAX_BYTES)
            return fail(e, "read", path, -EFBIG);
    }
}

static bool ends_in(const char *text, const char *end)
{
    size_t length = strlen(text), n = strlen(end);
    return length >= n && strcmp(text + length - n, end) == 0;
}

static int read_samples(int fd, const char *path, struct store *store, int64_t *newest_ms,
                        struct error *e)
{
    struct stat st;
    struct buf text = {0};
    struct openmetrics_summary summary;
    if (fstat(fd, &st) < 0)
        return fail(e, "stat", path, -errno);
    int code = read_all(fd, path, &text, e);
    const struct openmetrics_source source = {
        .name = path,
        .text = text.length ? text.data : "",
        .length = text.length,
        .format = ends_in(path, ".prom") ? EXPOSITION_TEXT : EXPOSITION_OPENMETRICS,
        .untimed_ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000};
    if (code == 0)
        code = openmetrics_read(&source, store, &summary, e);
    if (code == 0 && !summary.samples)
        code = error_set(e, -ENODATA, "%s: it has no samples", path);
    if (code == 0)
        *newest_ms = summary.newest_ms;
    buf_free(&text);
    return code;
}

int query_data_read(const char *path, struct store *store, int64_t *newest_ms, struct error *e)
{
    int fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return fail(e, "open", path, -errno);
    int code = read_samples(fd, path, store, newest_ms, e);
    close(fd);
    return code;
}

static void warn(const char *text, void *directory)
{
    log_error("query: %s: %s", (const char *)directory, text);
}

static void find_newest(const struct series *series, void *newest_ms)
{
    struct point last;
    if (series_last(series, INT64_MIN, INT64_MAX, &last) && last.t > *(int64_t *)newest_ms)
        *(int64_t *)newest_ms = last.t;
}

int query_history_read(const char *directory, struct store *store, int64_t *newest_ms,
                       struct error *e)
{
    const struct history_options options = {.directory = directory,
                                            .read_only = true,
                                            .warn = warn,
                                            .arg = (void *)(uintptr_t)directory};
    struct history *history = history_new(&options);
    int code = history_open(history, e);
    if (code == 0)
        code = history_load(history, store, INT64_MIN, INT64_MAX, e);
    history_free(&history);
    *newest_ms = INT64_MIN;
    store_walk(store, find_newest, newest_ms);
    if (code == 0 && *newest_ms == INT64_MIN)
        code = error_set(e, -ENODATA, "%s: the history has no samples", directory);
    return code;
}
