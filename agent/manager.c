/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/manager.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/error.h"
#include "core/log.h"

/* A manager that does not read must not hold the loop up: what does not go now is not said. */
static bool tell(const struct manager *manager, const char *text)
{
    return manager->socket < 0 || send(manager->socket, text, strlen(text),
                                       MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)strlen(text);
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = path ? strlen(path) : 0;

    if (!length)
        return -ENOENT;
    if ((path[0] != '/' && path[0] != '@') || length >= sizeof address.sun_path)
        return -EINVAL;
    memcpy(address.sun_path, path, length);
    if (path[0] == '@')
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address,
                           (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) == 0)
        return fd;
    int code = -errno;
    if (fd >= 0)
        close(fd);
    return code;
}

int64_t manager_beat_ms(const char *watchdog_usec, const char *watchdog_pid, int64_t pid)
{
    char *end;
    long long usec = watchdog_usec ? strtoll(watchdog_usec, &end, 10) : 0;

    if (usec <= 0 || *end || usec == LLONG_MAX)
        return 0;
    if (watchdog_pid && strtoll(watchdog_pid, NULL, 10) != pid)
        return 0;
    return usec / 2 / 1000 > 0 ? usec / 2 / 1000 : 1;
}

static void on_beat(uv_timer_t *timer)
{
    tell(timer->data, "WATCHDOG=1");
}

void manager_open(struct manager *manager, uv_loop_t *loop)
{
    const char *path = getenv("NOTIFY_SOCKET");
    int64_t beat_ms =
        manager_beat_ms(getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"), (int64_t)getpid());

    *manager = (struct manager){.socket = connect_to(path)};
    if (manager->socket < 0 && path && path[0])
        log_warning("$NOTIFY_SOCKET %s: %s", path, error_name(manager->socket));
    uv_timer_init(loop, &manager->beat);
    manager->beat.data = manager;
    if (beat_ms && manager->socket >= 0)
        uv_timer_start(&manager->beat, on_beat, 0, (uint64_t)beat_ms);
}

void manager_close(struct manager *manager)
{
    tell(manager, "STOPPING=1");
    if (manager->socket >= 0)
        close(manager->socket);
    manager->socket = -1;
    uv_close((uv_handle_t *)&manager->beat, NULL);
}

void manager_status(const struct look *look, char *text, size_t size)
{
    static const enum severity order[] = {SEVERITY_CRITICAL, SEVERITY_WARNING, SEVERITY_INFO};
    size_t n = (size_t)snprintf(text, size, "%s", verdict_name(look->verdict));
    const char *between = ": ";

    for (size_t i = 0; i < sizeof order / sizeof *order && n < size; i++) {
        size_t count = 0;
        for (size_t k = 0; k < look->alert_count; k++)
            count += look->alerts[k].severity == order[i];
        if (!count)
            continue;
        n += (size_t)snprintf(text + n, size - n, "%s%zu %s", between, count,
                              severity_name(order[i]));
        between = ", ";
    }
}

void manager_looked(struct manager *manager, const struct look *look)
{
    char status[sizeof manager->said], text[sizeof status + 32];

    manager_status(look, status, sizeof status);
    if (manager->ready && strcmp(status, manager->said) == 0)
        return;
    snprintf(text, sizeof text, "%sSTATUS=%s", manager->ready ? "" : "READY=1\n", status);
    if (!tell(manager, text))
        return; /* again at the next tick */
    manager->ready = true;
    memcpy(manager->said, status, sizeof status);
}

void manager_reloading(struct manager *manager)
{
    char text[64];
    snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
             clock_awake_ns(&clock_system) / 1000);
    tell(manager, text);
}

void manager_reloaded(struct manager *manager)
{
    if (manager->ready)
        tell(manager, "READY=1");
}
