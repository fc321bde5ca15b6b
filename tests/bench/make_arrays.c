/* SPDX-License-Identifier: Apache-2.0 */
/* RAID6 arrays over whole disks, clean, with the attributes that Linux 6.1 has. */
#include "tests/bench/make_host.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { COMPONENT_KIB = 1953382400 };

struct file {
    const char *name, *text;
};

static const struct file array_files[] = {
    {"array_size", "default"},
    {"array_state", "clean"},
    {"chunk_size", "524288"},
    {"component_size", "1953382400"},
    {"consistency_policy", "bitmap"},
    {"bitmap/location", "+8"},
    {"bitmap/chunksize", "67108864"},
    {"bitmap/metadata", "internal"},
    {"bitmap/can_clear", "true"},
    {"bitmap/backlog", "0"},
    {"degraded", "0"},
    {"fail_last_dev", "0"},
    {"group_thread_cnt", "0"},
    {"last_sync_action", "check"},
    {"layout", "2"},
    {"level", "raid6"},
    {"max_read_errors", "20"},
    {"metadata_version", "1.2"},
    {"mismatch_cnt", "0"},
    {"preread_bypass_threshold", "1"},
    {"reshape_direction", "forwards"},
    {"reshape_position", "none"},
    {"resync_start", "none"},
    {"rmw_level", "1"},
    {"safe_mode_delay", "0.204"},
    {"stripe_cache_active", "0"},
    {"stripe_cache_size", "256"},
    {"suspend_hi", "0"},
    {"suspend_lo", "0"},
    {"sync_action", "idle"},
    {"sync_completed", "none"},
    {"sync_force_parallel", "0"},
    {"sync_max", "max"},
    {"sync_min", "0"},
    {"sync_speed", "none"},
    {"sync_speed_max", "200000 (system)"},
    {"sync_speed_min", "1000 (system)"},
};

static const struct file member_files[] = {
    {"bad_blocks", ""},     {"unacknowledged_bad_blocks", ""},
    {"errors", "0"},        {"new_offset", "264192"},
    {"offset", "264192"},   {"ppl_sector", "0"},
    {"ppl_size", "0"},      {"recovery_start", "none"},
    {"size", "1953382400"}, {"state", "in_sync"},
};

static void put_files(const char *directory, const struct file *files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put(directory, files[i].name, "%s", files[i].text);
}

static void put_member(const char *root, unsigned array, unsigned slot, unsigned disk)
{
    char directory[512], path[128], target[256], name[8];
    disk_name(disk, name);
    disk_path(disk, path);
    snprintf(directory, sizeof(directory), "%s/sys/devices/virtual/block/md%u/md/dev-%s", root,
             array, name);
    put_files(directory, member_files, sizeof(member_files) / sizeof(member_files[0]));
    put(directory, "slot", "%u", slot);
    snprintf(target, sizeof(target), "../../../../../%s", path);
    put_link(target, "%s/block", directory);
    snprintf(target, sizeof(target), "dev-%s", name);
    put_link(target, "%s/sys/devices/virtual/block/md%u/md/rd%u", root, array, slot);
    snprintf(target, sizeof(target), "../../../../%s", path);
    put_link(target, "%s/sys/devices/virtual/block/md%u/slaves/%s", root, array, name);
    snprintf(target, sizeof(target), "../../../../../../../../../virtual/block/md%u", array);
    put_link(target, "%s/sys/devices/%s/holders/md%u", root, path, array);
}

static void put_array(const char *root, unsigned array, unsigned first, unsigned members)
{
    char directory[512], target[128];
    snprintf(directory, sizeof(directory), "%s/sys/devices/virtual/block/md%u", root, array);
    put(directory, "dev", "9:%u", array);
    put(directory, "size", "%llu", 2ULL * COMPONENT_KIB * (members - 2));
    put(directory, "ro", "0");
    put(directory, "inflight", "       0        0");
    put(directory, "queue/rotational", "1");
    put(directory, "uevent", "MAJOR=9\nMINOR=%u\nDEVNAME=md%u\nDEVTYPE=disk", array, array);
    strcat(directory, "/md");
    put_files(directory, array_files, sizeof(array_files) / sizeof(array_files[0]));
    put(directory, "raid_disks", "%u", members);
    put(directory, "uuid", "c2d2535c-ad5c-2802-558a-65a0d7f%05x", array);
    for (unsigned i = 0; i < members; i++)
        put_member(root, array, i, first + i);
    snprintf(target, sizeof(target), "../devices/virtual/block/md%u", array);
    put_link(target, "%s/sys/block/md%u", root, array);
    snprintf(target, sizeof(target), "../../devices/virtual/block/md%u", array);
    put_link(target, "%s/sys/class/block/md%u", root, array);
}

static void put_mdstat_array(FILE *mdstat, unsigned array, unsigned first, unsigned members)
{
    char name[8];
    fprintf(mdstat, "md%u : active raid6", array);
    for (unsigned i = 0; i < members; i++) {
        disk_name(first + i, name);
        fprintf(mdstat, " %s[%u]", name, i);
    }
    fprintf(mdstat, "\n      %llu blocks super 1.2 level 6, 512k chunk, algorithm 2 [%u/%u] [",
            1ULL * COMPONENT_KIB * (members - 2), members, members);
    for (unsigned i = 0; i < members; i++)
        fputc('U', mdstat);
    fputs("]\n      bitmap: 0/15 pages [0KB], 65536KB chunk\n\n", mdstat);
}

void put_arrays(const char *root, unsigned disks, unsigned arrays)
{
    char directory[512];
    snprintf(directory, sizeof(directory), "%s/proc", root);
    FILE *mdstat = create(directory, "mdstat");
    fputs("Personalities : [raid6] [raid5] [raid4] \n", mdstat);
    for (unsigned array = 0; array < arrays; array++) {
        unsigned first = disks * array / arrays, next = disks * (array + 1) / arrays;
        put_array(root, array, first, next - first);
        put_mdstat_array(mdstat, array, first, next - first);
    }
    fputs("unused devices: <none>\n", mdstat);
    finish(mdstat);
}
