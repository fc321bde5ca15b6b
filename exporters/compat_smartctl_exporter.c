/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "core/instant.h"
#include "exporters/compat.h"

/*
 * What smartctl_exporter has and this host's probes know; help texts and labels are its own. Its
 * counters do without _total, which is kept, so all stand as gauges here. Labels that are not known
 * (model_family, form_factor, attribute_flags_*) are absent, which is as good as empty.
 */
#define GAUGE(symbol, of_name, of_help, ...)                                                       \
    static const struct metric symbol = {                                                          \
        .name = of_name,                                                                           \
        .type = METRIC_GAUGE,                                                                      \
        .unit = "",                                                                                \
        .help = of_help,                                                                           \
        .source = "as smartctl_exporter",                                                          \
        .labels = {"device", ##__VA_ARGS__},                                                       \
    }
#define DEVICE(symbol, suffix, of_help, ...)                                                       \
    GAUGE(symbol, "smartctl_device_" suffix, of_help, ##__VA_ARGS__)

GAUGE(device_info, "smartctl_device", "Device info", "interface", "protocol", "model_name",
      "serial_number", "firmware_version");
DEVICE(attribute, "attribute", "Device attributes", "attribute_name", "attribute_value_type",
       "attribute_id");
DEVICE(smart_status, "smart_status", "General smart status");
DEVICE(status, "status", "Device status");
DEVICE(power_on, "power_on_seconds", "Device power on seconds");
DEVICE(power_cycles, "power_cycle_count", "Device power cycle count");
DEVICE(percentage_used, "percentage_used", "Device write percentage used");
DEVICE(spare, "available_spare",
       "Normalized percentage (0 to 100%) of the remaining spare capacity available");
DEVICE(spare_threshold, "available_spare_threshold",
       "When the Available Spare falls below the threshold indicated in this field, an "
       "asynchronous event completion may occur. The value is indicated as a normalized percentage "
       "(0 to 100%)");
DEVICE(critical_warning, "critical_warning",
       "This field indicates critical warnings for the state of the controller");
DEVICE(media_errors, "media_errors",
       "Contains the number of occurrences where the controller detected an unrecovered data "
       "integrity error. Errors such as uncorrectable ECC, CRC checksum failure, or LBA tag "
       "mismatch are included in this field");
DEVICE(error_entries, "num_err_log_entries",
       "Contains the number of Error Information log entries over the life of the controller");
DEVICE(temperature, "temperature", "Device temperature celsius", "temperature_type");
DEVICE(error_log, "error_log_count", "Device SMART error log count", "error_log_type");
DEVICE(test_log, "self_test_log_count", "Device SMART self test log count", "self_test_log_type");
DEVICE(recovery, "erc_seconds", "Device SMART Error Recovery Control Seconds", "op_type");
GAUGE(grown_defects, "smartctl_scsi_grown_defect_list", "Device SCSI grown defect list counter",
      "model_name", "serial_number");

enum protocol { ATA = 1, NVME = 2, SCSI = 4, ANY = ATA | NVME | SCSI };

/* One of our metrics and theirs: value times factor, for disks of these protocols. */
static const struct fact {
    const char *ours;
    const struct metric *theirs;
    double factor;
    enum protocol protocols;
    const char *second; /* the value of their second label */
    const char *label;  /* or our label that has it */
} facts[] = {
    {"forewarn_disk_healthy", &smart_status, 1, ANY, NULL, NULL},
    {"forewarn_disk_healthy", &status, 1, ANY, NULL, NULL},
    {"forewarn_disk_power_on_seconds", &power_on, 1, ANY, NULL, NULL},
    {"forewarn_disk_power_cycles_total", &power_cycles, 1, ANY, NULL, NULL},
    {"forewarn_disk_wear_ratio", &percentage_used, 100, NVME, NULL, NULL},
    {"forewarn_disk_spare_ratio", &spare, 100, NVME, NULL, NULL},
    {"forewarn_disk_spare_threshold_ratio", &spare_threshold, 100, NVME, NULL, NULL},
    {"forewarn_disk_critical_warning", &critical_warning, 1, NVME, NULL, NULL},
    {"forewarn_disk_media_errors_total", &media_errors, 1, NVME, NULL, NULL},
    {"forewarn_disk_error_log_entries_total", &error_entries, 1, NVME, NULL, NULL},
    {"forewarn_disk_error_log_entries_total", &error_log, 1, ATA, "summary", NULL},
    {"forewarn_disk_selftest_log_entries", &test_log, 1, ATA, "standard", NULL},
    {"forewarn_disk_temperature_celsius", &temperature, 1, ANY, "current", NULL},
    {"forewarn_disk_error_recovery_control_seconds", &recovery, 1, ATA, NULL, "op"},
};

struct walk {
    struct batch *batch;
    struct instant_index disks; /* forewarn_disk_info by disk */
    const struct fact *fact;
};

static enum protocol protocol_of(const struct labels *disk)
{
    const char *bus = labels_get(disk, "bus");
    return strcmp(bus, "nvme") == 0                              ? NVME
           : strcmp(bus, "sas") == 0 || strcmp(bus, "scsi") == 0 ? SCSI
                                                                 : ATA;
}

static const struct labels *disk_of(const struct walk *walk, const struct labels *labels)
{
    const struct instant *found = instant_find(&walk->disks, labels_get(labels, "disk"));
    return found ? found->labels : NULL;
}

static void put_fact(const struct labels *labels, double value, void *arg)
{
    const struct walk *walk = arg;
    const struct fact *fact = walk->fact;
    const struct labels *disk = disk_of(walk, labels);

    if (!disk || !(fact->protocols & protocol_of(disk)))
        return;
    const char *device = labels_get(disk, "device");
    const char *second = fact->label ? labels_get(labels, fact->label) : fact->second;
    if (second)
        BATCH_SAMPLE(walk->batch, fact->theirs, value * fact->factor, device, second);
    else
        BATCH_SAMPLE(walk->batch, fact->theirs, value * fact->factor, device);
}

static void put_attribute(const struct labels *labels, double value, void *arg)
{
    static const char *const types[][2] = {
        {"normalized", "value"}, {"worst", "worst"}, {"threshold", "thresh"}, {"raw", "raw"}};
    const struct walk *walk = arg;
    const struct labels *disk = disk_of(walk, labels);
    const char *type = labels_get(labels, "value");

    for (size_t i = 0; disk && i < sizeof types / sizeof *types; i++)
        if (strcmp(type, types[i][0]) == 0)
            BATCH_SAMPLE(walk->batch, &attribute, value, labels_get(disk, "device"),
                         labels_get(labels, "name"), types[i][1], labels_get(labels, "id"));
}

static void put_defects(const struct labels *labels, double value, void *arg)
{
    const struct walk *walk = arg;
    const struct labels *disk = disk_of(walk, labels);
    if (disk)
        BATCH_SAMPLE(walk->batch, &grown_defects, value, labels_get(disk, "device"),
                     labels_get(disk, "model"), labels_get(disk, "serial"));
}

static void put_disk(const struct labels *disk, double value, void *arg)
{
    static const char *const protocols[] = {[ATA] = "ATA", [NVME] = "NVMe", [SCSI] = "SCSI"};
    static const char *const interfaces[] = {[ATA] = "sat", [NVME] = "nvme", [SCSI] = "scsi"};
    const struct walk *walk = arg;
    BATCH_SAMPLE(walk->batch, &device_info, value, labels_get(disk, "device"),
                 interfaces[protocol_of(disk)], protocols[protocol_of(disk)],
                 labels_get(disk, "model"), labels_get(disk, "serial"),
                 labels_get(disk, "firmware"));
}

void compat_smartctl_exporter(const struct snapshot *snapshot, struct batch *batch)
{
    SCRATCH_ARENA(arena);
    /* Disks and what is known of them come from one source, the probe smart. */
    for (size_t i = 0; i < snapshot->source_count; i++) {
        const struct snapshot_source *source = &snapshot->sources[i];
        struct snapshot one = {.sources = source, .source_count = 1};
        struct walk walk = {.batch = batch,
                            .disks = instant_index(source->store, "forewarn_disk_info", "disk",
                                                   source->at_ms, arena)};
        if (!walk.disks.count)
            continue;
        compat_each(&one, "forewarn_disk_info", put_disk, &walk);
        compat_each(&one, "forewarn_disk_attribute", put_attribute, &walk);
        compat_each(&one, "forewarn_disk_grown_defects", put_defects, &walk);
        for (size_t k = 0; k < sizeof facts / sizeof *facts; k++) {
            walk.fact = &facts[k];
            compat_each(&one, facts[k].ours, put_fact, &walk);
        }
    }
}
