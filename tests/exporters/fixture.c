/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/exporters/fixture.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABELS_MAX = 16 };

const char fixture_series[] =
    "forewarn_md_info{array=\"md0\",level=\"raid1\",metadata=\"1.2\",uuid=\"u0\",name=\"a:0\"} 1\n"
    "forewarn_md_info{array=\"md2\",level=\"raid5\",metadata=\"1.2\",uuid=\"u2\",name=\"a:2\"} 1\n"
    "forewarn_md_state{array=\"md0\",state=\"clean\"} 1\n"
    "forewarn_md_state{array=\"md2\",state=\"active\"} 1\n"
    "forewarn_md_disks{array=\"md0\",state=\"in_sync\"} 2\n"
    "forewarn_md_disks{array=\"md2\",state=\"in_sync\"} 2\n"
    "forewarn_md_disks{array=\"md2\",state=\"rebuilding\"} 1\n"
    "forewarn_md_degraded{array=\"md0\"} 0\n"
    "forewarn_md_degraded{array=\"md2\"} 1\n"
    "forewarn_md_disks_wanted{array=\"md0\"} 2\n"
    "forewarn_md_disks_wanted{array=\"md2\"} 3\n"
    "forewarn_md_redundancy{array=\"md0\"} 1\n"
    "forewarn_md_redundancy{array=\"md2\"} 0\n"
    "forewarn_md_mismatches{array=\"md0\"} 128\n"
    "forewarn_md_mismatches{array=\"md2\"} 0\n"
    "forewarn_md_sync{array=\"md0\",action=\"idle\"} 1\n"
    "forewarn_md_sync{array=\"md2\",action=\"recover\"} 1\n"
    "forewarn_md_sync{array=\"md2\",action=\"idle\"} 0\n"
    "forewarn_md_sync_completed_ratio{array=\"md2\"} 0.415\n"
    "forewarn_md_sync_speed_bytes_per_second{array=\"md2\"} 52428800\n"
    "forewarn_md_member_state{array=\"md2\",slot=\"0\",device=\"sda\",state=\"in_sync\"} 1\n"
    "forewarn_md_member_state{array=\"md2\",slot=\"1\",device=\"sdb\",state=\"in_sync\"} 1\n"
    "forewarn_md_member_state{array=\"md2\",slot=\"2\",device=\"sdc\",state=\"rebuilding\"} 1\n"
    "forewarn_md_member_state{array=\"md0\",slot=\"0\",device=\"sda1\",state=\"in_sync\"} 1\n"
    "forewarn_md_member_state{array=\"md0\",slot=\"1\",device=\"sdb1\",state=\"in_sync\"} 1\n"
    "forewarn_disk_info{disk=\"0x4\",device=\"sda\",model=\"TESTDISK 4000\",serial=\"T1\","
    "bay=\"1\",enclosure=\"0:0:8:0\"} 1\n"
    "forewarn_disk_info{disk=\"0x3\",device=\"sdb\",model=\"TESTDISK 4000\",serial=\"T2\"} 1\n"
    "forewarn_disk_info{disk=\"0x2\",device=\"sdc\",model=\"TESTDISK 4000\",serial=\"T3\"} 1\n"
    "forewarn_disk_info{disk=\"0x1\",device=\"sdx\",model=\"TESTDISK 8000\",serial=\"T4\"} 1\n"
    "forewarn_disk_asleep{disk=\"0x1\"} 1\n"
    "forewarn_disk_last_read_timestamp_seconds{disk=\"0x1\"} 1772355600\n"
    "forewarn_disk_pending_sectors{disk=\"0x3\"} 24\n"
    "forewarn_disk_pending_sectors{disk=\"0x4\"} 0\n"
    "forewarn_disk_crc_errors_total{disk=\"0x4\"} 3\n"
    "forewarn_disk_wear_ratio{disk=\"0x2\"} 0.125\n"
    "forewarn_disk_temperature_celsius{disk=\"0x2\"} NaN\n"
    "forewarn_disk_power_on_seconds{disk=\"0x4\"} 36000000\n";

/* Cuts the labels of one line into pairs, in place; gives how many. */
static size_t cut_labels(char *text, struct label *labels)
{
    size_t count = 0;
    while (*text && *text != '}' && count < LABELS_MAX) {
        char *equals = strchr(text, '=');
        char *quote = strchr(equals + 2, '"');
        *equals = *quote = '\0';
        labels[count++] = (struct label){text, equals + 2};
        text = quote + 1 + (quote[1] == ',');
    }
    return count;
}

static void add_line(struct store *store, char *line)
{
    SCRATCH_ARENA(arena);
    struct label labels[LABELS_MAX + 1];
    char *value = strrchr(line, ' ');
    char *brace = strchr(line, '{');
    size_t count = 0;
    struct error e;
    *value++ = '\0';
    if (brace) {
        *brace = '\0';
        count = cut_labels(brace + 1, labels);
    }
    labels[count++] = (struct label){LABEL_NAME, line};
    if (store_append(store, labels_new(arena, labels, count), FIXTURE_AT_MS, strtod(value, NULL),
                     &e) < 0) {
        fprintf(stderr, "%s: %s\n", line, e.text);
        abort();
    }
}

struct store *fixture_store(const char *series)
{
    struct store *store = store_new();
    char *text = strdup(series), *rest = text, *line;
    while ((line = strsep(&rest, "\n")) != NULL)
        if (*line)
            add_line(store, line);
    free(text);
    return store;
}

const struct labels *fixture_labels(struct arena *arena, ...)
{
    struct label labels[LABELS_MAX];
    size_t count = 0;
    const char *name;
    va_list args;
    va_start(args, arena);
    while ((name = va_arg(args, const char *)) != NULL)
        labels[count++] = (struct label){name, va_arg(args, const char *)};
    va_end(args);
    return labels_new(arena, labels, count);
}

static void add_alerts(struct arena *arena, struct look *look)
{
    struct alert *alerts = ARENA_ARRAY(arena, struct alert, 2);
    alerts[0] = (struct alert){
        .name = "MdNoRedundancyAndSuspect",
        .severity = SEVERITY_CRITICAL,
        .state = ALERT_FIRING,
        .value = 24,
        .labels = fixture_labels(arena, "alertname", "MdNoRedundancyAndSuspect", "array", "md2",
                                 "device", "sdb", NULL),
        .annotations = fixture_labels(
            arena, "summary", "md2 has no redundancy left and sdb is going bad", "description",
            "Until the rebuild is done every unreadable sector of sdb costs data.", "action",
            "copy what is not in the backup, start no check, pull nothing.", "perf", "sdb_pending",
            "perf_warn", "0", "perf_crit", "~:10", NULL),
    };
    alerts[1] = (struct alert){
        .name = "MdMismatches",
        .severity = SEVERITY_INFO,
        .state = ALERT_PENDING,
        .value = 128,
        .labels = fixture_labels(arena, "alertname", "MdMismatches", "array", "md0", NULL),
        .annotations = fixture_labels(arena, "summary", "md0: 128 sectors differ", NULL),
    };
    look->alerts = alerts;
    look->alert_count = 2;
}

static void add_findings(struct arena *arena, struct look *look)
{
    struct finding *findings = ARENA_ARRAY(arena, struct finding, 2);
    findings[0] = (struct finding){
        .kind = "hung",
        .blind = true,
        .probe = "smart",
        .target = "sdy",
        .file = "",
        .offset = -1,
        .message = "answers no more, left aside",
    };
    findings[1] = (struct finding){
        .kind = "malformed",
        .probe = "md",
        .target = "md0",
        .file = "/sys/block/md0/md/chunk_size",
        .offset = 3,
        .message = "is no number: 'x'",
    };
    look->findings = findings;
    look->finding_count = 2;
}

struct look *fixture_look(struct arena *arena)
{
    static const struct probe_result probes[] = {{"md", true, 0.004, ""},
                                                 {"smart", true, 0.25, ""}};
    static const struct unjudged unjudged[] = {{"DiskCrcErrorsRising", "looks back 1h"}};
    struct look *look = ARENA_NEW(arena, struct look);
    *look = (struct look){.host = "mail7", .at_ms = FIXTURE_AT_MS};
    add_alerts(arena, look);
    add_findings(arena, look);
    look->probes = probes;
    look->probe_count = 2;
    look->unjudged = unjudged;
    look->unjudged_count = 1;
    look->verdict = look_verdict(look);
    return look;
}

bool fixture_matches(const char *text, const char *expression)
{
    regex_t regex;
    regmatch_t match;
    if (regcomp(&regex, expression, REG_EXTENDED) != 0)
        abort();
    bool matches = regexec(&regex, text, 1, &match, 0) == 0 && match.rm_so == 0 &&
                   (size_t)match.rm_eo == strlen(text);
    regfree(&regex);
    return matches;
}
