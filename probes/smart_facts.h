/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_SMART_FACTS_H
#define PROBES_SMART_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/batch.h"

/*
 * What a disk says of itself, the same for ATA, SAS and NVMe. Each source (attributes of ATA, the
 * NVMe health log, smartctl's JSON) fills what it knows; what nobody knows is NAN and gives no
 * sample.
 */
enum smart_number {
    SMART_HEALTHY, /* the disk's own verdict: 1 good, 0 it expects to fail */
    SMART_REALLOCATED,
    SMART_PENDING,
    SMART_OFFLINE_UNCORRECTABLE,
    SMART_REPORTED_UNCORRECTABLE,
    SMART_CRC_ERRORS,
    SMART_GROWN_DEFECTS,
    SMART_MEDIA_ERRORS,
    SMART_SPARE,
    SMART_SPARE_THRESHOLD,
    SMART_WEAR,
    SMART_CRITICAL_WARNING,
    SMART_TEMPERATURE,
    SMART_POWER_ON,
    SMART_COMMAND_TIMEOUTS,
    SMART_SPIN_RETRIES,
    SMART_END_TO_END_ERRORS,
    SMART_START_STOP_CYCLES,
    SMART_LOAD_CYCLES,
    SMART_POWER_CYCLES,
    SMART_UNSAFE_SHUTDOWNS,
    SMART_SELFTEST_PASSED,
    SMART_SELFTEST_AGE, /* in seconds of power-on time */
    SMART_SELFTEST_LOG, /* entries, of whatever result */
    SMART_ERC_READ,     /* seconds, 0: no limit */
    SMART_ERC_WRITE,
    SMART_ERROR_LOG,
    SMART_ERROR_LOG_RELEVANT,
    SMART_COMMAND_RESETS,
    SMART_START_FAILURES,
    SMART_OVER_TEMPERATURE, /* seconds */
    SMART_NUMBERS
};

/* One attribute of the ATA table as the disk has it. */
struct smart_attribute {
    uint8_t id;
    int value, worst, threshold; /* -1: not known */
    uint64_t raw;                /* 48 bits, or what smartctl makes of more */
    double decoded;              /* what raw counts with its packed words taken apart; NAN: raw */
    const char *name;            /* as smartmontools calls it */
};

/* Strings live in the arena the facts were made with, and are "" where nothing is known. */
struct smart_facts {
    const char *disk; /* stable identity as in probes/identity.h */
    const char *model, *serial, *firmware, *wwn;
    const char *bus; /* ata sas scsi nvme, "" */
    uint64_t bytes;  /* 0: not known */
    int rotational;  /* 1, 0, -1: not known */
    double number[SMART_NUMBERS];
    struct smart_attribute *attributes;
    size_t attribute_count;
    const char *doubt; /* what of this cannot be, or lacks, so that it does not tell all; "" */
};

void smart_facts_init(struct smart_facts *facts);

/* Sets a number that nobody has set yet. */
void smart_set(struct smart_facts *facts, enum smart_number number, double value);

/*
 * Forgets a spare of 0 below a threshold of 0: that is a device that does not keep it (emulated
 * ones), as every real one is worn out long before.
 */
void smart_facts_doubt_spare(struct smart_facts *facts);

/*
 * Forgets numbers that no disk can have and looks for what every disk of its kind tells; the first
 * of it all is facts->doubt. For what other programs wrote: a disk itself cannot lie that much.
 */
void smart_facts_doubt(struct smart_facts *facts, struct arena *arena);

/* Takes from other what facts lacks. */
void smart_facts_fill(struct smart_facts *facts, const double other[SMART_NUMBERS]);

/*
 * Gives the attributes the names that another source has for them: smartctl's database knows what
 * they are called on this very model.
 */
void smart_facts_rename(struct smart_facts *facts, const struct smart_facts *names);

/* Whether anything at all is known of the disk's health. */
bool smart_facts_any(const struct smart_facts *facts);

/* Adds what is known of number[] as samples of this disk (its stable identity). */
void smart_report_numbers(const double number[SMART_NUMBERS], const char *disk,
                          struct batch *batch);
void smart_report_attributes(const struct smart_facts *facts, const char *disk,
                             struct batch *batch);

/* The number's metric, for the probe's list and for files that keep numbers by name. */
const struct metric *smart_metric(enum smart_number number);
extern const struct metric smart_attribute_metric, smart_decoded_metric;

/* All metrics of the probe, NULL at the end. */
extern const struct metric *const smart_metrics[];

#endif
