/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#include "agent/report_table.h"
#include "tests/exporters/fixture.h"

static char *render(const struct look *look, const char *series, const struct report_style *style)
{
    struct store *store = fixture_store(series);
    struct buf out = {0};
    report_table(look, store, style, &out);
    store_free(&store);
    return out.data;
}

static void assert_in(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no '%s' in\n%s", part, text);
}

static void assert_not_in(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("'%s' in\n%s", part, text);
}

static void test_whole(void **state)
{
    SCRATCH_ARENA(arena);
    struct report_style style = {.utf8 = true, .width = 80};
    (void)state;
    char *text = render(fixture_look(arena), fixture_series, &style);
    assert_string_equal(
        text, "CRITICAL  mail7: 1 critical, 1 info                            2 arrays, 4 disks\n"
              "\n"
              " CRITICAL  md2 has no redundancy left and sdb is going bad\n"
              "           Until the rebuild is done every unreadable sector of sdb costs data.\n"
              "           Now: copy what is not in the backup, start no check, pull nothing.\n"
              " INFO      md0: 128 sectors differ\n"
              "\n"
              " Running:  md2: rebuilding, 41.5 % done, 52 MB/s\n"
              " Not seen: sdy: answers no more, left aside\n"
              "           sdx is asleep and was not woken (last read 3h ago)\n"
              " Noted:    md0: is no number: 'x' (/sys/block/md0/md/chunk_size, byte 3)\n"
              " Unjudged: 1 rule looks back in time and could not be judged on a single look\n"
              "           (-v names it)\n"
              "\n"
              " A third of failing disks give no sign at all: no warning is no proof of health.\n");
    free(text);
}

static void test_verbose(void **state)
{
    SCRATCH_ARENA(arena);
    struct report_style style = {.utf8 = true, .verbose = true, .width = 80};
    (void)state;
    char *text = render(fixture_look(arena), fixture_series, &style);
    assert_in(text, "           Rule: MdNoRedundancyAndSuspect, array=md2 device=sdb\n");
    assert_in(text, " Unjudged: DiskCrcErrorsRising: looks back 1h\n");
    assert_in(text, " array  level  state   members  can lose  mismatches  sync\n"
                    " md0    raid1  clean   [UU]            1         128  idle\n"
                    " md2    raid5  active  [UUR]           0           0  rebuilding, 41.5 % done,"
                    "\n                                                      52 MB/s\n\n");
    assert_in(text, " disk  model          serial  bay  hours on  wear  pending  crc\n"
                    " sda   TESTDISK 4000  T1      1       10000     -        0    3\n"
                    " sdb   TESTDISK 4000  T2      -           -     -       24    -\n");
    free(text);
}

static void test_healthy_is_short(void **state)
{
    static const struct probe_result probes[] = {{"md", true, 0.1, ""}, {"smart", true, 0.1, ""}};
    struct report_style style = {.width = 72};
    struct look look = {.host = "h", .at_ms = FIXTURE_AT_MS, .probes = probes, .probe_count = 2};
    (void)state;
    char *text = render(&look, fixture_series, &style);
    assert_string_equal(text,
                        "OK  h: nothing wrong seen                              2 arrays, 4 disks\n"
                        "\n"
                        " Running:  md2: rebuilding, 41.5 % done, 52 MB/s\n"
                        " Not seen: sdx is asleep and was not woken (last read 3h ago)\n"
                        "\n"
                        " A third of failing disks give no sign at all: no warning is no proof of\n"
                        " health.\n");
    free(text);
    look.probe_count = 1;
    text = render(&look, "", &style);
    assert_string_equal(text,
                        "OK  h: nothing wrong seen                                       0 arrays\n"
                        "\n"
                        " Only what is listed here was looked at: no warning is no proof of\n"
                        " health.\n");
    free(text);
}

static void test_colour(void **state)
{
    SCRATCH_ARENA(arena);
    struct report_style style = {.utf8 = true, .verbose = true};
    (void)state;
    char *text = render(fixture_look(arena), fixture_series, &style);
    assert_null(strchr(text, '\033'));
    free(text);
    style.colour = true;
    text = render(fixture_look(arena), fixture_series, &style);
    assert_in(text, "\033[1;31mCRITICAL\033[0m  mail7");
    assert_in(text, " \033[1;36mINFO\033[0m      md0");
    free(text);
}

/* Outside text can neither move the cursor nor turn the line around nor break the layout. */
static void test_hostile_text(void **state)
{
    SCRATCH_ARENA(arena);
    struct report_style style = {.width = 80};
    struct look look = *fixture_look(arena);
    struct alert alert = look.alerts[0];
    struct finding finding = look.findings[0];
    (void)state;
    alert.annotations = fixture_labels(arena, "summary",
                                       "a\033[2Jb\x9b"
                                       "c\r\nd",
                                       "description",
                                       "one\ntwo\n\n\xe2\x80\xae"
                                       "three \xc3\xa4",
                                       "action", "\a", NULL);
    finding.target = "sd\x1b]0;x\a";
    finding.message = "m\x7f\xff";
    look.alerts = &alert;
    look.alert_count = 1;
    look.findings = &finding;
    look.finding_count = 1;
    look.host = "h\no";
    for (int utf8 = 0; utf8 < 2; utf8++) {
        style.utf8 = utf8;
        char *text = render(&look, fixture_series, &style);
        for (const char *at = text; *at; at++)
            assert_true(*at == '\n' || ((unsigned char)*at >= ' ' && *at != 0x7f));
        assert_in(text, "  h o: 1 critical");
        assert_in(text, "           one\n           two\n           ?three ");
        assert_in(text, utf8 ? "three \xc3\xa4\n" : "three ?\n");
        assert_in(text, " CRITICAL  a?[2Jb");
        free(text);
    }
}

/* No line is wider than the terminal as long as its words are not. */
static void test_wrapping(void **state)
{
    SCRATCH_ARENA(arena);
    struct look look = *fixture_look(arena);
    struct alert alert = look.alerts[0];
    (void)state;
    setlocale(LC_CTYPE, "C.UTF-8");
    alert.annotations =
        fixture_labels(arena, "summary",
                       "\xe7\xa3\x81\xe7\x9b\x98 wide \xe7\xa3\x81\xe7\x9b\x98 signs take two "
                       "columns each, \xc3\xa4\xc3\xb6\xc3\xbc take one, e\xcc\x81 takes one too",
                       "description",
                       "words and words and words and words and words and words and words and "
                       "words and words",
                       NULL);
    look.alerts = &alert;
    look.alert_count = 1;
    for (unsigned width = 40; width < 130; width++) {
        struct report_style style = {.utf8 = true, .width = width};
        char *text = render(&look, fixture_series, &style), *rest = text, *line;
        while ((line = strsep(&rest, "\n")) != NULL) {
            wchar_t wide[512];
            size_t length = mbstowcs(wide, line, 512);
            assert_true(length < 512);
            /* The path of the finding is one long word. */
            if (wcswidth(wide, length) > (int)width && !strstr(line, "/sys/block"))
                fail_msg("wider than %u: %s", width, line);
        }
        free(text);
    }
}

static void test_since(void **state)
{
    SCRATCH_ARENA(arena);
    struct look look = *fixture_look(arena);
    struct alert alert = look.alerts[0];
    struct report_style style = {0};
    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    look.alerts = &alert;
    look.alert_count = 1;
    alert.active_at_ms = FIXTURE_AT_MS - INT64_C(93600000);
    char *text = render(&look, fixture_series, &style);
    assert_in(text, "           Since 2026-02-28 10:00 (1d 2h).\n");
    free(text);
    alert.active_at_ms = FIXTURE_AT_MS;
    text = render(&look, fixture_series, &style);
    assert_not_in(text, "Since");
    free(text);
}

/* What many targets say alike is said once; a long list is cut unless verbose. */
static void test_many_findings(void **state)
{
    SCRATCH_ARENA(arena);
    struct look look = *fixture_look(arena);
    struct finding findings[60];
    struct report_style style = {.width = 100};
    (void)state;
    for (size_t i = 0; i < 60; i++) {
        findings[i] = (struct finding){
            .kind = "unreadable", .blind = i < 40, .probe = "smart", .file = "", .offset = -1};
        findings[i].target = arena_printf(arena, "sd%zu", i);
        findings[i].message =
            i < 40 ? "may not be opened: EACCES" : arena_printf(arena, "odd %zu", i);
    }
    look.findings = findings;
    look.finding_count = 60;
    char *text = render(&look, "", &style);
    assert_in(text, " Not seen: sd0, sd1, sd2, sd3 and 36 more: may not be opened: EACCES\n");
    assert_in(text, "           sd47: odd 47\n           ... and 12 more (-v shows them)\n");
    free(text);
    style.verbose = true;
    text = render(&look, "", &style);
    assert_in(text, "           sd59: odd 59\n");
    assert_in(text, "sd38, sd39:");
    free(text);
}

/* A disk's identity becomes its kernel name; a file that the message names is not named again. */
static void test_finding_places(void **state)
{
    static const struct finding findings[] = {
        {"malformed", false, "smart", "0x3", "/sys/a", -1, "'x' is no number"},
        {"unreadable", false, "md", "", "/proc/mdstat", -1, "open /proc/mdstat: EACCES"},
        {"conflict", false, "smart", "sdb", "", -1, "sdb claims to be sda"},
    };
    struct look look = {
        .host = "h", .at_ms = FIXTURE_AT_MS, .findings = findings, .finding_count = 3};
    struct report_style style = {.width = 100};
    (void)state;
    char *text = render(&look, fixture_series, &style);
    assert_in(text, " Noted:    sdb: 'x' is no number (/sys/a)\n"
                    "           md: open /proc/mdstat: EACCES\n"
                    "           sdb claims to be sda\n");
    free(text);
}

static void test_not_seen(void **state)
{
    static const struct probe_result down = {"smart", false, 0, "no worker could be started"};
    struct look look = {.host = "h", .at_ms = FIXTURE_AT_MS, .probes = &down, .probe_count = 1};
    struct report_style style = {.width = 100};
    (void)state;
    look.verdict = look_verdict(&look);
    char *text = render(&look, "forewarn_disk_asleep{disk=\"0x1\"} 1\n", &style);
    assert_in(text, "UNKNOWN  h: nothing wrong seen, but not everything could be seen");
    assert_in(text, " Not seen: probe smart gave up: no worker could be started\n"
                    "           0x1 is asleep and was not woken (not read so far)\n");
    free(text);
}

/* Mounts by what is known of them: with verbose, and counted in the first line. */
static void test_nfs_mounts(void **state)
{
    static const char series[] =
        "forewarn_nfs_mount_info{mount=\"/home\",server=\"home\",version=\"4.2\",proto=\"tcp\"} 1\n"
        "forewarn_nfs_mount_lock_needed{mount=\"/home\",server=\"home\",why=\"NFSv4\"} 0\n"
        "forewarn_nfs_mount_info{mount=\"/mail\",server=\"filer\",version=\"3\",proto=\"tcp\","
        "address=\"10.0.0.9\"} 1\n"
        "forewarn_nfs_mount_lock_needed{mount=\"/mail\",server=\"filer\"} 1\n"
        "forewarn_nfs_lock_verdict{mount=\"/mail\",server=\"filer\",verdict=\"both\"} 0\n"
        "forewarn_nfs_lock_verdict{mount=\"/mail\",server=\"filer\",verdict=\"tcp_only\"} 1\n"
        "forewarn_nfs_lock_handoff_seconds{mount=\"/mail\",server=\"filer\"} 0.007\n"
        "forewarn_nfs_unanswered_seconds{mount=\"/mail\",server=\"filer\"} 90\n"
        "forewarn_nfs_path_info{address=\"10.0.0.9\",local=\"10.0.0.2\",link=\"eth0\"} 1\n";
    struct look look = {.host = "h", .at_ms = FIXTURE_AT_MS};
    struct report_style style = {.width = 100, .verbose = true};
    (void)state;
    char *text = render(&look, series, &style);
    assert_in(text, "2 NFS mounts\n");
    assert_in(text,
              " mount  server  version  over  locks  called back  hand-off  link  unanswered\n"
              " /home  home    4.2      tcp   NFSv4  -                   -  -              -\n"
              " /mail  filer   3        tcp   NLM    TCP ONLY         7 ms  eth0          2m\n");
    free(text);
}

/* Series of array md0, and the line that comes of them; NULL: none. */
struct sync_case {
    const char *series, *expected;
};

static void check_sync(const struct sync_case *one)
{
    struct look look = {.host = "h", .at_ms = FIXTURE_AT_MS};
    struct report_style style = {.width = 100, .verbose = true};
    struct buf series = {0};
    buf_printf(&series, "forewarn_md_info{array=\"md0\"} 1\n%s", one->series);
    char *text = render(&look, series.data, &style);
    if (one->expected)
        assert_in(text, one->expected);
    else
        assert_not_in(text, "Running");
    free(text);
    buf_free(&series);
}

static void test_syncs(void **state)
{
    static const struct sync_case table[] = {
        {"forewarn_md_sync{array=\"md0\",action=\"check\"} 1\n"
         "forewarn_md_sync_completed_ratio{array=\"md0\"} 0.73\n"
         "forewarn_md_sync_remaining_seconds{array=\"md0\"} 7190\n",
         " Running:  md0: checking, 73.0 % done, 2h to go\n"},
        {"forewarn_md_sync{array=\"md0\",action=\"resync\"} 1\n"
         "forewarn_md_sync_waiting{array=\"md0\",why=\"delayed\"} 1\n"
         "forewarn_md_sync_waiting{array=\"md0\",why=\"pending\"} 0\n",
         " Running:  md0: resyncing waits for its turn\n"},
        {"forewarn_md_sync{array=\"md0\",action=\"recover\"} 1\n"
         "forewarn_md_sync_completed_ratio{array=\"md0\"} NaN\n"
         "forewarn_md_sync_speed_bytes_per_second{array=\"md0\"} 0\n",
         " Running:  md0: rebuilding\n"},
        {"forewarn_md_sync{array=\"md0\",action=\"recover\"} 1\n"
         "forewarn_md_sync_waiting{array=\"md0\",why=\"delayed\"} 1\n"
         "forewarn_md_sync_held_up{array=\"md0\",by=\"md1\",action=\"check\"} 1\n",
         " Running:  md0: rebuilding waits until md1 is done checking\n"},
        {"forewarn_md_sync{array=\"md0\",action=\"reshape\"} 1\n"
         "forewarn_md_sync_completed_ratio{array=\"md0\"} 0.5\n"
         "forewarn_md_sync_total_bytes{array=\"md0\"} 8e12\n"
         "forewarn_md_sync_speed_bytes_per_second{array=\"md0\"} 1e8\n"
         "forewarn_md_sync_remaining_seconds{array=\"md0\"} 1\n",
         " Running:  md0: reshaping, 50.0 % done, 100 MB/s, 11h 7m to go\n"},
        {"forewarn_md_sync{array=\"md0\",action=\"frozen\"} 1\n"
         "forewarn_md_sync_waiting{array=\"md0\",why=\"pending\"} 1\n",
         " Running:  md0: frozen, nothing is rebuilt or checked\n"},
        {"forewarn_md_sync{array=\"md0\",action=\"idle\"} 1\n"
         "forewarn_md_sync_waiting{array=\"md0\",why=\"pending\"} 1\n",
         " Running:  md0: resync waits for the first write to the array\n"},
        {"forewarn_md_sync{array=\"md0\",action=\"idle\"} 1\n", NULL},
        {"", NULL},
        {"forewarn_md_disks_wanted{array=\"md0\"} 2\n", NULL}, /* and no members */
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        check_sync(&table[i]);
}

static void test_time_to_go(void **state)
{
    static const struct sync_case table[] = {
        {"forewarn_md_sync{array=\"md0\",action=\"recover\"} 1\n"
         "forewarn_md_sync_completed_ratio{array=\"md0\"} 0.41\n"
         "forewarn_md_sync_remaining_seconds{array=\"md0\"} 7190\n"
         "forewarn:md:sync_eta_seconds{array=\"md0\",quantile=\"0.1\"} 18000\n"
         "forewarn:md:sync_eta_seconds{array=\"md0\",quantile=\"0.5\"} 22200\n"
         "forewarn:md:sync_eta_seconds{array=\"md0\",quantile=\"0.9\"} 32400\n",
         " Running:  md0: rebuilding, 41.0 % done, 6h 10m to go (5h to 9h)\n"},
        {"forewarn_md_sync{array=\"md0\",action=\"recover\"} 1\n"
         "forewarn_md_sync_waiting{array=\"md0\",why=\"delayed\"} 1\n"
         "forewarn_md_sync_held_up{array=\"md0\",by=\"md1\",action=\"check\"} 1\n"
         "forewarn:md:sync_eta_seconds{array=\"md0\",quantile=\"0.1\"} 18000\n"
         "forewarn:md:sync_eta_seconds{array=\"md0\",quantile=\"0.5\"} 22200\n"
         "forewarn:md:sync_eta_seconds{array=\"md0\",quantile=\"0.9\"} 32400\n",
         " Running:  md0: rebuilding waits until md1 is done checking, 6h 10m to go (5h to 9h)\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        check_sync(&table[i]);
}

/* What an alert tells of a sync is not told again. */
static void test_sync_in_alert(void **state)
{
    SCRATCH_ARENA(arena);
    struct alert alert = {.name = "R", .severity = SEVERITY_INFO};
    struct look look = {.host = "h", .at_ms = FIXTURE_AT_MS, .alerts = &alert, .alert_count = 1};
    struct report_style style = {.width = 100};
    (void)state;
    alert.annotations = fixture_labels(arena, "sync", "told", NULL);
    alert.labels = fixture_labels(arena, "array", "md2", NULL);
    char *text = render(&look, fixture_series, &style);
    assert_not_in(text, "Running");
    free(text);
    alert.annotations = &labels_empty;
    text = render(&look, fixture_series, &style);
    assert_in(text, "Running");
    free(text);
    alert.annotations = fixture_labels(arena, "sync", "told", NULL);
    alert.labels = fixture_labels(arena, "array", "md0", NULL);
    text = render(&look, fixture_series, &style);
    assert_in(text, "Running");
    free(text);
}

/* What does not count is told apart. */
static void test_uncounted(void **state)
{
    SCRATCH_ARENA(arena);
    struct look look = *fixture_look(arena);
    struct report_style style = {.width = 100};
    struct alert pending = look.alerts[1];
    const struct held_alert held[] = {
        {&look.alerts[0], "silenced", "root", "the disk is ordered", FIXTURE_AT_MS + 3600 * 1000},
        {&look.alerts[1], "acknowledged", "", "", 0},
    };
    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    pending.active_at_ms = FIXTURE_AT_MS - 120 * 1000;
    look.alert_count = 0;
    look.pending = &pending;
    look.pending_count = 1;
    look.held = held;
    look.held_count = 2;
    char *text = render(&look, "", &style);
    assert_in(text,
              " Known:    critical, md2 has no redundancy left and sdb is going bad (silenced "
              "until 13:00 by root:\n           the disk is ordered)\n"
              "           info, md0: 128 sectors differ (acknowledged)\n");
    assert_not_in(text, "Pending");
    free(text);
    style.verbose = true;
    text = render(&look, "", &style);
    assert_in(text, " Pending:  info, md0: 128 sectors differ (for 2m)\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_verbose),
        cmocka_unit_test(test_healthy_is_short),
        cmocka_unit_test(test_colour),
        cmocka_unit_test(test_hostile_text),
        cmocka_unit_test(test_wrapping),
        cmocka_unit_test(test_since),
        cmocka_unit_test(test_many_findings),
        cmocka_unit_test(test_finding_places),
        cmocka_unit_test(test_not_seen),
        cmocka_unit_test(test_syncs),
        cmocka_unit_test(test_time_to_go),
        cmocka_unit_test(test_sync_in_alert),
        cmocka_unit_test(test_uncounted),
        cmocka_unit_test(test_nfs_mounts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
