/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/rule_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buf.h"

static int fail(struct error *e, const char *operation, const char *path, int code)
{
    return error_set(e, code, "%s %s: %s", operation, path, error_name(code));
}

/* Files of /proc have a size of 0, others may grow meanwhile. */
static int read_to_end(int fd, int64_t max_bytes, struct buf *text)
{
    char part[16384];
    for (;;) {
        ssize_t n = read(fd, part, sizeof part);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : 0;
        buf_add(text, part, (size_t)n);
        if (text->length > (size_t)max_bytes)
            return -EFBIG;
    }
}

static int read_open_file(int fd, const char *path, int64_t max_bytes, struct arena *arena,
                          struct rule_source *source, struct error *e)
{
    struct stat st;
    struct buf text = {0};

    if (fstat(fd, &st) < 0)
        return fail(e, "stat", path, -errno);
    if (!S_ISREG(st.st_mode))
        return error_set(e, -EOPNOTSUPP, "open %s: not a regular file", path);
    if (st.st_size > max_bytes)
        return fail(e, "read", path, -EFBIG);
    int code = read_to_end(fd, max_bytes, &text);
    if (code == 0)
        *source = (struct rule_source){
            arena_strdup(arena, path),
            arena_strndup(arena, text.length ? text.data : "", text.length), text.length};
    buf_free(&text);
    return code < 0 ? fail(e, "read", path, code) : 0;
}

int rule_files_read_one(const char *path, int64_t max_bytes, struct arena *arena,
                        struct rule_source *source, struct error *e)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return fail(e, "open", path, -errno);
    int code = read_open_file(fd, path, max_bytes, arena, source, e);
    close(fd);
    return code;
}

static int is_rule_file(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && dot &&
           (strcmp(dot, ".yml") == 0 || strcmp(dot, ".yaml") == 0);
}

/* The names of the directory's rule files; none where there is no such directory. */
static int list_directory(const char *directory, struct arena *arena, const char ***names,
                          size_t *count, struct error *e)
{
    struct dirent **entries;
    int n = scandir(directory, &entries, is_rule_file, alphasort);

    *count = 0;
    if (n < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : fail(e, "list", directory, -errno);
    *names = ARENA_ARRAY(arena, const char *, (size_t)n + 1);
    for (int i = 0; i < n; i++) {
        (*names)[(*count)++] = arena_printf(arena, "%s/%s", directory, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return 0;
}

static int read_named(const char *const *names, size_t count, struct arena *arena,
                      const struct rule_source **sources, struct error *e)
{
    if (count > RULE_FILES_MAX)
        return error_set(e, -E2BIG, "more than %d files", RULE_FILES_MAX);
    struct rule_source *read = ARENA_ARRAY(arena, struct rule_source, count);
    for (size_t i = 0; i < count; i++) {
        int code = rule_files_read_one(names[i], RULE_FILE_MAX_BYTES, arena, &read[i], e);
        if (code < 0)
            return code;
    }
    *sources = read;
    return 0;
}

int rule_files_read(const char *const *names, size_t count, const char *directory,
                    struct arena *arena, const struct rule_source **sources, size_t *source_count,
                    struct error *e)
{
    const char **listed = NULL;
    int code = 0;

    if (!count) {
        code = list_directory(directory, arena, &listed, &count, e);
        names = listed;
    }
    *sources = rules_default;
    *source_count = count ? count : rules_default_count;
    if (code == 0 && count)
        code = read_named(names, count, arena, sources, e);
    if (code < 0 && e)
        error_prefix(e, "rules");
    return code;
}
