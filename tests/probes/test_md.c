/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole probe over small hosts made up in tests/data/md, one a file; README there has the form.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"
#include "probes/md_array.h"
#include "probes/probers.h"
#include "probes/registry.h"
#include "tests/probes/md_run.h"
#include "tests/probes/tree.h"

#define CASES TOP_SRCDIR "/tests/data/md"

static char *read_file(const char *path)
{
    static char text[64 * 1024];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

/* Writes a line's value, in which ';' stands for the end of a line. */
static void put_file(const struct tree *tree, const char *path, const char *value)
{
    char text[4096];
    snprintf(text, sizeof text, "%s\n", value);
    for (char *c = text; (c = strchr(c, ';'));)
        *c = '\n';
    tree_file(tree, path, text);
}

/* "sda1 0 in_sync": a member with nothing amiss, its files as md has them. */
static void put_member(const struct tree *tree, const char *directory, const char *line)
{
    static const char *const plain[][2] = {
        {"errors", "0"},
        {"offset", "2048"},
        {"recovery_start", "none"},
        {"bad_blocks", ""},
        {"unacknowledged_bad_blocks", ""},
    };
    char device[64], slot[64], state[128], path[512];
    assert_int_equal(sscanf(line, "%63s %63s %127s", device, slot, state), 3);
    snprintf(path, sizeof path, "%smd/dev-%s/slot", directory, device);
    put_file(tree, path, slot);
    snprintf(path, sizeof path, "%smd/dev-%s/state", directory, device);
    put_file(tree, path, state);
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        snprintf(path, sizeof path, "%smd/dev-%s/%s", directory, device, plain[i][0]);
        put_file(tree, path, plain[i][1]);
    }
}

/* A line below "== /directory/". */
static void put_attribute(const struct tree *tree, const char *directory, char *line)
{
    char path[512], *colon = strstr(line, ": "), *arrow = strstr(line, " -> ");

    if (strncmp(line, "dev ", 4) == 0) {
        put_member(tree, directory, line + 4);
        return;
    }
    size_t length = strcspn(line, ": ");
    assert_true(snprintf(path, sizeof path, "%s%.*s", directory, (int)length, line) < 512);
    if (arrow)
        tree_link(tree, path, arrow + 4);
    else if (strcmp(line + length, " FIFO") == 0)
        tree_fifo(tree, path);
    else
        put_file(tree, path, colon ? colon + 2 : "");
}

/* The host as the case has it; gives where its expectations begin. */
static char *build(const struct tree *tree, char *text)
{
    char path[512] = "", *line, *next = text;
    struct buf content = {0};

    while (next && *next) {
        line = next;
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        bool section = strncmp(line, "== ", 3) == 0;
        if (section && path[0] && path[strlen(path) - 1] != '/')
            tree_bytes(tree, path, content.data ? content.data : "", content.length);
        if (section) {
            buf_free(&content);
            if (strcmp(line, "== expect") == 0)
                return next;
            snprintf(path, sizeof path, "%s", line + 3);
        } else if (path[0] && path[strlen(path) - 1] == '/') {
            if (*line)
                put_attribute(tree, path, line);
        } else if (path[0]) {
            buf_printf(&content, "%s\n", line);
        }
    }
    return NULL;
}

static int expect(const struct md_seen *seen, char *line)
{
    bool holds;
    if (!*line)
        return 0;
    if (strncmp(line, "! ", 2) == 0)
        holds = !md_seen_like(seen, line + 2);
    else if (strcmp(line, "? none") == 0)
        holds = seen->finding_count == 0;
    else if (strncmp(line, "?! ", 3) == 0)
        holds = !md_seen_finding(seen, line + 3);
    else if (strncmp(line, "? ", 2) == 0)
        holds = md_seen_finding(seen, line + 2);
    else
        holds = md_seen_has(seen, line);
    if (!holds)
        print_error("does not hold: %s\n", line);
    return !holds;
}

static int run_case(const char *path)
{
    struct tree tree;
    struct md_run run;
    int failures = 0;

    tree_make(&tree);
    char *next = build(&tree, read_file(path));
    assert_non_null(next);
    md_run_open(&run);
    assert_int_equal(md_run_poll(&run, tree.path), 0);
    while (next && *next) {
        char *line = next;
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        failures += expect(&run.seen, line);
    }
    if (failures) {
        print_error("%s: %d expectations do not hold; seen:\n", path, failures);
        md_seen_print(&run.seen);
    }
    md_run_close(&run);
    tree_remove(&tree);
    return failures;
}

static int is_case(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".case") == 0;
}

static void cases(void **state)
{
    struct dirent **names;
    int count = scandir(CASES, &names, is_case, alphasort), failures = 0;
    (void)state;

    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", CASES, names[i]->d_name);
        failures += run_case(path);
        free(names[i]);
    }
    free(names);
    assert_int_equal(failures, 0);
}

/* Nothing of md, and nothing at all, are hosts without arrays. */
static void no_arrays(void **state)
{
    struct tree tree;
    struct md_run run;
    (void)state;

    tree_make(&tree);
    md_run_open(&run);
    for (int i = 0; i < 3; i++) {
        if (i == 1)
            tree_file(&tree, "/sys/block/sda/size", "8\n");
        if (i == 2)
            tree_file(&tree, "/proc/mdstat", "Personalities : \nunused devices: <none>\n");
        assert_int_equal(md_run_poll(&run, tree.path), 0);
        assert_int_equal(run.seen.count, 0);
        assert_int_equal(run.seen.finding_count, 0);
    }
    md_run_close(&run);
    tree_remove(&tree);
}

/* A host without md has no /proc/mdstat; one whose link leads nowhere was recorded badly. */
static void mdstat_leads_nowhere(void **state)
{
    struct tree tree;
    struct md_run run;
    (void)state;

    tree_make(&tree);
    md_run_open(&run);
    tree_file(&tree, "/proc/uptime", "1 1\n");
    assert_int_equal(md_run_poll(&run, tree.path), 0);
    assert_false(md_seen_finding(&run.seen, "blind unreadable - /proc/mdstat"));
    tree_link(&tree, "/proc/mdstat", "/nowhere");
    assert_int_equal(md_run_poll(&run, tree.path), 0);
    assert_true(md_seen_finding(&run.seen, "blind unreadable - /proc/mdstat: ENOENT"));
    md_run_close(&run);
    tree_remove(&tree);
}

/* What the kernel's files can never be is told at once, and the rest is read. */
static void impossible_files(void **state)
{
    struct tree tree;
    struct md_run run;
    char *big = calloc(1, 2 * 1024 * 1024);
    (void)state;

    assert_non_null(big);
    tree_make(&tree);
    md_run_open(&run);
    tree_fifo(&tree, "/proc/mdstat");
    tree_file(&tree, "/sys/block/md0/md/level", "raid1\n");
    tree_file(&tree, "/sys/block/md0/md/raid_disks", "2\n");
    tree_fifo(&tree, "/sys/block/md0/md/array_state");
    tree_bytes(&tree, "/sys/block/md0/md/uuid", "a\0b", 3);
    memset(big, '7', 5000);
    tree_bytes(&tree, "/sys/block/md0/md/degraded", big, 5000);
    assert_int_equal(md_run_poll(&run, tree.path), 0);
    assert_true(md_seen_has(&run.seen, "disks_wanted{array=\"md0\"} 2"));
    assert_true(md_seen_finding(&run.seen, "unreadable - /proc/mdstat: neither a file"));
    assert_true(
        md_seen_finding(&run.seen, "blind unreadable md0 /sys/block/md0/md/array_state: neither"));
    assert_true(md_seen_finding(&run.seen, "malformed md0 /sys/block/md0/md/uuid: binary"));
    assert_true(
        md_seen_finding(&run.seen, "blind malformed md0 /sys/block/md0/md/degraded: longer"));
    assert_true(md_seen_finding(&run.seen, "blind unreadable md0 -: its state is not known"));

    tree_drop(&tree, "/proc/mdstat");
    tree_bytes(&tree, "/proc/mdstat", big, 2 * 1024 * 1024);
    assert_int_equal(md_run_poll(&run, tree.path), 0);
    assert_true(md_seen_finding(&run.seen, "unreadable - /proc/mdstat: longer than md"));
    md_run_close(&run);
    tree_remove(&tree);
    free(big);
}

/* An array that is left out, because it hung before, costs the others nothing. */
static void leaves_out(void **state)
{
    static const char mdstat[] = "Personalities : [raid1]\n"
                                 "md0 : active raid1 sdb[1] sda[0]\n"
                                 "      8 blocks super 1.2 [2/2] [UU]\n"
                                 "md1 : active raid1 sdd[1] sdc[0]\n"
                                 "      8 blocks super 1.2 [2/2] [UU]\n"
                                 "unused devices: <none>\n";
    struct tree tree;
    struct md_run run;
    (void)state;

    tree_make(&tree);
    tree_file(&tree, "/proc/mdstat", mdstat);
    md_run_open(&run);
    run.leave_out = "md0";
    assert_int_equal(md_run_poll(&run, tree.path), 0);
    assert_null(md_seen_like(&run.seen, "info{array=\"md0\""));
    assert_non_null(md_seen_like(&run.seen, "info{array=\"md1\""));

    /* Without mdstat there is nothing to see here, but that is the supervisor's to tell. */
    run.leave_out = "/proc/mdstat";
    assert_int_equal(md_run_poll(&run, tree.path), 0);
    assert_int_equal(run.seen.count, 0);
    md_run_close(&run);
    tree_remove(&tree);
}

/* An array that is stopped while it is looked at is no longer there, and nothing is amiss. */
static struct tree stopped;

static void stop_md0(const char *target)
{
    if (strcmp(target, "md0") == 0)
        tree_remove(&stopped);
}

static void stops_meanwhile(void **state)
{
    struct md_run run;
    (void)state;

    tree_make(&stopped);
    tree_file(&stopped, "/sys/block/md0/md/level", "raid1\n");
    tree_file(&stopped, "/sys/block/md0/md/array_state", "excellent\n");
    md_run_open(&run);
    run.before = stop_md0;
    assert_int_equal(md_run_poll(&run, stopped.path), 0);
    assert_int_equal(run.seen.count, 0);
    assert_int_equal(run.seen.finding_count, 0);
    md_run_close(&run);
}

/* Only when there is nothing to look at does the round fail. */
static void nothing_readable(void **state)
{
    struct tree tree;
    struct md_run run;
    (void)state;

    tree_make(&tree);
    tree_fifo(&tree, "/sys/block");
    md_run_open(&run);
    assert_int_equal(md_run_poll(&run, tree.path), 0);
    assert_true(md_seen_finding(&run.seen, "blind unreadable - /sys/block: cannot be listed"));
    tree_fifo(&tree, "/proc/mdstat");
    assert_true(md_run_poll(&run, tree.path) < 0);
    md_run_close(&run);
    tree_remove(&tree);
}

/* More than anyone has is not looked at, and said. */
static void too_many(void **state)
{
    struct tree tree;
    struct md_run run;
    char path[256];
    (void)state;

    tree_make(&tree);
    md_run_open(&run);
    for (int i = 0; i <= MD_MAX_ARRAYS; i++) {
        snprintf(path, sizeof path, "/sys/block/md%d/md/array_state", i);
        tree_file(&tree, path, "clear\n");
    }
    for (int i = 0; i <= MD_MAX_MEMBERS; i++) {
        snprintf(path, sizeof path, "/sys/block/md0/md/dev-sd%d/state", i);
        tree_file(&tree, path, "spare\n");
    }
    tree_file(&tree, "/sys/block/md1/md/dev-a b/state", "spare\n");
    tree_bytes(&tree, "/proc/mdstat",
               "x\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\n"
               "x\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\nx\n",
               80);
    assert_int_equal(md_run_poll(&run, tree.path), 0);
    assert_true(md_seen_finding(&run.seen, "blind unsupported - /sys/block: more than 512 arrays"));
    assert_true(
        md_seen_finding(&run.seen, "blind unsupported md0 /sys/block/md0/md: more members"));
    assert_true(
        md_seen_finding(&run.seen, "blind malformed md1 /sys/block/md1/md/dev-a b: no dev"));
    assert_true(md_seen_finding(&run.seen, "8 more lines that cannot be read"));
    assert_true(md_seen_has(&run.seen, "disks{array=\"md0\",state=\"spare\"} 512"));
    md_run_close(&run);
    tree_remove(&tree);
}

/* The link to a member's device leads nowhere, and it has gone from /sys/block too. */
static void members_that_are_gone(void **state)
{
    static const struct {
        const char *device, *link;
    } members[] = {
        {"sda", "../../../../pci0000:00/host0/target0:0:0/0:0:0:0/block/sda"},
        {"sdb1", "../../../../pci0000:00/host1/target1:0:0/1:0:0:0/block/sdb/sdb1"},
        {"nvme0n1", "../../../../pci0000:00/0000:00:05.0/nvme/nvme0/nvme0n1"},
        {"nvme1n1p2", "../../../../pci0000:00/0000:00:06.0/nvme/nvme1/nvme1n1/nvme1n1p2"},
    };
    enum { MEMBERS = sizeof members / sizeof *members };
    static const char *const disks[] = {"sda", "sdb", "nvme0n1", "nvme1n1"};
    struct tree tree;
    struct md_run run;
    char text[256];
    (void)state;

    tree_make(&tree);
    tree_file(&tree, "/sys/block/md0/md/level", "raid1\n");
    for (int i = 0; i < MEMBERS; i++) {
        snprintf(text, sizeof text, "/sys/block/md0/md/dev-%s/state", members[i].device);
        tree_file(&tree, text, "in_sync\n");
        snprintf(text, sizeof text, "/sys/block/md0/md/dev-%s/block", members[i].device);
        tree_link(&tree, text, members[i].link);
    }
    md_run_open(&run);
    for (int there = 0; there < 2; there++) {
        for (int i = 0; there && i < MEMBERS; i++) {
            snprintf(text, sizeof text, "/sys/block/%s/size", disks[i]);
            tree_file(&tree, text, "8\n");
        }
        assert_int_equal(md_run_poll(&run, tree.path), 0);
        for (int i = 0; i < MEMBERS; i++) {
            snprintf(text, sizeof text, "device=\"%s\"} %d", members[i].device, !there);
            int found = 0;
            for (size_t n = 0; n < run.seen.count; n++)
                found += strncmp(run.seen.lines[n], "member_gone{", 12) == 0 &&
                         strstr(run.seen.lines[n], text);
            if (found != 1)
                fail_msg("not said of %s, there: %d", members[i].device, there);
        }
    }
    md_run_close(&run);
    tree_remove(&tree);
}

static void lists_all_metrics(void **state)
{
    (void)state;
    for (size_t i = 0; md_probe.metrics[i]; i++) {
        const struct metric *m = md_probe.metrics[i];
        assert_true(strncmp(m->name, "forewarn_md_", strlen("forewarn_md_")) == 0);
        assert_true(m->help[0] && m->source[0]);
        assert_string_equal(m->labels[0], "array");
        if (m->unit[0])
            assert_non_null(strstr(m->name, m->unit));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(md_probe.metrics[j]->name, m->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases),
        cmocka_unit_test(no_arrays),
        cmocka_unit_test(leaves_out),
        cmocka_unit_test(mdstat_leads_nowhere),
        cmocka_unit_test(impossible_files),
        cmocka_unit_test(stops_meanwhile),
        cmocka_unit_test(nothing_readable),
        cmocka_unit_test(too_many),
        cmocka_unit_test(members_that_are_gone),
        cmocka_unit_test(lists_all_metrics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
