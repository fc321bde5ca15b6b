# SPDX-License-Identifier: Apache-2.0
# The disks: sysfs, udev's database, SMART. Arrays by disk number: name, kind (ssd hdd sas nvme),
# place (path in sysfs of the block device, without "sys/"), sectors, model, serial, wwn, ...

function disk_start()
{
    vendor = "ACME"
    oui = 1193046 # 0x123456, nobody's
}

# sd's names and numbers (drivers/scsi/sd.c): sda ... sdz sdaa ...; 16 minors a disk.
function sd_name(n,   text)
{
    for (n = n + 1; n > 0; n = int((n - 1) / 26))
        text = substr("abcdefghijklmnopqrstuvwxyz", (n - 1) % 26 + 1, 1) text
    return "sd" text
}

function sd_number(n,   group)
{
    group = int(n / 16) % 16
    return (group == 0 ? 8 : group < 8 ? 64 + group : 120 + group) ":" \
        (n % 16 * 16 + int(n / 256) * 256)
}

# Kinds that stand on the board's own ports, in the shelf, on PCI.
function ahci_place(d, port)
{
    return "devices/pci0000:00/0000:00:17.0/ata" port "/host" port "/target" port ":0:0/" port \
        ":0:0:0/block/" name[d]
}

function shelf_place(d, phy)
{
    return "devices/pci0000:00/0000:01:00.0/host0/port-0:" phy "/end_device-0:" phy "/target0:0:" \
        phy "/0:0:" phy ":0/block/" name[d]
}

function add_disk(d, what,   ports)
{
    kind[d] = what
    name[d] = what == "nvme" ? "nvme0n1" : sd_name(d)
    number[d] = what == "nvme" ? "259:0" : sd_number(d)
    wwn[d] = what == "nvme" ? sprintf("eui.%06x%010x", oui, 1000 + d) \
        : sprintf("0x5%06x%09x", oui, 1000 + d)
    serial[d] = sprintf("%s%05d", what == "nvme" ? "N2" : what == "sas" ? "S4" : "A4", 70000 + d)
    model[d] = what == "nvme" ? "ACME FLASH 960" : what == "ssd" ? "ACME SSD 480" : \
        what == "sas" ? "D4000S" : "ACME D4000"
    firmware[d] = what == "sas" ? "0004" : "AC10"
    sectors[d] = what == "nvme" ? 1875385008 : what == "ssd" ? 937703088 : 7814037168
    hours[d] = 21000 + d * 37 % 900
    temperature[d] = 31 + d % 6
    if (what == "nvme")
        place[d] = "devices/pci0000:00/0000:00:1d.0/0000:02:00.0/nvme/nvme0/nvme0n1"
    else if (what == "ssd" || what == "lone")
        place[d] = ahci_place(d, ++ahci_ports)
    else
        place[d] = shelf_place(d, bay[d] = shelf_disks++)
    if (what == "lone")
        kind[d] = "hdd"
}

function put_kernel_disk(d,   sys)
{
    sys = "sys/" place[d]
    link("sys/block/" name[d], "../" place[d])
    link("sys/class/block/" name[d], "../../" place[d])
    file(sys "/dev", number[d] "\n")
    file(sys "/size", sprintf("%.0f\n", sectors[d]))
    file(sys "/ro", "0\n")
    file(sys "/removable", "0\n")
    file(sys "/hidden", "0\n")
    file(sys "/inflight", "       0        0\n")
    file(sys "/stat", "  914027     1204 88120340   712002   402210   310022 61200024   501200 " \
        "       0   900120  1213202        0        0        0        0        0        0\n")
    file(sys "/queue/rotational", (kind[d] == "hdd" || kind[d] == "sas") "\n")
    file(sys "/queue/logical_block_size", "512\n")
}

function put_scsi_device(d,   device, ata)
{
    device = "sys/" place[d]
    sub(/\/block\/.*/, "", device)
    ata = kind[d] != "sas"
    link("sys/" place[d] "/device", "../../../" substr(device, match(device, /[^\/]*$/)))
    file(device "/vendor", sprintf("%-8s\n", ata ? "ATA" : vendor))
    file(device "/model", sprintf("%-16s\n", model[d]))
    file(device "/rev", sprintf("%-4s\n", firmware[d]))
    file(device "/type", "0\n")
    file(device "/state", (device_state[d] == "" ? "running" : device_state[d]) "\n")
    file(device "/timeout", "30\n")
    file(device "/eh_timeout", "10\n")
    file(device "/queue_depth", "32\n")
    file(device "/wwid", "naa." substr(wwn[d], 3) "\n")
    file(device "/iorequest_cnt", "0x1417ee\n")
    file(device "/iodone_cnt", "0x1417ee\n")
    file(device "/ioerr_cnt", sprintf("0x%x\n", errors[d]))
    file(device "/iotmo_cnt", sprintf("0x%x\n", timeouts[d]))
    if (bay[d] != "")
        put_bay(d, device)
}

# 24 bays an enclosure, numbered from 1.
function put_bay(d, device,   shelf, slot, base)
{
    shelf = int(bay[d] / 24)
    slot = bay[d] % 24 + 1
    base = "sys/class/enclosure/0:0:" 1000 + shelf ":0"
    if (slot == 1)
        file(base "/id", sprintf("0x5%06x%09x\n", oui, 1 + shelf))
    file(base sprintf("/Slot%02d/slot", slot), slot "\n")
    file(base sprintf("/Slot%02d/status", slot), "OK\n")
    link(base sprintf("/Slot%02d/device", slot), "../../../../" substr(device, 5))
}

function put_nvme_controller(d,   controller)
{
    controller = "sys/" place[d]
    sub(/\/[^\/]*$/, "", controller)
    link("sys/" place[d] "/device", "../../nvme0")
    link("sys/class/nvme/nvme0", "../../" substr(controller, 5))
    file("sys/" place[d] "/nsid", "1\n")
    file("sys/" place[d] "/wwid", wwn[d] "\n")
    file("sys/" place[d] "/eui", spaced(substr(wwn[d], 5)) "\n")
    file(controller "/model", sprintf("%-40s\n", model[d]))
    file(controller "/serial", sprintf("%-20s\n", serial[d]))
    file(controller "/firmware_rev", sprintf("%-8s\n", firmware[d]))
    file(controller "/state", "live\n")
    file(controller "/transport", "pcie\n")
}

# "12 34 56": as the kernel prints an EUI-64
function spaced(hex,   text)
{
    for (; hex != ""; hex = substr(hex, 3))
        text = text (text == "" ? "" : " ") substr(hex, 1, 2)
    return text
}

# udev's database: names with '_' for blanks; of a SCSI disk ID_SERIAL_SHORT is the wwn.
function put_udev(d,   text, plain, encoded)
{
    plain = encoded = model[d]
    gsub(/ /, "_", plain)
    gsub(/ /, "\\x20", encoded)
    if (kind[d] == "sas")
        text = "E:ID_SCSI=1\nE:ID_BUS=scsi\nE:ID_VENDOR=" vendor "\nE:ID_MODEL=" plain \
            "\nE:ID_REVISION=" firmware[d] "\nE:ID_SERIAL=3" substr(wwn[d], 3) \
            "\nE:ID_SERIAL_SHORT=" substr(wwn[d], 3) "\nE:ID_SCSI_SERIAL=" serial[d] "\n"
    else if (kind[d] == "nvme")
        text = "E:ID_MODEL=" model[d] "\nE:ID_SERIAL_SHORT=" serial[d] "\nE:ID_SERIAL=" plain "_" \
            serial[d] "\n"
    else
        text = "E:ID_ATA=1\nE:ID_BUS=ata\nE:ID_MODEL=" plain "\nE:ID_REVISION=" firmware[d] \
            "\nE:ID_SERIAL=" plain "_" serial[d] "\nE:ID_SERIAL_SHORT=" serial[d] "\n"
    text = text "E:ID_TYPE=disk\nE:ID_WWN=" wwn[d] "\n"
    if (kind[d] != "nvme")
        text = text "E:ID_MODEL_ENC=" encoded "\nE:ID_WWN_WITH_EXTENSION=" wwn[d] "\n"
    file("run/udev/data/b" number[d], "I:1000000\n" text "G:systemd\nV:1\n")
}

function put_disk(d)
{
    put_kernel_disk(d)
    if (kind[d] == "nvme")
        put_nvme_controller(d)
    else
        put_scsi_device(d)
    put_udev(d)
    file("smart/" name[d] ".json", kind[d] == "nvme" ? smart_nvme(d) : kind[d] == "sas" ? \
        smart_sas(d) : smart_ata(d))
}

# Partition k of n, which share the disk evenly.
function put_partition(d, k, n,   sys, size)
{
    size = int(sectors[d] / n / 2048) * 2048 - 2048
    sys = "sys/" place[d] "/" name[d] k
    file(sys "/partition", k "\n")
    file(sys "/dev", substr(number[d], 1, index(number[d], ":")) \
        substr(number[d], index(number[d], ":") + 1) + k "\n")
    file(sys "/start", 2048 + (k - 1) * (size + 2048) "\n")
    file(sys "/size", sprintf("%.0f\n", size))
    link("sys/class/block/" name[d] k, "../../" place[d] "/" name[d] k)
}
