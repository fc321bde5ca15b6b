/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"
#include "probes/md_attributes.h"

/* What a text made known, as "name=value" of what is not as md_array_init() left it. */
static void print_number(struct buf *out, const char *name, int64_t value)
{
    if (value == INT64_MAX)
        buf_printf(out, " %s=max", name);
    else if (value != MD_UNKNOWN)
        buf_printf(out, " %s=%lld", name, (long long)value);
}

static void print_text(struct buf *out, const char *name, const char *value)
{
    if (value[0])
        buf_printf(out, " %s=%s", name, value);
}

static void print_array(struct buf *out, const struct md_array *a)
{
    if (a->state)
        print_text(out, "state", md_state_name(a->state));
    if (a->sync.action)
        print_text(out, "action", md_action_name(a->sync.action));
    if (a->sync.waiting)
        print_text(out, "waiting", md_waiting_name(a->sync.waiting));
    print_text(out, "level", a->level);
    print_text(out, "location", a->bitmap.location);
    print_number(out, "layout", a->layout);
    print_number(out, "layout_before", a->layout_before);
    print_number(out, "wanted", a->wanted);
    print_number(out, "before", a->wanted_before);
    print_number(out, "chunk", a->chunk);
    print_number(out, "component", a->component);
    print_number(out, "size", a->size);
    print_number(out, "done", a->sync.done);
    print_number(out, "total", a->sync.total);
    print_number(out, "speed", a->sync.speed);
    print_number(out, "min", a->sync.speed_min);
    print_number(out, "resync", a->resync_start);
    print_number(out, "reshape", a->reshape_position);
    print_number(out, "reads", a->reads);
    print_number(out, "writes", a->writes);
    print_number(out, "degraded", a->degraded);
}

static const struct {
    const char *file, *text, *expected; /* NULL: refused */
} of_array[] = {
    {"md/array_state", "write-pending", " state=write-pending"},
    {"md/array_state", "active-idle", " state=active-idle"},
    {"md/array_state", "failed", NULL}, /* our word, not md's */
    {"md/array_state", "", NULL},
    {"md/level", "raid10", " level=raid10"},
    {"md/level", "", ""},
    {"md/raid_disks", "4", " wanted=4"},
    {"md/raid_disks", "5 (4)", " wanted=5 before=4"},
    {"md/raid_disks", "", ""},
    {"md/raid_disks", "5 (4", NULL},
    {"md/raid_disks", "5 4", NULL},
    {"md/raid_disks", "5 (4) 3", NULL},
    {"md/raid_disks", "4097", NULL},
    {"md/layout", "258", " layout=258"},
    {"md/layout", "513 (258)", " layout=513 layout_before=258"},
    {"md/layout", "-1", ""},
    {"md/layout", "4294967296", NULL},
    {"md/chunk_size", "131072 (65536)", " chunk=131072"},
    {"md/component_size", "39936", " component=40894464"},
    {"md/component_size", "9007199254740992", NULL},
    {"size", "79872", " size=40894464"},
    {"md/sync_action", "recover", " action=recover"},
    {"md/sync_action", "frozen", " action=frozen"},
    {"md/sync_action", "recovery", NULL},
    {"md/sync_completed", "none", " waiting=no"},
    {"md/sync_completed", "delayed", " waiting=delayed"},
    {"md/sync_completed", "2952 / 47104", " waiting=no done=2952 total=47104"},
    {"md/sync_completed", "2952 of 47104", NULL},
    {"md/sync_completed", "2 / 1", NULL},
    {"md/sync_speed", "832", " speed=851968"},
    {"md/sync_speed", "none", ""},
    {"md/sync_speed_min", "1000 (system)", " min=1024000"},
    {"md/resync_start", "none", " resync=max"},
    {"md/resync_start", "9472", " resync=9472"},
    {"md/resync_start", "soon", NULL},
    {"md/reshape_position", "none", ""},
    {"md/reshape_position", "10240", " reshape=5242880"},
    {"md/bitmap/location", "+8", " location=+8"},
    {"inflight", "       3        14", " reads=3 writes=14"},
    {"inflight", "3", NULL},
    {"md/degraded", "2", " degraded=2"},
    {"md/degraded", "-1", NULL},
    {"md/degraded", "two", NULL},
};

static const struct md_attribute *find(const struct md_attribute *at, const char *file)
{
    while (at->file && strcmp(at->file, file) != 0)
        at++;
    assert_non_null(at->file);
    return at;
}

static void reads_array(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof of_array / sizeof of_array[0]; i++) {
        SCRATCH_ARENA(arena);
        struct buf out = {0};
        struct md_array array;
        const struct md_attribute *attribute = find(md_array_attributes, of_array[i].file);

        md_array_init(&array, "md0");
        bool taken = attribute->take(&array, attribute, arena, span_of(of_array[i].text));
        if (taken != (of_array[i].expected != NULL))
            fail_msg("%s '%s': %s", of_array[i].file, of_array[i].text,
                     taken ? "taken" : "refused");
        buf_puts(&out, "");
        print_array(&out, &array);
        if (taken)
            assert_string_equal(out.data ? out.data : "", of_array[i].expected);
        buf_free(&out);
    }
}

static const struct {
    const char *state, *slot;
    bool known;
    enum md_role role;
    unsigned flags;
    int number;
} of_member[] = {
    {"in_sync", "0", true, MD_ROLE_IN_SYNC, 0, 0},
    {"spare", "none", true, MD_ROLE_SPARE, 0, MD_SLOT_NONE},
    {"spare", "2", true, MD_ROLE_REBUILDING, 0, 2},
    {"faulty", "none", true, MD_ROLE_FAULTY, 0, MD_SLOT_NONE},
    {"faulty", "3", true, MD_ROLE_FAULTY, 0, 3}, /* just failed: md has not taken it out yet */
    {"faulty,in_sync,blocked", "1", true, MD_ROLE_IN_SYNC, MD_FLAG_BLOCKED, 1},
    {"journal", "journal", true, MD_ROLE_JOURNAL, MD_FLAG_JOURNAL, MD_SLOT_NONE},
    {"faulty,journal", "journal", true, MD_ROLE_FAULTY, MD_FLAG_JOURNAL, MD_SLOT_NONE},
    {"in_sync,write_mostly,failfast", "1", true, MD_ROLE_IN_SYNC, MD_FLAG_WRITE_MOSTLY, 1},
    {"spare,replacement", "1", true, MD_ROLE_REBUILDING, MD_FLAG_REPLACEMENT, 1},
    {"in_sync,write_error,want_replacement,external_bbl", "1", true, MD_ROLE_IN_SYNC,
     MD_FLAG_WRITE_ERROR | MD_FLAG_WANT_REPLACEMENT, 1},
    {"in_sync,glowing", "1", false, MD_ROLE_IN_SYNC, 0, 1},
    {"", "4096", false, MD_ROLE_UNKNOWN, 0, MD_SLOT_UNKNOWN},
};

static void reads_member(void **state)
{
    const struct md_attribute *words = find(md_member_attributes, "state");
    const struct md_attribute *slot = find(md_member_attributes, "slot");
    (void)state;
    for (size_t i = 0; i < sizeof of_member / sizeof of_member[0]; i++) {
        SCRATCH_ARENA(arena);
        struct md_array array;
        md_array_init(&array, "md0");
        struct md_member *member = md_array_add(&array, arena, "sda");
        bool known = words->take(member, words, arena, span_of(of_member[i].state));
        known = slot->take(member, slot, arena, span_of(of_member[i].slot)) && known;
        md_member_settle(member);
        assert_int_equal(known, of_member[i].known);
        assert_int_equal(member->role, of_member[i].role);
        assert_int_equal(member->flags, of_member[i].flags);
        assert_int_equal(member->slot, of_member[i].number);
    }
}

/* Of LVM, multipath and encryption; other members have no such file. */
static void reads_suspended(void **state)
{
    SCRATCH_ARENA(arena);
    const struct md_attribute *suspended = find(md_member_attributes, "block/dm/suspended");
    struct md_array array;
    (void)state;

    md_array_init(&array, "md0");
    struct md_member *member = md_array_add(&array, arena, "dm-0");
    assert_int_equal(member->suspended, MD_UNKNOWN);
    assert_true(suspended->take(member, suspended, arena, span_of("1")));
    assert_int_equal(member->suspended, 1);
    assert_true(suspended->take(member, suspended, arena, span_of("0")));
    assert_int_equal(member->suspended, 0);
    assert_false(suspended->take(member, suspended, arena, span_of("yes")));
}

static void reads_bad_blocks(void **state)
{
    SCRATCH_ARENA(arena);
    const struct md_attribute *bad = find(md_member_attributes, "bad_blocks");
    struct md_member member = {0};
    char page[4096];
    (void)state;

    assert_true(bad->take(&member, bad, arena, span_of("")));
    assert_true(member.bad.known && !member.bad.cut);
    assert_int_equal(member.bad.count, 0);
    assert_true(bad->take(&member, bad, arena, span_of("2048 8\n4096 512")));
    assert_int_equal(member.bad.count, 2);
    assert_int_equal(member.bad.at[1].start, 4096);
    assert_int_equal(member.bad.at[1].length, 512);
    assert_false(bad->take(&member, bad, arena, span_of("2048")));
    assert_false(bad->take(&member, bad, arena, span_of("2048 eight")));
    assert_false(bad->take(&member, bad, arena, span_of("9223372036854775807 1")));

    /* A full page: its last line may be a part of one. */
    memset(page, '\n', sizeof page);
    for (size_t at = 0; at + 16 <= sizeof page; at += 16)
        memcpy(page + at, "1234567890123 8\n", 16);
    assert_true(bad->take(&member, bad, arena, (struct span){page, 4094}));
    assert_true(member.bad.cut);
    assert_int_equal(member.bad.count, 255);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_array),
        cmocka_unit_test(reads_member),
        cmocka_unit_test(reads_suspended),
        cmocka_unit_test(reads_bad_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
