/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
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

#include "probes/state_file.h"

static void replaces(void **state)
{
    char directory[] = "/tmp/forewarn-test-XXXXXX", path[64], beside[80], text[16] = "";
    struct error e = {0};

    (void)state;
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/kept", directory);
    snprintf(beside, sizeof beside, "%s.new", path);
    assert_int_equal(state_file_write(path, "longer", 6, &e), 0);
    assert_int_equal(state_file_write(path, "new", 3, &e), 0);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fread(text, 1, sizeof text, file), 3);
    fclose(file);
    assert_string_equal(text, "new");
    assert_int_equal(access(beside, F_OK), -1);

    /* What cannot be replaced leaves nothing behind, and says where. */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(state_file_write(directory, "x", 1, &e), -EISDIR);
    assert_non_null(strstr(e.text, directory));
    snprintf(beside, sizeof beside, "%s.new", directory);
    assert_int_equal(access(beside, F_OK), -1);
    snprintf(path, sizeof path, "%s/none/kept", directory);
    assert_int_equal(state_file_write(path, "x", 1, &e), -ENOENT);
    assert_int_equal(rmdir(directory), 0);
}

static void reads(void **state)
{
    char directory[] = "/tmp/forewarn-test-XXXXXX", path[64], link[64];
    struct arena *arena = arena_new();
    struct error e = {0};
    char *text;

    (void)state;
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/kept", directory);
    snprintf(link, sizeof link, "%s/link", directory);
    assert_int_equal(state_file_read(path, 5, arena, &text, &e), -ENOENT);
    assert_int_equal(state_file_write(path, "12345", 5, &e), 0);
    assert_int_equal(state_file_read(path, 5, arena, &text, &e), 5);
    assert_string_equal(text, "12345");
    assert_int_equal(state_file_read(path, 4, arena, &text, &e), -EFBIG);
    assert_int_equal(state_file_read(directory, 4096, arena, &text, &e), -EFBIG);
    assert_int_equal(symlink(path, link), 0);
    assert_int_equal(state_file_read(link, 5, arena, &text, &e), -ELOOP);
    assert_int_equal(unlink(link), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(state_file_read(path, 5, arena, &text, &e), -EFBIG);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(directory), 0);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(replaces), cmocka_unit_test(reads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
