/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_keep.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "core/arena.h"
#include "probes/mailindex_state.h"

static int open_kept(const char *path, struct mailindex_baseline **baseline, struct error *e)
{
    int code = mailindex_baseline_open(path, baseline, e);

    if (code == 0)
        code = mailindex_baseline_keep_open(*baseline, e);
    if (code < 0)
        mailindex_baseline_close(baseline, NULL);
    return code;
}

/* It may be looked into later; the next one that breaks takes its place. */
static int put_aside(const char *path, struct arena *arena, struct error *e)
{
    if (rename(path, arena_printf(arena, "%s.broken", path)) < 0)
        return error_set(e, -errno, "rename %s: %s", path, error_name(errno));
    return 0;
}

int mailindex_keep_open(const char *directory, const char *store,
                        struct mailindex_baseline **baseline, struct error *e)
{
    SCRATCH_ARENA(arena);
    struct error again = {0};
    const char *path;

    *baseline = NULL;
    int code = mailindex_state_path(directory, store, "baseline", arena, &path, e);
    if (code == 0)
        code = open_kept(path, baseline, e);
    if (code != -EBADMSG)
        return code;
    code = put_aside(path, arena, e);
    if (code == 0 && (code = open_kept(path, baseline, &again)) < 0)
        *e = again;
    return code;
}

uint64_t mailindex_keep_size(const char *directory, const char *store)
{
    SCRATCH_ARENA(arena);
    struct error e;
    struct stat st;
    const char *path;

    if (mailindex_state_path(directory, store, "baseline", arena, &path, &e) < 0 ||
        stat(path, &st) < 0)
        return 0;
    return (uint64_t)st.st_size;
}
