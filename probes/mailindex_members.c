/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_members.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "probes/state_file.h"

enum { MAX_PATH = 4096 };

/* 0: never. */
static int seen(const char *directory, const char *member, int64_t *ms, struct error *e)
{
    char path[MAX_PATH];
    struct stat st;

    *ms = 0;
    if (snprintf(path, sizeof path, "%s/%s", directory, member) >= (int)sizeof path)
        return error_set(e, -ENAMETOOLONG, "%.200s/%s: the path is too long", directory, member);
    if (lstat(path, &st) == 0)
        *ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
    else if (errno != ENOENT)
        return error_set(e, -errno, "stat %.200s: %s", path, error_name(errno));
    return 0;
}

static int refresh(const char *directory, const char *member, struct error *e)
{
    static const char text[] = "the time of this file: when forewarn last looked at the store\n";
    char path[MAX_PATH];

    if (snprintf(path, sizeof path, "%s/%s", directory, member) >= (int)sizeof path)
        return error_set(e, -ENAMETOOLONG, "%.200s/%s: the path is too long", directory, member);
    return state_file_write(path, text, sizeof text - 1, e);
}

int mailindex_members_meet(const char *directory, const struct mailindex_share *share,
                           int64_t takeover_ms, struct mailindex_meeting *meeting, struct error *e)
{
    int64_t seen_ms[MAILINDEX_MEMBERS];
    int code = refresh(directory, share->members[share->self], e);

    for (size_t i = 0; i < share->count && code == 0; i++)
        code = seen(directory, share->members[i], &seen_ms[i], e);
    if (code == 0)
        mailindex_meeting_judge(meeting, share, seen_ms, seen_ms[share->self], takeover_ms);
    return code;
}
