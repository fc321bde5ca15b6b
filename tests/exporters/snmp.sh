# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# Sourced by the tests of SNMP: daemons of our own on the loopback's high ports, with their files in
# a directory of their own.
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
failed=0

skip()
{
    echo "SKIP: $*"
    exit 77
}

complain()
{
    echo "FAIL: $*"
    failed=1
}

# until_true SECONDS COMMAND...: tries it until it succeeds
until_true()
{
    local end=$((SECONDS + $1))
    shift
    while [ $SECONDS -le $end ]; do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.1
    done
    return 1
}

PATH=$PATH:/usr/sbin:/sbin:$top_builddir/tools/usr/sbin
for program in "$top_builddir/forewarn-snmp" "$top_builddir/tests/exporters/tell"; do
    [ -x "$program" ] || skip "$program is not built"
done
# LeakSanitizer cannot work in a process that is traced.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0

directory=$(mktemp -d) || exit 99
state=$directory/state
mkdir -p "$state" "$directory/conf" "$directory/persistent"
export SNMPCONFPATH=$directory/conf SNMP_PERSISTENT_DIR=$directory/persistent MIBS=
pids=()

end()
{
    local pid
    for pid in "${pids[@]}"; do
        kill -KILL "$pid" 2>/dev/null
    done
    rm -rf "$directory"
}
trap end EXIT

# free_port: a port for UDP that nobody has now
free_port()
{
    python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# start_worker: the worker under a teller (tell.c). Descriptor 7 is what it is told, $told what it
# says; $teller and $worker are the processes.
told=$directory/told
configuration=
start_worker()
{
    rm -f "$directory/tell"
    mkfifo "$directory/tell"
    : >"$told"
    "$top_builddir/tests/exporters/tell" "$top_builddir/forewarn-snmp" "$state" \
        <"$directory/tell" >"$told" 2>>"$directory/log" 7>&- &
    teller=$!
    pids+=("$teller")
    exec 7>"$directory/tell"
    until_true 10 grep -q '^pid' "$told" || complain "the worker does not start"
    worker=$(sed -n 's/^pid //p' "$told")
    printf '%s\n' "configuration|$configuration" >&7
}

worker_gone()
{
    ! kill -0 "$worker"
}

# stop_worker: as an agent does that goes away
stop_worker()
{
    exec 7>&-
    wait "$teller"
    grep -E 'Sanitizer|runtime error' "$directory/log" && complain "not sound"
    until_true 10 worker_gone || complain "the worker is left"
}

tell()
{
    printf '%s\n' "$@" >&7
}

# delivered ID RECEIVER
delivered()
{
    grep -q "^told $1 $2 delivered" "$told"
}

# What snmptrapd has written down.
got=$directory/got
# ids KIND: the ids that came by that kind of message, a line each
ids()
{
    grep "^$1" "$got" | sed -nE 's/.*\.8\.1\.0 = STRING: "([^"]*)".*/\1/p'
}

# came KIND ID
came()
{
    ids "$1" | grep -qx "$2"
}

# delivered_all ID RECEIVER...
delivered_all()
{
    local id=$1 way
    shift
    for way; do
        delivered "$id" "$way" || return 1
    done
}

# base_mibs: a directory with SNMPv2-SMI and the like, which nobody may copy freely
base_mibs()
{
    local place
    for place in "$top_builddir/tools/mibs" /usr/share/snmp/mibs/ietf /var/lib/mibs/ietf \
        /usr/share/mibs/ietf; do
        ls "$place"/SNMPv2-SMI* >/dev/null 2>&1 && echo "$place" && return
    done
    return 1
}
