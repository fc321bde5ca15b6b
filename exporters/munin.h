/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_MUNIN_H
#define EXPORTERS_MUNIN_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/store.h"

/*
 * Graphs for Munin, from what an agent knows, by the protocol of its plugins. A disk is a field by
 * its identity, so that its history stays with it when its kernel name moves. A disk that sleeps or
 * cannot be read has the value U: what is known of it is old.
 */
struct munin_graph {
    const char *name; /* "temperature" */
    const char *title, *vlabel, *info;
    const char *metric;
    const char *key; /* the label that tells its series apart: "disk" or "array" */
    double scale;
    double otherwise; /* of an array without the series; NaN: there is no field then */
    const char *args;
};

/* All there are, with a name of NULL at the end. */
extern const struct munin_graph munin_graphs[];

const struct munin_graph *munin_find(const char *name); /* NULL: there is none */

/* A selector (PromQL) of all series that graphs are made of. */
extern const char munin_selector[];

/* Whether the graph has any field at that time. */
bool munin_has(const struct munin_graph *graph, const struct store *store, int64_t t_ms);

/* The lines of config, and of fetch. */
void munin_config(const struct munin_graph *graph, const struct store *store, int64_t t_ms,
                  struct buf *out);
void munin_fetch(const struct munin_graph *graph, const struct store *store, int64_t t_ms,
                 struct buf *out);

#endif
