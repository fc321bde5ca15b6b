/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probes/smart_json.h"
#include "probes/smart_round.h"
#include "probes/smartctl_run.h"

enum { SCAN_TIMEOUT_MS = 10000, CCISS_DISKS = 32, CCISS_GAP = 4 };

/* "/dev/bus/0" and "megaraid,3" as one name: "bus/0:megaraid,3". */
static const char *name_of(struct arena *arena, const char *node, const char *type)
{
    if (strncmp(node, "/dev/", 5) == 0)
        node += 5;
    return arena_printf(arena, "%s:%s", node, type);
}

static bool seen(struct smart_round *round, const char *identity)
{
    struct smart_known *known = smart_memory_of(round->memory, identity);
    return disks_by_identity(&round->disks, identity) || (known && known->present);
}

/* Who the disk was the last time, for one that says nothing now. */
static struct disk *remembered(struct smart_round *round, const char *name)
{
    const struct smart_known *known = smart_memory_at(round->memory, name);
    struct smart_facts facts;
    smart_facts_init(&facts);
    if (known) {
        facts.disk = known->disk;
        facts.model = known->model;
        facts.serial = known->serial;
        facts.firmware = known->firmware;
        facts.bus = known->bus;
    }
    return smart_disk_of(round->arena, name, &facts);
}

static void report(struct smart_round *round, const char *node, const char *name,
                   const struct smart_json *json, const struct error *e)
{
    const struct smart_facts *facts = &json->facts;
    struct disk *disk =
        facts->disk[0] ? smart_disk_of(round->arena, name, facts) : remembered(round, name);
    if (facts->disk[0] && seen(round, facts->disk))
        return; /* passed through as a device of its own, or on a second path */
    smart_report_info(round, disk);
    if (e->code < 0)
        smart_report_unread(round, disk, e->code == -ETIMEDOUT ? "timeout" : "unreadable", node,
                            e->text);
    else if (json->outcome == SMART_ASLEEP)
        smart_report_asleep(round, disk);
    else if (json->outcome == SMART_UNSUPPORTED)
        smart_report_unsupported(round, disk, json->message);
    else if (json->outcome == SMART_FAILED)
        smart_report_unread(round, disk, "unreadable", node, json->message);
    else
        smart_report_facts(round, disk, facts);
    if (e->code == 0 && json->outcome == SMART_READ)
        smart_report_doubt(round, disk, node, facts->doubt);
}

/* Whether there is a disk at this place; a target of its own, as each may hang. */
static bool one(struct smart_round *round, const char *node, const char *type, bool must)
{
    const char *name = name_of(round->arena, node, type);
    struct smart_json json;
    struct error e = {0};
    if (!probe_begin(round->run, name)) {
        smart_memory_left_out(round->memory, name);
        return true;
    }
    smart_ask_all(round, type, node, &json, &e);
    smart_keep(round, name, &json);
    bool there = must || (e.code == 0 && json.facts.serial && json.facts.serial[0]);
    if (there)
        report(round, node, name, &json, &e);
    probe_end(round->run, name);
    return there;
}

static void left_out(struct smart_known *known, void *arg)
{
    (void)arg;
    if (strstr(known->device, ":megaraid,"))
        known->present = true;
}

/* --scan without -open asks the controllers' drivers, not the disks. */
static void scanned(struct smart_round *round)
{
    static const char *const argv[] = {"smartctl", "--scan", "-j", NULL};
    struct smartctl_output output;
    struct smart_scanned *devices;
    size_t count = 0;
    if (!probe_begin(round->run, "controllers")) {
        smart_memory_walk(round->memory, left_out, NULL);
        return;
    }
    struct error e = {0};
    if (smartctl_run(round->run->smartctl, argv, SMART_JSON_MAX, SCAN_TIMEOUT_MS, round->arena,
                     &output, &e) < 0 ||
        smart_json_scan(output.text, output.length, round->arena, &devices, &count, &e) < 0)
        probe_finding(round->run, "unreadable", false, "controllers", "",
                      "disks behind RAID controllers cannot be listed: %s", e.text);
    probe_end(round->run, "controllers");
    for (size_t i = 0; i < count; i++)
        if (strstr(devices[i].type, "megaraid,"))
            one(round, devices[i].name, devices[i].type, true);
}

/* HP's Smart Arrays list no disks: they are numbered, with gaps. */
static void numbered(struct smart_round *round)
{
    for (size_t i = 0; i < round->disks.count; i++) {
        const struct disk *disk = &round->disks.disk[i];
        if (strncmp(disk->model, "LOGICAL VOLUME", 14) != 0)
            continue;
        char type[24];
        const char *node = arena_printf(round->arena, "/dev/%s", disk->device);
        for (int n = 0, gap = 0; n < CCISS_DISKS && gap < CCISS_GAP; n++) {
            snprintf(type, sizeof type, "cciss,%d", n);
            gap = one(round, node, type, false) ? 0 : gap + 1;
        }
        return; /* each logical volume shows all disks of its controller */
    }
}

void smart_controllers(struct smart_round *round)
{
    if (!round->run->smartctl)
        return;
    if (root_exists(round->run->root, "/sys/module/megaraid_sas"))
        scanned(round);
    numbered(round);
}
