/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_SNMP_NUMBERS_H
#define EXPORTERS_SNMP_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"

/*
 * The numbers of rows, which managers store: a thing keeps its number, also over restarts where the
 * numbers are saved, and one that comes back gets its old one. An alarm's number is that of the
 * change it came with; it is not given again. Pure, one thread.
 */
struct snmp_numbers;

enum { SNMP_MAX_NUMBERS = 4096 }; /* what is over goes when it is not there */

struct snmp_known_alarm {
    uint32_t number;
    int severity;       /* enum severity */
    uint64_t sequence;  /* of its last change: it began, or its severity changed */
    int64_t changed_ms; /* when that was */
};

struct snmp_numbers *snmp_numbers_new(void);
void snmp_numbers_free(struct snmp_numbers **numbers);

/* A round over all things there are: between begin and end each is asked for. */
void snmp_numbers_begin(struct snmp_numbers *numbers);

/* The number of a thing, 1 and on, by kind and name; another one for each name of a kind. */
uint32_t snmp_numbers_of(struct snmp_numbers *numbers, const char *kind, const char *name);

/* What is known of an alarm that is there now at this severity. */
struct snmp_known_alarm snmp_numbers_alarm(struct snmp_numbers *numbers, const char *name,
                                           int severity, int64_t at_ms);

/* Forgets alarms that were not asked for. True when anything is other than before the round. */
bool snmp_numbers_end(struct snmp_numbers *numbers, int64_t at_ms);

/* The number of the last change of all alarms, and when it was (0: none yet). */
uint64_t snmp_numbers_sequence(const struct snmp_numbers *numbers, int64_t *changed_ms);

/* As text that outlives the process, and back; -EINVAL for others' bytes, then it is empty. */
void snmp_numbers_save(const struct snmp_numbers *numbers, struct buf *out);
int snmp_numbers_load(struct snmp_numbers *numbers, const char *text, size_t length,
                      struct error *e);

#endif
