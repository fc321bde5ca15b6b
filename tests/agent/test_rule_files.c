/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/rule_files.h"

/* Stands in for the rules that are built in. */
const struct rule_source rules_default[] = {{"built in", "groups: []", 10}};
const size_t rules_default_count = 1;

struct fixture {
    char directory[64];
    struct arena *arena;
    const struct rule_source *sources;
    size_t count;
    struct error e;
};

static void make_file(const struct fixture *f, const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", f->directory, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    strcpy(f->directory, "/tmp/forewarn-test-XXXXXX");
    f->arena = arena_new();
    *state = f;
    return mkdtemp(f->directory) ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", f->directory);
    int status = system(command);
    arena_free(&f->arena);
    free(f);
    return status;
}

static int read_rules(struct fixture *f, const char *const *names, size_t count)
{
    return rule_files_read(names, count, f->directory, f->arena, &f->sources, &f->count, &f->e);
}

static void test_built_in(void **state)
{
    struct fixture *f = *state;
    char nothing[128];

    make_file(f, "README", "no rules");
    make_file(f, ".hidden.yml", "no rules");
    assert_int_equal(read_rules(f, NULL, 0), 0);
    assert_ptr_equal(f->sources, rules_default);
    snprintf(nothing, sizeof nothing, "%s/nothing", f->directory);
    assert_int_equal(rule_files_read(NULL, 0, nothing, f->arena, &f->sources, &f->count, &f->e), 0);
    assert_ptr_equal(f->sources, rules_default);
    assert_int_equal(f->count, 1);
}

static void test_directory(void **state)
{
    struct fixture *f = *state;

    make_file(f, "b.yaml", "two");
    make_file(f, "a.yml", "one");
    assert_int_equal(read_rules(f, NULL, 0), 0);
    assert_int_equal(f->count, 2);
    assert_string_equal(strrchr(f->sources[0].name, '/'), "/a.yml");
    assert_string_equal(f->sources[0].text, "one");
    assert_int_equal(f->sources[0].length, 3);
    assert_string_equal(f->sources[1].text, "two");
}

static void test_named(void **state)
{
    struct fixture *f = *state;
    char path[128];
    const char *names[] = {path};

    make_file(f, "a.yml", "one");
    make_file(f, "other", "");
    snprintf(path, sizeof path, "%s/other", f->directory);
    assert_int_equal(read_rules(f, names, 1), 0);
    assert_int_equal(f->count, 1);
    assert_string_equal(f->sources[0].name, path);
    assert_int_equal(f->sources[0].length, 0);
}

static void test_refused(void **state)
{
    struct fixture *f = *state;
    char path[128];
    const char *names[] = {path};

    snprintf(path, sizeof path, "%s/gone.yml", f->directory);
    assert_int_equal(read_rules(f, names, 1), -ENOENT);
    assert_non_null(strstr(f->e.text, "gone.yml: ENOENT"));
    snprintf(path, sizeof path, "%s/pipe.yml", f->directory);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(read_rules(f, names, 1), -EOPNOTSUPP);
    assert_int_equal(read_rules(f, NULL, 0), -EOPNOTSUPP);
    unlink(path);
    /* Its size is said to be 0. */
    assert_int_equal(read_rules(f, (const char *[]){"/proc/self/status"}, 1), 0);
    assert_non_null(strstr(f->sources[0].text, "Name:"));
    assert_int_equal(f->sources[0].length, strlen(f->sources[0].text));
    assert_int_equal(
        rule_files_read_one("/proc/self/status", 64, f->arena, &(struct rule_source){0}, &f->e),
        -EFBIG);
    snprintf(path, sizeof path, "%s/huge.yml", f->directory);
    make_file(f, "huge.yml", "");
    assert_int_equal(truncate(path, RULE_FILE_MAX_BYTES + 1), 0);
    assert_int_equal(read_rules(f, names, 1), -EFBIG);
    assert_int_equal(read_rules(f, NULL, 0), -EFBIG);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_built_in),
        TEST(test_directory),
        TEST(test_named),
        TEST(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
