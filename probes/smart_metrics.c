/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/blockstat.h"
#include "probes/smart_round.h"

/*
 * Every metric has the label disk. Source names the ATA
 * attribute's number, the field of the NVMe health log (NVM Express base specification, log page
 * 02h) or of smartctl's JSON.
 */
#define METRIC(n, t, u, h, s)                                                                      \
    {                                                                                              \
        .name = "forewarn_disk_" n, .type = t, .unit = u, .help = h, .source = s, .labels = {      \
            "disk"                                                                                 \
        }                                                                                          \
    }
#define GAUGE(n, u, h, s)   METRIC(n, METRIC_GAUGE, u, h, s)
#define COUNTER(n, u, h, s) METRIC(n "_total", METRIC_COUNTER, u, h, s)

static const struct metric numbers[SMART_NUMBERS] = {
    [SMART_HEALTHY] =
        GAUGE("healthy", "", "The disk's own verdict: 1 good, 0 it expects to fail.",
              "ATA SMART RETURN STATUS; SCSI informational exceptions; NVMe critical_warning is 0"),
    [SMART_REALLOCATED] =
        GAUGE("reallocated_sectors", "", "Sectors that the disk has replaced by spare ones.",
              "ATA attribute 5, or device statistics"),
    [SMART_PENDING] =
        GAUGE("pending_sectors", "", "Sectors that cannot be read and wait for a write.",
              "ATA attribute 197, or device statistics; SCSI pending defects log"),
    [SMART_OFFLINE_UNCORRECTABLE] =
        GAUGE("offline_uncorrectable_sectors", "",
              "Sectors that the disk's own scan could not read.", "ATA attribute 198"),
    [SMART_REPORTED_UNCORRECTABLE] =
        COUNTER("reported_uncorrectable_errors", "",
                "Errors that the disk could not correct and reported to the host.",
                "ATA attribute 187, or device statistics; SCSI error counter logs"),
    [SMART_CRC_ERRORS] =
        COUNTER("crc_errors", "", "Transfers damaged between disk and host: cable, backplane.",
                "ATA attribute 199, or device statistics"),
    [SMART_GROWN_DEFECTS] =
        GAUGE("grown_defects", "", "Entries in the grown defect list.", "SCSI READ DEFECT DATA"),
    [SMART_MEDIA_ERRORS] =
        COUNTER("media_errors", "", "Times that data could not be recovered from the medium.",
                "NVMe media_errors"),
    [SMART_SPARE] = GAUGE("spare_ratio", "ratio", "Spare capacity that is left, 1 when new.",
                          "NVMe available_spare; ATA attributes 232, 170, 180, 179"),
    [SMART_SPARE_THRESHOLD] =
        GAUGE("spare_threshold_ratio", "ratio", "Spare capacity that the maker calls too little.",
              "NVMe available_spare_threshold; threshold of the ATA attribute"),
    [SMART_WEAR] =
        GAUGE("wear_ratio", "ratio", "Part of the rated life that is used up; may pass 1.",
              "NVMe percentage_used; ATA device statistics or attributes; SCSI SSD media log"),
    [SMART_CRITICAL_WARNING] =
        GAUGE("critical_warning", "",
              "Bits: 1 spare, 2 temperature, 4 reliability, 8 read-only, 16 backup, 32 PMR.",
              "NVMe critical_warning"),
    [SMART_TEMPERATURE] = GAUGE("temperature_celsius", "celsius", "Temperature now.",
                                "ATA attributes 194, 190; NVMe temperature; SCSI temperature log"),
    [SMART_POWER_ON] = GAUGE("power_on_seconds", "seconds", "Time that the disk was powered.",
                             "ATA attribute 9; NVMe power_on_hours; SCSI power_on_time"),
    [SMART_COMMAND_TIMEOUTS] = COUNTER("command_timeouts", "", "Commands that took too long.",
                                       "ATA attribute 188, its first word where it is packed"),
    [SMART_SPIN_RETRIES] = COUNTER(
        "spin_retries", "", "Attempts to spin up after a first failed one.", "ATA attribute 10"),
    [SMART_END_TO_END_ERRORS] =
        COUNTER("end_to_end_errors", "", "Data damaged inside the disk, on its way to the host.",
                "ATA attribute 184"),
    [SMART_START_STOP_CYCLES] = COUNTER("start_stop_cycles", "", "Spin-ups.",
                                        "ATA attribute 4; SCSI start-stop cycle counter"),
    [SMART_LOAD_CYCLES] = COUNTER("load_cycles", "", "Times that the heads were parked.",
                                  "ATA attributes 193, 225; SCSI start-stop cycle counter"),
    [SMART_POWER_CYCLES] = COUNTER("power_cycles", "", "Times that power was switched on.",
                                   "ATA attribute 12; NVMe power_cycles"),
    [SMART_UNSAFE_SHUTDOWNS] =
        COUNTER("unsafe_shutdowns", "", "Times that power went away without notice.",
                "ATA attribute 192; NVMe unsafe_shutdowns"),
    [SMART_SELFTEST_PASSED] =
        GAUGE("selftest_passed", "", "The last self-test that came to its end: 1 passed, 0 failed.",
              "ATA, SCSI and NVMe self-test logs"),
    [SMART_SELFTEST_AGE] =
        GAUGE("selftest_age_seconds", "seconds", "Power-on time since that self-test.",
              "ATA, SCSI and NVMe self-test logs"),
    [SMART_SELFTEST_LOG] =
        GAUGE("selftest_log_entries", "",
              "Self-tests in the disk's log, those that were aborted too; absent where there is no "
              "log or it was not read.",
              "ATA and NVMe self-test logs; SCSI's when it is not empty"),
    [SMART_ERC_READ] = {.name = "forewarn_disk_error_recovery_control_seconds",
                        .type = METRIC_GAUGE,
                        .unit = "seconds",
                        .help = "How long the disk tries to read or write before it gives up; 0: "
                                "as long as it likes.",
                        .source = "SCT error recovery control (smartctl -l scterc)",
                        .labels = {"disk", "op"}},
    [SMART_ERROR_LOG] = COUNTER("error_log_entries", "", "Entries the error log ever had.",
                                "ATA error log; NVMe num_err_log_entries (mostly noise)"),
    [SMART_ERROR_LOG_RELEVANT] =
        GAUGE("error_log_relevant_entries", "",
              "Entries now in the error log that speak of the medium or the transfer, not of a "
              "command the disk does not know.",
              "ATA error log: UNC, IDNF, ICRC; NVMe error log: status types 2 and 0/04h, 06h, 80h"),
    [SMART_COMMAND_RESETS] =
        COUNTER("command_resets", "", "Resets by the host while a command was outstanding.",
                "ATA device statistics, page 4"),
    [SMART_START_FAILURES] = COUNTER("start_failures", "", "Mechanical start failures.",
                                     "ATA device statistics, page 3"),
    [SMART_OVER_TEMPERATURE] =
        COUNTER("over_temperature_seconds", "seconds", "Time spent hotter than the maker allows.",
                "ATA device statistics, page 5; NVMe critical_comp_time"),
};

const struct metric smart_attribute_metric = {
    .name = "forewarn_disk_attribute",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "An ATA attribute as the disk says it: raw, normalized, worst or threshold.",
    .source = "ATA SMART READ DATA, READ THRESHOLDS",
    .labels = {"disk", "id", "name", "value"},
};

const struct metric smart_decoded_metric = {
    .name = "forewarn_disk_attribute_decoded",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "What a raw value that is packed counts: errors, degrees, hours, milliseconds. Absent "
            "where raw is the number.",
    .source = "forewarn_disk_attribute, words as the makers pack them",
    .labels = {"disk", "id", "name"},
};

const struct metric *smart_metric(enum smart_number number)
{
    return &numbers[number == SMART_ERC_WRITE ? SMART_ERC_READ : number];
}

const struct metric *const smart_metrics[] = {
    &smart_info_metric,
    &smart_readable_metric,
    &smart_asleep_metric,
    &smart_last_read_metric,
    &smart_log_age_metric,
    &smart_vanished_metric,
    &smart_attribute_metric,
    &smart_decoded_metric,
    &numbers[SMART_HEALTHY],
    &numbers[SMART_REALLOCATED],
    &numbers[SMART_PENDING],
    &numbers[SMART_OFFLINE_UNCORRECTABLE],
    &numbers[SMART_REPORTED_UNCORRECTABLE],
    &numbers[SMART_CRC_ERRORS],
    &numbers[SMART_GROWN_DEFECTS],
    &numbers[SMART_MEDIA_ERRORS],
    &numbers[SMART_SPARE],
    &numbers[SMART_SPARE_THRESHOLD],
    &numbers[SMART_WEAR],
    &numbers[SMART_CRITICAL_WARNING],
    &numbers[SMART_TEMPERATURE],
    &numbers[SMART_POWER_ON],
    &numbers[SMART_COMMAND_TIMEOUTS],
    &numbers[SMART_SPIN_RETRIES],
    &numbers[SMART_END_TO_END_ERRORS],
    &numbers[SMART_START_STOP_CYCLES],
    &numbers[SMART_LOAD_CYCLES],
    &numbers[SMART_POWER_CYCLES],
    &numbers[SMART_UNSAFE_SHUTDOWNS],
    &numbers[SMART_SELFTEST_PASSED],
    &numbers[SMART_SELFTEST_AGE],
    &numbers[SMART_SELFTEST_LOG],
    &numbers[SMART_ERC_READ],
    &numbers[SMART_ERROR_LOG],
    &numbers[SMART_ERROR_LOG_RELEVANT],
    &numbers[SMART_COMMAND_RESETS],
    &numbers[SMART_START_FAILURES],
    &numbers[SMART_OVER_TEMPERATURE],
    BLOCKSTAT_METRICS,
    NULL,
};
