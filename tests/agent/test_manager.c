/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/manager.h"
#include "core/log.h"

static void how_often(void **state)
{
    static const struct {
        const char *usec, *pid;
        int64_t ms;
    } cases[] = {
        {NULL, NULL, 0},
        {"", NULL, 0},
        {"0", NULL, 0},
        {"-5", NULL, 0},
        {"x", NULL, 0},
        {"30000000x", NULL, 0},
        {"1", NULL, 1},
        {"30000000", NULL, 15000},
        {"30000000", "77", 15000},
        {"30000000", "78", 0},
        {"99999999999999999999", NULL, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(manager_beat_ms(cases[i].usec, cases[i].pid, 77), cases[i].ms);
}

/* The alerts' severities by letters. */
static void look_at(const char *severities, struct alert *alerts, struct look *look)
{
    *look = (struct look){.alerts = alerts};
    for (; *severities; severities++)
        alerts[look->alert_count++] =
            (struct alert){.severity = *severities == 'c'   ? SEVERITY_CRITICAL
                                       : *severities == 'w' ? SEVERITY_WARNING
                                                            : SEVERITY_INFO};
    look->verdict = look_verdict(look);
}

static void status(void **state)
{
    static const struct {
        const char *severities, *text;
    } cases[] = {
        {"", "ok"},
        {"i", "ok: 1 info"},
        {"wwi", "warning: 2 warning, 1 info"},
        {"ccwi", "critical: 2 critical, 1 warning, 1 info"},
    };
    struct alert alerts[8];
    struct look look;
    char text[64];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        look_at(cases[i].severities, alerts, &look);
        manager_status(&look, text, sizeof text);
        assert_string_equal(text, cases[i].text);
        manager_status(&look, text, 5);
        assert_true(strlen(text) < 5);
    }
}

/* A service manager's socket; path as $NOTIFY_SOCKET has it. */
static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    memcpy(address.sun_path, path, strlen(path));
    if (path[0] == '@')
        address.sun_path[0] = '\0';
    assert_int_equal(bind(fd, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path))),
                     0);
    return fd;
}

static const char *heard(int fd)
{
    static char text[256];
    ssize_t n = recv(fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void a_life(const char *path)
{
    struct alert alerts[8];
    struct look sound, bad;
    struct manager manager;
    uv_loop_t loop;
    int fd = listen_at(path);

    look_at("", alerts, &sound);
    setenv("NOTIFY_SOCKET", path, 1);
    uv_loop_init(&loop);
    manager_open(&manager, &loop);
    manager_reloading(&manager); /* not ready yet: then the first tick says so */
    assert_memory_equal(heard(fd), "RELOADING=1\nMONOTONIC_USEC=", 27);
    manager_reloaded(&manager);
    assert_string_equal(heard(fd), "");
    manager_looked(&manager, &sound);
    assert_string_equal(heard(fd), "READY=1\nSTATUS=ok");
    manager_looked(&manager, &sound);
    assert_string_equal(heard(fd), "");
    look_at("c", alerts, &bad);
    manager_looked(&manager, &bad);
    assert_string_equal(heard(fd), "STATUS=critical: 1 critical");
    manager_reloading(&manager);
    heard(fd);
    manager_reloaded(&manager);
    assert_string_equal(heard(fd), "READY=1");
    manager_close(&manager);
    assert_string_equal(heard(fd), "STOPPING=1");
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    close(fd);
    unsetenv("NOTIFY_SOCKET");
}

static void tells_by_a_path(void **state)
{
    char path[64];
    (void)state;
    snprintf(path, sizeof path, "/tmp/forewarn-manager-%d", (int)getpid());
    unlink(path);
    a_life(path);
    unlink(path);
}

static void tells_by_an_abstract_name(void **state)
{
    char path[64];
    (void)state;
    snprintf(path, sizeof path, "@forewarn-manager-%d", (int)getpid());
    a_life(path);
}

static void beats_while_the_loop_turns(void **state)
{
    struct manager manager;
    uv_loop_t loop;
    char path[64];

    (void)state;
    snprintf(path, sizeof path, "@forewarn-beat-%d", (int)getpid());
    int fd = listen_at(path);
    setenv("NOTIFY_SOCKET", path, 1);
    setenv("WATCHDOG_USEC", "2000", 1);
    uv_loop_init(&loop);
    manager_open(&manager, &loop);
    for (int i = 0; i < 3; i++)
        uv_run(&loop, UV_RUN_ONCE);
    for (int i = 0; i < 3; i++)
        assert_string_equal(heard(fd), "WATCHDOG=1");
    manager_close(&manager);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    close(fd);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
}

/* Nobody there, or nobody who could be: it works all the same. */
static void works_alone(void **state)
{
    static const char *const paths[] = {NULL, "", "relative", "/nonexistent/socket",
                                        "@forewarn-nobody"};
    struct look look = {.verdict = VERDICT_OK};
    (void)state;
    log_open("test", LOG_CRIT);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct manager manager;
        uv_loop_t loop;
        if (paths[i])
            setenv("NOTIFY_SOCKET", paths[i], 1);
        uv_loop_init(&loop);
        manager_open(&manager, &loop);
        assert_int_equal(manager.socket < 0, true);
        manager_looked(&manager, &look);
        manager_reloading(&manager);
        manager_reloaded(&manager);
        manager_close(&manager);
        uv_run(&loop, UV_RUN_DEFAULT);
        uv_loop_close(&loop);
    }
    unsetenv("NOTIFY_SOCKET");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_often),
        cmocka_unit_test(status),
        cmocka_unit_test(tells_by_a_path),
        cmocka_unit_test(tells_by_an_abstract_name),
        cmocka_unit_test(beats_while_the_loop_turns),
        cmocka_unit_test(works_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
