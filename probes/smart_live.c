/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "probes/smart_blob.h"
#include "probes/smart_json.h"
#include "probes/smart_nvme.h"
#include "probes/smart_round.h"
#include "probes/smart_sleep.h"
#include "probes/smartctl_run.h"

enum { MAX_ARGUMENTS = 24, SMARTCTL_TIMEOUT_MS = 15000 };

int smart_ask(struct smart_round *round, const char *const *arguments, struct smart_json *json,
              struct error *e)
{
    const char *argv[MAX_ARGUMENTS] = {"smartctl", "-j", "-n", "standby"};
    struct smartctl_output output;
    size_t n = 4;
    *json = (struct smart_json){.outcome = SMART_FAILED, .message = ""};
    smart_facts_init(&json->facts);
    if (!round->run->smartctl)
        return error_set(e, -ENOENT, "smartctl is needed for this disk and is not installed");
    for (; *arguments && n < MAX_ARGUMENTS - 1; arguments++)
        argv[n++] = *arguments;
    argv[n] = NULL;
    struct arena *arena = round->run->batch.arena;
    int code = smartctl_run(round->run->smartctl, argv, SMART_JSON_MAX, SMARTCTL_TIMEOUT_MS, arena,
                            &output, e);
    if (code < 0)
        return code;
    return smart_json_parse(output.text, output.length, arena, json, e);
}

/* smartctl does not guess where the bus tells: guessing can wake a disk. */
static const char *type_of(const struct disk *disk)
{
    static const struct {
        const char *bus, *type;
    } types[] = {{"ata", "sat"}, {"sas", "scsi"}, {"nvme", "nvme"}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(disk->bus, types[i].bus) == 0)
            return types[i].type;
    return "auto";
}

/*
 * The logs that libatasmart does not read, an hour after the last time or when a value that matters
 * has changed. A failure leaves the old ones, with their age.
 */
static bool read_logs(struct smart_round *round, const struct disk *disk, const char *node,
                      const struct smart_facts *facts, struct smart_json *json)
{
    static const char *const wanted[] = {"-i",       "-A", "-l",     "error", "-l",
                                         "selftest", "-l", "scterc", "-l",    "devstat"};
    const char *arguments[MAX_ARGUMENTS] = {"-d", type_of(disk)};
    struct smart_known *known = smart_memory_of(round->memory, disk->disk);
    struct error e = {0};
    uint64_t marks = smart_marks(facts);
    if (!known || !round->run->smartctl ||
        (known->logs_ms && known->marks == marks &&
         round->now_ms - known->logs_ms < SMART_LOGS_EVERY_MS && round->now_ms >= known->logs_ms))
        return false;
    memcpy(arguments + 2, wanted, sizeof wanted);
    arguments[2 + sizeof wanted / sizeof wanted[0]] = node;
    if (smart_ask(round, arguments, json, &e) < 0 || json->outcome != SMART_READ) {
        probe_finding(round->run, "note", false, disk->device, "", "logs and self-tests: %s",
                      e.code < 0 ? e.text : json->message);
        return false;
    }
    for (int i = SMART_NUMBERS_OF_LOGS; i < SMART_NUMBERS; i++)
        known->facts.number[i] = NAN; /* what a log no longer says is no longer so */
    known->marks = marks;
    known->logs_ms = round->now_ms;
    return true;
}

/* What smartctl says of the disk: for everything that no library here speaks to. */
static void by_smartctl(struct smart_round *round, const struct disk *disk, const char *node,
                        const char *before)
{
    struct smart_json json;
    struct error e = {0};
    const char *arguments[] = {"-x", "-d", type_of(disk), node, NULL};
    if (smart_ask(round, arguments, &json, &e) < 0) {
        smart_report_unread(
            round, disk, e.code == -ETIMEDOUT ? "timeout" : "unreadable", node,
            before[0] ? arena_printf(round->run->batch.arena, "%s; %s", before, e.text) : e.text);
        return;
    }
    if (json.outcome == SMART_ASLEEP)
        smart_report_asleep(round, disk);
    else if (json.outcome == SMART_UNSUPPORTED)
        smart_report_unsupported(round, disk, json.message);
    else if (json.outcome == SMART_FAILED)
        smart_report_unread(round, disk, "unreadable", node, json.message);
    else {
        struct smart_known *known = smart_memory_of(round->memory, disk->disk);
        if (known)
            known->logs_ms = round->now_ms;
        smart_report_facts(round, disk, &json.facts);
    }
}

/* The names of the attributes come with the logs, and are remembered like these. */
static void report_blob(struct smart_round *round, const struct disk *disk, const char *node,
                        const void *blob, size_t size)
{
    struct smart_facts facts;
    struct smart_json json;
    struct error e = {0};
    struct arena *arena = round->run->batch.arena;
    struct smart_known *known = smart_memory_of(round->memory, disk->disk);
    const struct smart_facts *names = known ? &known->facts : NULL;
    if (smart_blob_facts(blob, size, names, arena, &facts, &e) < 0) {
        by_smartctl(round, disk, node, e.text);
        return;
    }
    if (read_logs(round, disk, node, &facts, &json) &&
        smart_blob_facts(blob, size, &json.facts, arena, &facts, &e) == 0)
        smart_facts_fill(&facts, &json.facts, 0, SMART_NUMBERS);
    smart_report_facts(round, disk, &facts);
}

static void by_atasmart(struct smart_round *round, const struct disk *disk, const char *node)
{
    void *blob;
    size_t size;
    struct error e = {0};
    int code = smart_blob_ask(node, round->run->batch.arena, &blob, &size, &e);
    if (code == 0)
        report_blob(round, disk, node, blob, size);
    else if (code == -EACCES || code == -EPERM || code == -ENOENT || code == -ENXIO)
        smart_report_unread(round, disk, "unreadable", node, e.text);
    else
        by_smartctl(round, disk, node, e.text);
}

static void by_nvme(struct smart_round *round, const struct disk *disk, const char *node)
{
    struct smart_facts facts;
    struct error e = {0};
    int code = smart_nvme_device(node, round->run->batch.arena, &facts, &e);
    if (code == 0) {
        struct smart_known *known = smart_memory_of(round->memory, disk->disk);
        if (known)
            known->logs_ms = round->now_ms;
        smart_report_facts(round, disk, &facts);
    } else if (code == -EACCES || code == -EPERM || code == -ENOENT || !round->run->smartctl) {
        smart_report_unread(round, disk, "unreadable", node, e.text);
    } else {
        by_smartctl(round, disk, node, e.text);
    }
}

static void one(struct smart_round *round, const struct disk *disk)
{
    const char *node = arena_printf(round->run->batch.arena, "/dev/%s", disk->device);
    for (char *c = (char *)(uintptr_t)node; *c; c++)
        if (*c == '!')
            *c = '/'; /* sysfs: cciss!c0d0 */
    if (!smart_expected(disk))
        smart_report_unsupported(round, disk, "a disk of this kind has no SMART");
    else if (strcmp(disk->bus, "nvme") == 0)
        by_nvme(round, disk, node);
    else if (smart_sleep_check(round->run->root, disk, node) == SMART_SLEEPS)
        smart_report_asleep(round, disk);
    else if (strcmp(disk->bus, "ata") == 0)
        by_atasmart(round, disk, node);
    else
        by_smartctl(round, disk, node, "");
}

int smart_live(struct smart_round *round)
{
    for (size_t i = 0; i < round->disks.count; i++) {
        const struct disk *disk = &round->disks.disk[i];
        if (!probe_begin(round->run, disk->device))
            continue;
        one(round, disk);
        probe_end(round->run, disk->device);
    }
    smart_controllers(round);
    return 0;
}
