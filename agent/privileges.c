/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

/* nobody, where even /etc/passwd is not there. */
enum { OVERFLOW_ID = 65534 };

static bool has(cap_t caps, cap_value_t cap)
{
    cap_flag_value_t value = CAP_CLEAR;
    return caps && cap_get_flag(caps, cap, CAP_EFFECTIVE, &value) == 0 && value == CAP_SET;
}

bool privileges_are_roots(void)
{
    cap_t caps = cap_get_proc();
    bool able =
        geteuid() == 0 && has(caps, CAP_SETPCAP) && has(caps, CAP_SETUID) && has(caps, CAP_SETGID);
    cap_free(caps);
    return able;
}

int privileges_find_user(const char *passwd_file, const char *name, uid_t *uid, gid_t *gid)
{
    int code = -ENOENT;
    FILE *file = fopen(passwd_file, "re");
    if (!file)
        return code;
    for (struct passwd *user; code < 0 && (user = fgetpwent(file));) {
        if (strcmp(user->pw_name, name) != 0)
            continue;
        *uid = user->pw_uid;
        *gid = user->pw_gid;
        code = 0;
    }
    fclose(file);
    return code;
}

static int become(uid_t uid, gid_t gid)
{
    return setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0
               ? -errno
               : 0;
}

/* Those that exec could bring back; the others go with the user id. */
static void clear_bounding_set(void)
{
    for (cap_value_t cap = 0; cap < cap_max_bits(); cap++)
        if (cap_get_bound(cap) == 1)
            cap_drop_bound(cap);
    cap_reset_ambient();
}

static int clear_capabilities(struct error *e)
{
    cap_t none = cap_init();
    int code = none && cap_set_proc(none) == 0 ? 0 : -errno;
    cap_free(none);
    return code < 0 ? error_set(e, code, "give up capabilities: %s", error_name(code)) : 0;
}

void privileges_find_judge(uid_t *uid, gid_t *gid)
{
    *uid = OVERFLOW_ID;
    *gid = OVERFLOW_ID;
    if (privileges_find_user("/etc/passwd", "forewarn", uid, gid) < 0)
        privileges_find_user("/etc/passwd", "nobody", uid, gid);
}

int privileges_drop(struct error *e)
{
    if (privileges_are_roots()) {
        uid_t uid;
        gid_t gid;
        privileges_find_judge(&uid, &gid);
        clear_bounding_set();
        int code = become(uid, gid);
        if (code < 0)
            return error_set(e, code, "give up root: %s", error_name(code));
    }
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return clear_capabilities(e);
}
