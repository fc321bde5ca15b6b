#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Who may look at what: root sees a tree that is closed to others, whoever owns it; anybody else is
# told what was not seen, and it never comes out as ok. Root is given up where it is not needed.
. "${top_srcdir:-.}/tests/integration/workers.sh"
[ "$(id -u)" = 0 ] || skip "only root can look with different rights"
command -v setpriv >/dev/null || skip "setpriv is missing"

# look USER: exit status in status, the report in $directory/seen.
look()
{
    become "$1"
    (cd / && "${as[@]}" timeout 20 "$forewarn" check --root "$host" --format json </dev/null) \
        >"$directory/out" 2>"$directory/err"
    status=$?
    seen "$directory/out" >"$directory/seen" 2>/dev/null || cat "$directory/err" >"$directory/seen"
}

echo "a tree of another user, closed to others"
chown -R 65533:65533 "$host" && chmod -R go= "$host"
look caller
expect "probe md up" "$directory/seen"
expect "probe smart up" "$directory/seen"
[ "$(blind)" = 0 ] || complain "root does not see it: $(cat "$directory/seen")"
look nobody
expect_not_ok "$status"
grep -qE 'EACCES' "$directory/seen" || complain "nothing says why: $(cat "$directory/seen")"

echo "a tree of which one disk and one array are closed"
chown -R 0:0 "$host" && chmod -R u=rwX,go=rX "$host"
chmod 600 "$host/smart/sdb.json"
chmod 700 "$host/sys/block/md1/md"
look nobody
expect_not_ok "$status"
grep -q 'smart sdb .*EACCES' "$directory/seen" || complain "sdb: $(cat "$directory/seen")"
grep -q 'md md1 .*EACCES' "$directory/seen" || complain "md1: $(cat "$directory/seen")"
expect "probe md up" "$directory/seen"
expect "probe smart up" "$directory/seen"

echo "root is given up"
# Stopped before its workers are done, and looked at.
mkfifo "$directory/go"
"$top_builddir/tests/integration/hold" smart/sdc.json "$forewarn" check --root "$host" \
    --timeout 10s <"$directory/go" >/dev/null 2>"$directory/report" &
exec 7>"$directory/go"
for _ in $(seq 100); do
    agent=$(pgrep -f -x -- "$forewarn check --root $host --timeout 10s" | head -n 1)
    worker=$(pgrep -f -- "--worker smart --root $host")
    [ -n "$agent" ] && [ -n "$worker" ] && break
    sleep 0.02
done
sleep 0.2
launcher=$(pgrep -x forewarn-launch -P "$agent")
uid()
{
    awk '/^Uid:/ { print $2, $3, $4 }' "/proc/$1/status"
}
capabilities()
{
    awk '/^Cap(Prm|Eff|Bnd|Amb):/ { printf "%s ", $2 }' "/proc/$1/status"
}
none=0000000000000000
[ "$(uid "$agent")" != "0 0 0" ] || complain "the agent is still root"
[ "$(capabilities "$agent")" = "$none $none $none $none " ] ||
    complain "the agent has capabilities: $(capabilities "$agent")"
[ "$(uid "$launcher")" = "0 0 0" ] || complain "the launcher is not root"
[ "$(uid "$worker")" = "0 0 0" ] || complain "the worker is not uid 0"
read_search=0000000000000004
[ "$(capabilities "$worker")" = "$read_search $read_search $read_search $read_search " ] ||
    complain "the worker has other capabilities: $(capabilities "$worker")"
exec 7>&-
wait
nothing_left
exit "$failed"
