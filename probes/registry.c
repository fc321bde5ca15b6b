/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/registry.h"

#include "probes/mailindex_metrics.h"
#include "probes/md_metrics.h"
#include "probes/nfslock_metrics.h"
#include "probes/smart_facts.h"

const struct probe md_probe = {
    .name = "md",
    .what = "md arrays",
    .capabilities = "cap_dac_read_search",
    .interval_ms = 15 * 1000,
    .deadline_ms = 5 * 1000,
    .wakes = PROBE_WAKE_ARRAY | PROBE_WAKE_DISK,
    .metrics = md_metrics,
};

const struct probe smart_probe = {
    .name = "smart",
    .what = "disks",
    .capabilities = "cap_sys_rawio,cap_sys_admin,cap_dac_read_search",
    .interval_ms = 10 * 60 * 1000,
    .deadline_ms = 20 * 1000,
    .wakes = PROBE_WAKE_DISK,
    .metrics = smart_metrics,
};

const struct probe nfslock_probe = {
    .name = "nfslock",
    .what = "NFS mounts and their locks",
    .capabilities = "cap_dac_read_search,cap_net_bind_service",
    .interval_ms = 60 * 1000,
    .deadline_ms = 10 * 1000,
    .wakes = PROBE_WAKE_LINK,
    .metrics = nfslock_metrics,
    .recorded_by_samples = true,
    .asks = true,
};

const struct probe mailindex_probe = {
    .name = "mailindex",
    .what = "mail indexes",
    .capabilities = "cap_dac_read_search,cap_fowner,cap_setuid,cap_setgid",
    .interval_ms = 5 * 60 * 1000,
    .deadline_ms = 3 * 60 * 1000, /* on NFS a second look comes a minute after the first */
    .metrics = mailindex_metrics,
    .recorded_by_samples = true,
};

const struct probe *const probes[] = {
    &md_probe, &smart_probe, &nfslock_probe, &mailindex_probe, NULL,
};
