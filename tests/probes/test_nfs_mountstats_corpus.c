/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mountstats and locks of real hosts and of peers' own tests: those whose name has BAD in it must
 * give a problem with its line, the others none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/root.h"
#include "probes/nfs_locks.h"
#include "probes/nfs_mountstats.h"
#include "tests/probes/shared.h"

static struct root *corpus;

static char *slurp(struct arena *arena, const char *name, size_t *length)
{
    char *text;
    struct error e = {0};
    if (root_read(corpus, name, 64 * 1024 * 1024, arena, &text, length, &e) < 0)
        fail_msg("%s", e.text);
    return text;
}

static void each(const char *beginning, void (*check)(const char *name, const char *text, size_t n),
                 size_t at_least)
{
    SCRATCH_ARENA(arena);
    char **names;
    size_t count, seen = 0, length;
    assert_int_equal(root_list(corpus, "/", arena, &names, &count, NULL), 0);
    for (size_t i = 0; i < count; i++) {
        if (strncmp(names[i], beginning, strlen(beginning)) != 0)
            continue;
        char *text = slurp(arena, names[i], &length);
        check(names[i], text, length);
        seen++;
    }
    assert_true(seen >= at_least);
}

static void check_mountstats(const char *name, const char *text, size_t length)
{
    SCRATCH_ARENA(arena);
    struct nfs_mountstats m;
    nfs_mountstats_parse(arena, text, length, &m);
    if (strstr(name, "BAD")) {
        if (!m.problem_count || !m.problems[0].line)
            fail_msg("%s: taken for good", name);
        return;
    }
    if (m.problem_count)
        fail_msg("%s: line %zu: %s", name, m.problems[0].line, m.problems[0].text);
    if (!m.count && strstr(text, "with fstype nfs"))
        fail_msg("%s: no mounts", name);
}

static void takes_mountstats(void **state)
{
    (void)state;
    each("mountstats-", check_mountstats, 20);
}

static void check_locks(const char *name, const char *text, size_t length)
{
    SCRATCH_ARENA(arena);
    struct nfs_locks locks;
    size_t arrows = 0;
    nfs_locks_parse(arena, text, length, &locks);
    for (const char *at = text; (at = strstr(at, "-> ")); at++)
        arrows++;
    if (locks.malformed || locks.count != arrows)
        fail_msg("%s: %zu malformed, %zu of %zu waiters", name, locks.malformed, locks.count,
                 arrows);
}

static void takes_locks(void **state)
{
    (void)state;
    each("locks-", check_locks, 4);
}

/* Numbers of one of them, read off by eye. */
static void counts_as_the_kernel_did(void **state)
{
    SCRATCH_ARENA(arena);
    struct nfs_mountstats m;
    size_t length;
    (void)state;
    char *text = slurp(arena, "mountstats-procfs-26231", &length);
    nfs_mountstats_parse(arena, text, length, &m);
    const struct nfs_stats *s = nfs_mountstats_find(&m, "/mnt/nfs/test");
    assert_non_null(s);
    assert_int_equal(s->age, 13968);
    assert_int_equal(s->bytes[NFS_BYTES_SERVER_READ], 1210214218);
    assert_int_equal(s->transports[0].sent, 6428);
    assert_int_equal(s->operations[NFS_READ].calls, 1298);
    assert_int_equal(s->operations[NFS_READ].rtt_ms, 79386);
    assert_false(s->has_errors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_mountstats),
        cmocka_unit_test(takes_locks),
        cmocka_unit_test(counts_as_the_kernel_did),
    };
    char path[4096];
    if (root_open(shared_path("corpus/nfs", path), &corpus, NULL) < 0)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    root_close(&corpus);
    return failed;
}
