#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: idle.sh, in the build directory
# Prints what an agent costs that has nothing to tell: CPU time and memory of all its processes
# together, over a made-up host with 24 disks and 4 arrays, at default intervals and by the default
# rules; with Prometheus, Nagios and Munin as receivers, then with SNMP too.
# BENCH_SECONDS: how long to look each time, 120 if not given.
set -euo pipefail

source=$(cd "$(dirname "$0")/../.." && pwd)
seconds=${BENCH_SECONDS:-120}
port=9735
PATH=$PATH:/usr/sbin:$PWD/tools/usr/sbin
directory=$(mktemp -d "${TMPDIR:-/tmp}/forewarn-idle-XXXXXX")
agent=
others=()
# shellcheck disable=SC2317 # trap calls it
end()
{
    [ -z "$agent" ] || kill "$agent" 2>/dev/null || true
    [ ${#others[@]} = 0 ] || kill "${others[@]}" 2>/dev/null || true
    wait
    rm -rf "$directory"
}
trap end EXIT
chmod 755 "$directory"

# below PID: it and all that it has started, one a line
below()
{
    local child
    echo "$1"
    # shellcheck disable=SC2013 # words
    for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do below "$child"; done
}

# Ticks of the clock of all processes, and of what they have waited for.
all_ticks()
{
    local pid
    for pid in $(below "$agent"); do cat "/proc/$pid/stat" 2>/dev/null || true; done |
        sed 's/.*) //' | awk '{ sum += $12 + $13 + $14 + $15 } END { print sum + 0 }'
}

# KiB of proportional set size of all processes together
pss()
{
    local pid
    for pid in $(below "$agent"); do cat "/proc/$pid/smaps_rollup" 2>/dev/null || true; done |
        awk '/^Pss:/ { sum += $2 } END { print sum + 0 }'
}

mib()
{
    awk -v kib="$1" 'BEGIN { printf "%.1f", kib / 1024 }'
}

now()
{
    cut -d ' ' -f 1 /proc/uptime
}

# measure WITH-WHAT AIM LINE...: an agent that is configured by these lines
measure()
{
    local with=$1 aim=$2 before after begun ended pid
    local -a sizes=()
    shift 2
    rm -rf "$directory/state"
    mkdir -m 755 "$directory/state"
    printf '%s\n' "state_directory: $directory/state" "$@" >"$directory/forewarn.yml"
    "$PWD/forewarnd" --config "$directory/forewarn.yml" --root "$directory/host" \
        --web.listen-address "127.0.0.1:$port" --control-socket "$directory/run/control.sock" \
        2>"$directory/log" &
    agent=$!
    sleep 20 # the start is over, and the first judgement
    [ -d "/proc/$agent" ] || {
        cat "$directory/log"
        exit 1
    }
    before=$(all_ticks) begun=$(now)
    for ((i = 0; i < seconds; i++)); do
        [ $((i % 15)) != 0 ] || curl -s -H 'Accept-Encoding: gzip' -o /dev/null "http://127.0.0.1:$port/metrics"
        sizes+=("$(pss)")
        sleep 1
    done
    after=$(all_ticks) ended=$(now)
    mapfile -t sizes < <(printf '%s\n' "${sizes[@]}" | sort -n)
    echo "An agent at rest with $with: $(curl -s "http://127.0.0.1:$port/metrics" | grep -vc '^#') series, scraped each 15 s, $seconds s"
    awk -v ticks=$((after - before)) -v s="$begun $ended" -v hz="$(getconf CLK_TCK)" 'BEGIN {
        split(s, t, " ")
        printf "  %-46s %8.2f %% (aim: 0.2)\n", "of a core, all processes", 100 * ticks / hz / (t[2] - t[1]) }'
    printf '  %-46s %8s MiB (aim: %s)\n' "memory (PSS), the median" "$(mib "${sizes[$((seconds / 2))]}")" "$aim"
    printf '  %-46s %8s MiB\n' "memory (PSS), the most, in a round" "$(mib "${sizes[-1]}")"
    for pid in $(below "$agent"); do
        printf '    %-44s %8s MiB\n' "$(cat "/proc/$pid/comm")" \
            "$(mib "$(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup")")"
    done
    kill "$agent"
    wait "$agent" || true
    agent=
}

"$source/contrib/sample-host" "$directory/host" --disks 24 --arrays 4 --healthy >/dev/null
mkfifo -m 666 "$directory/nagios.cmd"
cat <>"$directory/nagios.cmd" >/dev/null &
others+=($!)
nagios="  nagios: {command_file: $directory/nagios.cmd}"
measure "Prometheus, Nagios and Munin" 12 'exporters:' "$nagios"
command -v snmpd >/dev/null || {
    echo "  skipped: snmpd is missing (Debian: snmpd)"
    exit 0
}
printf '%s\n' "master agentx" "agentXSocket unix:$directory/agentx" "agentXPerms 0777 0777" \
    "rocommunity public 127.0.0.1" >"$directory/snmpd.conf"
echo public >"$directory/community"
snmpd -f -C -c "$directory/snmpd.conf" -Lf /dev/null udp:127.0.0.1:16161 2>/dev/null &
others+=($!)
measure "SNMP too" 20 'exporters:' "$nagios" \
    "  snmp: {receivers: [{address: 'udp:127.0.0.1:16162', version: 2c, community_file: $directory/community}], agentx: 'unix:$directory/agentx'}"
