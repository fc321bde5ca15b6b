/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/snmp_objects.h"

#include "config.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define KIB (1.0 / 1024)
#define MIB (1.0 / (1024 * 1024))

/* Shorthands for struct snmp_object; n is the last arc. */
#define OWN(name, n, type, from)                                                                   \
    {                                                                                              \
        name, n, type, from, NULL, NULL, NULL, 0                                                   \
    }
#define INDEX(name) OWN(name, 1, SNMP_INDEX, FROM_NUMBER)
#define LABEL(name, n, metric, label)                                                              \
    {                                                                                              \
        name, n, SNMP_TEXT, FROM_LABEL, metric, label, NULL, 0                                     \
    }
#define VALUE(name, n, type, metric, factor)                                                       \
    {                                                                                              \
        name, n, type, FROM_METRIC, metric, NULL, NULL, factor                                     \
    }
#define WHERE(name, n, type, metric, label, is)                                                    \
    {                                                                                              \
        name, n, type, FROM_METRIC, metric, label, is, 0                                           \
    }
#define ALERT(name, n, from, key)                                                                  \
    {                                                                                              \
        name, n, SNMP_TEXT, from, NULL, key, NULL, 0                                               \
    }

const uint32_t snmp_root[] = {FOREWARN_OID};
const size_t snmp_root_length = COUNT(snmp_root);
_Static_assert(COUNT(snmp_root) <= SNMP_MAX_ROOT, "configure checks it");

const struct snmp_object snmp_scalars[] = {
    OWN("fwAgentVersion", 1, SNMP_TEXT, FROM_VERSION),
    OWN("fwAgentHost", 2, SNMP_TEXT, FROM_HOST),
    OWN("fwAgentLastTick", 3, SNMP_DATE, FROM_TIME),
    OWN("fwAgentAlarms", 4, SNMP_GAUGE, FROM_COUNT),
    OWN("fwAgentAlarmSequence", 5, SNMP_GAUGE, FROM_SEQUENCE),
    OWN("fwAgentAlarmLastChange", 6, SNMP_DATE, FROM_CHANGED),
};
const size_t snmp_scalar_count = COUNT(snmp_scalars);

#define DISK(suffix) "forewarn_disk_" suffix

static const struct snmp_object disk_columns[] = {
    INDEX("fwDiskIndex"),
    LABEL("fwDiskId", 2, DISK("info"), "disk"),
    LABEL("fwDiskDevice", 3, DISK("info"), "device"),
    LABEL("fwDiskModel", 4, DISK("info"), "model"),
    LABEL("fwDiskSerial", 5, DISK("info"), "serial"),
    LABEL("fwDiskFirmware", 6, DISK("info"), "firmware"),
    LABEL("fwDiskBus", 7, DISK("info"), "bus"),
    LABEL("fwDiskEnclosure", 8, DISK("info"), "enclosure"),
    LABEL("fwDiskBay", 9, DISK("info"), "bay"),
    VALUE("fwDiskReadable", 10, SNMP_TRUTH, DISK("readable"), 0),
    VALUE("fwDiskAsleep", 11, SNMP_TRUTH, DISK("asleep"), 0),
    VALUE("fwDiskLastRead", 12, SNMP_DATE, DISK("last_read_timestamp_seconds"), 0),
    VALUE("fwDiskHealthy", 13, SNMP_TRUTH, DISK("healthy"), 0),
    VALUE("fwDiskReallocatedSectors", 14, SNMP_GAUGE, DISK("reallocated_sectors"), 0),
    VALUE("fwDiskPendingSectors", 15, SNMP_GAUGE, DISK("pending_sectors"), 0),
    VALUE("fwDiskOfflineUncorrectable", 16, SNMP_GAUGE, DISK("offline_uncorrectable_sectors"), 0),
    VALUE("fwDiskReportedUncorrectable", 17, SNMP_COUNTER64,
          DISK("reported_uncorrectable_errors_total"), 0),
    VALUE("fwDiskCrcErrors", 18, SNMP_COUNTER64, DISK("crc_errors_total"), 0),
    VALUE("fwDiskGrownDefects", 19, SNMP_GAUGE, DISK("grown_defects"), 0),
    VALUE("fwDiskMediaErrors", 20, SNMP_COUNTER64, DISK("media_errors_total"), 0),
    VALUE("fwDiskSpare", 21, SNMP_GAUGE, DISK("spare_ratio"), 100),
    VALUE("fwDiskSpareThreshold", 22, SNMP_GAUGE, DISK("spare_threshold_ratio"), 100),
    VALUE("fwDiskWear", 23, SNMP_GAUGE, DISK("wear_ratio"), 100),
    VALUE("fwDiskCriticalWarning", 24, SNMP_GAUGE, DISK("critical_warning"), 0),
    VALUE("fwDiskTemperature", 25, SNMP_INTEGER, DISK("temperature_celsius"), 0),
    VALUE("fwDiskPowerOnHours", 26, SNMP_GAUGE, DISK("power_on_seconds"), 1.0 / 3600),
    VALUE("fwDiskSelfTestPassed", 27, SNMP_TRUTH, DISK("selftest_passed"), 0),
    VALUE("fwDiskIoErrors", 28, SNMP_COUNTER64, DISK("io_errors_total"), 0),
    VALUE("fwDiskIoTimeouts", 29, SNMP_COUNTER64, DISK("io_timeouts_total"), 0),
};

#define MD(suffix) "forewarn_md_" suffix

static const struct snmp_object array_columns[] = {
    INDEX("fwArrayIndex"),
    LABEL("fwArrayName", 2, MD("info"), "array"),
    LABEL("fwArrayLevel", 3, MD("info"), "level"),
    LABEL("fwArrayMetadata", 4, MD("info"), "metadata"),
    LABEL("fwArrayUuid", 5, MD("info"), "uuid"),
    LABEL("fwArrayMdadmName", 6, MD("info"), "name"),
    LABEL("fwArrayState", 7, MD("state"), "state"),
    VALUE("fwArrayMembersWanted", 8, SNMP_GAUGE, MD("disks_wanted"), 0),
    WHERE("fwArrayMembersInSync", 9, SNMP_GAUGE, MD("disks"), "state", "in_sync"),
    WHERE("fwArrayMembersRebuilding", 10, SNMP_GAUGE, MD("disks"), "state", "rebuilding"),
    WHERE("fwArrayMembersSpare", 11, SNMP_GAUGE, MD("disks"), "state", "spare"),
    WHERE("fwArrayMembersFaulty", 12, SNMP_GAUGE, MD("disks"), "state", "faulty"),
    WHERE("fwArrayMembersMissing", 13, SNMP_GAUGE, MD("disks"), "state", "missing"),
    VALUE("fwArrayRedundancy", 14, SNMP_INTEGER, MD("redundancy"), 0),
    LABEL("fwArraySync", 15, MD("sync"), "action"),
    LABEL("fwArraySyncWaiting", 16, MD("sync_waiting"), "why"),
    VALUE("fwArraySyncCompleted", 17, SNMP_GAUGE, MD("sync_completed_ratio"), 10000),
    VALUE("fwArraySyncSpeed", 18, SNMP_GAUGE, MD("sync_speed_bytes_per_second"), KIB),
    VALUE("fwArraySize", 19, SNMP_GAUGE, MD("size_bytes"), MIB),
    VALUE("fwArrayMismatches", 20, SNMP_GAUGE, MD("mismatches"), 0),
};

static const struct snmp_object member_columns[] = {
    INDEX("fwMemberIndex"),
    LABEL("fwMemberSlot", 2, MD("member_state"), "slot"),
    LABEL("fwMemberDevice", 3, MD("member_state"), "device"),
    LABEL("fwMemberDisk", 4, MD("member_info"), "disk"),
    LABEL("fwMemberState", 5, MD("member_state"), "state"),
    VALUE("fwMemberErrors", 6, SNMP_COUNTER64, MD("member_errors_total"), 0),
    WHERE("fwMemberBadBlocks", 7, SNMP_GAUGE, MD("member_bad_blocks"), "acknowledged", "yes"),
    WHERE("fwMemberNewBadBlocks", 8, SNMP_GAUGE, MD("member_bad_blocks"), "acknowledged", "no"),
};

#define LOCK(suffix) "forewarn_nfs_lock_callback_" suffix

static const struct snmp_object lock_columns[] = {
    INDEX("fwNfsLockIndex"),
    LABEL("fwNfsLockMount", 2, LOCK("up"), "mount"),
    LABEL("fwNfsLockServer", 3, LOCK("up"), "server"),
    LABEL("fwNfsLockAddress", 4, LOCK("up"), "address"),
    LABEL("fwNfsLockProgram", 5, LOCK("up"), "program"),
    LABEL("fwNfsLockTransport", 6, LOCK("up"), "transport"),
    VALUE("fwNfsLockUp", 7, SNMP_TRUTH, LOCK("up"), 0),
    VALUE("fwNfsLockMilliseconds", 8, SNMP_GAUGE, LOCK("seconds"), 1000),
};

#define MAIL(suffix) "forewarn_mail_" suffix

static const struct snmp_object mail_columns[] = {
    INDEX("fwMailIndex"),
    LABEL("fwMailStore", 2, MAIL("mailboxes"), "store"),
    WHERE("fwMailSound", 3, SNMP_GAUGE, MAIL("mailboxes"), "verdict", "sound"),
    WHERE("fwMailDamaged", 4, SNMP_GAUGE, MAIL("mailboxes"), "verdict", "damaged"),
    WHERE("fwMailSuspect", 5, SNMP_GAUGE, MAIL("mailboxes"), "verdict", "suspect"),
    WHERE("fwMailUnreadable", 6, SNMP_GAUGE, MAIL("mailboxes"), "verdict", "unreadable"),
    WHERE("fwMailUnseen", 7, SNMP_GAUGE, MAIL("mailboxes"), "verdict", "unseen"),
    VALUE("fwMailIndexRebuilds", 8, SNMP_COUNTER64, MAIL("index_rebuilds_total"), 0),
    VALUE("fwMailOldestLook", 9, SNMP_GAUGE, MAIL("oldest_look_seconds"), 0),
};

static const struct snmp_object alarm_columns[] = {
    INDEX("fwAlarmIndex"),
    OWN("fwAlarmSequence", 2, SNMP_GAUGE, FROM_SEQUENCE),
    OWN("fwAlarmLastChange", 3, SNMP_DATE, FROM_CHANGED),
    OWN("fwAlarmSeverity", 4, SNMP_SEVERITY, FROM_SEVERITY),
    OWN("fwAlarmName", 5, SNMP_TEXT, FROM_ALERT),
    OWN("fwAlarmSince", 6, SNMP_DATE, FROM_SINCE),
    ALERT("fwAlarmArray", 7, FROM_ALERTS, "array"),
    ALERT("fwAlarmMember", 8, FROM_ALERTS, "slot"),
    ALERT("fwAlarmDevice", 9, FROM_ALERTS, "device"),
    ALERT("fwAlarmModel", 10, FROM_ALERTS, "model"),
    ALERT("fwAlarmSerial", 11, FROM_ALERTS, "serial"),
    ALERT("fwAlarmSummary", 12, FROM_ANNOTATION, "summary"),
    ALERT("fwAlarmDescription", 13, FROM_ANNOTATION, "description"),
    ALERT("fwAlarmAction", 14, FROM_ANNOTATION, "action"),
    OWN("fwAlarmLabels", 15, SNMP_TEXT, FROM_LABELS),
};

const struct snmp_table snmp_tables[] = {
    {"fwDiskEntry",
     SNMP_DISKS,
     "disk",
     DISK("info"),
     {"disk"},
     {"disk"},
     NULL,
     disk_columns,
     COUNT(disk_columns)},
    {"fwArrayEntry",
     SNMP_ARRAYS,
     "array",
     MD("info"),
     {"array"},
     {"uuid"},
     NULL,
     array_columns,
     COUNT(array_columns)},
    {"fwMemberEntry",
     SNMP_MEMBERS,
     "member",
     MD("member_state"),
     {"array", "slot", "device"},
     {"array", "slot"},
     "array",
     member_columns,
     COUNT(member_columns)},
    {"fwNfsLockEntry",
     SNMP_NFS_LOCKS,
     "nfs",
     LOCK("up"),
     {"mount", "server", "address", "program", "transport"},
     {NULL},
     NULL,
     lock_columns,
     COUNT(lock_columns)},
    {"fwMailEntry",
     SNMP_MAIL_STORES,
     "mail",
     MAIL("mailboxes"),
     {"store"},
     {"store"},
     NULL,
     mail_columns,
     COUNT(mail_columns)},
    {"fwAlarmEntry",
     SNMP_ALARMS,
     "alarm",
     NULL,
     {NULL},
     {NULL},
     NULL,
     alarm_columns,
     COUNT(alarm_columns)},
};
const size_t snmp_table_count = COUNT(snmp_tables);

enum { OF_HEARTBEAT = 4 };

const struct snmp_object snmp_event_objects[] = {
    OWN("fwEventId", 1, SNMP_TEXT, FROM_ID),
    OWN("fwEventSequence", 2, SNMP_GAUGE, FROM_SEQUENCE),
    OWN("fwEventHost", 3, SNMP_TEXT, FROM_HOST),
    OWN("fwEventTime", 4, SNMP_DATE, FROM_TIME),
    OWN("fwEventSeverity", 5, SNMP_SEVERITY, FROM_SEVERITY),
    OWN("fwEventAlarm", 6, SNMP_TEXT, FROM_ALERT),
    OWN("fwEventSince", 7, SNMP_DATE, FROM_SINCE),
    ALERT("fwEventArray", 8, FROM_ALERTS, "array"),
    ALERT("fwEventMember", 9, FROM_ALERTS, "slot"),
    ALERT("fwEventDevice", 10, FROM_ALERTS, "device"),
    ALERT("fwEventModel", 11, FROM_ALERTS, "model"),
    ALERT("fwEventSerial", 12, FROM_ALERTS, "serial"),
    ALERT("fwEventSummary", 13, FROM_ANNOTATION, "summary"),
    ALERT("fwEventAction", 14, FROM_ANNOTATION, "action"),
    OWN("fwEventLabels", 15, SNMP_TEXT, FROM_LABELS),
};
const size_t snmp_event_object_count = COUNT(snmp_event_objects);

const struct snmp_notification snmp_notifications[] = {
    {"fwAlarmRaised", 1, COUNT(snmp_event_objects)},
    {"fwAlarmChanged", 2, COUNT(snmp_event_objects)},
    {"fwAlarmRepeated", 3, COUNT(snmp_event_objects)},
    {"fwAlarmCleared", 4, COUNT(snmp_event_objects)},
    {"fwHeartbeat", 5, OF_HEARTBEAT},
    {"fwTest", 6, COUNT(snmp_event_objects)},
};
const size_t snmp_notification_count = COUNT(snmp_notifications);
