/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/control.h"

/* Users that nobody is. */
enum { TRIED = CONTROL_MAX_CLIENTS + 8, ANOTHER = 64000, ONE_USER };

static int say_done(void *owner, const json_t *request, struct buf *out, struct error *e)
{
    (void)owner;
    (void)request;
    (void)e;
    buf_puts(out, "done\n");
    return 0;
}

static const struct control_command commands[] = {
    {.name = "ask", .run = say_done},
    {.name = "do", .changes = true, .run = say_done},
    {.name = NULL},
};

struct fixture {
    char directory[64], path[96];
    uv_loop_t loop;
    struct control *control;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    strcpy(f->directory, "/tmp/forewarn-test-XXXXXX");
    if (!mkdtemp(f->directory) || chmod(f->directory, 0755) < 0)
        return -1;
    snprintf(f->path, sizeof f->path, "%s/socket", f->directory);
    uv_loop_init(&f->loop);
    *state = f;
    return control_open(&f->loop, f->path, commands, NULL, &f->control, NULL);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    control_close(&f->control);
    uv_run(&f->loop, UV_RUN_DEFAULT);
    int code = uv_loop_close(&f->loop);
    rmdir(f->directory);
    free(f);
    return code;
}

static int join(const struct fixture *f)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    strcpy(address.sun_path, f->path);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
        _exit(100);
    return fd;
}

/* What a client sees, as a number: in a child while the loop runs here. */
static int in_child(struct fixture *f, int (*look)(const struct fixture *))
{
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(look(f));
    assert_true(child > 0);
    while (waitpid(child, &status, WNOHANG) == 0) {
        uv_run(&f->loop, UV_RUN_NOWAIT);
        usleep(1000);
    }
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static bool gives(const struct fixture *f, const char *request, const char *expected)
{
    char answer[256] = "";
    int fd = join(f);
    bool is = send(fd, request, strlen(request), MSG_NOSIGNAL) > 0 &&
              read(fd, answer, sizeof answer - 1) > 0 && strstr(answer, expected);
    close(fd);
    return is;
}

/* What this user may do: 1 to ask, 2 to change something too. */
static int rights(const struct fixture *f, uid_t uid)
{
    if (seteuid(0) < 0 || seteuid(uid) < 0)
        _exit(101);
    return gives(f, "{\"command\":\"ask\"}\n", "done") + gives(f, "{\"command\":\"do\"}\n", "done");
}

/* Opens many connections and says nothing. Those that are left are the first. */
static bool sits_on(const struct fixture *f, int expected)
{
    int fds[TRIED];
    char byte;
    bool is = true;
    for (int i = 0; i < TRIED; i++)
        fds[i] = join(f);
    for (int i = expected; i < TRIED; i++)
        is = is && read(fds[i], &byte, 1) == 0;
    for (int i = 0; i < expected; i++)
        is = is && recv(fds[i], &byte, 1, MSG_DONTWAIT) < 0;
    return is;
}

static int sit(const struct fixture *f)
{
    return sits_on(f, geteuid() == 0 ? CONTROL_MAX_CLIENTS : CONTROL_MAX_PER_USER);
}

static int sit_and_ask(const struct fixture *f)
{
    if (seteuid(ONE_USER) < 0)
        _exit(101);
    return sits_on(f, CONTROL_MAX_PER_USER) && rights(f, ANOTHER) == 1 && rights(f, 0) == 2;
}

static int sit_as_all(const struct fixture *f)
{
    bool is = true;
    for (unsigned i = 0; i < CONTROL_MAX_CLIENTS / CONTROL_MAX_PER_USER; i++)
        is =
            is && seteuid(0) == 0 && seteuid(ONE_USER + i) == 0 && sits_on(f, CONTROL_MAX_PER_USER);
    return is && rights(f, ANOTHER) == 0 && rights(f, 0) == 2;
}

static void test_one_client(void **state)
{
    assert_int_equal(in_child(*state, sit), 1);
}

static void test_users(void **state)
{
    if (geteuid() != 0)
        skip(); /* only root can be several users */
    assert_int_equal(in_child(*state, sit_and_ask), 1);
}

static void test_many_users(void **state)
{
    if (geteuid() != 0)
        skip();
    assert_int_equal(in_child(*state, sit_as_all), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_one_client),
        TEST(test_users),
        TEST(test_many_users),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
