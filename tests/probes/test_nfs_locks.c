/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"
#include "probes/nfs_locks.h"

static const struct {
    const char *text, *expected;
} cases[] = {
    {"", "0"},
    {"1: POSIX  ADVISORY  READ  18403 fd:09:9070 1073741826 1073742335\n"
     "2: POSIX  ADVISORY  WRITE 18292 fd:09:34062 0 EOF\n"
     "2: -> POSIX  ADVISORY  WRITE 18291 fd:09:34062 0 EOF\n"
     "2: -> POSIX  ADVISORY  WRITE 18293 fd:09:34062 0 EOF\n",
     "posix 18291 for 18292 fd:09:34062|posix 18293 for 18292 fd:09:34062|0"},
    {"7: FLOCK  ADVISORY  WRITE 1307 fd:00:2893788 0 EOF\n"
     "7:  -> FLOCK  ADVISORY  WRITE 1308 fd:00:2893788 0 EOF\n"
     "8: OFDLCK ADVISORY  READ  -1 00:06:1028 0 EOF\n"
     "9: -> OFDLCK ADVISORY  READ  -1 00:06:1028 0 EOF\n"
     "10: LEASE  ACTIVE    READ  900 fd:01:3 0 EOF",
     "flock 1308 for 1307 fd:00:2893788|ofd -1 for  00:06:1028|0"},
    {"x\n1: NOLOCK ADVISORY WRITE 1 a 0 EOF\n1 POSIX ADVISORY WRITE 1 a 0 EOF\n"
     "1: POSIX ADVISORY WRITE 1 a 0\n1: POSIX ADVISORY WRITE 1 a 0 EOF EOF\n: POSIX\n\n",
     "6"},
};

static void parses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        struct buf out = {0};
        struct nfs_locks locks;
        nfs_locks_parse(arena, cases[i].text, strlen(cases[i].text), &locks);
        for (size_t k = 0; k < locks.count; k++)
            buf_printf(&out, "%s %s for %s %s|", nfs_lock_kind_name(locks.waiters[k].kind),
                       locks.waiters[k].pid, locks.waiters[k].holder, locks.waiters[k].file);
        buf_printf(&out, "%zu", locks.malformed);
        assert_string_equal(out.data, cases[i].expected);
        buf_free(&out);
    }
}

static void look(struct arena *arena, const char *text, const struct nfs_locks *before,
                 struct nfs_locks *now, int64_t now_ns)
{
    nfs_locks_parse(arena, text, strlen(text), now);
    nfs_locks_remember(before, now, now_ns);
}

static int64_t since(const struct nfs_locks *locks, const char *pid)
{
    for (size_t i = 0; i < locks->count; i++)
        if (strcmp(locks->waiters[i].pid, pid) == 0)
            return locks->waiters[i].since_ns;
    return -1;
}

/* The number at the front of a line is no name: it is where the line stands. */
static void remembers_since_when_one_waits(void **state)
{
    SCRATCH_ARENA(arena);
    struct nfs_locks none = {0}, first, second, third;
    (void)state;
    look(arena,
         "2: POSIX ADVISORY WRITE 1 a:b:1 0 EOF\n2: -> POSIX ADVISORY WRITE 9 a:b:1 0 EOF\n"
         "2: -> POSIX ADVISORY WRITE 8 a:b:1 0 EOF\n",
         &none, &first, 100);
    look(arena,
         "1: POSIX ADVISORY WRITE 1 a:b:1 0 EOF\n1: -> POSIX ADVISORY WRITE 8 a:b:1 0 EOF\n"
         "1: -> POSIX ADVISORY WRITE 7 a:b:1 0 EOF\n",
         &first, &second, 200);
    assert_int_equal(since(&second, "8"), 100);
    assert_int_equal(since(&second, "7"), 200);
    look(arena, "1: -> POSIX ADVISORY WRITE 9 a:b:1 0 EOF\n", &second, &third, 300);
    assert_int_equal(since(&third, "9"), 300);
}

static void bounds_waiters(void **state)
{
    SCRATCH_ARENA(arena);
    struct buf text = {0};
    struct nfs_locks locks;
    (void)state;
    for (int i = 0; i < NFS_WAITERS_MAX + 5; i++)
        buf_printf(&text, "1: -> POSIX ADVISORY WRITE %d a:b:1 0 EOF\n", i);
    nfs_locks_parse(arena, text.data, text.length, &locks);
    assert_int_equal(locks.count, NFS_WAITERS_MAX);
    assert_int_equal(locks.left_out, 5);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses),
        cmocka_unit_test(remembers_since_when_one_waits),
        cmocka_unit_test(bounds_waiters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
