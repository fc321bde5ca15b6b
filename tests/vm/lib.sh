# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by payloads: the machine's disks, the agent in it, and what the one says of the other.
# A payload ends with "finish": its status is 0 when nothing was complained of.
# shellcheck source=/dev/null
. /vm/settings
forewarnd=${prefix:?}/sbin/forewarnd
config=${sysconfdir:?}/forewarn/forewarn.yml
agent=
complaints=0

# say WORD...: what the payload is about, with the machine's time.
say()
{
    local now
    read -r now _ </proc/uptime
    echo "[$now] $*"
}

# complain WORD...: something is wrong; the payload goes on.
complain()
{
    complaints=$((complaints + 1))
    say "WRONG: $*"
}

# until_true SECONDS COMMAND...: tries it until it succeeds, 1 when the time is over.
until_true()
{
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.2
    done
}

# must COMMAND...: what the payload itself rests on; without it the rest means nothing.
must()
{
    "$@" || {
        complain "failed: $*"
        finish
    }
}

# ---- disks

# disk NAME: the kernel's name of ahci0, ide1, scsi2, nvme0 (their numbers do not follow its own), once
# it is there; 1 when it is not within 20 s.
disk()
{
    until_true 20 find_disk "$1" && find_disk "$1"
}

find_disk()
{
    local entry
    for entry in /dev/disk/by-id/*"_VM${1^^}" /sys/block/*/device/vpd_pg80; do
        case $entry in
        /dev/*) [ ! -e "$entry" ] || { basename "$(readlink "$entry")" && return; } ;;
        *"/device/vpd_pg80")
            tr -d '\0' 2>/dev/null <"$entry" | grep -q "VM${1^^}\$" || continue
            basename "${entry%/device/*}"
            return
            ;;
        esac
    done
    return 1
}

# qmp JSON: has qemu's monitor do it; prints its answer, and fails when that is an error or does not come
# within a minute.
qmp()
{
    local line
    {
        flock 8
        exec 7<>/run/vm/monitor
        if [ ! -e /run/vm/monitor.open ]; then
            read -r -t 60 line <&7
            echo '{"execute": "qmp_capabilities"}' >&7
            read -r -t 60 line <&7
            touch /run/vm/monitor.open
        fi
        echo "$1" >&7
        while read -r -t 60 line <&7 && [[ $line != *'"return"'* && $line != *'"error"'* ]]; do
            :
        done
        exec 7<&-
    } 8>/run/vm/monitor.lock
    echo "$line"
    [[ $line == *'"return"'* ]]
}

# speed ARRAY KIB_PER_SECOND: of resyncs and rebuilds; "system" takes the limit away.
speed()
{
    local md=/sys/block/$1/md
    echo "$2" >"$md/sync_speed_max"
    case $2 in
    system) echo system ;;
    *) echo "$2" ;;
    esac >"$md/sync_speed_min"
}

# idle ARRAY: no sync of any kind runs or waits.
idle()
{
    [ "$(cat "/sys/block/$1/md/sync_action")" = idle ]
}

# create ARRAY LEVEL DISKS [MDADM-ARGUMENT...]: without asking, and without a first resync where
# --assume-clean is among them.
create()
{
    local array=$1 level=$2 disks=$3
    shift 3
    must mdadm --quiet --create "/dev/$array" --level "$level" --raid-devices "$disks" --run \
        --metadata 1.2 --homehost machine --name "${array#md}" "$@"
}

# fail ARRAY DEVICE; remove ARRAY DEVICE: md frees it a moment later than it says.
fail()
{
    mdadm --quiet --manage "/dev/$1" --fail "/dev/$2" || true
}

remove()
{
    until_true 20 mdadm --quiet --manage "/dev/$1" --remove "/dev/$2" ||
        complain "$2 stays in $1"
}

# ---- the agent

# start_agent [LINE...]: as it is installed, by root, with these lines as its configuration; waits
# until it has looked and judged.
start_agent()
{
    mkdir -p "${config%/*}"
    printf '%s\n' "$@" >"$config"
    "$forewarnd" -v 2>>/out/agent.log &
    agent=$!
    until_true 120 sees 'forewarn_probe_up{probe="md"}' || {
        complain "the agent does not answer: $(tail -n 5 /out/agent.log)"
        finish
    }
}

# sees EXPRESSION: whether the agent has a value for it.
sees()
{
    forewarn query "$1" 2>/dev/null | grep -q .
}

# value EXPRESSION: the first value that the agent has for it.
value()
{
    forewarn query "$1" 2>/dev/null | sed -nE '1s/.*=> ([^ ]*) @.*/\1/p'
}

# expect SECONDS EXPRESSION: that it has one within that time.
expect()
{
    local start=$SECONDS
    if until_true "$1" sees "$2"; then
        say "ok, after $((SECONDS - start)) s: $2"
    else
        complain "not within $1 s: $2"
    fi
}

# expect_alert SECONDS SEVERITY NAME [MATCHERS]; expect_no_alert SECONDS NAME [MATCHERS]: that it
# fires, or no longer does.
expect_alert()
{
    expect "$1" "ALERTS{alertstate=\"firing\",severity=\"$2\",alertname=\"$3\"${4:+,$4}}"
}

expect_no_alert()
{
    expect "$1" "absent(ALERTS{alertstate=\"firing\",alertname=\"$2\"${3:+,$3}})"
}

# agrees ARRAY: what the agent says of it is what sysfs says now. One that lost more than it can bear is
# failed to the agent, whatever md calls it: while nothing was written to it since it was assembled, md
# says read-auto.
agrees()
{
    local md=/sys/block/$1/md attribute expression kernel
    while read -r attribute expression; do
        kernel=$(cat "$md/$attribute" 2>/dev/null) || continue
        expression=${expression//ARRAY/array=\"$1\"}
        sees "${expression//KERNEL/$kernel}" || {
            echo "$1: $attribute is $kernel"
            return 1
        }
    done <<'TABLE'
level forewarn_md_info{ARRAY,level="KERNEL"}
array_state forewarn_md_state{ARRAY,state="KERNEL"} == 1 or (forewarn_md_state{ARRAY,state="failed"} == 1 and on (array) forewarn_md_redundancy{ARRAY} < 0)
degraded forewarn_md_degraded{ARRAY} == KERNEL
sync_action forewarn_md_sync{ARRAY,action="KERNEL"} == 1
mismatch_cnt forewarn_md_mismatches{ARRAY} == KERNEL
TABLE
}

# expect_agreement SECONDS ARRAY
expect_agreement()
{
    until_true "$1" agrees "$2" || complain "after $1 s the agent and the kernel differ: $(agrees "$2")"
}

stop_agent()
{
    local status=0
    kill -TERM "$agent" 2>/dev/null
    wait "$agent" || status=$?
    [ "$status" = 0 ] || complain "the agent ended with $status: $(tail -n 5 /out/agent.log)"
    agent=
}

finish()
{
    [ -z "$agent" ] || stop_agent
    [ "$complaints" = 0 ] || say "$complaints complaints"
    exit "$((complaints > 0))"
}
