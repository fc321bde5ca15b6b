# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2317,SC2154,SC2034 # happen calls do_NAME, outages.vm the rest
# Sourced by outages.vm after disks.sh: what happens in a scenario (tests/outages/README.md), done to
# disks and arrays of this machine. "moment", called when a sync has ended, is the payload's.
clock=/run/clock # the scenario's time in words; "at" in seconds
declare -A where now gigabytes sync_end level members
arrays=() parts=1

# ---- names: "sda" and "sda1" of the scenario are what now[sda] is here

device()
{
    local name=${1%%[0-9]*}
    echo "${now[$name]}${1#"$name"}"
}

# A script for sed -E that turns names of this machine into the scenario's; in capitals first, as the
# one's name can be another's here.
names_script()
{
    local name
    for name in "${!now[@]}"; do
        printf '%s' "s/\\b${now[$name]}([0-9]*)\\b/${name^^}\\1/g;"
    done
    printf '%s\n' 's/\bSD[A-Z]+/\L&/g'
}

# find_it NAME: where the scenario's disk is now, with as many partitions as it wants.
find_it()
{
    local size k
    now[$1]=$(disk "${where[$1]}") || complain "no disk for $1"
    [ "$parts" -gt 1 ] || return 0
    size=$(($(cat "/sys/block/${now[$1]}/size") / parts / 2048 * 2048 - 2048))
    for ((k = 1; k <= parts; k++)); do
        addpart "/dev/${now[$1]}" "$k" $((2048 + (k - 1) * (size + 2048))) "$size"
    done
    udevadm settle
}

# ---- what happens

slow()
{
    [ ! -e "/sys/block/$1/md/sync_speed_max" ] || speed "$1" 200
}

# Where the disk is gone, md notices when somebody writes.
do_fail()
{
    local array=$1 member path
    shift
    for member; do
        path=$(device "$member")
        if [ -e "/sys/class/block/$path" ]; then
            mdadm --quiet --manage "/dev/$array" --fail "/dev/$path" 2>/dev/null
        else
            dd if=/dev/zero "of=/dev/$array" bs=64k count=64 oflag=direct status=none 2>/dev/null
            until_true 30 grep -q faulty "/sys/block/$array/md/dev-$path/state"
        fi
    done
}

do_remove()
{
    local array=$1 member
    shift
    for member; do
        if [ -e "/sys/class/block/$(device "$member")" ]; then
            until_true 5 mdadm --quiet --manage "/dev/$array" --remove "/dev/$(device "$member")"
        else
            until_true 5 mdadm --quiet --manage "/dev/$array" --remove detached
        fi
    done
}

# join ARRAY MEMBER...: it is put together anew of these.
do_join()
{
    local array=$1 member list=()
    shift
    for member; do
        list+=("/dev/$(device "$member")")
    done
    until_true 20 mdadm --quiet --stop "/dev/$array" || complain "$array cannot be stopped"
    must mdadm --quiet --assemble --force --run "/dev/$array" "${list[@]}"
    slow "$array"
    dd if=/dev/zero "of=/dev/$array" bs=4k count=1 oflag=direct status=none
}

# rebuild ARRAY MEMBER... SPEED
do_rebuild()
{
    local array=$1 member count=$(($# - 2)) path
    echo frozen >"/sys/block/$array/md/sync_action"
    for member in "${@:2:count}"; do
        path=$(device "$member")
        [ ! -e "/sys/block/$array/md/dev-$path" ] || continue
        mdadm --quiet --zero-superblock "/dev/$path" 2>/dev/null
        mdadm --quiet --manage "/dev/$array" --add "/dev/$path"
    done
    echo idle >"/sys/block/$array/md/sync_action"
    begin "$array" "${!#}"
}

# replace ARRAY OLD NEW SPEED
do_replace()
{
    mdadm --quiet --manage "/dev/$1" --add "/dev/$(device "$3")"
    mdadm --quiet --manage "/dev/$1" --replace "/dev/$(device "$2")" --with "/dev/$(device "$3")"
    begin "$1" "$4"
}

do_check()
{
    echo check >"/sys/block/$1/md/sync_action"
    begin "$1" "$2"
}

# What md does by itself when the array is lost.
do_stop()
{
    unset "sync_end[$1]"
}

do_speed()
{
    :
}

# begin ARRAY MB_PER_SECOND|delayed: when its sync would be through on the scenario's disks; one that
# is delayed takes as long as the one before, once that has ended.
begin()
{
    if [ "$2" = delayed ]; then
        sync_end[$1]=delayed
    else
        took=$((gigabytes[$1] * 1000 / $2))
        sync_end[$1]=$((at + took))
    fi
}

disk_event()
{
    local kind=${where[$1]}
    told_something=$smartd
    case $2 in
    pending) tell "$kind" 197 "$3" ;;
    reallocated) tell "$kind" 5 "$3" ;;
    reported) tell "$kind" 187 "$3" && echo "$3" >"$told/$kind/errors" ;;
    crc) tell "$kind" 199 "$3" ;;
    ioerrors | timeouts | corrected | state) : ;; # the kernel's counters are not made up here
    *) complain "a disk has no '$2'" ;;
    esac
}

# The kernel lets go of a disk, and finds it again by whatever name.
unplug()
{
    echo 1 >"/sys/block/${now[$1]}/device/delete"
    until_true 30 test ! -e "/sys/block/${now[$1]}" || complain "$1 stays"
}

plug()
{
    local host
    for host in /sys/class/scsi_host/*/scan; do
        echo "- - -" >"$host"
    done
    udevadm settle --timeout=30
    find_it "$1"
}

happen()
{
    local name
    case $1 in
    md[0-9]*) "do_$2" "$1" "${@:3}" ;;
    gone) for name in "${@:2}"; do unplug "$name"; done ;;
    back) for name in "${@:2}"; do plug "$name"; done ;;
    sample | samples | grow | end) : ;;
    *) disk_event "$@" ;;
    esac
}

# ---- its time and its hosts

set_clock()
{
    at=$1
    date -u -d "@$at" '+%F %H:%M' >"$clock"
}

# run_until TIME: syncs that end before it are let run out, one after the other.
run_until()
{
    local array next before
    while true; do
        next='' before=$1
        for array in "${!sync_end[@]}"; do
            [ "${sync_end[$array]}" != delayed ] || continue
            if [ "${sync_end[$array]}" -le "$before" ]; then
                next=$array before=${sync_end[$array]}
            fi
        done
        [ -n "$next" ] || break
        set_clock "${sync_end[$next]}"
        speed "$next" system
        until_true 300 idle "$next" || complain "$next does not end: $(cat /proc/mdstat)"
        slow "$next"
        unset "sync_end[$next]"
        for array in "${arrays[@]}"; do
            if [ "${sync_end[$array]-}" = delayed ] && ! grep -q delayed "/sys/block/$array/md/sync_completed"; then
                sync_end[$array]=$((at + took))
            fi
        done
        moment
    done
    set_clock "$1"
}

setup()
{
    local name k letters=abcdefghijklmnopqrstuvwxyz
    case $1 in
    disks)
        for ((k = 0; k < $3; k++)); do
            name=sd${letters:${#where[@]}:1}
            where[$name]=scsi${#where[@]}
            gigabytes[$name]=$4
        done
        ;;
    array)
        arrays+=("$2")
        level[$2]=${3#raid}
        members[$2]=${*:4}
        for name in ${members[$2]}; do
            k=${name##*[a-z]}
            [ "${k:-1}" -le "$parts" ] || parts=$k
        done
        ;;
    start) start=$(date -u -d "$2 $3" +%s) ;;
    esac
}

# Disks that say something by SMART are told to.
choose_disks()
{
    local name names
    names=$(awk '/^[#a-z]/ { next }
    {
        for (i = 1; i < NF; i++)
            if ($(i + 1) ~ /^(pending|reported|crc|reallocated)$/)
                print $i
    }' "/vm/$scenario.txt" | sort -u)
    for name in $names; do
        where[$name]=told$told_count
        told "told$told_count"
    done
}

make_arrays()
{
    local array name devices spares
    for name in "${!where[@]}"; do
        find_it "$name"
    done
    for array in "${arrays[@]}"; do
        devices=() spares=0
        for name in ${members[$array]}; do
            if [ "$name" = spare ]; then
                spares=1
            else
                devices+=("/dev/$(device "$name")")
                gigabytes[$array]=$((gigabytes[${name%%[0-9]*}] / parts))
            fi
        done
        mdadm --quiet --zero-superblock "${devices[@]}" 2>/dev/null
        create "$array" "${level[$array]}" $((${#devices[@]} - spares)) --assume-clean --bitmap=none \
            --spare-devices=$spares "${devices[@]}"
        slow "$array"
    done
}

