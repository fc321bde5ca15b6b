#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is no regular file where one is expected is a finding at once, never waited on or opened, and
# the rest is told of.
. "${top_srcdir:-.}/tests/integration/workers.sh"

# put KIND PATH: such a thing instead of the file.
put()
{
    rm -rf "$2"
    case $1 in
    fifo) mkfifo "$2" ;;
    directory) mkdir "$2" ;;
    socket) python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$2" ;;
    device) mknod "$2" c 1 9 ;;   # urandom: would never end
    tty) mknod "$2" c 4 64 ;;     # would wait for a carrier
    loop) ln -s "$(basename "$2")" "$2" ;;
    esac
}

# refused KIND PROBE TARGET FILE [seen]: the check says so at once, and that it was not looked at;
# with "seen" another file tells the same.
refused()
{
    local start=$(($(date +%s%N) / 1000000)) took status
    timeout 20 "$forewarn" check --root "$host" --format json </dev/null >"$directory/out" 2>"$directory/err"
    status=$?
    took=$(($(date +%s%N) / 1000000 - start))
    echo "$1 as $4: exit $status after $took ms"
    [ "$took" -lt 5000 ] || complain "it took $took ms"
    [ "${5:-}" = seen ] || expect_not_ok "$status"
    seen "$directory/out" >"$directory/seen" || complain "no JSON: $(cat "$directory/err")"
    grep -F "\"file\":\"$4\"" "$directory/out" | grep -F "\"probe\":\"$2\"" | grep -qF "\"target\":\"$3\"" ||
        complain "no finding of $2 about $3 names $4: $(cat "$directory/seen")"
    expect "probe md up" "$directory/seen"
    expect "probe smart up" "$directory/seen"
}

for kind in fifo directory socket device tty loop; do
    if [ "$kind" = device ] || [ "$kind" = tty ]; then
        if ! mknod "$directory/node" c 1 9 2>/dev/null; then
            echo "device nodes cannot be made here: $kind left out"
            continue
        fi
        rm -f "$directory/node"
    fi
    rm -rf "$host" && "$top_srcdir/contrib/sample-host" "$host" --healthy >/dev/null
    put "$kind" "$host/smart/sdb.json"
    refused "$kind" smart sdb /smart/sdb.json
    rm -rf "$host" && "$top_srcdir/contrib/sample-host" "$host" --healthy >/dev/null
    put "$kind" "$host/sys/block/md1/md/array_state"
    refused "$kind" md md1 /sys/block/md1/md/array_state
    rm -rf "$host" && "$top_srcdir/contrib/sample-host" "$host" --healthy >/dev/null
    put "$kind" "$host/proc/mdstat"
    refused "$kind" md "" /proc/mdstat seen
    rm -rf "$host"/sys/block/md*
    refused "$kind" md "" /proc/mdstat
done
nothing_left
exit "$failed"
