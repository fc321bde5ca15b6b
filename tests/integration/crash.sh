#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A worker that dies in the middle of its round, by kill -9 or of itself: the target is named, all
# others are seen.
. "${top_srcdir:-.}/tests/integration/workers.sh"
[ -x "$top_builddir/tests/integration/hold" ] || skip "tests/integration/hold is not built"
cp "$top_builddir/tests/integration/hold" "$directory/hold" || exit 99
"$directory/hold" /nothing /bin/true </dev/null 2>"$directory/report" || skip "ptrace is not allowed"
grep -q '^exit 0 held 0' "$directory/report" || skip "ptrace is not allowed"

# dies USER SIGNAL NAME PROBE TARGET FILE
dies()
{
    echo "$4 dies of $3 at $5, looked at by $1"
    "${as[@]}" timeout 20 "$directory/hold" -s "$2" "$6" "$forewarn" check --root "$host" \
        --format json </dev/null >"$directory/out" 2>"$directory/report"
    read -r _ status _ killed _ took _ < <(grep '^exit' "$directory/report")
    [ "${killed:-0}" != 0 ] || complain "nobody opened $6"
    [ "${took:-99999}" -lt 5000 ] || complain "it took $took ms"
    seen "$directory/out" >"$directory/seen" || complain "no JSON: $(cat "$directory/out")"
    expect "crashed $4 $5 the worker was killed by $3" "$directory/seen"
    expect "probe md up" "$directory/seen"
    expect "probe smart up" "$directory/seen"
    [ "$(blind)" = 1 ] || complain "more is not seen: $(cat "$directory/seen")"
    expect_not_ok "$status"
    nothing_left
}

# find PATTERN...: the one process whose command line is that.
find_process()
{
    local pid
    for _ in $(seq 200); do
        pid=$(pgrep -f "$@") && echo "$pid" && return
        sleep 0.02
    done
    complain "there is no process $*"
}

# Starts a check whose smart worker is held, as $tracer; sets agent and launcher.
start_held()
{
    rm -f "$directory/go" && mkfifo -m 666 "$directory/go"
    "${as[@]}" "$directory/hold" smart/sdc.json "$forewarn" check --root "$host" --format json \
        --timeout 20s <"$directory/go" >"$directory/out" 2>"$directory/report" &
    tracer=$!
    exec 7>"$directory/go"
    find_process -- "--worker smart --root $host" >/dev/null
    sleep 0.2
    agent=$(find_process -x -P "$tracer" -- "$forewarn check --root $host .*")
    launcher=$(find_process -P "$agent" -- "$forewarn check --root $host .*")
}

# Waits for the tracer's report, and lets go.
await_report()
{
    for _ in $(seq 1000); do
        grep -q '^exit' "$directory/report" && break
        sleep 0.02
    done
    exec 7>&-
    wait "$tracer"
}

agent_dies()
{
    echo "the check itself is killed, as $1"
    start_held
    kill -9 "$agent"
    await_report
    expect "exit 137" "$directory/report"
    nothing_left
}

launcher_dies()
{
    echo "the launcher is killed, as $1"
    start_held
    kill -9 "$launcher"
    await_report
    expect_not_ok "$(sed -n 's/^exit \([0-9]*\) .*/\1/p' "$directory/report")"
    seen "$directory/out" >"$directory/seen" || complain "no JSON: $(cat "$directory/out")"
    expect "probe smart down" "$directory/seen"
    expect "launcher: it has died" "$directory/out"
    nothing_left
}

for user in "${users[@]}"; do
    become "$user"
    agent_dies "$user"
    launcher_dies "$user"
    dies "$user" 9 SIGKILL smart sdc smart/sdc.json
    dies "$user" 9 SIGKILL md md1 sys/block/md1/md/array_state
    # AddressSanitizer turns it into an exit.
    grep -qa __asan_init "$forewarn" || dies "$user" 11 SIGSEGV smart sdd smart/sdd.json
done
exit "$failed"
