/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real /proc/mdstat texts and sysfs trees, held against what a strict reference parser and the
 * tests of other projects say of them (../shared/corpus/mdstat/EXPECTED.tsv). Every column must be
 * equal, or the difference stands below with its reason. Exits 77 where the corpus is not there.
 */
#include <dirent.h>
#include <ftw.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/buf.h"
#include "probes/md_mdstat.h"
#include "tests/probes/md_run.h"
#include "tests/probes/tree.h"

static char corpus[1024];

/* The columns of EXPECTED.tsv. */
enum column {
    FILE_NAME,
    ARRAY,
    STATE,
    RO,
    LEVEL,
    BLOCKS,
    SUPER,
    RAID_DISKS,
    UP_DISKS,
    UP_MAP,
    LISTED,
    FAILED,
    SPARE,
    REPLACEMENT,
    JOURNAL,
    WRITEMOSTLY,
    DOWN,
    SYNC_ACTION,
    SYNC_PCT,
    SYNC_DONE,
    SYNC_TOTAL,
    FINISH_MIN,
    SPEED_KPS,
    BITMAP,
    UNUSED,
    PARSE_ERRORS,
    SOURCE_EXPECT,
    COLUMNS
};

struct row {
    char *at[COLUMNS];
};

static struct row *rows;
static size_t row_count;
static char names[COLUMNS][32];

/* Where we differ, and why that is right. An array of "*" stands for any. */
static const struct {
    const char *file, *array;
    int column;
    const char *reason;
} differences[] = {
    {"pymd2-nodisks.mdstat", "-", PARSE_ERRORS,
     "md prints the layout on the first line when no member is left: it is read"},
    {"procfs-invalid-3.mdstat", "*", PARSE_ERRORS, "a flag (Z) that md does not have is told"},
    {"insights-mdstat_test_2.mdstat", "*", PARSE_ERRORS, "[2/2] [U_]: the contradiction is told"},
    {"nodeexporter-mdstat.mdstat", "*", PARSE_ERRORS, "md3 has sdd1 twice: told"},
    {"nodeexporter-hist-6058e7b.mdstat", "*", PARSE_ERRORS, "the same"},
    {"nodeexporter-hist-a135435.mdstat", "*", PARSE_ERRORS, "the same"},
    {"nodeexporter-hist-d6a5eac.mdstat", "*", PARSE_ERRORS, "the same"},
    {"procfs-mdstat.mdstat", "*", PARSE_ERRORS, "the same"},
    {"procfs-mdstat.mdstat", "md4", SOURCE_EXPECT,
     "inactive with [2/2], which md never prints: it is taken as it stands"},
    {"procfs-mdstat.mdstat", "md219", SOURCE_EXPECT,
     "md does not tell how many members an inactive array wants"},
};

static bool is_explained(const struct row *row, int column)
{
    for (size_t i = 0; i < sizeof differences / sizeof differences[0]; i++)
        if (differences[i].column == column &&
            strcmp(differences[i].file, row->at[FILE_NAME]) == 0 &&
            (strcmp(differences[i].array, "*") == 0 ||
             strcmp(differences[i].array, row->at[ARRAY]) == 0))
            return true;
    return false;
}

static int differ(const struct row *row, int column, const char *found)
{
    if (strcmp(row->at[column], found) == 0 || is_explained(row, column))
        return 0;
    print_error("%s %s: %s: '%s', not '%s'\n", row->at[FILE_NAME], row->at[ARRAY], names[column],
                found, row->at[column]);
    return 1;
}

static int differ_number(const struct row *row, int column, int64_t value)
{
    char text[32] = "";
    if (value != MD_UNKNOWN)
        snprintf(text, sizeof text, "%lld", (long long)value);
    return differ(row, column, text);
}

static char *read_file(const char *path, size_t *length)
{
    struct buf text = {0};
    char chunk[4096];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
        buf_add(&text, chunk, n);
    fclose(file);
    buf_puts(&text, "");
    *length = text.length;
    return text.data ? text.data : strdup("");
}

static void read_rows(char *text)
{
    static char empty[] = "";
    char *line, *save;
    size_t room = 0;
    for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        struct row row;
        if (line[0] == '#')
            continue;
        for (int i = 0; i < COLUMNS; i++) {
            char *field = strsep(&line, "\t");
            row.at[i] = field ? field : empty;
        }
        if (!names[0][0]) {
            for (int i = 0; i < COLUMNS; i++)
                snprintf(names[i], sizeof names[i], "%s", row.at[i]);
            continue;
        }
        if (row_count == room) {
            room = room ? 2 * room : 256;
            rows = realloc(rows, room * sizeof *rows);
            assert_non_null(rows);
        }
        rows[row_count++] = row;
    }
}

static int64_t count_members(const struct md_array *array, enum md_role role, unsigned flag)
{
    int64_t count = 0;
    for (size_t i = 0; i < array->member_count; i++)
        count += flag ? (array->members[i].flags & flag) != 0 : array->members[i].role == role;
    return count;
}

/* What stands for the array as a whole. */
static int compare_shape(const struct row *row, const struct md_array *array)
{
    bool automatic = array->state == MD_STATE_READ_AUTO;
    bool readonly = automatic || array->state == MD_STATE_READONLY;
    const char *super = array->metadata;
    int failures = 0;

    /* We call what they leave empty by sysfs' words. */
    if (strcmp(super, "0.90") == 0)
        super = "";
    if (strcmp(super, "none") == 0)
        super = "non-persistent";
    failures += differ(row, STATE, readonly ? "active" : md_state_name(array->state));
    failures += differ(row, RO, automatic ? "auto-read-only" : readonly ? "read-only" : "");
    failures += differ(row, LEVEL, array->level);
    failures += differ_number(row, BLOCKS, array->blocks);
    failures += differ(row, SUPER, super);
    failures += differ_number(row, RAID_DISKS, array->wanted);
    failures += differ_number(row, UP_DISKS, array->up);
    failures += differ(row, UP_MAP, array->map);
    failures += differ_number(row, LISTED, (int64_t)array->member_count);
    failures += differ_number(row, FAILED, count_members(array, MD_ROLE_FAULTY, 0));
    failures += differ_number(row, SPARE, count_members(array, MD_ROLE_SPARE, 0));
    failures += differ_number(row, REPLACEMENT, count_members(array, 0, MD_FLAG_REPLACEMENT));
    failures += differ_number(row, JOURNAL, count_members(array, 0, MD_FLAG_JOURNAL));
    failures += differ_number(row, WRITEMOSTLY, count_members(array, 0, MD_FLAG_WRITE_MOSTLY));
    failures += differ_number(row, DOWN, array->degraded);
    return failures;
}

/* mdstat's words for what is told apart here. */
static const char *mdstat_action(const struct md_sync *sync)
{
    if (sync->waiting == MD_WAITING_REMOTE)
        return md_action_name(sync->action);
    if (sync->waiting != MD_WAITING_NO)
        return "resync";
    if (sync->action == MD_ACTION_RECOVER)
        return "recovery";
    return sync->action == MD_ACTION_IDLE ? "" : md_action_name(sync->action);
}

static int compare_sync(const struct row *row, const struct md_array *array)
{
    static const char *const words[] = {"", "", "DELAYED", "PENDING", "REMOTE"};
    const struct md_sync *sync = &array->sync;
    char percent[32], finish[32] = "", bitmap[700] = "";
    int failures = 0;

    snprintf(percent, sizeof percent, "%s", words[sync->waiting]);
    if (sync->permille != MD_UNKNOWN)
        snprintf(percent, sizeof percent, "%lld.%lld", (long long)sync->permille / 10,
                 (long long)sync->permille % 10);
    if (sync->finish != MD_UNKNOWN)
        snprintf(finish, sizeof finish, "%lld.%lld", (long long)sync->finish / 10,
                 (long long)sync->finish % 10);
    if (array->bitmap.pages != MD_UNKNOWN)
        snprintf(bitmap, sizeof bitmap, "%lld/%lld pages [%lldKB], %lldKB chunk%s%s",
                 (long long)array->bitmap.used_pages, (long long)array->bitmap.pages,
                 (long long)array->bitmap.used_pages * 4, (long long)array->bitmap.chunk / 1024,
                 array->bitmap.file[0] ? ", file: " : "", array->bitmap.file);
    failures += differ(row, SYNC_ACTION, mdstat_action(sync));
    failures += differ(row, SYNC_PCT, percent);
    failures += differ_number(row, SYNC_DONE, sync->done < 0 ? sync->done : sync->done / 2);
    failures += differ_number(row, SYNC_TOTAL, sync->total < 0 ? sync->total : sync->total / 2);
    failures += differ(row, FINISH_MIN, finish);
    failures += differ_number(row, SPEED_KPS, sync->speed < 0 ? sync->speed : sync->speed / 1024);
    failures += differ(row, BITMAP, bitmap);
    return failures;
}

static const struct md_array *find_array(const struct md_mdstat *mdstat, const char *name)
{
    for (size_t i = 0; i < mdstat->count; i++)
        if (strcmp(mdstat->arrays[i].name, name) == 0)
            return &mdstat->arrays[i];
    return NULL;
}

/* A member's counts as the rules will see them. */
static int compare_samples(const struct row *row, const struct md_seen *seen)
{
    static const struct {
        int column;
        const char *state;
    } counts[] = {
        {UP_DISKS, "in_sync"},         {FAILED, "faulty"},   {SPARE, "spare"},
        {REPLACEMENT, "replacement"},  {JOURNAL, "journal"}, {DOWN, "missing"},
        {WRITEMOSTLY, "write_mostly"},
    };
    int failures = 0;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        const char *expected = row->at[counts[i].column];
        double value = md_seen_value(seen, "disks{array=\"%s\",state=\"%s\"}", row->at[ARRAY],
                                     counts[i].state);
        if (expected[0] && value != atof(expected)) {
            print_error("%s %s: disks{state=%s}: %g, not %s\n", row->at[FILE_NAME], row->at[ARRAY],
                        counts[i].state, value, expected);
            failures++;
        }
    }
    return failures;
}

/* A number that another project's test states, and the series that must have it. */
static const struct {
    const char *key, *metric, *labels;
    double unit;
} stated[] = {
    {"DisksActive", "disks", ",state=\"in_sync\"", 1},
    {"DisksFailed", "disks", ",state=\"faulty\"", 1},
    {"DisksSpare", "disks", ",state=\"spare\"", 1},
    {"DisksDown", "disks", ",state=\"missing\"", 1},
    {"DisksTotal", "disks_wanted", "", 1},
    {"BlocksTotal", "size_bytes", "", 1024},
    {"BlocksSyncedFinishTime", "sync_remaining_seconds", "", 60},
    {"BlocksSyncedSpeed", "sync_speed_bytes_per_second", "", 1024},
    {"available': ", "disks_wanted", "", 1},
    {"used': ", "disks", ",state=\"in_sync\"", 1},
};

/* The number after a key, past its type and quotes; NAN where there is none. */
static double number_after(const char *section, const char *end, const char *key)
{
    const char *value = strstr(section, key);
    if (!value || value >= end)
        return NAN;
    value += strlen(key);
    value += strspn(value, "\": '");
    if (strncmp(value, "int64(", 6) == 0 || strncmp(value, "float64(", 8) == 0)
        value = strchr(value, '(') + 1;
    char *after;
    double number = strtod(value, &after);
    return after == value ? NAN : number;
}

/* The part of the text that is on this array. Telegraf's has one array, known by its size. */
static bool find_section(const struct row *row, const char **section, const char **end)
{
    const char *text = row->at[SOURCE_EXPECT];
    char head[64], size[64];

    snprintf(size, sizeof size, "\"BlocksTotal\": int64(%s)", row->at[BLOCKS]);
    *section = strstr(text, "telegraf") ? strstr(text, size) ? text : NULL : NULL;
    *end = strchr(text, '\0');
    for (int quote = 0; !*section && quote < 2; quote++) {
        snprintf(head, sizeof head, "%c%s%c: {", "\"'"[quote], row -> at[ARRAY], "\"'"[quote]);
        *section = strstr(text, head);
    }
    if (!*section)
        return false;
    const char *next = strstr(*section + 8, "\": { Name");
    const char *close = strstr(*section, "}}");
    if (next && *end == strchr(text, '\0'))
        *end = next;
    else if (close)
        *end = close;
    return true;
}

static int compare_stated(const struct row *row, const struct md_seen *seen, int *compared)
{
    const char *section, *end;
    int failures = 0;
    if (is_explained(row, SOURCE_EXPECT) || !find_section(row, &section, &end))
        return 0;
    for (size_t i = 0; i < sizeof stated / sizeof stated[0]; i++) {
        double number = number_after(section, end, stated[i].key);
        double value = md_seen_value(seen, "%s{array=\"%s\"%s}", stated[i].metric, row->at[ARRAY],
                                     stated[i].labels);
        if (isnan(number) || (number == 0 && isnan(value)))
            continue;
        ++*compared;
        if (fabs(value - number * stated[i].unit) > 1e-6 * fabs(value)) {
            print_error("%s %s: %s %s is %g, but its source says %s %g\n", row->at[FILE_NAME],
                        row->at[ARRAY], stated[i].metric, stated[i].labels, value, stated[i].key,
                        number);
            failures++;
        }
    }
    return failures;
}

static int compare_file(const char *name, int *stated_count)
{
    SCRATCH_ARENA(arena);
    struct md_mdstat mdstat;
    struct tree tree;
    struct md_run run;
    char path[2048];
    size_t length, expected = 0;
    int failures = 0;

    snprintf(path, sizeof path, "%s/%s", corpus, name);
    char *text = read_file(path, &length);
    md_mdstat_parse(arena, text, length, &mdstat);
    tree_make(&tree);
    tree_bytes(&tree, "/proc/mdstat", text, length);
    md_run_open(&run);
    failures += md_run_poll(&run, tree.path) != 0;
    for (size_t i = 0; i < row_count; i++) {
        const struct row *row = &rows[i];
        if (strcmp(row->at[FILE_NAME], name) != 0)
            continue;
        failures += differ(row, UNUSED, mdstat.unused);
        bool odd = mdstat.problem_count > 0 || (!mdstat.complete && row->at[UNUSED][0]);
        if (odd != (row->at[PARSE_ERRORS][0] != '\0'))
            failures += differ(row, PARSE_ERRORS, odd ? "problems" : "none");
        if (strcmp(row->at[ARRAY], "-") == 0)
            continue;
        const struct md_array *array = find_array(&mdstat, row->at[ARRAY]);
        expected++;
        if (!array) {
            print_error("%s: %s was not read\n", name, row->at[ARRAY]);
            failures++;
            continue;
        }
        failures += compare_shape(row, array) + compare_sync(row, array);
        failures += compare_samples(row, &run.seen);
        failures += compare_stated(row, &run.seen, stated_count);
    }
    if (mdstat.count != expected && strcmp(name, "pymd2-nodisks.mdstat") != 0)
        failures++;
    if (failures)
        print_error("%s: %zu arrays, %zu expected\n", name, mdstat.count, expected);
    md_run_close(&run);
    tree_remove(&tree);
    free(text);
    return failures;
}

static int is_mdstat(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".mdstat") == 0;
}

static void mdstat_texts(void **state)
{
    struct dirent **files;
    char path[1200];
    size_t length;
    int count = scandir(corpus, &files, is_mdstat, alphasort), failures = 0, stated_count = 0;
    (void)state;

    snprintf(path, sizeof path, "%s/EXPECTED.tsv", corpus);
    char *text = read_file(path, &length);
    read_rows(text);
    assert_true(count > 100 && row_count > 400);
    for (int i = 0; i < count; i++) {
        failures += compare_file(files[i]->d_name, &stated_count);
        free(files[i]);
    }
    free(files);
    print_message("%d texts, %zu rows, %d numbers of other projects\n", count, row_count,
                  stated_count);
    assert_true(stated_count > 100);
    free(rows);
    free(text);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mdstat_texts),
    };
    const char *shared = getenv("FOREWARN_SHARED");
    snprintf(corpus, sizeof corpus, "%s/corpus/mdstat", shared ? shared : TOP_SRCDIR "/../shared");
    if (access(corpus, R_OK) < 0) {
        printf("SKIP: %s is not there\n", corpus);
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
