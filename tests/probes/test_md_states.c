/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe over states of arrays that were recorded on a real kernel (../shared/lab/states): from
 * sysfs each must come out as tests/data/md/states.expect says, and from /proc/mdstat alone the
 * same, but for what mdstat does not tell. Exits 77 where the recordings are not there.
 */
#include <dirent.h>
#include <math.h>
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

#include "core/buf.h"
#include "tests/probes/md_run.h"
#include "tests/probes/tree.h"

static char states[1024];
static struct tree tree;

static bool is_member(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; (at = strstr(at, word)); at += length)
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
            return true;
    return false;
}

/* Only what the probe looks at: the whole of the recordings is half a gigabyte. */
static void unpack(const char *name, const char *patterns)
{
    char command[4096];
    snprintf(command, sizeof command,
             "cd '%s' && tar --zstd --wildcards -xf '%s/%s.tar.zst' %s 2>/dev/null", tree.path,
             states, name, patterns);
    /* tar fails where a pattern matches nothing, as it does in a state without arrays. */
    if (system(command) == -1)
        abort();
}

#define PATTERNS                                                                                   \
    "'*/proc/mdstat' '*/sys/block/*' '*/block/md*/size' '*/block/md*/inflight' "                   \
    "'*/block/md*/dev' '*/block/md*/md/*' '*/block/sd?/dev' '*/block/sd?/size' "                   \
    "'*/block/sd?/device' '*/block/sd?/sd?[0-9]/dev' '*/block/sd?/sd?[0-9]/partition' "            \
    "'*/udev/data/b*'"

static bool is_one(const struct md_seen *seen, const char *series)
{
    return md_seen_value(seen, "%s", series) == 1;
}

/* "md0 clean redundancy=1 idle - in_sync=2 spare=1" */
static int check_array(const struct md_seen *seen, const char *line)
{
    static const char *const counts[] = {"in_sync", "rebuilding", "spare",        "faulty",
                                         "missing", "journal",    "write_mostly", "replacement"};
    char name[32], state[32], redundancy[32], action[32], waiting[32], series[256], count[64];
    int failures = 0;

    if (sscanf(line, "%31s %31s redundancy=%31s %31s %31s", name, state, redundancy, action,
               waiting) != 5)
        return 1;
    snprintf(series, sizeof series, "state{array=\"%s\",state=\"%s\"}", name, state);
    failures += !is_one(seen, series);
    double left = md_seen_value(seen, "redundancy{array=\"%s\"}", name);
    failures += strcmp(redundancy, "-") == 0 ? !isnan(left) : left != atof(redundancy);
    snprintf(series, sizeof series, "sync{array=\"%s\",action=\"%s\"}", name, action);
    failures += !is_one(seen, series);
    double delayed = md_seen_value(seen, "sync_waiting{array=\"%s\",why=\"delayed\"}", name);
    double pending = md_seen_value(seen, "sync_waiting{array=\"%s\",why=\"pending\"}", name);
    failures += delayed != (strcmp(waiting, "delayed") == 0);
    failures += pending != (strcmp(waiting, "pending") == 0);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        double value = md_seen_value(seen, "disks{array=\"%s\",state=\"%s\"}", name, counts[i]);
        snprintf(count, sizeof count, "%s=%.0f", counts[i], value);
        bool named = is_member(line, count);
        bool unnamed = (value == 0 || isnan(value)) && !strstr(line, counts[i]);
        failures += !named && !unnamed;
    }
    return failures;
}

static bool has_array(const char *lines, const char *line)
{
    /* line: info{array="md0",... */
    char name[32] = "";
    sscanf(line, "info{array=\"%31[^\"]", name);
    strcat(name, " ");
    for (const char *at = lines; at && *at; at = strchr(at, '\n'), at += at != NULL)
        if (strncmp(at, name, strlen(name)) == 0)
            return true;
    return false;
}

static int check_state(const char *name, const struct md_seen *seen, const char *expected)
{
    char *lines = strdup(expected), *save, *line;
    int failures = 0;

    for (size_t i = 0; i < seen->count; i++)
        if (strncmp(seen->lines[i], "info{", 5) == 0 && !has_array(expected, seen->lines[i])) {
            print_error("%s: not expected: %s\n", name, seen->lines[i]);
            failures++;
        }
    for (line = strtok_r(lines, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        bool holds = line[0] == '+' ? md_seen_has(seen, line + 2) : !check_array(seen, line);
        if (!holds)
            print_error("%s: does not hold: %s\n", name, line);
        failures += !holds;
    }
    free(lines);
    for (size_t i = 0; i < seen->finding_count; i++)
        print_error("%s: finding: %s\n", name, seen->findings[i]);
    return failures + (int)seen->finding_count;
}

/* What mdstat does not tell, and why. */
static const struct {
    const char *state, *series, *why;
} unseen[] = {
    {"r1-frozen-mid-resync", "sync{array=\"md0\",action=", "mdstat has no word for frozen"},
    {"r1-repairing", "sync{array=\"md0\",action=", "mdstat calls a repair resync"},
    {"r1-last-device-errors", "state{array=\"md0\",state=", "this kernel's mdstat says active"},
    {"r1-last-device-fail-refused", "state{array=\"md0\",state=", "the same"},
    {"r10-fail-last-of-pair", "state{array=\"md0\",state=", "the same"},
};

static bool is_excused(const char *state, const char *line)
{
    for (size_t i = 0; i < sizeof unseen / sizeof unseen[0]; i++)
        if (strcmp(unseen[i].state, state) == 0 &&
            strncmp(line, unseen[i].series, strlen(unseen[i].series)) == 0)
            return true;
    return false;
}

/* A sync goes on while both are read, and sysfs tells of it at checkpoints only. */
static bool agree(const char *sysfs, const char *mdstat)
{
    static const char *const moving[] = {"sync_completed_ratio", "sync_speed_bytes_per_second",
                                         "sync_total_bytes"};
    for (size_t i = 0; i < sizeof moving / sizeof moving[0]; i++)
        if (strncmp(sysfs, moving[i], strlen(moving[i])) == 0)
            return i > 0 || fabs(atof(strrchr(sysfs, ' ')) - atof(strrchr(mdstat, ' '))) < 0.1;
    return strcmp(sysfs, mdstat) == 0;
}

/* mdstat has one word for clean, active and the steps between them. */
static bool is_working(const char *line)
{
    return strstr(line, ",state=\"clean\"}") || strstr(line, ",state=\"active\"}") ||
           strstr(line, ",state=\"write-pending\"}");
}

/* Whatever mdstat alone tells must be what sysfs tells, of each series that both have. */
static int compare(const char *name, const struct md_seen *sysfs, const struct md_seen *mdstat)
{
    static const char *const apart[] = {"info{", "bitmap_info{"};
    int failures = 0;
    for (size_t i = 0; i < mdstat->count; i++) {
        const char *line = mdstat->lines[i], *space = strrchr(line, ' ');
        char series[512];
        bool skip = strncmp(line, "state{", 6) == 0 && is_working(line);
        for (size_t j = 0; j < sizeof apart / sizeof apart[0]; j++)
            skip = skip || strncmp(line, apart[j], strlen(apart[j])) == 0;
        snprintf(series, sizeof series, "%.*s", (int)(space + 1 - line), line);
        const char *other = md_seen_like(sysfs, series);
        if (skip || !other || agree(other, line) || is_excused(name, line))
            continue;
        print_error("%s: sysfs %s, mdstat %s\n", name, other, line);
        failures++;
    }
    return failures;
}

static int run_state(struct md_run *run, const char *name, const char *expected)
{
    char root[512], block[600], away[600];
    struct md_run other;

    snprintf(root, sizeof root, "%s/%s", tree.path, name);
    mkdir(root, 0755); /* where nothing was unpacked */
    if (md_run_poll(run, root) < 0)
        return 1;
    int failures = check_state(name, &run->seen, expected);

    snprintf(block, sizeof block, "%s/sys", root);
    snprintf(away, sizeof away, "%s/away", root);
    rename(block, away);
    md_run_open(&other);
    if (md_run_poll(&other, root) < 0 || other.seen.finding_count)
        failures++;
    failures += compare(name, &run->seen, &other.seen);
    md_run_close(&other);
    return failures;
}

/* The lines below "== NAME"; NULL where the state is not named. */
static char *expected_of(const char *text, const char *name)
{
    char head[300];
    snprintf(head, sizeof head, "\n== %s\n", name);
    const char *at = strstr(text, head);
    if (!at)
        return NULL;
    at += strlen(head);
    const char *end = strstr(at - 1, "\n== ");
    size_t length = !end ? strlen(at) : end < at ? 0 : (size_t)(end - at);
    return strndup(at, length);
}

static int is_recording(const struct dirent *entry)
{
    const char *end = strstr(entry->d_name, ".tar.zst");
    return end && strcmp(end, ".tar.zst") == 0;
}

static char *read_expectations(void)
{
    static char text[64 * 1024];
    FILE *file = fopen(TOP_SRCDIR "/tests/data/md/states.expect", "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void recorded_states(void **state)
{
    const char *text = read_expectations();
    struct dirent **names;
    int count = scandir(states, &names, is_recording, alphasort), failures = 0, seen = 0;
    (void)state;

    for (int i = 0; i < count; i++) {
        char *name = names[i]->d_name;
        *strstr(name, ".tar.zst") = '\0';
        char *expected = expected_of(text, name);
        if (expected) {
            struct md_run run;
            unpack(name, PATTERNS);
            md_run_open(&run);
            failures += run_state(&run, name, expected);
            md_run_close(&run);
            seen++;
        } else if (strcmp(name, "incident-hung-disk") != 0 &&
                   strcmp(name, "incident-second-failure") != 0) {
            print_error("%s: nothing is expected of this state\n", name);
            failures++;
        }
        free(expected);
        free(names[i]);
    }
    free(names);
    print_message("%d recorded states\n", seen);
    assert_int_equal(failures, 0);
}

/* A series of recordings, t-0022.23 and on: plays it from start to end. */
static void play(const char *name, void (*look)(struct md_run *run, int round))
{
    char path[512], root[800];
    struct dirent **names;
    struct md_run run;
    int round = 0;

    unpack(name, "'*/t-?\?\?[05].?\?/proc/mdstat' '*/t-?\?\?[05].?\?/sys/block/*'");
    snprintf(path, sizeof path, "%s/%s", tree.path, name);
    int count = scandir(path, &names, NULL, alphasort);
    md_run_open(&run);
    for (int i = 0; i < count; i++) {
        snprintf(root, sizeof root, "%s/%s", path, names[i]->d_name);
        if (strncmp(names[i]->d_name, "t-", 2) == 0) {
            assert_int_equal(md_run_poll(&run, root), 0);
            look(&run, round++);
        }
        free(names[i]);
    }
    free(names);
    look(&run, -1);
    md_run_close(&run);
}

/*
 * A disk stops answering: md says [UUUU] for 200 s, and only its requests in flight tell. When it
 * is failed at last its number is known from before, though its slot is taken at once.
 */
static void hung_disk(struct md_run *run, int round)
{
    static int stuck;
    const struct md_seen *seen = &run->seen;
    bool whole = md_seen_has(seen, "redundancy{array=\"md0\"} 1") &&
                 md_seen_has(seen, "disks{array=\"md0\",state=\"in_sync\"} 4");
    if (round >= 0) {
        double flying = md_seen_value(seen, "inflight{array=\"md0\",direction=\"write\"}") +
                        md_seen_value(seen, "inflight{array=\"md0\",direction=\"read\"}");
        stuck += whole && flying > 0;
        return;
    }
    assert_true(stuck >= 10);
    assert_true(md_seen_has(
        seen, "member_state{array=\"md0\",slot=\"1\",device=\"sdf\",state=\"faulty\"} 1"));
}

static void plays_hung_disk(void **state)
{
    (void)state;
    play("incident-hung-disk", hung_disk);
}

/* A member fails; the rebuild meets unreadable sectors on another and finishes over lost stripes.
 */
static void second_failure(struct md_run *run, int round)
{
    static bool rebuilt;
    const struct md_seen *seen = &run->seen;
    if (round >= 0) {
        rebuilt = rebuilt || md_seen_has(seen, "sync{array=\"md0\",action=\"recover\"} 1");
        return;
    }
    assert_true(rebuilt);
    assert_true(md_seen_has(seen, "state{array=\"md0\",state=\"clean\"} 1"));
    assert_true(md_seen_has(seen, "redundancy{array=\"md0\"} 1"));
    assert_true(md_seen_has(seen, "lost_stripes_sectors{array=\"md0\"} 24"));
    assert_true(md_seen_has(
        seen, "member_state{array=\"md0\",slot=\"1\",device=\"sdb1\",state=\"faulty\"} 1"));
    assert_true(md_seen_has(
        seen, "member_state{array=\"md0\",slot=\"1\",device=\"sde1\",state=\"in_sync\"} 1"));
}

static void plays_second_failure(void **state)
{
    (void)state;
    play("incident-second-failure", second_failure);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_states),
        cmocka_unit_test(plays_hung_disk),
        cmocka_unit_test(plays_second_failure),
    };
    const char *shared = getenv("FOREWARN_SHARED");
    snprintf(states, sizeof states, "%s/lab/states", shared ? shared : TOP_SRCDIR "/../shared");
    if (access(states, R_OK) < 0) {
        printf("SKIP: %s is not there\n", states);
        return 77;
    }
    if (system("tar --version >/dev/null 2>&1 && zstd --version >/dev/null 2>&1") != 0) {
        printf("SKIP: tar or zstd is not there\n");
        return 77;
    }
    tree_make(&tree);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    tree_remove(&tree);
    return failed;
}
