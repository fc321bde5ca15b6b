#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A worker that survives SIGKILL at one target: the check ends in its time, tells of all others, and
# names the one that hangs; nothing of it holds the check's output; nothing else is left running.
. "${top_srcdir:-.}/tests/integration/workers.sh"
[ -x "$top_builddir/tests/integration/hold" ] || skip "tests/integration/hold is not built"
cp "$top_builddir/tests/integration/hold" "$directory/hold" || exit 99
"$directory/hold" /nothing /bin/true </dev/null 2>"$directory/report" || skip "ptrace is not allowed"
grep -q '^exit 0 held 0' "$directory/report" || skip "ptrace is not allowed"

timeout_ms=10000
slack_ms=500 # a process that ends under a tracer, on a busy machine

# look USER FORMAT FILE: a check in which a worker hangs at FILE. Its output goes to $directory/out,
# the tracer's report to $directory/report; the tracer holds on until release.
look()
{
    rm -f "$directory/go" "$directory/pipe"
    mkfifo -m 666 "$directory/go" "$directory/pipe" || exit 99
    "${as[@]}" "$directory/hold" "$3" "$forewarn" check --root "$host" --format "$2" \
        --timeout "${timeout_ms}ms" <"$directory/go" >"$directory/pipe" 2>"$directory/report" &
    tracer=$!
    exec 7>"$directory/go"
    # Ends when nobody has the check's standard output any more, although the worker is still there.
    timeout 20 cat "$directory/pipe" >"$directory/out" || complain "the output is held open"
    for _ in $(seq 100); do
        grep -q '^exit' "$directory/report" && break
        sleep 0.02
    done
    read -r _ status _ held _ took _ < <(grep '^exit' "$directory/report")
}

release()
{
    exec 7>&-
    wait "$tracer"
}

# hangs USER PROBE TARGET FILE
hangs()
{
    echo "$2 hangs at $3, looked at by $1"
    look "$1" json "$4"
    if [ "${held:-0}" = 0 ]; then
        complain "nobody opened $4"
        release
        return
    fi
    [ "$took" -le $((timeout_ms + slack_ms)) ] || complain "it took $took ms"
    [ "$(grep '^State:' "/proc/$held/status" | cut -f2 | cut -c1)" = t ] || complain "$held is not held"
    local rest
    rest=$(left_over "$held" "$tracer")
    [ -z "$rest" ] || complain "still there: $rest"
    seen "$directory/out" >"$directory/seen" || complain "no JSON: $(cat "$directory/out")"
    expect "hung $2 $3 no answer within" "$directory/seen"
    expect "process $held (forewarn-$2) survives SIGKILL" "$directory/seen"
    expect "probe md up" "$directory/seen"
    expect "probe smart up" "$directory/seen"
    # Everything else was seen: the hang is the only thing that is said to be blind.
    [ "$(blind)" = 1 ] || complain "more is not seen: $(cat "$directory/seen")"
    expect_not_ok "$status"
    release
    nothing_left
}

# Every disk and array but the one that hangs has its sample.
samples()
{
    echo "samples of all others, by $1"
    rm -f "$directory/go" && mkfifo -m 666 "$directory/go"
    "${as[@]}" "$directory/hold" smart/sdc.json "$forewarn" probe smart --root "$host" \
        --timeout "${timeout_ms}ms" <"$directory/go" >"$directory/out" 2>"$directory/report" &
    tracer=$!
    exec 7>"$directory/go"
    for _ in $(seq 1000); do
        grep -q '^exit' "$directory/report" && break
        sleep 0.02
    done
    release
    local disk
    for disk in sda sdb sdd sdk nvme0n1; do
        expect "forewarn_target_hung{probe=\"smart\",target=\"$disk\"} 0" "$directory/out"
    done
    expect 'forewarn_target_hung{probe="smart",target="sdc"} 1' "$directory/out"
    [ "$(grep -c "^forewarn_target_hung" "$directory/out")" = 13 ] || complain "not 12 disks and their discovery"
}

for user in "${users[@]}"; do
    become "$user"
    hangs "$user" smart sdc smart/sdc.json
    hangs "$user" md md1 sys/block/md1/md/array_state
    samples "$user"
done
exit "$failed"
