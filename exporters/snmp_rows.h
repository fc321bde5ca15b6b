/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_SNMP_ROWS_H
#define EXPORTERS_SNMP_ROWS_H

#include "exporters/snmp_numbers.h"
#include "exporters/snmp_value.h"

/* A row of a table that is made from metrics. */
struct snmp_row {
    const char *key;    /* its keys' values; rows are known by them while a snapshot is read */
    const char *name;   /* its number is remembered by */
    const char *parent; /* the key of the row in the other table, where there is one */
    uint32_t number, parent_number;
    struct snmp_value *values; /* a column each */
    bool *known;               /* which of them are */
};

struct snmp_rows {
    const struct snmp_table *table;
    struct snmp_row *at;
    size_t count, room;
};

/*
 * Fills the rows of a table from a snapshot; parents are the rows of the table that they stand
 * within, if any: a row without one is left out. What it makes is the arena's. Rows come in the
 * order of their keys.
 */
void snmp_rows_fill(struct snmp_rows *rows, const struct snmp_table *table,
                    const Forewarn__Snapshot *snapshot, const struct snmp_rows *parents,
                    struct snmp_numbers *numbers, struct arena *arena);

/* In the order of their numbers, as they are walked. They cannot be parents any more. */
void snmp_rows_sort(struct snmp_rows *rows);

#endif
