/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_SNMP_OBJECTS_H
#define EXPORTERS_SNMP_OBJECTS_H

#include <stddef.h>
#include <stdint.h>

/*
 * What FOREWARN-MIB (contrib/mib) defines, and where each object's value comes from: the one table
 * that notifications and the AgentX subagent are made from. A test holds it against the MIB.
 *
 * Below the root stand notifications (.0), objects (.1) and conformance (.2); numbers here are the
 * arcs behind .1. A number once given keeps its meaning: managers store it.
 */
enum { SNMP_NOTIFICATIONS = 0, SNMP_OBJECTS = 1 };

/* The root's arcs, as configured when this was built. */
enum { SNMP_MAX_ROOT = 16 };
extern const uint32_t snmp_root[];
extern const size_t snmp_root_length;

/* Arcs of objects. */
enum {
    SNMP_AGENT = 1,
    SNMP_DISKS,
    SNMP_ARRAYS,
    SNMP_MEMBERS,
    SNMP_NFS_LOCKS,
    SNMP_MAIL_STORES,
    SNMP_ALARMS,
    SNMP_EVENT,
};

enum snmp_type {
    SNMP_INDEX,     /* Integer32 (1..2147483647), not accessible: it stands in the OID */
    SNMP_TEXT,      /* FwText: UTF-8, at most SNMP_MAX_TEXT bytes */
    SNMP_INTEGER,   /* Integer32 */
    SNMP_GAUGE,     /* Gauge32; what is more stands still at its end */
    SNMP_COUNTER64, /* Counter64 */
    SNMP_TRUTH,     /* TruthValue */
    SNMP_DATE,      /* DateAndTime, in UTC */
    SNMP_SEVERITY,  /* FwSeverity: info(1), warning(2), critical(3) */
};

enum { SNMP_MAX_TEXT = 255 };

/* Where a value comes from. */
enum snmp_from {
    FROM_METRIC,     /* a metric's value */
    FROM_LABEL,      /* a label of those of the metric's series whose value is not 0 */
    FROM_NUMBER,     /* the row's number */
    FROM_VERSION,    /* forewarn's */
    FROM_HOST,       /* the snapshot's, the event's */
    FROM_TIME,       /* of the tick, of the event */
    FROM_COUNT,      /* of alarms */
    FROM_SEQUENCE,   /* of the alarm's last change, the last of all; of the event */
    FROM_CHANGED,    /* when that was */
    FROM_ID,         /* the event's */
    FROM_ALERT,      /* the alert's name */
    FROM_LABELS,     /* all its labels */
    FROM_SEVERITY,   /* the alert's */
    FROM_SINCE,      /* when it began */
    FROM_ALERTS,     /* one of the alert's labels */
    FROM_ANNOTATION, /* one of its annotations */
};

struct snmp_object {
    const char *name; /* in the MIB */
    uint8_t number;   /* its last arc (before the .0 of a scalar) */
    enum snmp_type type;
    enum snmp_from from;
    const char *metric;
    const char *label; /* that is taken; with FROM_METRIC: that must have the value `is` */
    const char *is;
    double factor; /* the metric's value times this; 0: as it is */
};

enum { SNMP_MAX_KEYS = 5 };

struct snmp_table {
    const char *name;                    /* of the rows in the MIB: "fwDiskEntry" */
    uint8_t number;                      /* of the table */
    const char *kind;                    /* what its rows' numbers are remembered as */
    const char *rows;                    /* each series of this metric, by its keys, is a row */
    const char *keys[SNMP_MAX_KEYS + 1]; /* labels that tell one row from another */
    const char *named_by[3]; /* labels of that metric that a row's number is remembered by */
    const char *within;      /* the kind of table that has the first key's row, whose number
                                stands before; NULL: none */
    const struct snmp_object *columns;
    size_t count;
};

extern const struct snmp_object snmp_scalars[]; /* of SNMP_AGENT */
extern const size_t snmp_scalar_count;

extern const struct snmp_table snmp_tables[]; /* by number; those of metrics, then SNMP_ALARMS */
extern const size_t snmp_table_count;

/* The objects of a notification, in their order; of a heartbeat only the first few. */
extern const struct snmp_object snmp_event_objects[];
extern const size_t snmp_event_object_count;

struct snmp_notification {
    const char *name;
    uint8_t number;
    size_t objects; /* how many it carries */
};

extern const struct snmp_notification snmp_notifications[]; /* by enum EventKind */
extern const size_t snmp_notification_count;

#endif
