/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/session.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The name stands in brackets and may hold brackets and spaces itself: proc(5). */
bool session_parse_stat(const char *line, struct session_member *member)
{
    const char *open = strchr(line, '('), *close = strrchr(line, ')');
    int parent, group, session;

    if (!open || !close || close < open)
        return false;
    if (sscanf(close + 1, " %c %d %d %d", &member->state, &parent, &group, &session) != 4)
        return false;
    member->pid = atoi(line);
    member->session = session;
    snprintf(member->name, sizeof member->name, "%.*s", (int)(close - open - 1), open + 1);
    return member->pid > 0;
}

/* One short file; "" where it cannot be read. */
static void read_text(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, size - 1);
    text[n > 0 ? n : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

static size_t kill_member(pid_t pid, pid_t session, struct session_member *first)
{
    char path[64], line[512];
    struct session_member member;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    read_text(path, line, sizeof line);
    if (!session_parse_stat(line, &member) || member.session != session || member.state == 'Z')
        return 0;
    kill(pid, SIGKILL);
    if (first)
        *first = member;
    return 1;
}

static size_t kill_among_all(pid_t session, struct session_member *first)
{
    size_t count = 0;
    DIR *proc = opendir("/proc");
    if (!proc)
        return 0;
    for (struct dirent *entry; (entry = readdir(proc));)
        if (atoi(entry->d_name) > 0)
            count += kill_member(atoi(entry->d_name), session, first);
    closedir(proc);
    return count;
}

size_t session_kill(pid_t session, bool deep, struct session_member *first)
{
    char path[64], children[4096], *rest;
    size_t count = 0;

    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    if (deep || access(path, R_OK) < 0) /* not every kernel has it */
        return kill_among_all(session, first);
    read_text(path, children, sizeof children);
    for (char *pid = strtok_r(children, " ", &rest); pid; pid = strtok_r(NULL, " ", &rest))
        count += kill_member(atoi(pid), session, first);
    return count;
}

void session_describe(const struct session_member *member, struct launch_event *event)
{
    char path[64], where[sizeof event->stuck_where];

    event->stuck_pid = member->pid;
    event->stuck_state = member->state;
    memcpy(event->stuck_name, member->name, sizeof event->stuck_name);
    /* stack would say more, but reading it takes a lock that a stuck exec holds. */
    snprintf(path, sizeof path, "/proc/%d/wchan", (int)member->pid);
    read_text(path, where, sizeof where);
    if (strcmp(where, "0") != 0)
        memcpy(event->stuck_where, where, sizeof event->stuck_where);
}
