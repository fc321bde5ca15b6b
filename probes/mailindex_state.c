/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/mailindex_file.h"
#include "probes/state_file.h"

enum { MAX_PATH = 4096, MAX_BYTES = 8 * 1024 * 1024 };

static void name_of(const char *store, const char *kind, char name[32])
{
    snprintf(name, 32, "%016" PRIx64 ".%.8s", mailindex_plan_key(store, ""), kind);
}

int mailindex_state_read(const char *directory, const char *store, const char *kind,
                         struct mailindex_bytes *bytes, struct error *e)
{
    struct mailindex_io io = {0};
    struct mailindex_dir dir;
    char path[MAX_PATH], name[32];

    *bytes = (struct mailindex_bytes){0};
    name_of(store, kind, name);
    snprintf(path, sizeof path, "%s/mailindex", directory);
    int code = mailindex_dir_open(path, &dir, e);
    if (code < 0)
        return code;
    code = mailindex_read(&dir, name, MAX_BYTES, &io, bytes, e);
    mailindex_dir_close(&dir);
    return code;
}

int mailindex_state_load(struct mailindex_plan *plan, const char *directory, const char *store,
                         struct error *e)
{
    struct mailindex_bytes bytes;
    int code = mailindex_state_read(directory, store, "json", &bytes, e);

    if (code == 0)
        code = mailindex_plan_parse(plan, (const char *)bytes.data, bytes.length, e);
    mailindex_bytes_free(&bytes);
    return code == -ENOENT ? 0 : code;
}

int mailindex_state_path(const char *directory, const char *store, const char *kind,
                         struct arena *arena, const char **path, struct error *e)
{
    const char *parent = arena_printf(arena, "%s/mailindex", directory);
    char name[32];

    name_of(store, kind, name);
    *path = arena_printf(arena, "%s/%s", parent, name);
    if (mkdir(parent, 0750) < 0 && errno != EEXIST)
        return error_set(e, -errno, "mkdir %s: %s", parent, error_name(errno));
    return 0;
}

int mailindex_state_write(const char *directory, const char *store, const char *kind,
                          const void *data, size_t length, struct error *e)
{
    char path[MAX_PATH], parent[MAX_PATH - 64], name[32];

    name_of(store, kind, name);
    snprintf(parent, sizeof parent, "%s/mailindex", directory);
    snprintf(path, sizeof path, "%s/%s", parent, name);
    if (mkdir(parent, 0750) < 0 && errno != EEXIST)
        return error_set(e, -errno, "mkdir %s: %s", parent, error_name(errno));
    return state_file_write(path, data, length, e);
}

int mailindex_state_save(const struct mailindex_plan *plan, const char *directory,
                         const char *store, struct error *e)
{
    char *text = mailindex_plan_render(plan);
    if (!text)
        return error_set(e, -ENOMEM, "state of %s: ENOMEM", store);
    int code = mailindex_state_write(directory, store, "json", text, strlen(text), e);
    free(text);
    return code;
}
