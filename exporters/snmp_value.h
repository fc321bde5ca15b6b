/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_SNMP_VALUE_H
#define EXPORTERS_SNMP_VALUE_H

#include <stdbool.h>

#include "core/arena.h"
#include "core/exporter.pb-c.h"
#include "exporters/snmp_objects.h"

/* The value of an object, as its type has it. */
struct snmp_value {
    enum snmp_type type;
    uint64_t number;  /* SNMP_INTEGER: of an int32_t; TruthValue and FwSeverity as numbered there */
    const void *text; /* SNMP_TEXT, SNMP_DATE */
    size_t length;    /* its bytes */
};

/*
 * UTF-8 on one line of at most SNMP_MAX_TEXT bytes; what is longer ends in "...". NULL is "". In
 * the arena.
 */
struct snmp_value snmp_text(struct arena *arena, const char *text);

/* DateAndTime (SNMPv2-TC): 11 bytes, UTC, tenths of a second. In the arena. */
struct snmp_value snmp_date(struct arena *arena, int64_t ms);

/* A metric's value; one that the type cannot hold is the nearest that it can. NaN: false. */
bool snmp_number(struct arena *arena, enum snmp_type type, double number, struct snmp_value *value);

struct snmp_value snmp_count(enum snmp_type type, uint64_t count);

/* FwSeverity of a severity's name; what is none is info. */
struct snmp_value snmp_severity(const char *name);

/* The value of a pair of that name, "" where there is none. */
const char *snmp_pair(Io__Prometheus__Client__LabelPair *const *pairs, size_t count,
                      const char *name);

/*
 * An object's value that comes from an alert; false where it does not, or is not known. All of
 * NULL, as in a test that is about no alert, is empty.
 */
bool snmp_of_alert(struct arena *arena, const struct snmp_object *object,
                   const Forewarn__Alert *alert, struct snmp_value *value);

/* The labels of an alert as {a="b",c="d"}: the same for the same alert. In the arena. */
const char *snmp_labels(struct arena *arena, const Forewarn__Alert *alert);

#endif
