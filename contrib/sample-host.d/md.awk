# SPDX-License-Identifier: Apache-2.0
# An array over the disks first ... first + members - 1, and after them its spares. What goes on:
# "" or "check" or "recover" (onto the last member).

function put_array(m, level, first, members, spares, action,   sys, d, part, each, data, done)
{
    sys = "sys/devices/virtual/block/md" m
    part = level == "raid1" ? "1" : ""
    each = level == "raid1" ? 468720640 : 3906886144 # KiB of each member
    data = level == "raid1" ? 1 : level == "raid5" ? members - 1 : members - 2
    done = action == "check" ? 0.73 : 0.413
    link("sys/block/md" m, "../devices/virtual/block/md" m)
    link("sys/class/block/md" m, "../../devices/virtual/block/md" m)
    file(sys "/dev", "9:" m "\n")
    file(sys "/size", sprintf("%.0f\n", each * data * 2))
    file(sys "/ro", "0\n")
    file(sys "/inflight", "       0        0\n")
    put_array_attributes(sys "/md/", m, level, members, action, each)
    put_array_sync(sys "/md/", action, each, done)
    for (d = first; d < first + members + spares; d++)
        put_member(sys, d, part, d - first, members, \
            action == "recover" && d == first + members - 1, each, done)
    file("run/udev/data/b9:" m, "I:2000000\nE:MD_LEVEL=" level "\nE:MD_DEVICES=" members \
        "\nE:MD_METADATA=1.2\nE:MD_UUID=" array_uuid(m, ":") "\nE:MD_NAME=mail7:" m "\nV:1\n")
    mdstat = mdstat array_line(m, level, first, members, spares, action, each, data, part, done)
}

function array_uuid(m, separator)
{
    return sprintf("ac3e0000%s00000000%s00000000%s%08x", separator, separator, separator, m)
}

function put_array_attributes(md, m, level, members, action, each)
{
    file(md "array_state", "active\n")
    file(md "level", level "\n")
    file(md "raid_disks", members "\n")
    file(md "layout", (level == "raid1" ? 0 : 2) "\n")
    file(md "chunk_size", (level == "raid1" ? 0 : 524288) "\n")
    file(md "component_size", sprintf("%.0f\n", each))
    file(md "array_size", "default\n")
    file(md "metadata_version", "1.2\n")
    file(md "uuid", sprintf("ac3e0000-0000-0000-0000-0000%08x\n", m))
    file(md "degraded", (action == "recover") "\n")
    file(md "resync_start", "none\n")
    file(md "reshape_position", "none\n")
    file(md "consistency_policy", "bitmap\n")
    file(md "bitmap/location", "+8\n")
    file(md "bitmap/metadata", "internal\n")
    file(md "bitmap/chunksize", "67108864\n")
    file(md "suspend_lo", "0\n")
    file(md "suspend_hi", "0\n")
    file(md "safe_mode_delay", "0.204\n")
    file(md "max_read_errors", "20\n")
    if (level != "raid1") {
        file(md "stripe_cache_size", "256\n")
        file(md "stripe_cache_active", "0\n")
        file(md "journal_mode", "")
    }
}

function put_array_sync(md, action, each, done)
{
    file(md "sync_action", (action == "" ? "idle" : action) "\n")
    file(md "last_sync_action", (action == "recover" ? "recovery" : "check") "\n")
    file(md "sync_completed", action == "" ? "none\n" : \
        sprintf("%.0f / %.0f\n", each * 2 * done, each * 2))
    file(md "sync_speed", action == "" ? "none\n" : action == "check" ? "141200\n" : "103300\n")
    file(md "sync_speed_min", "1000 (system)\n")
    file(md "sync_speed_max", "200000 (system)\n")
    file(md "mismatch_cnt", "0\n")
}

function put_member(sys, d, part, slot, members, rebuilding, each, done,   member)
{
    member = sys "/md/dev-" name[d] part
    if (part != "")
        put_partition(d, 1, 1)
    link(member "/block", "../../../../../" substr(place[d], 9) (part == "" ? "" : "/" name[d] part))
    link(sys "/slaves/" name[d] part, "../../../../" substr(place[d], 9) \
        (part == "" ? "" : "/" name[d] part))
    if (slot < members)
        link(sys "/md/rd" slot, "dev-" name[d] part)
    file(member "/state", (rebuilding || slot >= members ? "spare" : "in_sync") "\n")
    file(member "/slot", (slot < members ? slot : "none") "\n")
    file(member "/errors", (corrected[d] + 0) "\n")
    file(member "/offset", "264192\n")
    file(member "/size", sprintf("%.0f\n", each))
    file(member "/recovery_start", rebuilding ? sprintf("%.0f\n", each * 2 * done) : \
        slot < members ? "none\n" : "0\n")
    file(member "/bad_blocks", "")
    file(member "/unacknowledged_bad_blocks", "")
}

# The array in /proc/mdstat.
function array_line(m, level, first, members, spares, action, each, data, part, done,
                    text, d, map, up, bar, i, speed)
{
    text = "md" m " : active " level
    for (d = first + members + spares - 1; d >= first; d--)
        text = text " " name[d] part "[" d - first "]" (d - first >= members ? "(S)" : "")
    up = members - (action == "recover")
    for (i = 0; i < members; i++)
        map = map (i < up ? "U" : "_")
    text = text sprintf("\n      %.0f blocks super 1.2 %s[%d/%d] [%s]\n", each * data, \
        level == "raid1" ? "" : "level " substr(level, 5) ", 512k chunk, algorithm 2 ", members, \
        up, map)
    if (action != "") {
        for (i = 0; i < 20; i++)
            bar = bar (i < int(done * 20) ? "=" : i == int(done * 20) ? ">" : ".")
        speed = action == "check" ? 141200 : 103300
        text = text sprintf("      [%s]  %s = %.1f%% (%.0f/%.0f) finish=%.1fmin speed=%dK/sec\n", \
            bar, action == "check" ? "check" : "recovery", done * 100, each * done, each, \
            each * (1 - done) / speed / 60, speed)
    }
    return text "      bitmap: 2/30 pages [8KB], 65536KB chunk\n\n"
}
