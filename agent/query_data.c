/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/query_data.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/log.h"
#include "core/text.h"
#include "exporters/openmetrics_read.h"
#include "rules/reach.h"

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

static int read_samples(int fd, const char *path, bool any_kind, struct store *store,
                        int64_t *newest_ms, struct error *e)
{
    struct stat st;
    struct buf text = {0};
    struct openmetrics_summary summary;
    if (fstat(fd, &st) < 0)
        return fail(e, "stat", path, -errno);
    if (!any_kind && !S_ISREG(st.st_mode))
        return error_set(e, -EOPNOTSUPP, "open %s: not a regular file", path);
    int code = read_all(fd, path, &text, e);
    const struct openmetrics_source source = {
        .name = path,
        .text = text.length ? text.data : "",
        .length = text.length,
        .format = text_ends_in(path, ".prom") ? EXPOSITION_TEXT : EXPOSITION_OPENMETRICS,
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
    if (strcmp(path, "-") == 0)
        return read_samples(STDIN_FILENO, "standard input", true, store, newest_ms, e);
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return fail(e, "open", path, -errno);
    int code = read_samples(fd, path, false, store, newest_ms, e);
    close(fd);
    return code;
}

static void warn(const char *text, void *directory)
{
    log_error("query: %s: %s", (const char *)directory, text);
}

int query_history_open(const char *directory, struct history **opened, int64_t *newest_ms,
                       struct error *e)
{
    const struct history_options options = {.directory = directory,
                                            .read_only = true,
                                            .warn = warn,
                                            .arg = (void *)(uintptr_t)directory};
    struct history *history = history_new(&options);
    int code = history_newest(history, newest_ms, e);
    if (code == 0 && *newest_ms == INT64_MIN)
        code = error_set(e, -ENODATA, "%s: the history has no samples", directory);
    if (code < 0)
        history_free(&history);
    *opened = history;
    return code;
}

int query_history_read(struct history *history, const struct query *query,
                       const struct promql_engine *engine, struct store *store, struct error *e)
{
    SCRATCH_ARENA(arena);
    struct promql_error wrong;
    struct expr *expr;
    if (promql_parse(query->expr, query->length, arena, &expr, &wrong) < 0)
        return 0; /* query_store() tells it */
    int64_t last = query->start_ms;
    if (query->range)
        last += (query->end_ms - query->start_ms) / query->step_ms * query->step_ms;
    struct promql_reach reach = promql_reach(engine, expr, query->start_ms, last, arena);
    return history_load_names(history, store, reach.from, reach.to, reach.names, reach.name_count,
                              e);
}
