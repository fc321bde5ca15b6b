/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/blockstat.h"

const struct metric blockstat_io_errors = {
    .name = "forewarn_disk_io_errors_total",
    .type = METRIC_COUNTER,
    .unit = "",
    .help =
        "Commands to the disk that ended in an error since the kernel found it, without those by "
        "which the agent asks for SMART values; a handful is usual.",
    .source = "/sys/block/DISK/device/ioerr_cnt",
    .labels = {"disk"},
};

const struct metric blockstat_io_timeouts = {
    .name = "forewarn_disk_io_timeouts_total",
    .type = METRIC_COUNTER,
    .unit = "",
    .help = "Commands that the disk did not answer within the kernel's time limit.",
    .source = "/sys/block/DISK/device/iotmo_cnt",
    .labels = {"disk"},
};

const struct metric blockstat_outstanding = {
    .name = "forewarn_disk_requests_outstanding",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "Requests that were handed to the disk and have not come back.",
    .source = "/sys/block/DISK/device/iorequest_cnt, iodone_cnt, iotmo_cnt; inflight",
    .labels = {"disk"},
};

const struct metric blockstat_outstanding_seconds = {
    .name = "forewarn_disk_requests_outstanding_seconds",
    .type = METRIC_GAUGE,
    .unit = "seconds",
    .help = "For how long, at least, the disk has had requests and completed none; 0 when it "
            "completes some or has none. Not given for a single look at a recording.",
    .source = "the same, from one look to the next",
    .labels = {"disk"},
};

const struct metric blockstat_in_flight = {
    .name = "forewarn_disk_requests_in_flight",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "Requests that the block layer waits for at this moment.",
    .source = "/sys/block/DISK/inflight",
    .labels = {"disk"},
};

const struct metric blockstat_command_timeout = {
    .name = "forewarn_disk_command_timeout_seconds",
    .type = METRIC_GAUGE,
    .unit = "seconds",
    .help = "After how long the kernel gives up on a command and resets the disk.",
    .source = "/sys/block/DISK/device/timeout, else queue/io_timeout",
    .labels = {"disk"},
};

const struct metric blockstat_device_state = {
    .name = "forewarn_disk_device_state",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "1 for the state in which the kernel has the device: running, offline, blocked; live, "
            "dead for NVMe. A disk on several paths has one for each state that a path is in.",
    .source = "/sys/block/DISK/device/state",
    .labels = {"disk", "state"},
};

const struct metric blockstat_write_protected = {
    .name = "forewarn_disk_write_protected",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "1 when the kernel refuses to write to the disk.",
    .source = "/sys/block/DISK/ro",
    .labels = {"disk"},
};

const struct metric blockstat_removable = {
    .name = "forewarn_disk_removable",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "1 when the medium can be taken out.",
    .source = "/sys/block/DISK/removable",
    .labels = {"disk"},
};

const struct metric blockstat_fs_info = {
    .name = "forewarn_filesystem_info",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "1 for each disk that a mounted filesystem lies on.",
    .source = "/proc/1/mountinfo, /sys/class/block/DEVICE/slaves",
    .labels = {"device", "mountpoint", "fstype", "disk"},
};

const struct metric blockstat_fs_read_only = {
    .name = "forewarn_filesystem_read_only",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "1 when a filesystem that was mounted for writing takes no writes any more; 0 for one "
            "that was mounted read-only.",
    .source = "/proc/1/mountinfo: options of the mount against those of the super block",
    .labels = {"device", "mountpoint", "fstype"},
};

const struct metric blockstat_fs_errors = {
    .name = "forewarn_filesystem_errors_total",
    .type = METRIC_COUNTER,
    .unit = "",
    .help = "Errors that ext4 found in its own structures, since the last fsck.",
    .source = "/sys/fs/ext4/DEVICE/errors_count",
    .labels = {"device", "mountpoint"},
};

const struct metric blockstat_fs_first_error = {
    .name = "forewarn_filesystem_first_error_timestamp_seconds",
    .type = METRIC_GAUGE,
    .unit = "seconds",
    .help = "When ext4 found the first of these errors.",
    .source = "/sys/fs/ext4/DEVICE/first_error_time",
    .labels = {"device", "mountpoint"},
};

const struct metric blockstat_fs_last_error = {
    .name = "forewarn_filesystem_last_error_timestamp_seconds",
    .type = METRIC_GAUGE,
    .unit = "seconds",
    .help = "When ext4 found the last of these errors.",
    .source = "/sys/fs/ext4/DEVICE/last_error_time",
    .labels = {"device", "mountpoint"},
};

const struct metric blockstat_fs_error_info = {
    .name = "forewarn_filesystem_last_error_info",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "1, with the kernel function that met the last error and the block that it was about.",
    .source = "/sys/fs/ext4/DEVICE/last_error_func, last_error_block",
    .labels = {"device", "mountpoint", "function", "block"},
};

const struct metric *const blockstat_metrics[] = {BLOCKSTAT_METRICS, NULL};
