/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"
#include "probes/md_mdstat.h"

static void put(struct buf *out, const char *name, int64_t value)
{
    if (value != MD_UNKNOWN)
        buf_printf(out, " %s=%lld", name, (long long)value);
}

static void print_members(struct buf *out, const struct md_array *array)
{
    for (size_t i = 0; i < array->member_count; i++) {
        const struct md_member *m = &array->members[i];
        buf_printf(out, " %s:%d:%s%s%s%s", m->device, m->number, md_role_name(m->role),
                   m->flags & MD_FLAG_WRITE_MOSTLY ? ",W" : "",
                   m->flags & MD_FLAG_JOURNAL ? ",J" : "",
                   m->flags & MD_FLAG_REPLACEMENT ? ",R" : "");
        if (m->slot >= 0)
            buf_printf(out, "@%d", m->slot);
    }
}

static void print_array(struct buf *out, const struct md_array *a)
{
    buf_printf(out, "%s %s %s %s", a->name, md_state_name(a->state), a->level[0] ? a->level : "-",
               a->metadata[0] ? a->metadata : "-");
    put(out, "blocks", a->blocks);
    put(out, "chunk", a->chunk);
    put(out, "layout", a->layout);
    if (a->raid10.near)
        buf_printf(out, " near=%d far=%d%s set=%d", a->raid10.near, a->raid10.far,
                   a->raid10.offset ? " offset" : "", a->raid10.set_size);
    put(out, "wanted", a->wanted);
    put(out, "up", a->up);
    if (a->map[0])
        buf_printf(out, " [%s]", a->map);
    print_members(out, a);
    if (a->sync.action != MD_ACTION_IDLE || a->sync.waiting != MD_WAITING_NO)
        buf_printf(out, " %s/%s", md_action_name(a->sync.action), md_waiting_name(a->sync.waiting));
    put(out, "permille", a->sync.permille);
    put(out, "done", a->sync.done);
    put(out, "total", a->sync.total);
    put(out, "finish", a->sync.finish);
    put(out, "speed", a->sync.speed);
    put(out, "used", a->bitmap.used_pages);
    put(out, "pages", a->bitmap.pages);
    put(out, "bits", a->bitmap.chunk);
    if (a->bitmap.file[0])
        buf_printf(out, " file=%s", a->bitmap.file);
    buf_puts(out, "\n");
}

static char *print(const struct md_mdstat *mdstat)
{
    struct buf out = {0};
    buf_puts(&out, "");
    for (size_t i = 0; i < mdstat->count; i++)
        print_array(&out, &mdstat->arrays[i]);
    for (size_t i = 0; i < mdstat->problem_count && i < MD_MAX_PROBLEMS; i++) {
        const struct md_problem *p = &mdstat->problems[i];
        buf_printf(&out, "? %s%s %s line %zu: '%s'\n", p->blind ? "blind " : "", p->kind,
                   p->array[0] ? p->array : "-", p->line, p->quoted);
    }
    return out.data ? out.data : strdup("");
}

#define HEAD "Personalities : [raid1] [raid6] [raid5] [raid4] [raid10]\n"
#define TAIL "unused devices: <none>\n"

static const struct {
    const char *text, *expected;
} texts[] = {
    {HEAD TAIL, ""},
    {HEAD "md0 : active raid1 sdb1[1] sda1[0]\n"
          "      1046528 blocks super 1.2 [2/2] [UU]\n"
          "      bitmap: 1/3 pages [4KB], 65536KB chunk\n\n" TAIL,
     "md0 active raid1 1.2 blocks=1046528 wanted=2 up=2 [UU] sdb1:1:in_sync sda1:0:in_sync used=1 "
     "pages=3 bits=67108864\n"},
    /* no version: 0.90, whose numbers are slots */
    {HEAD
     "md0 : active raid1 sdc1[2] sdb1[1](F) sda1[0]\n"
     "      56128 blocks [2/1] [U_]\n"
     "      [=>...................]  recovery =  8.5% (4771/56128) finish=1.2min speed=650K/sec"
     "\n" TAIL,
     "md0 active raid1 0.90 blocks=56128 wanted=2 up=1 [U_] sdc1:2:rebuilding sdb1:1:faulty "
     "sda1:0:in_sync@0 recover/no permille=85 done=9542 total=112256 finish=12 speed=665600\n"},
    /* one of the two is being rebuilt, but which? */
    {HEAD "md0 : active raid1 sdc1[2] sda1[0]\n"
          "      56128 blocks super 1.2 [2/1] [U_]\n      \tresync=DELAYED\n" TAIL,
     "md0 active raid1 1.2 blocks=56128 wanted=2 up=1 [U_] sdc1:2:unknown sda1:0:unknown "
     "recover/delayed\n"},
    {HEAD "md0 : active raid1 sdb1[1] sda1[0]\n"
          "      56128 blocks super 1.2 [2/2] [UU]\n      \tresync=DELAYED\n" TAIL,
     "md0 active raid1 1.2 blocks=56128 wanted=2 up=2 [UU] sdb1:1:in_sync sda1:0:in_sync "
     "resync/delayed\n"},
    {HEAD "md0 : active (auto-read-only) raid1 sdb1[1] sda1[0]\n"
          "      56128 blocks super 1.2 [2/2] [UU]\n      \tresync=PENDING\n" TAIL,
     "md0 read-auto raid1 1.2 blocks=56128 wanted=2 up=2 [UU] sdb1:1:in_sync sda1:0:in_sync "
     "idle/pending\n"},
    {HEAD "md0 : active (read-only) raid1 sdb1[1](W) sda1[0]\n"
          "      56128 blocks super 1.2 [2/2] [UU]\n      \trecover=REMOTE\n" TAIL,
     "md0 readonly raid1 1.2 blocks=56128 wanted=2 up=2 [UU] sdb1:1:in_sync,W sda1:0:in_sync "
     "recover/remote\n"},
    {HEAD "md3 : active raid5 sde[0](J)(F) sdd[4](S)(R) sdc[3](R) sdb[1](W)(F) sda[2]\n"
          "      2093056 blocks super 1.2 level 5, 64k chunk, algorithm 2 [2/1] [U_]\n"
          "      [>....................]  check =  0.0% (0/1046528) finish=0.0min speed=0K/sec\n"
          "      bitmap: 0/4 pages [0KB], 512B chunk, file: /var/md 3.bitmap\n" TAIL,
     "md3 active raid5 1.2 blocks=2093056 chunk=65536 layout=2 wanted=2 up=1 [U_] "
     "sde:0:faulty,J sdd:4:spare,R sdc:3:rebuilding,R sdb:1:faulty,W sda:2:in_sync check/no "
     "permille=0 done=0 total=2093056 finish=0 speed=0 used=0 pages=4 bits=512 "
     "file=/var/md 3.bitmap\n"},
    {HEAD "md1 : active raid10 sdd[3] sdc[2] sdb[1] sda[0]\n"
          "      47104 blocks super 1.2 64K chunks 2 near-copies [4/4] [UUUU]\n"
          "md2 : active raid10 sdd[3] sdc[2] sdb[1] sda[0]\n"
          "      47104 blocks super 1.2 64K chunks 2 offset-copies 2 devices per set [4/4] [UUUU]\n"
          "md3 : active raid10 sdd[3] sdc[2] sdb[1] sda[0]\n"
          "      47104 blocks super 1.2 64K chunks 2 near-copies 2 far-copies [4/4] [UUUU]\n" TAIL,
     "md1 active raid10 1.2 blocks=47104 chunk=65536 near=2 far=1 set=0 wanted=4 up=4 [UUUU] "
     "sdd:3:in_sync sdc:2:in_sync sdb:1:in_sync sda:0:in_sync\n"
     "md2 active raid10 1.2 blocks=47104 chunk=65536 near=1 far=2 offset set=2 wanted=4 up=4 "
     "[UUUU] sdd:3:in_sync sdc:2:in_sync sdb:1:in_sync sda:0:in_sync\n"
     "md3 active raid10 1.2 blocks=47104 chunk=65536 near=2 far=2 set=0 wanted=4 up=4 [UUUU] "
     "sdd:3:in_sync sdc:2:in_sync sdb:1:in_sync sda:0:in_sync\n"},
    /* containers, raid0, linear, broken */
    {HEAD "md126 : active raid0 sdb[1] sdc[0]\n"
          "      1855870976 blocks super external:/md127/0 128k chunks\n\n"
          "md127 : inactive sdc[1](S) sdb[0](S)\n      5288 blocks super external:imsm\n       \n"
          "md8 : active linear sdh1[1] sdg1[0]\n      47104 blocks super 1.2 0k rounding\n"
          "md9 : broken raid0 sdq1[1]\n      100 blocks super non-persistent 512k chunks\n" TAIL,
     "md126 active raid0 external:/md127/0 blocks=1855870976 chunk=131072 sdb:1:in_sync "
     "sdc:0:in_sync\n"
     "md127 inactive - external:imsm blocks=5288 sdc:1:spare sdb:0:spare\n"
     "md8 active linear 1.2 blocks=47104 sdh1:1:in_sync sdg1:0:in_sync\n"
     "md9 broken raid0 none blocks=100 chunk=524288 sdq1:1:in_sync\n"},
    /* no member left: the layout stands on the first line */
    {HEAD "md1 : active raid5 super 1.2 level 5, 512k chunk, algorithm 2 [4/0] [____]\n      \n"
          "md2 : active raid1 [2/0] [__]\nmd3 : active raid0 64k chunks\nmd4 : inactive\n" TAIL,
     "md1 active raid5 1.2 chunk=524288 layout=2 wanted=4 up=0 [____]\n"
     "md2 active raid1 0.90 wanted=2 up=0 [__]\n"
     "md3 active raid0 0.90 chunk=65536\nmd4 inactive - -\n"},
    /* names: partitionable, named, of a driver with directories */
    {HEAD
     "md_d1 : active raid1 cciss/c0d0p1[0] dm-12[1]\n      8 blocks super 1.0 [2/2] [UU]\n" TAIL,
     "md_d1 active raid1 1.0 blocks=8 wanted=2 up=2 [UU] cciss!c0d0p1:0:in_sync dm-12:1:in_sync\n"},
    /* 100 % has no blank before it; a kernel before 2.6 had other first lines */
    {"Personalities : [raid1]\nread_ahead 1024 sectors\nEvent: 3\n"
     "md0 : active raid1 sdb1[1] sda1[0]\n      8 blocks [2/2] [UU]\n"
     "      [====================>]  resync =100.0% (8/8) finish=0.0min speed=4K/sec\n" TAIL,
     "md0 active raid1 0.90 blocks=8 wanted=2 up=2 [UU] sdb1:1:in_sync@1 sda1:0:in_sync@0 "
     "resync/no "
     "permille=1000 done=16 total=16 finish=0 speed=4096\n"},
};

static void reads_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        SCRATCH_ARENA(arena);
        struct md_mdstat mdstat;
        md_mdstat_parse(arena, texts[i].text, strlen(texts[i].text), &mdstat);
        char *printed = print(&mdstat);
        assert_string_equal(printed, texts[i].expected);
        assert_true(mdstat.complete);
        free(printed);
    }
}

/* What is odd costs itself only: the second array is always there. */
#define SECOND      "md9 : active raid0 sdz[0]\n      8 blocks super 1.2 4k chunks\n"
#define SECOND_READ "md9 active raid0 1.2 blocks=8 chunk=4096 sdz:0:in_sync\n"

static const struct {
    const char *text, *expected;
} odd[] = {
    {"mdf1: testman actve\n", "? blind malformed - line 1: 'mdf1: testman actve'\n"},
    {"# cat /proc/mdstat\n", "? malformed - line 1: '# cat /proc/mdstat'\n"},
    {"md0 : actve raid1 sda[0]\n      8 blocks [1/1] [U]\n",
     "? blind malformed - line 1: 'md0 : actve raid1 sda[0]'\n"},
    {"md0 active raid1 sda[0]\n", "? blind malformed - line 1: 'md0 active raid1 sda[0]'\n"},
    {"      8 blocks [1/1] [U]\n", "? blind malformed - line 1: '8 blocks [1/1] [U]'\n"},
    {"\001\002\377\n", "? blind malformed - line 1: '\?\?\?'\n"},
    {"md0 : active raid1 sdb[x] sda[0]\n      8 blocks super 1.2 [1/1] [U]\n",
     "md0 active raid1 1.2 blocks=8 wanted=1 up=1 [U] sda:0:in_sync\n"
     "? blind malformed md0 line 1: 'sdb[x]'\n"},
    {"md0 : active raid1 sda[99999999999](S)\n      8 blocks super 1.2 [1/1] [U]\n",
     "md0 active raid1 1.2 blocks=8 wanted=1 up=1 [U]\n"
     "? blind malformed md0 line 1: 'sda[99999999999](S)'\n"},
    {"md0 : active raid1 sda[0](Z)\n      8 blocks super 1.2 [1/1] [U]\n",
     "md0 active raid1 1.2 blocks=8 wanted=1 up=1 [U] sda:0:in_sync\n"
     "? malformed md0 line 1: 'sda[0](Z)'\n"},
    {"md0 : active raid1 sda[0] sda[2](S)\n      8 blocks super 1.2 [1/1] [U]\n",
     "md0 active raid1 1.2 blocks=8 wanted=1 up=1 [U] sda:0:in_sync sda:2:spare\n"
     "? conflict md0 line 1: 'sda[2](S)'\n"},
    {"md0 : active raid1 sda[0]\n      8 blocks super 1.2 [2/2] [U_]\n",
     "md0 active raid1 1.2 blocks=8 wanted=2 up=2 [U_] sda:0:in_sync\n"
     "? blind conflict md0 line 0: 'U_'\n"},
    {"md0 : active raid1 sda[0]\n      8 blocks super 1.2 [1/2] [U]\n",
     "md0 active raid1 1.2 blocks=8 [U] sda:0:in_sync\n"
     "? blind malformed md0 line 2: '[1/2]'\n"
     "? blind conflict md0 line 0: 'U'\n"},
    {"md0 : active raid1 sda[0]\n      8 blocks super 1.2 [9999/1] [X]\n",
     "md0 active raid1 1.2 blocks=8 sda:0:in_sync\n"
     "? blind malformed md0 line 2: '[X]'\n"},
    {"md0 : active raid1 sda[0]\n      99999999999999999999 blocks super 1.2 [1/1] [U]\n",
     "md0 active raid1 1.2 wanted=1 up=1 [U] sda:0:in_sync\n"
     "? blind malformed md0 line 2: 'blocks'\n"},
    {"md0 : active raid1 sda[0]\n      8 blocks super 1.2 frobnicated [1/1] [U]\n",
     "md0 active raid1 1.2 blocks=8 wanted=1 up=1 [U] sda:0:in_sync\n"
     "? note md0 line 2: 'frobnicated'\n"},
    {"md0 : active raid1 sda[0]\n      [=>..]  resync = 8.5% (9/8) finish=1.0min speed=1K/sec\n",
     "md0 active raid1 - sda:0:in_sync\n"
     "? blind malformed md0 line 2: '[=>..]  resync = 8.5% (9/8) finish=1.0min speed=1K/sec'\n"},
    {"md0 : active raid1 sda[0]\n      [=>..]  resync = 8.5% (1/8) finish=1.0\n",
     "md0 active raid1 - sda:0:in_sync\n"
     "? blind malformed md0 line 2: '[=>..]  resync = 8.5% (1/8) finish=1.0'\n"},
    {"md0 : active raid1 sda[0]\n      [=>..]  dance = 8.5% (1/8)\n",
     "md0 active raid1 - sda:0:in_sync\n"
     "? blind malformed md0 line 2: '[=>..]  dance = 8.5% (1/8)'\n"},
    {"md0 : active raid1 sda[0]\n      [=>..]  resync = 101.5% (1/8)\n",
     "md0 active raid1 - sda:0:in_sync\n"
     "? blind malformed md0 line 2: '[=>..]  resync = 101.5% (1/8)'\n"},
    {"md0 : active raid1 sda[0]\n      [=>..  resync = 8.5% (1/8)\n",
     "md0 active raid1 - sda:0:in_sync\n"
     "? blind malformed md0 line 2: '[=>..  resync = 8.5% (1/8)'\n"},
    {"md0 : active raid1 sda[0]\n      resync=SLEEPING\n",
     "md0 active raid1 - sda:0:in_sync\n? blind malformed md0 line 2: 'resync=SLEEPING'\n"},
    {"md0 : active raid1 sda[0]\n      bitmap: 4 pages\n",
     "md0 active raid1 - sda:0:in_sync\n? blind malformed md0 line 2: ' 4 pages'\n"},
};

static void survives_odd_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        SCRATCH_ARENA(arena);
        struct md_mdstat mdstat;
        const char *text = arena_printf(arena, "%s" SECOND TAIL, odd[i].text);
        const char *questions = strchr(odd[i].expected, '?');
        if (!questions)
            questions = odd[i].expected;
        md_mdstat_parse(arena, text, strlen(text), &mdstat);
        char *printed = print(&mdstat);
        assert_string_equal(printed, arena_printf(arena, "%.*s" SECOND_READ "%s",
                                                  (int)(questions - odd[i].expected),
                                                  odd[i].expected, questions));
        free(printed);
    }
}

/* Cut anywhere, the text is read as far as it goes, and known to be cut. */
static void survives_cuts(void **state)
{
    static const char text[] =
        HEAD "md0 : active raid1 sdb1[1] sda1[0](F)\n"
             "      1046528 blocks super 1.2 [2/1] [U_]\n"
             "      [=>...................]  recovery =  8.5% (4771/56128) finish=1.2min "
             "speed=650K/sec\n"
             "      bitmap: 1/3 pages [4KB], 65536KB chunk\n\n" TAIL;
    (void)state;
    for (size_t length = 0; length < sizeof text - 1; length++) {
        SCRATCH_ARENA(arena);
        struct md_mdstat mdstat;
        char *cut = arena_alloc(arena, length + 1);
        memcpy(cut, text, length);
        md_mdstat_parse(arena, cut, length, &mdstat);
        assert_in_range(mdstat.count, 0, 1);
        if (length < sizeof text - sizeof TAIL + strlen("unused devices:"))
            assert_false(mdstat.complete);
    }
}

static void is_bounded(void **state)
{
    SCRATCH_ARENA(arena);
    struct buf text = {0};
    struct md_mdstat mdstat;
    (void)state;

    buf_puts(&text, "md0 : active raid1");
    for (int i = 0; i < MD_MAX_MEMBERS + 100; i++)
        buf_printf(&text, " sd%d[%d]", i, i);
    buf_puts(&text, "\n");
    for (int i = 1; i < MD_MAX_ARRAYS + 100; i++)
        buf_printf(&text, "md%d : active raid0 sda[0]\n", i);
    for (int i = 1; i < 1000; i++)
        buf_puts(&text, "junk\n");
    md_mdstat_parse(arena, text.data, text.length, &mdstat);
    assert_int_equal(mdstat.count, MD_MAX_ARRAYS);
    assert_int_equal(mdstat.arrays[0].member_count, MD_MAX_MEMBERS);
    assert_int_equal(mdstat.problem_count, 100 + 100 + 999);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_texts),
        cmocka_unit_test(survives_odd_lines),
        cmocka_unit_test(survives_cuts),
        cmocka_unit_test(is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
