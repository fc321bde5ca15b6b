/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/watchdog.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

/* A signal handler has no other way to know. */
static struct {
    char text[512];
    size_t length;
    int fd, status;
    volatile sig_atomic_t hushed;
} the_watchdog;

static void on_alarm(int signal)
{
    struct pollfd out = {.fd = the_watchdog.fd, .events = POLLOUT};
    (void)signal;
    /* A reader that does not read must not keep this from ending. */
    if (!the_watchdog.hushed && poll(&out, 1, 0) > 0 &&
        write(the_watchdog.fd, the_watchdog.text, the_watchdog.length) < 0)
        _exit(the_watchdog.status);
    _exit(the_watchdog.status);
}

void watchdog_start(int64_t ms, int fd, const char *text, int status)
{
    const struct sigaction action = {.sa_handler = on_alarm};
    const struct itimerval timer = {
        .it_value = {.tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000)}};

    snprintf(the_watchdog.text, sizeof the_watchdog.text, "%s", text);
    the_watchdog.length = strlen(the_watchdog.text);
    the_watchdog.fd = fd;
    the_watchdog.status = status;
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
}

void watchdog_hush(void)
{
    the_watchdog.hushed = 1;
}
