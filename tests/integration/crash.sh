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
    [ "$status" = 3 ] || [ "$status" = 2 ] || complain "exit status $status"
    nothing_left
}

for user in "${users[@]}"; do
    become "$user"
    dies "$user" 9 SIGKILL smart sdc smart/sdc.json
    dies "$user" 9 SIGKILL md md1 sys/block/md1/md/array_state
    # AddressSanitizer turns it into an exit.
    grep -qa __asan_init "$forewarn" || dies "$user" 11 SIGSEGV smart sdd smart/sdd.json
done
exit "$failed"
