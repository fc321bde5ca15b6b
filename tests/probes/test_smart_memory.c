/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probes/smart_memory.h"
#include "tests/probes/tree.h"

static struct smart_attribute attributes[] = {
    {.id = 5, .value = 100, .raw = 3, .decoded = 3, .name = "Reallocated_Sector_Ct"},
    {.id = 198, .value = 100, .raw = 9, .decoded = 9, .name = "Host_Reads_GiB"},
};

static const struct disk disk = {.disk = "0x5000c500a1b2c3d4",
                                 .device = "sda",
                                 .model = "EXAMPLE HD-1000",
                                 .serial = "S1",
                                 .firmware = "F",
                                 .bus = "ata"};

static void facts_of(struct smart_facts *facts)
{
    smart_facts_init(facts);
    facts->number[SMART_HEALTHY] = 1;
    facts->number[SMART_REALLOCATED] = 3;
    facts->attributes = attributes;
    facts->attribute_count = 2;
}

static void logs_of(struct smart_facts *logs)
{
    static struct smart_attribute names[] = {{.id = 5, .name = "Retired_Block_Count"}};
    smart_facts_init(logs);
    logs->number[SMART_SELFTEST_PASSED] = 1;
    logs->number[SMART_ERC_READ] = 7;
    logs->number[SMART_ERC_WRITE] = 0;
    logs->attributes = names;
    logs->attribute_count = 1;
}

static void keeps_logs_while_values_change(void **state)
{
    struct smart_memory *memory = smart_memory_new();
    struct smart_known *known = smart_memory_of(memory, disk.disk);
    struct smart_facts facts;
    (void)state;
    facts_of(&facts);
    smart_memory_keep(known, &disk, &facts, 1000);
    assert_true(isnan(known->logs[SMART_ERC_READ]));
    logs_of(&facts);
    smart_memory_logs(known, &facts, 77, 1500);
    assert_string_equal(known->facts.attributes[0].name, "Retired_Block_Count");
    smart_facts_init(&facts);
    facts.number[SMART_REALLOCATED] = 4;
    smart_memory_keep(known, &disk, &facts, 2000);
    assert_true(known->facts.number[SMART_REALLOCATED] == 4);
    assert_true(isnan(known->facts.number[SMART_HEALTHY])); /* not said this time: not known */
    assert_true(known->logs[SMART_SELFTEST_PASSED] == 1);
    assert_int_equal(known->logs_ms, 1500);
    smart_memory_keep(known, &disk, NULL, 3000); /* asleep */
    assert_true(known->facts.number[SMART_REALLOCATED] == 4);
    assert_int_equal(known->read_ms, 2000);
    assert_int_equal(known->seen_ms, 3000);
    assert_ptr_equal(smart_memory_of(memory, disk.disk), known);
    smart_memory_drop(memory, &known);
    assert_null(known);
    assert_int_equal(smart_memory_of(memory, disk.disk)->read_ms, 0);
    smart_memory_free(&memory);
}

/* Rounds without end take no more memory than a few. */
static void does_not_grow(void **state)
{
    struct smart_memory *memory = smart_memory_new();
    struct smart_known *known = smart_memory_of(memory, disk.disk);
    struct smart_facts facts;
    (void)state;
    facts_of(&facts);
    for (int i = 0; i < 1000; i++)
        smart_memory_keep(known, &disk, i % 3 ? &facts : NULL, i);
    assert_true(arena_bytes(known->arena) < 16 * 1024);
    smart_memory_free(&memory);
}

static void survives_in_files(void **state)
{
    struct tree tree;
    struct smart_memory *memory = smart_memory_new(), *later = smart_memory_new();
    struct smart_known *known = smart_memory_of(memory, disk.disk);
    struct smart_facts facts;
    struct error e = {0};
    (void)state;
    tree_make(&tree);
    assert_int_equal(smart_memory_load(later, tree.path, &e), 0); /* nothing there yet */
    facts_of(&facts);
    smart_memory_keep(known, &disk, &facts, 1700000000000);
    uint64_t marks = smart_marks(&facts);
    logs_of(&facts);
    smart_memory_logs(known, &facts, marks, 1700000000001);
    assert_int_equal(smart_memory_save(known, tree.path, &e), 0);
    assert_int_equal(smart_memory_load(later, tree.path, &e), 0);
    struct smart_known *back = smart_memory_of(later, disk.disk);
    assert_string_equal(back->device, "sda");
    assert_string_equal(back->serial, "S1");
    assert_int_equal(back->read_ms, 1700000000000);
    assert_int_equal(back->logs_ms, 1700000000001);
    assert_true(back->marks == known->marks);
    assert_false(back->present);
    for (int i = 0; i < SMART_NUMBERS; i++) {
        double is = back->facts.number[i], was = known->facts.number[i];
        assert_true(is == was || (isnan(is) && isnan(was)));
        is = back->logs[i], was = known->logs[i];
        assert_true(is == was || (isnan(is) && isnan(was)));
    }
    assert_int_equal(back->facts.attribute_count, 2);
    assert_string_equal(back->facts.attributes[1].name, "Host_Reads_GiB");
    smart_memory_forget(known, tree.path);
    smart_memory_free(&later);
    later = smart_memory_new();
    assert_int_equal(smart_memory_load(later, tree.path, &e), 0);
    assert_int_equal(smart_memory_of(later, disk.disk)->seen_ms, 0);
    smart_memory_free(&later);
    smart_memory_free(&memory);
    tree_remove(&tree);
}

/* An identity is outside input: it does not lead out of the directory. */
static void odd_identities_stay_inside(void **state)
{
    static const char *const odd[] = {"../../x", "/etc/x", ".", "..", "a b", "\xc3\xa4"};
    struct tree tree;
    struct smart_memory *memory = smart_memory_new(), *later = smart_memory_new();
    struct error e = {0};
    (void)state;
    tree_make(&tree);
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        struct smart_known *known = smart_memory_of(memory, odd[i]);
        smart_memory_keep(known, &disk, NULL, (int64_t)i + 1);
        assert_int_equal(smart_memory_save(known, tree.path, &e), 0);
    }
    assert_int_equal(smart_memory_load(later, tree.path, &e), 0);
    char path[128];
    int files = 0;
    snprintf(path, sizeof path, "%s/smart", tree.path);
    DIR *list = opendir(path);
    assert_non_null(list);
    for (struct dirent *entry; (entry = readdir(list));)
        files += entry->d_type == DT_REG;
    closedir(list);
    assert_in_range(files, 4, 6);
    smart_memory_free(&later);
    smart_memory_free(&memory);
    tree_remove(&tree);
}

static void bad_files_cost_only_themselves(void **state)
{
    static const char *const bad[] = {
        "",
        "{",
        "[]",
        "{\"version\": 2, \"disk\": \"x\"}",
        "{\"version\": 1}",
        "{\"version\": 1, \"disk\": \"\"}",
    };
    struct tree tree;
    struct smart_memory *memory = smart_memory_new();
    struct smart_known *known = smart_memory_of(memory, disk.disk);
    struct error e = {0};
    char name[64];
    (void)state;
    tree_make(&tree);
    smart_memory_keep(known, &disk, NULL, 5);
    assert_int_equal(smart_memory_save(known, tree.path, &e), 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(name, sizeof name, "/smart/bad%zu.json", i);
        tree_file(&tree, name, bad[i]);
    }
    tree_fifo(&tree, "/smart/fifo.json");
    tree_link(&tree, "/smart/link.json", "/etc/passwd");
    smart_memory_free(&memory);
    memory = smart_memory_new();
    assert_true(smart_memory_load(memory, tree.path, &e) < 0);
    assert_true(e.text[0] != '\0');
    assert_int_equal(smart_memory_of(memory, disk.disk)->seen_ms, 5);
    smart_memory_free(&memory);
    tree_remove(&tree);
}

static void count(struct smart_known *known, void *arg)
{
    (void)known;
    ++*(int *)arg;
}

static void number_is_bounded(void **state)
{
    struct smart_memory *memory = smart_memory_new();
    char name[32];
    int found = 0;
    (void)state;
    for (int i = 0; i < SMART_MEMORY_DISKS; i++) {
        snprintf(name, sizeof name, "disk%d", i);
        assert_non_null(smart_memory_of(memory, name));
    }
    assert_null(smart_memory_of(memory, "one more"));
    assert_non_null(smart_memory_of(memory, "disk7"));
    smart_memory_walk(memory, count, &found);
    assert_int_equal(found, SMART_MEMORY_DISKS);
    smart_memory_free(&memory);
}

static void marks(void **state)
{
    struct smart_facts a, b;
    (void)state;
    facts_of(&a);
    facts_of(&b);
    b.number[SMART_TEMPERATURE] = 40;
    b.number[SMART_POWER_ON] = 4000;
    assert_true(smart_marks(&a) == smart_marks(&b));
    b.number[SMART_PENDING] = 1;
    assert_true(smart_marks(&a) != smart_marks(&b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_logs_while_values_change),
        cmocka_unit_test(does_not_grow),
        cmocka_unit_test(survives_in_files),
        cmocka_unit_test(odd_identities_stay_inside),
        cmocka_unit_test(bad_files_cost_only_themselves),
        cmocka_unit_test(number_is_bounded),
        cmocka_unit_test(marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
