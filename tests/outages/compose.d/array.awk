# SPDX-License-Identifier: Apache-2.0
# An md array as sysfs, udev and /proc/mdstat have it, in whatever state it is. Arrays of awk by
# array number m: level, wanted (members), members (how many are listed, [m, i] from 0), and of each
# member [m, i]: disk, part (of it, or ""), slot (-1: none), state (in_sync faulty spare recovering
# replacement); action ("" check recover), done (0 ... 1), speed (KiB/s), delayed.

function array_part(m)
{
    return level[m] == "raid1" ? 1 : level[m] == "raid6" ? wanted[m] - 2 : wanted[m] - 1
}

function array_uuid(m, separator)
{
    return sprintf("ac3e0000%s00000000%s00000000%s%08x", separator, separator, separator, m)
}

function in_sync(m,   i, n)
{
    for (i = 0; i < members[m]; i++)
        n += state[m, i] == "in_sync"
    return n + 0
}

function has_failed(m)
{
    return wanted[m] - in_sync(m) > (level[m] == "raid6" ? 2 : level[m] == "raid1" ? wanted[m] - 1 : 1)
}

function put_array(m,   sys, md, i, each)
{
    sys = "sys/devices/virtual/block/md" m
    md = sys "/md/"
    each = component(m)
    link("sys/block/md" m, "../devices/virtual/block/md" m)
    link("sys/class/block/md" m, "../../devices/virtual/block/md" m)
    file(sys "/dev", "9:" m "\n")
    file(sys "/size", sprintf("%.0f\n", each * array_part(m) * 2))
    file(sys "/ro", "0\n")
    file(sys "/inflight", "       0        0\n")
    put_attributes(m, md, each)
    put_sync(m, md, each)
    for (i = 0; i < members[m]; i++)
        put_member(m, i, sys, md, each)
    file("run/udev/data/b9:" m, "I:2000000\nE:MD_LEVEL=" level[m] "\nE:MD_DEVICES=" wanted[m] \
        "\nE:MD_METADATA=1.2\nE:MD_UUID=" array_uuid(m, ":") "\nE:MD_NAME=" host ":" m "\nV:1\n")
    put_mdstat(m, each)
}

# KiB of each member.
function component(m)
{
    return int(sectors[disk[m, 0]] / (part[m, 0] == "" ? 1 : parts) / 2) - 132096
}

function member_name(m, i)
{
    return name[disk[m, i]] part[m, i]
}

# Where its device is in sysfs.
function member_place(m, i)
{
    return place[disk[m, i]] (part[m, i] == "" ? "" : "/" member_name(m, i))
}

function put_attributes(m, md, each)
{
    file(md "array_state", (has_failed(m) ? "broken" : "active") "\n")
    file(md "level", level[m] "\n")
    file(md "raid_disks", wanted[m] "\n")
    file(md "layout", (level[m] == "raid1" ? 0 : 2) "\n")
    file(md "chunk_size", (level[m] == "raid1" ? 0 : 524288) "\n")
    file(md "component_size", sprintf("%.0f\n", each))
    file(md "array_size", "default\n")
    file(md "metadata_version", "1.2\n")
    file(md "uuid", sprintf("ac3e0000-0000-0000-0000-0000%08x\n", m))
    file(md "degraded", wanted[m] - in_sync(m) "\n")
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
}

function put_sync(m, md, each)
{
    file(md "sync_action", (action[m] == "" ? "idle" : action[m]) "\n")
    file(md "last_sync_action", (last_action[m] == "" ? "none" : last_action[m]) "\n")
    file(md "sync_completed", action[m] == "" ? "none\n" : delayed[m] ? "delayed\n" : \
        sprintf("%.0f / %.0f\n", each * 2 * done[m], each * 2))
    file(md "sync_speed", action[m] == "" || delayed[m] ? "none\n" : speed[m] "\n")
    file(md "sync_speed_min", "1000 (system)\n")
    file(md "sync_speed_max", "200000 (system)\n")
    file(md "mismatch_cnt", "0\n")
}

# As md words it.
function member_state(m, i,   k)
{
    if (state[m, i] == "replacement")
        return "spare,replacement"
    if (state[m, i] != "in_sync")
        return state[m, i] == "faulty" ? "faulty" : "spare"
    for (k = 0; k < members[m]; k++)
        if (state[m, k] == "replacement" && slot[m, k] == slot[m, i])
            return "in_sync,want_replacement"
    return "in_sync"
}

function put_member(m, i, sys, md, each,   d, device, member, rebuilds)
{
    d = disk[m, i]
    device = member_name(m, i)
    member = md "dev-" device
    rebuilds = state[m, i] == "recovering"
    if (!gone[d])
        link(member "/block", "../../../../../" substr(member_place(m, i), 9))
    if (!gone[d])
        link(sys "/slaves/" device, "../../../../" substr(member_place(m, i), 9))
    if (slot[m, i] >= 0)
        link(md "rd" slot[m, i], "dev-" device)
    file(member "/state", member_state(m, i) "\n")
    file(member "/slot", (slot[m, i] < 0 ? "none" : slot[m, i]) "\n")
    file(member "/errors", (corrected[d] + 0) "\n")
    file(member "/offset", "264192\n")
    file(member "/size", sprintf("%.0f\n", each))
    file(member "/recovery_start", rebuilds ? sprintf("%.0f\n", each * 2 * done[m]) : \
        state[m, i] == "in_sync" ? "none\n" : "0\n")
    file(member "/bad_blocks", "")
    file(member "/unacknowledged_bad_blocks", "")
}

function sync_line(m, each,   what, bar, i, finish)
{
    if (action[m] == "")
        return ""
    what = action[m] == "check" ? "check" : "recovery"
    if (delayed[m])
        return "      \tresync=DELAYED\n"
    for (i = 0; i < 20; i++)
        bar = bar (i < int(done[m] * 20) ? "=" : i == int(done[m] * 20) ? ">" : ".")
    finish = each * (1 - done[m]) / speed[m] / 60
    return sprintf("      [%s]  %s = %.1f%% (%.0f/%.0f) finish=%.1fmin speed=%dK/sec\n", bar, what, \
        done[m] * 100, each * done[m], each, finish, speed[m])
}

function put_mdstat(m, each,   text, map, i, k, up)
{
    text = "md" m " : active " level[m]
    for (i = members[m] - 1; i >= 0; i--)
        text = text " " member_name(m, i) "[" i "]" (state[m, i] == "faulty" ? "(F)" : \
            state[m, i] == "spare" ? "(S)" : state[m, i] == "replacement" ? "(R)" : "")
    for (k = 0; k < wanted[m]; k++) {
        up = "_"
        for (i = 0; i < members[m]; i++)
            if (slot[m, i] == k && state[m, i] == "in_sync")
                up = "U"
        map = map up
    }
    mdstat = mdstat text sprintf("\n      %.0f blocks super 1.2 %s[%d/%d] [%s]\n", \
        each * array_part(m), level[m] == "raid1" ? "" : "level " substr(level[m], 5) \
        ", 512k chunk, algorithm 2 ", wanted[m], in_sync(m), map) sync_line(m, each) \
        "      bitmap: 2/30 pages [8KB], 65536KB chunk\n\n"
}
