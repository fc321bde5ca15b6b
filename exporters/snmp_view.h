/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_SNMP_VIEW_H
#define EXPORTERS_SNMP_VIEW_H

#include "exporters/snmp_numbers.h"
#include "exporters/snmp_value.h"

/*
 * A snapshot as a manager walks it: all instances by their OIDs, in order. Pure; it is made anew
 * for each snapshot.
 */
enum { SNMP_MAX_OID = 5 }; /* object group, [entry,] object, instance */

struct snmp_instance {
    uint32_t oid[SNMP_MAX_OID]; /* behind .1, objects */
    uint8_t oid_length;
    struct snmp_value value;
};

struct snmp_view {
    struct arena *arena;
    struct snmp_instance *at;
    size_t count, room;
};

/*
 * Rows get their numbers from numbers, which may change by that: *changed says so. The view is
 * independent of the snapshot.
 */
struct snmp_view *snmp_view_new(const Forewarn__Snapshot *snapshot, struct snmp_numbers *numbers,
                                bool *changed);
void snmp_view_free(struct snmp_view **view);

/* The instance of that OID, or the next one behind it; NULL: none. */
const struct snmp_instance *snmp_view_get(const struct snmp_view *view, const uint32_t *oid,
                                          size_t length);
const struct snmp_instance *snmp_view_next(const struct snmp_view *view, const uint32_t *oid,
                                           size_t length);

#endif
