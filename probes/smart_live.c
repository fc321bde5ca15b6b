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

/* Both below the deadline of a target, so that it is smartctl that dies and not the probe. */
enum { MAX_ARGUMENTS = 24, ASK_TIMEOUT_MS = 12000, LOGS_TIMEOUT_MS = 5000, MAX_HUNG = 2 };

int smart_ask(struct smart_round *round, const char *const *arguments, int timeout_ms,
              struct smart_json *json, struct error *e)
{
    const char *argv[MAX_ARGUMENTS] = {"smartctl", "-j", "-n", "standby"};
    struct smartctl_output output;
    size_t n = 4;
    *json = (struct smart_json){.outcome = SMART_FAILED, .message = "", .odd = ""};
    smart_facts_init(&json->facts);
    if (!round->run->smartctl)
        return error_set(e, -ENOENT, "smartctl is needed for this disk and is not installed");
    for (; *arguments && n < MAX_ARGUMENTS - 1; arguments++)
        argv[n++] = *arguments;
    argv[n] = NULL;
    struct arena *arena = round->run->batch.arena;
    int code =
        smartctl_run(round->run->smartctl, argv, SMART_JSON_MAX, timeout_ms, arena, &output, e);
    if (code < 0)
        return code;
    code = smart_json_parse(output.text, output.length, arena, json, e);
    json->text = output.text;
    json->length = output.length;
    return code;
}

void smart_keep(struct smart_round *round, const char *device, const struct smart_json *json)
{
    struct arena *arena = round->run->batch.arena;
    if (json->outcome == SMART_READ && json->text)
        probe_input(round->run, arena_printf(arena, "/smart/%s.json", device), json->text,
                    json->length);
}

static const char *node_of(struct smart_round *round, const struct disk *disk)
{
    char *node = arena_printf(round->run->batch.arena, "/dev/%s", disk->device);
    for (char *c = node; *c; c++)
        if (*c == '!')
            *c = '/'; /* sysfs: cciss!c0d0 */
    return node;
}

/*
 * Not -x: that leaves out the temperature of SCSI disks (7.3), and -x of some bridges hangs. What
 * does not suit the kind of disk is ignored.
 */
int smart_ask_all(struct smart_round *round, const char *type, const char *node,
                  struct smart_json *json, struct error *e)
{
    const char *const arguments[] = {"-a", "-l",      "ssd", "-l", "defects", "-l", "scterc",
                                     "-l", "devstat", "-d",  type, node,      NULL};
    return smart_ask(round, arguments, ASK_TIMEOUT_MS, json, e);
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

/* An hour after the last time, or when a value that matters has changed. */
static bool logs_are_due(const struct smart_round *round, const struct smart_known *known,
                         const struct smart_facts *facts)
{
    int64_t age = round->now_ms - known->logs_ms;
    return round->run->smartctl && (!known->logs_ms || known->marks != smart_marks(facts) ||
                                    age < 0 || age >= SMART_LOGS_EVERY_MS);
}

/* It was asked; before is what blockstat_errors() gave. Another disk may cost this process. */
static void leave_out_ours(struct smart_round *round, const struct disk *disk, int64_t before)
{
    int64_t after = blockstat_errors(round->run->root, disk);
    if (blockstat_ours(round->counters, disk->disk, before, after))
        smart_keep_counters(round->run, round->counters);
}

/* The logs that libatasmart does not read. A failure leaves the old ones, with their age. */
static int read_logs(struct smart_round *round, const struct disk *disk, struct smart_json *json)
{
    const char *node = node_of(round, disk);
    const char *const arguments[] = {"-i",       "-A",          "-l",     "error", "-l",
                                     "selftest", "-l",          "scterc", "-l",    "devstat",
                                     "-d",       type_of(disk), node,     NULL};
    struct error e = {0};
    if (smart_ask(round, arguments, LOGS_TIMEOUT_MS, json, &e) == 0 &&
        json->outcome == SMART_READ) {
        smart_keep(round, disk->device, json);
        return 0;
    }
    probe_finding(round->run, "note", false, disk->device, "", "logs and self-tests: %s",
                  e.code < 0 ? e.text : json->message);
    return e.code < 0 ? e.code : -EIO;
}

/*
 * The second pass: of each disk whose logs are due, after all disks have been looked at. A smartctl
 * that hangs on one disk after the other is not started for all of them.
 */
static void read_due_logs(struct smart_round *round)
{
    int hung = 0;
    for (size_t i = 0; i < round->disks.count; i++) {
        const struct disk *disk = &round->disks.disk[i];
        struct smart_known *known = smart_memory_of(round->memory, disk->disk);
        struct smart_json json;
        if (!known || !known->logs_due)
            continue;
        known->logs_due = false;
        if (!probe_begin(round->run, disk->device))
            continue;
        int64_t errors = blockstat_errors(round->run->root, disk);
        int code = hung < MAX_HUNG ? read_logs(round, disk, &json) : -ECANCELED;
        leave_out_ours(round, disk, errors);
        hung = code == -ETIMEDOUT ? hung + 1 : code == 0 ? 0 : hung;
        if (code == 0)
            smart_memory_logs(known, &json.facts, smart_marks(&known->facts), round->now_ms);
        smart_report_logs(round, known);
        probe_end(round->run, disk->device);
    }
}

/* What smartctl says of the disk: for everything that no library here speaks to. */
static void by_smartctl(struct smart_round *round, const struct disk *disk, const char *node,
                        const char *before)
{
    struct smart_json json;
    struct error e = {0};
    if (smart_ask_all(round, type_of(disk), node, &json, &e) < 0) {
        smart_report_unread(
            round, disk, e.code == -ETIMEDOUT ? "timeout" : "unreadable", node,
            before[0] ? arena_printf(round->run->batch.arena, "%s; %s", before, e.text) : e.text);
        return;
    }
    smart_keep(round, disk->device, &json);
    if (json.outcome == SMART_ASLEEP)
        smart_report_asleep(round, disk);
    else if (json.outcome == SMART_UNSUPPORTED)
        smart_report_unsupported(round, disk, json.message);
    else if (json.outcome == SMART_FAILED)
        smart_report_unread(round, disk, "unreadable", node, json.message);
    else
        smart_report_facts(round, disk, &json.facts);
    if (json.outcome == SMART_READ)
        smart_report_doubt(round, disk, node, json.facts.doubt);
}

/*
 * On an SSD the attributes are what its maker likes, so that smartctl's names for them are wanted
 * before anything is believed. They come with the logs, and are remembered like these.
 */
static void report_blob(struct smart_round *round, const struct disk *disk, const char *node,
                        const void *blob, size_t size)
{
    struct smart_facts facts;
    struct smart_json json;
    struct error e = {0};
    struct arena *arena = round->run->batch.arena;
    struct smart_known *known = smart_memory_of(round->memory, disk->disk);
    if (smart_blob_facts(blob, size, known ? &known->facts : NULL, arena, &facts, &e) < 0) {
        by_smartctl(round, disk, node, e.text);
        return;
    }
    if (known)
        known->logs_due = logs_are_due(round, known, &facts);
    if (known && known->logs_due && !known->logs_ms && facts.rotational == 0) {
        known->logs_due = false;
        if (read_logs(round, disk, &json) == 0) {
            smart_blob_facts(blob, size, &json.facts, arena, &facts, &e);
            smart_memory_logs(known, &json.facts, smart_marks(&facts), round->now_ms);
        }
    }
    smart_report_facts(round, disk, &facts);
    smart_report_doubt(round, disk, node, facts.doubt);
}

static void by_atasmart(struct smart_round *round, const struct disk *disk, const char *node)
{
    void *blob;
    size_t size;
    struct error e = {0};
    int code = smart_blob_ask(node, round->run->batch.arena, &blob, &size, &e);
    if (code == 0)
        probe_input(round->run,
                    arena_printf(round->run->batch.arena, "/smart/%s.blob", disk->device), blob,
                    size);
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
    /* A recording wants what can be read again: of the library only numbers are left. */
    if (round->run->input && round->run->smartctl) {
        by_smartctl(round, disk, node, "");
        return;
    }
    int code = smart_nvme_device(node, round->run->batch.arena, &facts, &e);
    if (code == 0)
        smart_report_facts(round, disk, &facts);
    else if (code == -EACCES || code == -EPERM || code == -ENOENT || !round->run->smartctl)
        smart_report_unread(round, disk, "unreadable", node, e.text);
    else
        by_smartctl(round, disk, node, e.text);
}

static void one(struct smart_round *round, const struct disk *disk)
{
    const char *node = node_of(round, disk);
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
        int64_t errors = blockstat_errors(round->run->root, disk);
        one(round, disk);
        leave_out_ours(round, disk, errors);
        probe_end(round->run, disk->device);
    }
    smart_controllers(round);
    read_due_logs(round);
    return 0;
}
