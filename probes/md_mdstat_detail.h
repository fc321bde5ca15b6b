/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MD_MDSTAT_DETAIL_H
#define PROBES_MD_MDSTAT_DETAIL_H

#include "probes/md_array.h"
#include "probes/md_span.h"

/* What could not be taken of a line: text is NULL when all of it was. */
struct md_odd {
    const char *kind, *text;
    struct span what;
};

/*
 * Takes one of the lines below an array's first: size and layout, progress, why a sync waits, or
 * the bitmap. Also takes the rest of a first line that goes on with the layout, as it does when no
 * member is left.
 */
void md_mdstat_detail(struct md_array *array, struct arena *arena, struct span line,
                      struct md_odd *odd);

/* Whether a layout can begin with the word: a number, "[2/1]", "super" and the like. */
bool md_mdstat_is_layout(struct span word);

#endif
