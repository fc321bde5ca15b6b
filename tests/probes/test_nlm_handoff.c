/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "probes/nlm_handoff.h"

/* Stands for the server: a lock on another open file description of a local file. */
struct server {
    int fd;
    int refuse, lose; /* this many calls to lock and to unlock fail */
    bool forgets;     /* the lock is none */
    bool keeps;       /* what is released stays locked for the waiter, as if no callback came */
    int unlocks;
};

static int set_lock(int fd, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET};
    return fcntl(fd, F_OFD_SETLK, &lock) < 0 ? -1 : 0;
}

static int lock(void *owner, struct error *e)
{
    struct server *server = owner;
    if (server->refuse)
        return error_set(e, -EAGAIN, "somebody else holds the lock");
    return server->forgets ? 0 : set_lock(server->fd, F_WRLCK);
}

static int unlock(void *owner, struct error *e)
{
    struct server *server = owner;
    server->unlocks++;
    if (server->lose && server->lose--)
        return error_set(e, -EIO, "timeout");
    return server->keeps ? 0 : set_lock(server->fd, F_UNLCK);
}

static int open_file(char *path)
{
    strcpy(path, "/tmp/forewarn-handoff-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    return fd;
}

static void hands_over(void **state)
{
    static const struct {
        struct server server;
        enum nlm_handoff result;
        int unlocks;
    } table[] = {
        {{.fd = -1}, NLM_HANDOFF_DONE, 1},          {{.lose = 2}, NLM_HANDOFF_DONE, 3},
        {{.keeps = true}, NLM_HANDOFF_LATE, 1},     {{.forgets = true}, NLM_HANDOFF_LOCAL, 1},
        {{.refuse = 1}, NLM_HANDOFF_IMPOSSIBLE, 0}, {{.lose = 9}, NLM_HANDOFF_IMPOSSIBLE, 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char path[64];
        struct server server = table[i].server;
        const struct nlm_holder holder = {lock, unlock, &server};
        struct error e = {0};
        double seconds = -1;
        int fd = open_file(path);

        server.fd = open(path, O_RDWR | O_CLOEXEC);
        int64_t begun = clock_awake_ns(&clock_system);
        enum nlm_handoff result = nlm_handoff(&holder, fd, 300, &seconds, &e);
        int64_t spent_ms = (clock_awake_ns(&clock_system) - begun) / 1000000;
        if (result != table[i].result || server.unlocks != table[i].unlocks)
            fail_msg("%zu: %d, %d unlocks, %s", i, result, server.unlocks, e.text);
        if (result == NLM_HANDOFF_DONE)
            assert_true(seconds >= 0 && seconds < 0.3);
        if (result == NLM_HANDOFF_IMPOSSIBLE)
            assert_true(e.text[0]);
        assert_true(spent_ms < 3000);
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
        assert_int_equal(errno, ECHILD);
        close(server.fd);
        assert_int_equal(set_lock(fd, F_WRLCK), 0); /* nor a lock */
        close(fd);
        unlink(path);
    }
}

/* A process that is killed in the middle leaves no child behind that waits, or holds the lock. */
static void leaves_nothing_when_killed(void **state)
{
    char path[64];
    int fd = open_file(path);
    struct server server = {.fd = open(path, O_RDWR | O_CLOEXEC), .keeps = true};
    const struct nlm_holder holder = {lock, unlock, &server};
    double seconds;

    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        nlm_handoff(&holder, fd, 60000, &seconds, NULL);
        _exit(0);
    }
    usleep(400 * 1000);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(server.fd); /* as a restarted worker unlocks at the server */
    int other = open(path, O_RDWR | O_CLOEXEC), tries = 100;
    while (tries-- && set_lock(other, F_WRLCK) < 0)
        usleep(20 * 1000);
    assert_true(tries > 0);
    close(other);
    close(fd);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_over),
        cmocka_unit_test(leaves_nothing_when_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
