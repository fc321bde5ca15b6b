/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/stuck.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The name stands in brackets and may hold brackets and spaces itself: proc(5). */
bool stuck_parse_stat(const char *line, char name[16], char *state, pid_t *group)
{
    const char *open = strchr(line, '('), *close = strrchr(line, ')');
    int parent, pgrp;

    if (!open || !close || close < open)
        return false;
    if (sscanf(close + 1, " %c %d %d", state, &parent, &pgrp) != 3)
        return false;
    *group = pgrp;
    snprintf(name, 16, "%.*s", (int)(close - open - 1), open + 1);
    return true;
}

/* One short file of /proc/PID; "" where it cannot be read. */
static void read_proc(pid_t pid, const char *file, char *text, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, size - 1);
    text[n > 0 ? n : 0] = '\0';
    if (fd >= 0)
        close(fd);
}

static bool describe(pid_t pid, pid_t group, struct launch_event *event)
{
    char line[512], where[sizeof event->stuck_where], name[16], state;
    pid_t its_group;

    read_proc(pid, "stat", line, sizeof line);
    if (!stuck_parse_stat(line, name, &state, &its_group) || its_group != group || state == 'Z')
        return false;
    /* stack would say more, but reading it takes a lock that a stuck exec holds. */
    read_proc(pid, "wchan", where, sizeof where);
    event->stuck_pid = pid;
    event->stuck_state = state;
    memcpy(event->stuck_name, name, sizeof event->stuck_name);
    if (strcmp(where, "0") != 0)
        memcpy(event->stuck_where, where, sizeof event->stuck_where);
    return true;
}

void stuck_describe(pid_t group, struct launch_event *event)
{
    if (describe(group, group, event))
        return;
    event->stuck_pid = group;
    DIR *proc = opendir("/proc");
    if (!proc)
        return;
    for (struct dirent *entry; (entry = readdir(proc));) {
        pid_t pid = atoi(entry->d_name);
        if (pid > 0 && describe(pid, group, event))
            break;
    }
    closedir(proc);
}
