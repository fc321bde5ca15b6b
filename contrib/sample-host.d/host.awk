# SPDX-License-Identifier: Apache-2.0
# Which disks and arrays there are: md0 is a RAID1 of two SSDs; md1, md3, ... are RAID6 of SAS
# disks and md2, md4, ... RAID5 of SATA disks, all in the shelf; what is over are spares of md1. The
# last array is a RAID5 that rebuilds. A SATA disk and an NVMe disk belong to no array.

function file(path, text)
{
    tar_file(path, text)
}

function link(path, target)
{
    tar_link(path, target)
}

function plan(   each, m, d, n, what)
{
    each = int((disks - 4) / (arrays - 1))
    level[0] = "raid1"
    count[0] = 2
    for (m = 1; m < arrays; m++) {
        level[m] = m % 2 && m < arrays - 1 ? "raid6" : "raid5"
        count[m] = each
    }
    spares[arrays > 2 ? 1 : 0] = disks - 4 - each * (arrays - 1)
    d = 0
    for (m = 0; m < arrays; m++) {
        first[m] = d
        what = m == 0 ? "ssd" : level[m] == "raid6" ? "sas" : "hdd"
        for (n = 0; n < count[m] + spares[m]; n++)
            add_disk(d++, what)
    }
    add_disk(d++, "lone")
    add_disk(d++, "nvme")
}

# The member behind the first one of the last array goes bad while the array rebuilds.
function trouble(   bad)
{
    if (healthy)
        return
    bad = first[arrays - 1] + 1
    pending[bad] = 24
    reported[bad] = 3
    errors[bad] = 31
    corrected[bad] = 5
    reallocated[disks - 2] = 12
    crc[0] = 3
    grown[first[1]] = arrays > 2 ? 2 : 0
}

BEGIN {
    tar_start()
    disk_start()
    plan()
    trouble()
    for (d = 0; d < disks; d++)
        put_disk(d)
    for (m = 0; m < arrays; m++)
        put_array(m, level[m], first[m], count[m], spares[m] + 0, healthy ? "" : \
            m == arrays - 1 ? "recover" : m == 1 ? "check" : "")
    file("proc/mdstat", "Personalities : [raid1] [raid6] [raid5] [raid4] \n" mdstat \
        "unused devices: <none>\n")
    mounts = "/dev/md0 / ext4 rw,relatime,errors=remount-ro 0 0\n/dev/md" arrays - 1 \
        " /var/vmail ext4 rw,relatime 0 0\n"
    file("proc/mounts", mounts)
    file("proc/self/mounts", mounts)
    for (m = 0; m < arrays; m += arrays - 1)
        file("sys/fs/ext4/md" m "/errors_count", "0\n")
    file("proc/sys/kernel/hostname", "mail7\n")
    file("sample-host.txt", "A made-up host for forewarn, written by contrib/sample-host.\n")
    tar_end()
}
