/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/disks_read.h"
#include "probes/disks_vpd.h"

static const char *first_of(const char *a, const char *b)
{
    return *a ? a : b;
}

static const char *udev(const struct disks_device *device, const char *key)
{
    return udevdb_get(&device->udev, key);
}

/* identity's members that are not known yet, from what is known. */
static void fill(struct identity *known, const struct identity *more)
{
    known->model = first_of(known->model, more->model);
    known->serial = first_of(known->serial, more->serial);
    known->firmware = first_of(known->firmware, more->firmware);
    known->wwn = first_of(known->wwn, more->wwn);
}

static const char *read_page(struct disks_reader *r, const struct disks_device *device,
                             const char *page, size_t *length)
{
    char *text;
    const char *path = arena_printf(r->scratch, "%s/device/%s", device->sysfs, page);
    *length = 0;
    return root_read(r->root, path, VPD_MAX_BYTES, r->scratch, &text, length, NULL) == 0 ? text
                                                                                         : "";
}

static void ata_from_sysfs(struct disks_reader *r, const struct disks_device *device,
                           struct identity *known)
{
    struct identity more;
    size_t length;
    const char *page = read_page(r, device, "vpd_pg89", &length);
    const unsigned char *identify = vpd_identify(page, length);
    if (identify) {
        identity_from_ata(r->arena, identify, &more);
        fill(known, &more);
    }
    page = read_page(r, device, "vpd_pg83", &length);
    vpd_split_t10(r->arena, vpd_t10(r->scratch, page, length), &more);
    fill(known, &more);
    vpd_split_t10(r->arena, disks_attribute(r, device, "device/wwid"), &more);
    fill(known, &more);
    fill(known, &(struct identity){
                    .model = arena_strdup(r->arena, disks_attribute(r, device, "device/model")),
                    .serial = "",
                    .firmware = arena_strdup(r->arena, disks_attribute(r, device, "device/rev")),
                    .wwn = "",
                });
}

static void scsi_from_sysfs(struct disks_reader *r, const struct disks_device *device,
                            struct identity *known)
{
    size_t length;
    const char *page = read_page(r, device, "vpd_pg80", &length);
    const char *vendor = disks_attribute(r, device, "device/vendor");
    const char *model = disks_attribute(r, device, "device/model");
    bool has_vendor = *vendor && *model && strcmp(vendor, "ATA") != 0; /* which is none */
    fill(known, &(struct identity){
                    .model = arena_printf(r->arena, "%s%s%s", has_vendor ? vendor : "",
                                          has_vendor ? " " : "", model),
                    .serial = vpd_serial(r->arena, page, length),
                    .firmware = arena_strdup(r->arena, disks_attribute(r, device, "device/rev")),
                    .wwn = "",
                });
}

static void wwn_from_sysfs(struct disks_reader *r, const struct disks_device *device,
                           struct identity *known)
{
    size_t length;
    known->wwn = identity_from_naa(r->arena, disks_attribute(r, device, "device/wwid"));
    if (*known->wwn)
        return;
    const char *page = read_page(r, device, "vpd_pg83", &length);
    known->wwn = vpd_naa(r->arena, page, length);
}

/* udev has names with '_' for white space, and as they are in KEY_ENC. */
static const char *udev_name(struct disks_reader *r, const struct disks_device *device,
                             const char *key)
{
    const char *text =
        udevdb_decode(r->arena, udev(device, arena_printf(r->scratch, "%s_ENC", key)));
    return *text ? text : arena_strdup(r->arena, udev(device, key));
}

static void from_udev(struct disks_reader *r, const struct disks_device *device,
                      struct identity *known)
{
    const char *wwn = first_of(udev(device, "ID_WWN_WITH_EXTENSION"), udev(device, "ID_WWN"));
    *known = (struct identity){
        .disk = "",
        .model = udev_name(r, device, "ID_MODEL"),
        .serial = arena_strdup(r->arena, udev(device, "ID_SERIAL_SHORT")),
        .firmware = arena_strdup(r->arena, udev(device, "ID_REVISION")),
        .wwn = identity_from_naa(r->arena, wwn),
    };
}

static void identify_ata(struct disks_reader *r, const struct disks_device *device,
                         struct identity *known)
{
    from_udev(r, device, known);
    if (*known->wwn && *known->model && *known->serial)
        return;
    ata_from_sysfs(r, device, known);
    scsi_from_sysfs(r, device, known);
    if (!*known->wwn)
        wwn_from_sysfs(r, device, known);
}

/* scsi_id(8) puts the wwn into ID_SERIAL_SHORT; a SCSI disk's model is "VENDOR PRODUCT". */
static void identify_scsi(struct disks_reader *r, const struct disks_device *device,
                          struct identity *known)
{
    from_udev(r, device, known);
    const char *vendor = udev_name(r, device, "ID_VENDOR");
    known->serial = arena_strdup(r->arena, udev(device, "ID_SCSI_SERIAL"));
    if (*vendor && *known->model)
        known->model = arena_printf(r->arena, "%s %s", vendor, known->model);
    if (!*known->model || !*known->serial)
        scsi_from_sysfs(r, device, known);
    if (!*known->wwn)
        wwn_from_sysfs(r, device, known);
}

/* The serial number of the USB device: .../2-1/2-1:1.0/host6/..., it stands in 2-1. */
static const char *usb_serial(struct disks_reader *r, const struct disks_device *device)
{
    char *serial, *path = arena_strdup(r->scratch, device->sysfs), *host = strstr(path, "/host");
    if (!host)
        return "";
    for (int up = 0; up < 2; up++) {
        *host = '\0';
        host = strrchr(path, '/');
        if (!host)
            return "";
    }
    path = arena_printf(r->scratch, "%s/serial", path);
    return root_read_line(r->root, path, r->arena, &serial, NULL) == 0 ? serial : "";
}

/* As udev's usb_id makes it: vendor_model_serial-target:lun */
static const char *usb_identity(struct disks_reader *r, const struct disks_device *device,
                                const struct identity *known)
{
    unsigned target = 0, lun = 0;
    const char *place = strstr(device->sysfs, "/target");
    if (place && (place = strchr(place + 1, '/')))
        sscanf(place, "/%*u:%*u:%u:%u", &target, &lun);
    const char *base = identity_from_model_serial(r->scratch, known->model, known->serial);
    return *base ? arena_printf(r->arena, "%s-%u:%u", base, target, lun) : "";
}

static void identify_usb(struct disks_reader *r, const struct disks_device *device,
                         struct identity *known)
{
    from_udev(r, device, known);
    known->disk = first_of(known->wwn, arena_strdup(r->arena, udev(device, "ID_SERIAL")));
    if (*known->serial)
        return;
    scsi_from_sysfs(r, device, known);
    known->serial = usb_serial(r, device);
    known->disk = first_of(known->wwn, usb_identity(r, device, known));
}

/* count bytes of hex digits, spaces or dashes between: "00 25 38 ..." or "0025385b-71b0-...". */
static bool read_hex(const char *text, uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++, text += 2) {
        text += strspn(text, " -");
        if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]))
            return false;
        bytes[i] = (uint8_t)strtoul((const char[]){text[0], text[1], '\0'}, NULL, 16);
    }
    return !*text;
}

static const char *nvme_eui(struct disks_reader *r, const struct disks_device *device)
{
    uint8_t eui[8] = {0}, nguid[16] = {0};
    uint64_t number = 0;
    if (read_hex(disks_attribute(r, device, "eui"), eui, sizeof eui))
        for (size_t i = 0; i < sizeof eui; i++)
            number = number << 8 | eui[i];
    if (!read_hex(disks_attribute(r, device, "nguid"), nguid, sizeof nguid))
        memset(nguid, 0, sizeof nguid);
    const char *made = identity_from_nvme(r->arena, number, nguid);
    if (*made)
        return made;
    /* wwid can also be "uuid." (qemu makes up a new one at each start) or "nvme." (model, serial)
     */
    const char *wwid = first_of(disks_attribute(r, device, "wwid"), udev(device, "ID_WWN"));
    size_t n = strlen(wwid);
    bool eui_text = strncmp(wwid, "eui.", 4) == 0 && (n == 4 + 16 || n == 4 + 32) &&
                    strspn(wwid + 4, "0123456789abcdef") == n - 4 && strspn(wwid + 4, "0") < n - 4;
    return eui_text ? arena_strdup(r->arena, wwid) : "";
}

static void identify_nvme(struct disks_reader *r, const struct disks_device *device,
                          struct identity *known)
{
    *known = (struct identity){
        .disk = "",
        .model = arena_strdup(r->arena, disks_attribute(r, device, "device/model")),
        .serial = arena_strdup(r->arena, disks_attribute(r, device, "device/serial")),
        .firmware = arena_strdup(r->arena, disks_attribute(r, device, "device/firmware_rev")),
        .wwn = nvme_eui(r, device),
    };
    struct identity more;
    from_udev(r, device, &more);
    more.wwn = "";
    fill(known, &more);
    const char *nsid = disks_attribute(r, device, "nsid");
    known->disk =
        first_of(known->wwn, identity_from_model_serial(r->arena, known->model, known->serial));
    if (!*known->wwn && *known->disk && *nsid && strcmp(nsid, "1") != 0)
        known->disk = arena_printf(r->arena, "%s_%s", known->disk, nsid);
}

/* virtio and mmc: what the driver calls serial is all there is, and it is udev's ID_SERIAL too. */
static void identify_simple(struct disks_reader *r, const struct disks_device *device,
                            struct identity *known)
{
    const char *serial =
        first_of(disks_attribute(r, device, "serial"),
                 first_of(disks_attribute(r, device, "device/serial"), udev(device, "ID_SERIAL")));
    const char *model =
        first_of(disks_attribute(r, device, "device/name"), udev(device, "ID_NAME"));
    *known = (struct identity){
        .model = arena_strdup(r->arena, model),
        .serial = arena_strdup(r->arena, serial),
        .firmware = "",
        .wwn = "",
        .disk = identity_from_model_serial(r->arena, "", serial),
    };
}

static const struct kind {
    const char *bus;
    void (*identify)(struct disks_reader *r, const struct disks_device *device,
                     struct identity *known);
} kinds[] = {
    {"ata", identify_ata},       {"usb", identify_usb},    {"nvme", identify_nvme},
    {"virtio", identify_simple}, {"mmc", identify_simple}, {"", identify_scsi},
};

void disks_identify(struct disks_reader *r, const struct disks_device *device, struct disk *disk)
{
    const char *bus = disks_bus(r, device);
    const struct kind *kind = kinds;
    struct identity known = {"", "", "", "", ""};
    while (*kind->bus && strcmp(kind->bus, bus) != 0)
        kind++;
    kind->identify(r, device, &known);
    known.disk = first_of(known.disk, known.wwn);
    known.disk =
        first_of(known.disk, identity_from_model_serial(r->arena, known.model, known.serial));
    disk->disk = first_of(known.disk, disk->device);
    disk->bus = arena_strdup(r->arena, bus);
    disk->model = known.model;
    disk->serial = known.serial;
    disk->firmware = known.firmware;
    disk->wwn = known.wwn;
}
