/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MD_WAITS_H
#define PROBES_MD_WAITS_H

#include "core/batch.h"
#include "probes/md_report.h"

/*
 * Which array's sync holds up another's: md delays one while another runs on the same disks
 * (match_mddev_units() of drivers/md/md.c), but does not say which. All of it lives in the arena.
 */
struct md_busy;

struct md_waits {
    struct arena *arena;
    struct md_busy *at;
    size_t count, room;
};

void md_waits_add(struct md_waits *waits, const struct md_array *array,
                  const struct md_summary *summary, const struct md_place *places);

/* Adds a sample for each pair, once all arrays were added. */
void md_waits_report(const struct md_waits *waits, struct batch *batch);

#endif
