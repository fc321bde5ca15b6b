/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "probes/disks_read.h"

static const char *udev(const struct disks_device *device, const char *key)
{
    return udevdb_get(&device->udev, key);
}

/* Host adapters that show volumes of their own making, from which SCSI channel on. */
static const struct raid_host {
    const char *driver;
    unsigned volumes_from;
} raid_hosts[] = {
    {"megaraid_sas", 2}, /* channels 0 and 1 are single disks passed through */
    {"megaraid", 0},     {"hpsa", 0},   {"smartpqi", 0}, {"aacraid", 0}, {"arcmsr", 0},
    {"3w-9xxx", 0},      {"3w-sas", 0}, {"3w-xxxx", 0},  {"ips", 0},     {"dpt_i2o", 0},
};

/* Whether a RAID controller made this volume: .../host0/target0:2:0/0:2:0:0/block/sda */
static bool is_raid_volume(struct disks_reader *r, const struct disks_device *device)
{
    unsigned host, channel;
    char *driver;
    const char *target = strstr(device->sysfs, "/target");
    if (!target || sscanf(target, "/target%u:%u", &host, &channel) != 2)
        return false;
    const char *path = arena_printf(r->scratch, "/sys/class/scsi_host/host%u/proc_name", host);
    if (root_read_line(r->root, path, r->scratch, &driver, NULL) < 0)
        return false;
    for (size_t i = 0; i < sizeof raid_hosts / sizeof *raid_hosts; i++)
        if (strcmp(driver, raid_hosts[i].driver) == 0 && channel >= raid_hosts[i].volumes_from)
            /* hpsa and smartpqi show single disks too, and tell them apart */
            return strcmp(disks_attribute(r, device, "device/raid_level"), "N/A") != 0;
    return false;
}

/* By a component of the device's place; the first that is there counts. */
static const struct transport {
    const char *component;
    bool numbered; /* a digit follows */
    const char *bus;
} transports[] = {
    {"/usb", true, "usb"},   {"/nvme", false, "nvme"},    {"/ata", true, "ata"},
    {"/mmc", false, "mmc"},  {"/session", true, "iscsi"}, {"/rport-", true, "fc"},
    {"/host", true, "scsi"}, {"/virtio", true, "virtio"},
};

static bool has_component(const char *path, const struct transport *transport)
{
    size_t n = strlen(transport->component);
    for (const char *at = path; (at = strstr(at, transport->component)); at += n)
        if (!transport->numbered || (at[n] >= '0' && at[n] <= '9'))
            return true;
    return false;
}

static const char *bus_of_path(const char *sysfs)
{
    for (size_t i = 0; i < sizeof transports / sizeof *transports; i++)
        if (has_component(sysfs, &transports[i]))
            return transports[i].bus;
    return "";
}

static bool is_ata(struct disks_reader *r, const struct disks_device *device)
{
    return *udev(device, "ID_ATA") || strcmp(udev(device, "ID_BUS"), "ata") == 0 ||
           strcmp(disks_attribute(r, device, "device/vendor"), "ATA") == 0;
}

const char *disks_bus(struct disks_reader *r, const struct disks_device *device)
{
    const char *bus = bus_of_path(device->sysfs);
    if (!*bus) /* a recorded tree without places */
        bus = is_ata(r, device) ? "ata" : udev(device, "ID_BUS");
    if (strcmp(bus, "scsi") != 0)
        return bus;
    if (is_ata(r, device)) /* also behind a SAS adapter */
        return "ata";
    if (strstr(device->sysfs, "/end_device-"))
        return "sas";
    return is_raid_volume(r, device) ? "raid" : "scsi";
}
