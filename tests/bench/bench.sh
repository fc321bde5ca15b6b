#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: bench.sh, in the build directory
# Prints what one look costs, beside the tools of the field on the same made-up disks in the same
# run: ratios, because times differ from machine to machine. Nothing passes or fails by them.
set -euo pipefail

source=$(cd "$(dirname "$0")" && pwd)
forewarn=$PWD/forewarn
measure=$PWD/tests/bench/measure
make_host=$PWD/tests/bench/make_host
read_blobs=$PWD/tests/bench/read_blobs
hosts=$PWD/bench
runs=${BENCH_RUNS:-5}
check_raid=/usr/lib/nagios/plugins/check_raid

# ratio A B: how many times B is of A
ratio()
{
    awk -v a="$1" -v b="$2" 'BEGIN { if (a > 0) printf "%.1f", b / a; else printf "-" }'
}

# per A B: A / B of microseconds, in milliseconds
per()
{
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b / 1000 }'
}

mib()
{
    awk -v kib="$1" 'BEGIN { printf "%.1f", kib / 1024 }'
}

# host DISKS ARRAYS: makes it once and prints where it is
host()
{
    local host=$hosts/$1
    [ -d "$host" ] || "$make_host" "$host" "$1" "$2"
    echo "$host"
}

# run COMMAND...: sets wall and cpu
run()
{
    read -r wall cpu _ < <("$measure" -r "$runs" "$@")
    [ -n "${cpu-}" ]
}

row()
{
    printf '  %-52s %12s %12s\n' "$@"
}

# check_raid knows one place of mdstat: a copy of it is told another.
recorded_check_raid()
{
    [ -x "$check_raid" ] || return 0
    sed "s|/proc/mdstat|$1/proc/mdstat|g" "$check_raid" >"$hosts/check_raid"
    chmod +x "$hosts/check_raid"
    echo "$hosts/check_raid"
}

one_look()
{
    local host our_wall our_cpu peer
    host=$(host 24 4)
    peer=$(recorded_check_raid "$host")
    echo "One look at 24 disks in 4 arrays"
    row "" "wall ms" "CPU ms"
    run "$forewarn" check --timeout 300s --root "$host"
    our_wall=$wall our_cpu=$cpu
    row "forewarn check" "$(per "$wall" 1)" "$(per "$cpu" 1)"
    if ! command -v smartctl >/dev/null; then
        echo "  skipped: smartctl is missing (Debian: smartmontools)"
        return
    fi
    [ -n "$peer" ] || echo "  no check_raid here (Debian: nagios-plugins-contrib): smartctl alone"
    run bash "$source/peer.sh" "$host" "$peer"
    row "${peer:+check_raid and }24 times smartctl -a -j" "$(per "$wall" 1)" "$(per "$cpu" 1)"
    row "times less (aim: 10 in wall)" "$(ratio "$our_wall" "$wall")" "$(ratio "$our_cpu" "$cpu")"
}

# The cost of a disk more, so that starting up does not count on our side.
one_disk_more()
{
    local few_cpu
    run sh -c "exec $1" # word splitting is wanted: patterns of files
    few_cpu=$cpu
    run sh -c "exec $2"
    cpu=$(((cpu - few_cpu) / 990))
}

one_disk()
{
    local few many ours all
    few=$(host 10 1) many=$(host 1000 166)
    echo "One disk more, in one poll"
    row "" "" "CPU ms"
    one_disk_more "'$read_blobs' '$few'/smart/*" "'$read_blobs' '$many'/smart/*"
    ours=$cpu
    row "a SMART blob decoded in-process" "" "$(per "$ours" 1)"
    one_disk_more "'$forewarn' probe smart --timeout 300s --root '$few'" \
        "'$forewarn' probe smart --timeout 300s --root '$many'"
    all=$cpu
    row "all of forewarn probe smart, to the last sample" "" "$(per "$all" 1)"
    command -v smartctl >/dev/null || return 0
    run sh -c "exec smartctl -a -j - <'$few/ioctl/sda.txt'"
    row "smartctl -a -j" "" "$(per "$cpu" 1)"
    row "times less, in-process (aim: 50)" "" "$(ratio "$ours" "$cpu")"
    row "times less, all of the probe" "" "$(ratio "$all" "$cpu")"
}

many_disks()
{
    local disks host pss maxrss
    echo "Many disks: forewarn check, per disk, and memory of all its processes at once"
    printf '  %-12s %14s %14s %16s %20s\n' "disks" "wall ms/disk" "CPU ms/disk" "sum of PSS MiB" \
        "biggest process MiB"
    for disks in 10 100 1000; do
        host=$(host $disks $((disks < 12 ? 1 : disks / 6)))
        ! "$forewarn" check --timeout 300s --root "$host" | grep -i 'not looked at' ||
            echo "  not all disks were looked at: the figures below mean nothing"
        run "$forewarn" check --timeout 300s --root "$host"
        read -r _ _ maxrss pss < <("$measure" -r 3 -p "$forewarn" check --timeout 300s --root "$host")
        printf '  %-12s %14s %14s %16s %20s\n' $disks "$(per "$wall" $disks)" \
            "$(per "$cpu" $disks)" "$(mib "$pss")" "$(mib "$maxrss")"
    done
    echo "  (aim: level per disk, below 32 MiB with 1,000)"
}

[ -x "$forewarn" ] || {
    echo "bench: no ./forewarn here: run make first"
    exit 1
}
rm -rf "$hosts"
mkdir -p "$hosts"
trap 'rm -rf "$hosts"' EXIT
echo "forewarn bench: $(nproc) x $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), medians of $runs runs"
echo
one_look
echo
one_disk
echo
many_disks
