# SPDX-License-Identifier: Apache-2.0
# Reads a scenario (tests/outages/README.md) and writes, into the directory "out", what the host's files
# are at each of its moments: N.tar has what changed, N.gone the paths that are no more; "list" has a
# line each, "N TIME".

function die(what)
{
    print FILENAME ":" FNR ": " what ": " $0 >"/dev/stderr"
    failed = 1
    exit 65
}

# Seconds since 1970 of "2008-08-01", "00:00"; UTC.
function seconds(date, clock,   y, m, d, era, yoe, doy)
{
    y = substr(date, 1, 4) + 0
    m = substr(date, 6, 2) + 0
    d = substr(date, 9, 2) + 0
    y -= m <= 2
    era = int(y / 400)
    yoe = y - era * 400
    doy = int((153 * (m + (m > 2 ? -3 : 9)) + 2) / 5) + d - 1
    return (era * 146097 + yoe * 365 + int(yoe / 4) - int(yoe / 100) + doy - 719468) * 86400 + \
        substr(clock, 1, 2) * 3600 + substr(clock, 4, 2) * 60
}

# A file or link is written where it is another than before; what is not written at all is gone.
function file(path, text)
{
    now_there[path] = 1
    if (path in was && was[path] == "f" text)
        return
    was[path] = "f" text
    tar_file(path, text)
}

function link(path, target)
{
    now_there[path] = 1
    if (path in was && was[path] == "l" target)
        return
    was[path] = "l" target
    tar_link(path, target)
}

# The disk "sda", also of its partition "sda1".
function disk_of(text,   d)
{
    sub(/[0-9]+$/, "", text)
    for (d = 0; d < disks; d++)
        if (name[d] == text)
            return d
    die("no such disk: " text)
}

function member_of(m, text,   i)
{
    for (i = 0; i < members[m]; i++)
        if (member_name(m, i) == text)
            return i
    die(text " is no member of md" m)
}

# Everything that the host's files say now.
function put_host(   d, m, i, p)
{
    split("", now_there)
    mdstat = ""
    for (d = 0; d < disks; d++)
        if (!gone[d]) {
            hours[d] = 21000 + d * 37 % 900 + int((now - start) / 3600)
            put_disk(d)
            for (i = 1; i <= parts; i++)
                put_partition(d, i, parts)
        }
    for (m = 0; m < arrays; m++)
        put_array(m)
    file("proc/mdstat", "Personalities : [raid1] [raid6] [raid5] [raid4] \n" mdstat \
        "unused devices: <none>\n")
    file("proc/mounts", mounts)
    file("proc/self/mounts", mounts)
    file("proc/sys/kernel/hostname", host "\n")
    for (p in probe_samples)
        put_samples(p)
}

# OpenMetrics: all samples of a name stand together.
function put_samples(p,   text, i, k, metric)
{
    text = ""
    split("", written)
    for (i = 1; i <= sample_count; i++) {
        metric = substr(sample_text[i] "{", 1, index(sample_text[i] "{", "{"))
        if (sample_probe[i] != p || written[metric]++)
            continue
        for (k = i; k <= sample_count; k++)
            if (sample_probe[k] == p && index(sample_text[k] "{", metric) == 1)
                text = text sample_text[k] " " sprintf("%.10g", sample_value[k]) "\n"
    }
    file("samples/" p ".om", text "# EOF\n")
}

function emit(   path, text)
{
    step++
    tar_out = out "/" step ".tar"
    tar_start()
    put_host()
    tar_end()
    close(tar_out)
    tar_out = out "/" step ".gone"
    printf "" >tar_out
    for (path in was)
        if (!(path in now_there)) {
            print path >tar_out
            delete was[path]
        }
    close(tar_out)
    print step, now >(out "/list")
}

# Syncs go on: one at a time of those that share disks would be md's way; here each by itself.
function advance(to,   m, i)
{
    for (m = 0; m < arrays; m++)
        if (action[m] != "" && !delayed[m])
            done[m] += (to - now) * speed[m] / component(m)
    for (m = 0; m < arrays; m++) # only now, as what waited begins then
        if (action[m] != "" && !delayed[m] && done[m] >= 1)
            finish_sync(m)
    for (i in growth)
        sample_value[i] += growth[i] * (to - now) / 60
    now = to
}

function finish_sync(m,   i, k)
{
    for (i = 0; i < members[m]; i++) {
        if (state[m, i] == "recovering")
            state[m, i] = "in_sync"
        if (state[m, i] == "replacement") {
            for (k = 0; k < members[m]; k++)
                if (k != i && slot[m, k] == slot[m, i]) {
                    state[m, k] = "faulty"
                    slot[m, k] = -1
                }
            state[m, i] = "in_sync"
        }
    }
    last_action[m] = action[m] == "check" ? "check" : "recovery"
    action[m] = ""
    start_next(m)
}

# The one that waited goes on, at the speed of the one before.
function start_next(m,   k)
{
    for (k = 0; k < arrays; k++)
        if (delayed[k]) {
            delayed[k] = 0
            speed[k] = speed[m]
            return
        }
}

# When the next thing happens by itself: the end of a sync, or another look at one that runs.
function next_step(until,   m, i, end)
{
    for (i in growth)
        if (growth[i] && now + every < until)
            until = now + every
    for (m = 0; m < arrays; m++)
        if (action[m] != "" && !delayed[m]) {
            end = now + (1 - done[m]) * component(m) / speed[m]
            end = int(end / 60 + 1) * 60
            if (end < until)
                until = end
            if (now + every < until)
                until = now + every
        }
    return until
}

function run_until(to)
{
    while (now < to) {
        advance(next_step(to))
        if (now < to)
            emit()
    }
}

function begin_sync(m, what, mbs)
{
    action[m] = what
    done[m] = 0
    delayed[m] = mbs == "delayed"
    speed[m] = delayed[m] ? 0 : int(mbs * 1000000 / 1024)
}

# A disk or a partition of one.
function add_member(m, text, at, how)
{
    disk[m, members[m]] = disk_of(text)
    part[m, members[m]] = match(text, /[0-9]+$/) ? substr(text, RSTART) : ""
    if (part[m, members[m]] + 0 > parts)
        parts = part[m, members[m]] + 0
    slot[m, members[m]] = at
    if (!((m, text) in first_slot))
        first_slot[m, text] = at
    state[m, members[m]++] = how
}

function free_slot(m,   k, i, taken)
{
    for (k = 0; k < wanted[m]; k++) {
        taken = 0
        for (i = 0; i < members[m]; i++)
            taken += slot[m, i] == k
        if (!taken)
            return k
    }
    die("md" m " has no free place")
}

function remove_member(m, i)
{
    for (; i < members[m] - 1; i++) {
        disk[m, i] = disk[m, i + 1]
        part[m, i] = part[m, i + 1]
        slot[m, i] = slot[m, i + 1]
        state[m, i] = state[m, i + 1]
    }
    members[m]--
}

function array_event(m, verb, from,   i, k)
{
    if (verb == "check")
        begin_sync(m, "check", $(from + 1))
    else if (verb == "speed")
        speed[m] = int($(from + 1) * 1000000 / 1024)
    else if (verb == "fail")
        for (k = from + 1; k <= NF; k++) {
            i = member_of(m, $k)
            state[m, i] = "faulty"
            slot[m, i] = -1
        }
    else if (verb == "remove")
        for (k = from + 1; k <= NF; k++)
            remove_member(m, member_of(m, $k))
    else if (verb == "join") # members that hold good data, as assembled anew: each has its number
        for (k = from + 1; k <= NF; k++) {
            if (!((m, $k) in first_slot))
                die($k " was never a member of md" m)
            add_member(m, $k, first_slot[m, $k], "in_sync")
        }
    else if (verb == "add") # a spare
        add_member(m, $(from + 1), -1, "spare")
    else if (verb == "rebuild") { # onto disks, at so many MB/s or delayed
        for (k = NF - 1; k > from; k--) { # md takes first what was added last
            for (i = 0; i < members[m] && member_name(m, i) != $k; i++)
                ;
            if (i == members[m])
                add_member(m, $k, -1, "spare")
            slot[m, i] = free_slot(m)
            state[m, i] = "recovering"
        }
        begin_sync(m, "recover", $NF)
    } else if (verb == "replace") { # a member by another disk, at so many MB/s
        add_member(m, $(from + 2), slot[m, member_of(m, $(from + 1))], "replacement")
        begin_sync(m, "recover", $(from + 3))
    } else if (verb == "stop") {
        action[m] = ""
        for (i = 0; i < members[m]; i++)
            if (state[m, i] == "recovering") {
                state[m, i] = "spare"
                slot[m, i] = -1
            }
    } else
        die("an array does not '" verb "'")
}

function disk_event(d, what, value)
{
    if (what == "pending")
        pending[d] = value
    else if (what == "reallocated")
        reallocated[d] = value
    else if (what == "reported")
        reported[d] = value
    else if (what == "crc")
        crc[d] = value
    else if (what == "ioerrors")
        errors[d] = value
    else if (what == "timeouts")
        timeouts[d] = value
    else if (what == "corrected")
        corrected[d] = value
    else if (what == "state")
        device_state[d] = value
    else
        die("a disk has no '" what "'")
}

function sample_of(p, text,   i)
{
    for (i = 1; i <= sample_count; i++)
        if (sample_probe[i] == p && sample_text[i] == text)
            break
    if (i > sample_count) {
        sample_count = i
        sample_probe[i] = p
        sample_text[i] = text
        sample_value[i] = 0
    }
    return i
}

function sample_event(p, text, value)
{
    probe_samples[p] = 1
    sample_value[sample_of(p, text)] = value
}

# All that a probe measured elsewhere, in a file of OpenMetrics beside the scenario, and nothing else of
# it from now on.
function samples_event(p, path,   folder, line, i, any)
{
    for (i = 1; i <= sample_count; i++)
        if (sample_probe[i] == p) {
            sample_probe[i] = ""
            growth[i] = 0
        }
    folder = FILENAME
    sub(/[^\/]*$/, "", folder)
    for (; (getline line < (folder path)) > 0; any = 1)
        if (line !~ /^#/ && match(line, / [^ ]+$/))
            sample_event(p, substr(line, 1, RSTART - 1), substr(line, RSTART + 1) + 0)
    close(folder path)
    if (!any)
        die("no samples in " folder path)
}

# What happens at a moment; the words of it from the nth on.
function happen(n,   d, k)
{
    if ($n ~ /^md[0-9]+$/)
        array_event(substr($n, 3) + 0, $(n + 1), n + 1)
    else if ($n == "gone" || $n == "back")
        for (k = n + 1; k <= NF; k++)
            gone[disk_of($k)] = $n == "gone"
    else if ($n == "sample")
        sample_event($(n + 1), $(n + 2), $(n + 3))
    else if ($n == "samples")
        samples_event($(n + 1), $(n + 2))
    else if ($n == "grow") # by so much a minute, from its value on
        growth[sample_of($(n + 1), $(n + 2))] = $(n + 3)
    else if ($n != "end")
        disk_event(disk_of($n), $(n + 1), $(n + 2))
}

function setup(   k, d, n)
{
    if ($1 == "host")
        host = $2
    else if ($1 == "start") {
        start = now = seconds($2, $3)
    } else if ($1 == "every")
        every = $2 * 60
    else if ($1 == "disks") { # disks KIND NUMBER GB [SHELF]
        if ($5 != "")
            shelf_disks = 24 * ($5 - 1)
        for (k = 0; k < $3; k++) {
            add_disk(disks, $2)
            sectors[disks++] = int($4 * 1000000000 / 512 / 8) * 8
        }
    } else if ($1 == "array") { # array md0 raid5 sda sdb ... [spare sde]
        n = substr($2, 3) + 0
        if (n != arrays)
            die("arrays are numbered from md0 on")
        arrays++
        members[n] = wanted[n] = 0
        level[n] = $3
        for (k = 4; k <= NF && $k != "spare"; k++)
            add_member(n, $k, wanted[n]++, "in_sync")
        for (k++; k <= NF; k++)
            add_member(n, $k, -1, "spare")
    } else if ($1 == "mount")
        mounts = mounts "/dev/" $2 " " $3 " ext4 rw,relatime 0 0\n"
    else
        die("unknown word")
}

BEGIN {
    every = 600
    disks = arrays = parts = step = 0
    disk_start()
}

/^#/ || NF == 0 || $1 == "title" || $1 == "outage" || $1 == "source" { next }

# Further things that happen at the same moment begin with blanks.
/^[ \t]/ { happen(1); next }

$1 ~ /^[0-9][0-9][0-9][0-9]-/ {
    if (!begun)
        emit_after = now
    begun = 1
    at = seconds($1, $2)
    if (at < now)
        die("goes back in time")
    if (at > now) {
        if (!emitted_at[now]++)
            emit()
        run_until(at)
    }
    happen(3)
    next
}

{ setup() }

END {
    if (!failed)
        emit()
}
