/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "probes/smart_round.h"

const struct metric smart_info_metric = {
    .name = "forewarn_disk_info",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "Always 1: who the disk is and where it sits.",
    .source = "/sys/block, /run/udev/data, /sys/class/enclosure; IDENTIFY or smartctl's JSON",
    .labels = {"disk", "device", "model", "serial", "firmware", "bus", "rotational", "enclosure",
               "bay"},
};
const struct metric smart_readable_metric = {
    .name = "forewarn_disk_readable",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "Whether its SMART values could be read; 0: it could not be opened or understood.",
    .source = "the probe",
    .labels = {"disk"},
};
const struct metric smart_asleep_metric = {
    .name = "forewarn_disk_asleep",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "Whether it sleeps and was left alone; its values are then those of the last read.",
    .source = "runtime_status; ATA CHECK POWER MODE; SCSI REQUEST SENSE",
    .labels = {"disk"},
};
const struct metric smart_last_read_metric = {
    .name = "forewarn_disk_last_read_timestamp_seconds",
    .type = METRIC_GAUGE,
    .unit = "seconds",
    .help = "When its SMART values were last read, seconds since 1970.",
    .source = "the probe",
    .labels = {"disk"},
};
const struct metric smart_log_age_metric = {
    .name = "forewarn_disk_log_age_seconds",
    .type = METRIC_GAUGE,
    .unit = "seconds",
    .help = "How old self-tests, error log and recovery control are, which are read seldom.",
    .source = "the probe",
    .labels = {"disk"},
};
const struct metric smart_vanished_metric = {
    .name = "forewarn_disk_vanished",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "Whether a disk that was there is gone: 1 for a week, or until it is back.",
    .source = "the probe's memory of the last rounds",
    .labels = {"disk"},
};

void smart_report_info(struct smart_round *round, const struct disk *disk)
{
    smart_memory_see(round->memory, disk, round->now_ms);
    BATCH_SAMPLE(&round->run->batch, &smart_info_metric, 1, disk->disk, disk->device, disk->model,
                 disk->serial, disk->firmware, disk->bus,
                 disk->rotational < 0 ? ""
                 : disk->rotational   ? "1"
                                      : "0",
                 disk->enclosure, disk->bay);
    BATCH_SAMPLE(&round->run->batch, &smart_vanished_metric, 0, disk->disk);
}

static void report_state(struct smart_round *round, const struct smart_known *known,
                         const char *disk, int readable, bool asleep)
{
    struct batch *batch = &round->run->batch;
    if (readable >= 0)
        BATCH_SAMPLE(batch, &smart_readable_metric, readable, disk);
    BATCH_SAMPLE(batch, &smart_asleep_metric, asleep, disk);
    if (known && known->read_ms)
        BATCH_SAMPLE(batch, &smart_last_read_metric, (double)known->read_ms / 1000, disk);
}

static void report_log_age(struct smart_round *round, const struct smart_known *known)
{
    if (known->logs_ms)
        BATCH_SAMPLE(&round->run->batch, &smart_log_age_metric,
                     (double)(round->now_ms - known->logs_ms) / 1000, known->disk);
}

/* What the attributes say, and what the logs add to it. */
static void report_known(struct smart_round *round, const struct smart_known *known)
{
    struct smart_facts all = known->facts;
    smart_facts_fill(&all, known->logs);
    smart_report_numbers(all.number, known->disk, &round->run->batch);
    smart_report_attributes(&all, known->disk, &round->run->batch);
    report_log_age(round, known);
}

/* Puts it on disk; where that fails, the next rounds still know. */
static void save(struct smart_round *round, const struct smart_known *known)
{
    struct error e = {0};
    if (!round->state_directory || smart_memory_save(known, round->state_directory, &e) == 0)
        return;
    probe_finding(round->run, "note", false, "", round->state_directory,
                  "what is known of the disks cannot be kept for the next run: %s", e.text);
    round->state_directory = NULL; /* said once a round */
}

void smart_report_facts(struct smart_round *round, const struct disk *disk,
                        const struct smart_facts *facts)
{
    struct smart_known *known = smart_memory_of(round->memory, disk->disk);
    if (!known) {
        report_state(round, NULL, disk->disk, 1, false);
        smart_report_numbers(facts->number, disk->disk, &round->run->batch);
        smart_report_attributes(facts, disk->disk, &round->run->batch);
        return;
    }
    smart_memory_keep(known, disk, facts, round->now_ms); /* facts may have had names of it */
    facts = NULL;
    report_state(round, known, disk->disk, 1, false);
    if (known->logs_due) {
        smart_report_numbers(known->facts.number, disk->disk, &round->run->batch);
        smart_report_attributes(&known->facts, disk->disk, &round->run->batch);
    } else {
        report_known(round, known);
    }
    save(round, known);
}

void smart_report_logs(struct smart_round *round, struct smart_known *known)
{
    struct smart_facts rest;
    smart_facts_init(&rest);
    for (int i = 0; i < SMART_NUMBERS; i++)
        if (isnan(known->facts.number[i])) /* the others have been said */
            rest.number[i] = known->logs[i];
    smart_report_numbers(rest.number, known->disk, &round->run->batch);
    report_log_age(round, known);
    save(round, known);
}

/* One of which nothing was ever read is missed as well when it is gone. */
static void save_unread(struct smart_round *round, const struct smart_known *known)
{
    if (known && !known->read_ms)
        save(round, known);
}

void smart_report_asleep(struct smart_round *round, const struct disk *disk)
{
    struct smart_known *known = smart_memory_of(round->memory, disk->disk);
    report_state(round, known, disk->disk, -1, true);
    save_unread(round, known);
    if (!known || !known->read_ms) {
        probe_finding(round->run, "note", false, disk->device, "",
                      "asleep, and not woken: nothing is known of its health yet");
        return;
    }
    report_known(round, known);
}

void smart_report_doubt(struct smart_round *round, const struct disk *disk, const char *file,
                        const char *doubt)
{
    if (doubt[0])
        probe_finding(round->run, "malformed", true, disk->device, file, "%s", doubt);
}

void smart_report_unread(struct smart_round *round, const struct disk *disk, const char *kind,
                         const char *file, const char *message)
{
    struct smart_known *known = smart_memory_of(round->memory, disk->disk);
    report_state(round, known, disk->disk, 0, false);
    save_unread(round, known);
    probe_finding(round->run, kind, true, disk->device, file, "%s", message);
}

void smart_report_unsupported(struct smart_round *round, const struct disk *disk,
                              const char *message)
{
    save_unread(round, smart_memory_of(round->memory, disk->disk));
    probe_finding(round->run, "unsupported", false, disk->device, "", "%s", message);
}

/* A stick or a card, of which nothing was ever read, that somebody has taken out. */
static bool was_plugged_in_for_a_while(const struct smart_known *known)
{
    return !known->read_ms && (strcmp(known->bus, "usb") == 0 || strcmp(known->bus, "mmc") == 0);
}

static void vanished(struct smart_known *known, void *arg)
{
    struct smart_round *round = arg;
    bool present = known->present;
    known->present = false;
    if (present)
        return;
    if (round->now_ms - known->seen_ms > SMART_FORGET_MS || was_plugged_in_for_a_while(known)) {
        if (round->state_directory)
            smart_memory_forget(known, round->state_directory);
        smart_memory_drop(round->memory, &known);
        return;
    }
    struct batch *batch = &round->run->batch;
    BATCH_SAMPLE(batch, &smart_info_metric, 1, known->disk, known->device, known->model,
                 known->serial, known->firmware, known->bus, "", "", "");
    BATCH_SAMPLE(batch, &smart_vanished_metric, 1, known->disk);
    BATCH_SAMPLE(batch, &smart_readable_metric, 0, known->disk);
    if (known->read_ms)
        BATCH_SAMPLE(batch, &smart_last_read_metric, (double)known->read_ms / 1000, known->disk);
    probe_finding(round->run, "note", false, known->device, "",
                  "the disk %s (%s, serial %s) was there and is gone", known->device,
                  known->model[0] ? known->model : "model unknown",
                  known->serial[0] ? known->serial : "unknown");
}

void smart_report_vanished(struct smart_round *round)
{
    smart_memory_walk(round->memory, vanished, round);
}

bool smart_expected(const struct disk *disk)
{
    static const char *const without[] = {"virtio", "mmc", "iscsi", "fc", "raid"};
    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++)
        if (strcmp(disk->bus, without[i]) == 0)
            return false;
    return true;
}

struct disk *smart_disk_of(struct arena *arena, const char *device, const struct smart_facts *facts)
{
    struct disk *disk = ARENA_NEW(arena, struct disk);
    *disk = (struct disk){
        .disk = arena_strdup(arena, facts->disk[0] ? facts->disk : device),
        .device = arena_strdup(arena, device),
        .paths = "",
        .sysfs = "",
        .model = arena_strdup(arena, facts->model),
        .serial = arena_strdup(arena, facts->serial),
        .firmware = arena_strdup(arena, facts->firmware),
        .wwn = arena_strdup(arena, facts->wwn),
        .bus = arena_strdup(arena, facts->bus),
        .enclosure = "",
        .bay = "",
        .bytes = facts->bytes,
        .rotational = facts->rotational,
    };
    return disk;
}
