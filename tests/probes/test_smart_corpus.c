/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The readers over the blobs and smartctl outputs of ../shared/corpus, held against what
 * libatasmart and smartctl say of the same disks; exits 77 where the corpus is not there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "probes/smart_blob.h"
#include "probes/smart_json.h"
#include "tests/probes/smart_seen.h"
#include "tests/probes/tree.h"

enum { COLUMNS = 20, MAX_LINE = 2048, HOUR = 3600 };

static char corpus[512];

static char *read_file(const char *path, size_t *length)
{
    struct buf content = {0};
    char chunk[4096];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
        buf_add(&content, chunk, n);
    fclose(file);
    buf_add(&content, "", 0);
    *length = content.length;
    return content.data ? content.data : calloc(1, 1);
}

static int failures;

static void expect(const char *file, const char *what, double is, double wanted)
{
    if (is == wanted || (isnan(is) && isnan(wanted)))
        return;
    failures++;
    print_error("%s: %s is %.17g, not %.17g\n", file, what, is, wanted);
}

static double plus(double a, double b)
{
    return isnan(a) ? b : isnan(b) ? a : a + b;
}

/* "3510 sectors"; NAN for libatasmart's error texts. */
static double leading(const char *text)
{
    return text[0] >= '0' && text[0] <= '9' ? strtod(text, NULL) : NAN;
}

/* "3.1 months", as libatasmart prints it, in hours. */
static double period(const char *text)
{
    static const struct {
        const char *unit;
        double hours;
    } units[] = {{"h", 1}, {"day", 24}, {"month", 24 * 30}, {"year", 24 * 365}};
    char *end;
    double n = strtod(text, &end);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strncmp(end + 1, units[i].unit, strlen(units[i].unit)) == 0)
            return n * units[i].hours;
    return NAN;
}

/*
 * Hours: smartctl's, except where both have a number and smartctl's cannot be: the firmware that
 * counts minutes and that only libatasmart knows (two Fujitsus).
 */
static void expect_hours(const char *file, double seconds, const char *sk, const char *sc)
{
    double told = period(sk), hours = leading(sc);
    if (!isnan(told) && fabs(told - hours) > 0.1 * told)
        expect(file, "power on, to a tenth", fabs(seconds / HOUR - told) < 0.1 * told, 1);
    else
        expect(file, "power on", floor(seconds / HOUR), hours);
}

static bool disagree(const char *list, const char *file, const char *about)
{
    for (const char *line = list; line && *line; line = strchr(line, '\n')) {
        line += *line == '\n';
        size_t n = strlen(file);
        if (strncmp(line, file, n) == 0 && line[n] == '\t')
            return strncmp(line + n + 1, about, strlen(about)) == 0;
    }
    return false;
}

/* Columns of EXPECTED.tsv. */
enum {
    FILE_NAME,
    SK_RC,
    SK_HEALTH = 4,
    SK_BAD,
    SK_ON,
    SK_TEMPERATURE = 8,
    SC_RAW5 = 12,
    SC_RAW197 = 14,
    SC_TEMPERATURE = 16,
    SC_HOURS
};

static void check_blob(char *const *column, const char *disagreements)
{
    char path[1024];
    size_t size;
    SCRATCH_ARENA(arena);
    struct smart_facts facts;
    struct error e = {0};
    snprintf(path, sizeof path, "%s/atasmart/%s", corpus, column[FILE_NAME]);
    char *blob = read_file(path, &size);
    int code = smart_blob_facts(blob, size, NULL, arena, &facts, &e);
    free(blob);
    const char *file = column[FILE_NAME];
    expect(file, "readable", code == 0, strcmp(column[SK_RC], "0") == 0);
    if (code < 0)
        return;
    const double *n = facts.number;
    double bad = plus(n[SMART_REALLOCATED], n[SMART_PENDING]), wanted = leading(column[SK_BAD]);
    /* libatasmart is right where they differ; what is no count may be unknown instead of 0 */
    if (!(disagree(disagreements, file, "bad sectors") && wanted == 0 && isnan(bad)))
        expect(file, "bad sectors", bad, wanted);
    expect(file, "healthy", n[SMART_HEALTHY],
           strcmp(column[SK_HEALTH], "yes") == 0  ? 1
           : strcmp(column[SK_HEALTH], "no") == 0 ? 0
                                                  : NAN);
    expect(file, "temperature", n[SMART_TEMPERATURE], leading(column[SC_TEMPERATURE]));
    expect_hours(file, n[SMART_POWER_ON], column[SK_ON], column[SC_HOURS]);
}

static void blobs(void **state)
{
    char path[1024], line[MAX_LINE];
    size_t length;
    int count = 0;
    (void)state;
    failures = 0;
    snprintf(path, sizeof path, "%s/atasmart/DISAGREE.tsv", corpus);
    char *disagreements = read_file(path, &length);
    snprintf(path, sizeof path, "%s/atasmart/EXPECTED.tsv", corpus);
    FILE *table = fopen(path, "r");
    assert_non_null(table);
    assert_non_null(fgets(line, sizeof line, table));
    while (fgets(line, sizeof line, table)) {
        char *column[COLUMNS + 1], *rest = line;
        line[strcspn(line, "\n")] = '\0';
        for (int i = 0; i <= COLUMNS; i++) {
            char *cell = rest ? strsep(&rest, "\t") : NULL;
            column[i] = cell ? cell : strchr(line, '\0');
        }
        if (strstr(column[FILE_NAME], ".blob")) {
            check_blob(column, disagreements);
            count++;
        }
    }
    fclose(table);
    free(disagreements);
    assert_true(count >= 75);
    assert_int_equal(failures, 0);
}

static void copy_into(const struct tree *tree, const char *folder, const char *ending, int *count)
{
    char path[2048], name[1024];
    snprintf(path, sizeof path, "%s/%s", corpus, folder);
    DIR *list = opendir(path);
    assert_non_null(list);
    for (struct dirent *entry; (entry = readdir(list));) {
        size_t n = strlen(entry->d_name), m = strlen(ending), length;
        if (n <= m || strcmp(entry->d_name + n - m, ending) != 0 ||
            strncmp(entry->d_name, "scan-", 5) == 0)
            continue;
        snprintf(path, sizeof path, "%s/%s/%s", corpus, folder, entry->d_name);
        char *content = read_file(path, &length);
        snprintf(name, sizeof name, "/smart/%s", entry->d_name);
        tree_bytes(tree, name, content, length);
        free(content);
        (*count)++;
    }
    closedir(list);
}

/* One tree with all of them: each is either read or has a finding, and nothing else stops. */
static void everything_at_once(void **state)
{
    struct tree tree;
    struct smart_seen seen;
    struct error e = {0};
    int files = 0, known = 0;
    (void)state;
    tree_make(&tree);
    copy_into(&tree, "atasmart", ".blob", &files);
    copy_into(&tree, "smartctl", ".json", &files);
    smart_seen_open(&seen, tree.path);
    assert_int_equal(smart_seen_poll(&seen, &e), 0);
    assert_int_equal(seen.begun, seen.ended);
    for (size_t i = 0; i < seen.line_count; i++)
        known += strncmp(seen.lines[i], "forewarn_disk_readable{", 23) == 0;
    int unsupported = 0, blind = 0;
    for (size_t i = 0; i < seen.finding_count; i++) {
        unsupported += strcmp(seen.findings[i].kind, "unsupported") == 0;
        blind += seen.findings[i].blind;
    }
    assert_int_equal(known + unsupported, files);
    int unread = 0;
    for (size_t i = 0; i < seen.line_count; i++)
        unread += strncmp(seen.lines[i], "forewarn_disk_readable{", 23) == 0 &&
                  strcmp(strrchr(seen.lines[i], ' '), " 0") == 0;
    assert_int_equal(unread, blind);
    assert_true(seen.peak < 1024 * 1024);
    smart_seen_close(&seen);
    tree_remove(&tree);
}

static void read_json(const char *file, struct arena *arena, struct smart_json *json)
{
    char path[1024];
    size_t length;
    struct error e = {0};
    snprintf(path, sizeof path, "%s/smartctl/%s", corpus, file);
    char *text = read_file(path, &length);
    int code = smart_json_parse(text, length, arena, json, &e);
    free(text);
    expect(file, "is JSON", code, 0);
}

static double raw_of(const struct smart_facts *facts, int id)
{
    for (size_t i = 0; i < facts->attribute_count; i++)
        if (facts->attributes[i].id == id)
            return (double)facts->attributes[i].raw;
    return NAN;
}

/* What the source projects' tests demand (EXPECTED.tsv), as far as it speaks of values. */
static void peers_expectations(void **state)
{
    static const struct {
        const char *file;
        enum smart_number number;
        double value; /* NAN: just known and above 0 */
    } table[] = {
        {"nvme-Seagate_FireCuda_530_ZP4000GM30023-1.json", SMART_POWER_CYCLES, 2},
        {"nvme-Seagate_FireCuda_530_ZP4000GM30023-1.json", SMART_POWER_ON, 11206800},
        {"nvme-Seagate_FireCuda_530_ZP4000GM30023-1.json", SMART_HEALTHY, 1},
        {"nvme-Seagate_FireCuda_530_ZP4000GM30023-1.json", SMART_TEMPERATURE, 39},
        {"ata-hdd-WDC_WD140EDFZ_11A0VA0-3.json", SMART_POWER_ON, 1730 * HOUR},
        {"ata-hdd-WDC_WD140EDFZ_11A0VA0-3.json", SMART_TEMPERATURE, 32},
        {"ata-hdd-WDC_WD140EDFZ_11A0VA0-3.json", SMART_HEALTHY, 1},
        {"ata-ssd-MTFDDAK128MAM_1J1-1.json", SMART_HEALTHY, 1},
        {"sas-hdd-SEAGATE_ST4000NM0043-1.json", SMART_GROWN_DEFECTS, 56},
        {"sas-hdd-SEAGATE_ST4000NM0043-1.json", SMART_HEALTHY, 1},
        {"sas-hdd-SEAGATE_ST4000NM0043-3.json", SMART_GROWN_DEFECTS, 0},
        {"sas-hdd-SEAGATE_ST4000NM0043-3.json", SMART_TEMPERATURE, 34},
        {"ata-hdd-HGST_HMS5C4040BLE640-1.json", SMART_HEALTHY, 1},
        {"ata-hdd-HGST_HMS5C4040BLE640-1.json", SMART_POWER_CYCLES, NAN},
        {"ata-hdd-HGST_HMS5C4040BLE640-1.json", SMART_POWER_ON, NAN},
        {"ata-hdd-HGST_HMS5C4040BLE640-1.json", SMART_TEMPERATURE, NAN},
        {"ata-hdd-WDC_WD10EFRX_68PJCN0-1.json", SMART_HEALTHY, 1},
        {"ata-hdd-WDC_WD10EFRX_68PJCN0-1.json", SMART_POWER_ON, NAN},
        {"ata-hdd-ST2000NM0008_2F3100-1.json", SMART_COMMAND_TIMEOUTS, 2}, /* 0x000200020002 */
    };
    (void)state;
    failures = 0;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        SCRATCH_ARENA(arena);
        struct smart_json json;
        read_json(table[i].file, arena, &json);
        double is = json.facts.number[table[i].number];
        expect(table[i].file, smart_metric(table[i].number)->name,
               isnan(table[i].value) ? is > 0 : is, isnan(table[i].value) ? 1 : table[i].value);
    }
    SCRATCH_ARENA(arena);
    struct smart_json json;
    read_json("ata-hdd-WDC_WD140EDFZ_11A0VA0-3.json", arena, &json);
    expect("WD140EDFZ", "raw 194", raw_of(&json.facts, 194), 163210330144);
    assert_int_equal(failures, 0);
}

static void errors_speak(void **state)
{
    static const struct {
        const char *file, *message;
    } table[] = {
        {"err-perm-1.json", "Permission denied"},
        {"err-smartctl_output_error_perm-1.json", "Permission denied"},
        {"err-local-notadevice-1.json", "Unable to detect device type"},
        {"err-local-nvme-open-null-1.json", "Inappropriate ioctl"},
        {"err-local-unknown-type-1.json", "Unknown device type"},
        {"err-nonexistent_device-1.json", "/dev/nonexistent"},
        {"err-local-sat-file-1.json", "exit status 4"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        SCRATCH_ARENA(arena);
        struct smart_json json;
        read_json(table[i].file, arena, &json);
        assert_int_equal(json.outcome, SMART_FAILED);
        assert_non_null(strstr(json.message, table[i].message));
        assert_null(strstr(json.message, "VALID ARGUMENTS"));
    }
}

static void scans(void **state)
{
    static const struct {
        const char *file;
        size_t megaraids, count;
    } table[] = {{"scan-telegraf_megaraid-1.json", 7, 10},
                 {"scan-local-scan-none-1.json", 0, 0},
                 {"scan-telegraf_all-1.json", 0, 3},
                 {"scan-scrutiny_smartctl_scan_simple-1.json", 0, 7}};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char path[1024];
        size_t length, count;
        struct smart_scanned *devices;
        struct error e = {0};
        SCRATCH_ARENA(arena);
        snprintf(path, sizeof path, "%s/smartctl/%s", corpus, table[i].file);
        char *text = read_file(path, &length);
        assert_int_equal(smart_json_scan(text, length, arena, &devices, &count, &e), 0);
        free(text);
        assert_int_equal(count, table[i].count);
        size_t megaraids = 0;
        for (size_t k = 0; k < count; k++)
            megaraids += strstr(devices[k].type, "megaraid,") != NULL;
        assert_int_equal(megaraids, table[i].megaraids);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blobs),
        cmocka_unit_test(everything_at_once),
        cmocka_unit_test(peers_expectations),
        cmocka_unit_test(errors_speak),
        cmocka_unit_test(scans),
    };
    const char *shared = getenv("FOREWARN_SHARED");
    snprintf(corpus, sizeof corpus, "%s/corpus", shared ? shared : TOP_SRCDIR "/../shared");
    FILE *there = fopen(corpus, "r");
    if (!there) {
        printf("skipped: %s is not there\n", corpus);
        return 77;
    }
    fclose(there);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
