/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_OPENMETRICS_FAMILY_H
#define EXPORTERS_OPENMETRICS_FAMILY_H

#include "exporters/openmetrics_line.h"

/*
 * What the lines of an exposition have to keep to among each other: metadata once and before the
 * samples, types and the names and values that go with them, families that do not share a name;
 * and, without timestamps, that families, metrics and whole histograms stand together. Of 0.0.4
 * only the first is asked.
 */
struct openmetrics_families;

struct openmetrics_families *openmetrics_families_new(enum exposition format);
void openmetrics_families_free(struct openmetrics_families **families);

/* Takes the next line ("# EOF" too); -EINVAL says what is wrong with it after those before. */
int openmetrics_families_take(struct openmetrics_families *families,
                              const struct openmetrics_line *line, struct arena *scratch,
                              struct openmetrics_wrong *wrong);

#endif
