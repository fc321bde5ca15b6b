/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_NAGIOS_PERF_H
#define EXPORTERS_NAGIOS_PERF_H

#include "core/buf.h"
#include "core/look.h"
#include "core/store.h"

/*
 * Performance data of a look, 'label'=value[UOM];warn;crit;min;max with spaces between:
 *
 *   'critical' 'warning'        how many alerts
 *   'arrays' 'disks'            how many there are
 *   'MD_redundancy'             further losses that surely cost no data, -1: data is lost
 *   'MD_degraded'               members that md counts as lost or not yet rebuilt
 *   'MD_sync'                   % of the running sync action, 100 when none runs
 *   'MD_mismatches'
 *   'DISK_pending' 'DISK_reallocated' 'DISK_uncorrectable' 'DISK_reported' 'DISK_crc'
 *   'DISK_grown' 'DISK_media_errors' 'DISK_wear' 'DISK_spare' 'DISK_temperature'
 *
 * MD and DISK are kernel names; a series is there when the device has the number. Monitoring
 * systems cut what is too long, so devices that do not fit in so many bytes (limit) are left out
 * whole, the last by name first; which ones does not depend on the values. Gives how many.
 *
 * Thresholds come from alerts: one whose annotation `perf` is a label here gives its perf_warn and
 * perf_crit, where they are ranges.
 */
size_t nagios_perf(const struct look *look, const struct store *store, size_t limit,
                   struct buf *out);

/* One value; ranges and bounds may be "". What is not finite is U, not known. */
void nagios_perf_put(const char *label, double value, const char *unit, const char *warning,
                     const char *critical, const char *bounds, struct buf *out);

/* text as a label: letters, digits, and ._:- stay, all else becomes '_'. */
void nagios_perf_label(const char *text, struct buf *out);

#endif
