/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "exporters/nagios_command.h"

static char directory[] = "/tmp/test_nagios_command.XXXXXX";
static char pipe_path[64], file_path[64], link_path[64];

static int make_directory(void **state)
{
    (void)state;
    if (!mkdtemp(directory))
        return -1;
    snprintf(pipe_path, sizeof pipe_path, "%s/pipe", directory);
    snprintf(file_path, sizeof file_path, "%s/file", directory);
    snprintf(link_path, sizeof link_path, "%s/link", directory);
    int fd = open(file_path, O_CREAT | O_WRONLY, 0600);
    close(fd);
    return mkfifo(pipe_path, 0600) < 0 || symlink(pipe_path, link_path) < 0;
}

static int remove_directory(void **state)
{
    (void)state;
    unlink(pipe_path);
    unlink(file_path);
    unlink(link_path);
    return rmdir(directory);
}

static void test_what_is_no_pipe(void **state)
{
    struct error e = {0};
    struct stat st;
    (void)state;
    assert_int_equal(nagios_command_write("/nonexistent/x", "a\n", 2, &e), -ENOENT);
    assert_int_equal(nagios_command_write(file_path, "a\n", 2, &e), -ENOTSUP);
    assert_int_equal(nagios_command_write(link_path, "a\n", 2, &e), -ENOTSUP);
    assert_int_equal(nagios_command_write("/dev/null", "a\n", 2, &e), -ENOTSUP);
    assert_int_equal(stat(file_path, &st), 0);
    assert_int_equal(st.st_size, 0);
}

static void test_pipe(void **state)
{
    char line[4096], read_back[4096];
    struct error e = {0};
    int code, written = 0;
    (void)state;
    memset(line, 'x', sizeof line);
    assert_int_equal(nagios_command_write(pipe_path, "a\n", 2, &e), -ENXIO);
    int reader = open(pipe_path, O_RDONLY | O_NONBLOCK);
    assert_int_equal(nagios_command_write(pipe_path, "a\n", 2, &e), 0);
    assert_int_equal(read(reader, read_back, sizeof read_back), 2);
    /* A reader that does not read holds nothing up, and no line is torn apart. */
    while ((code = nagios_command_write(pipe_path, line, sizeof line, &e)) == 0)
        written++;
    assert_int_equal(code, -EAGAIN);
    assert_true(written > 1);
    for (; written > 0; written--)
        assert_int_equal(read(reader, read_back, sizeof read_back), sizeof line);
    assert_int_equal(read(reader, read_back, sizeof read_back), 0);
    close(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_no_pipe),
        cmocka_unit_test(test_pipe),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
