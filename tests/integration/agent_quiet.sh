#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Quiet when it should be: acknowledgements and silences, who may make them, and that they last.
. "${top_srcdir:-.}/tests/integration/agent.sh"

rules=$directory/rules.yml
cat >"$rules" <<'RULES'
groups:
- name: g
  rules:
  - {alert: Loud, expr: 'forewarn_md_info{array="md0"}', labels: {severity: critical}}
  - {alert: Low, expr: 'forewarn_md_info{array="md1"}', labels: {severity: info}}
RULES
configure "rule_files: [$rules]"
start_agent
until_true 10 gives 'ALERTS{alertname="Loud",alertstate="firing"}' || complain "nothing fires"

# run STATUS COMMAND...: into $directory/out and $directory/err
run()
{
    local expected=$1 status
    shift
    timeout 20 "$forewarn" "$@" --socket "$socket" >"$directory/out" 2>"$directory/err"
    status=$?
    [ "$status" = "$expected" ] ||
        complain "$*: exit status $status, not $expected: $(cat "$directory/err")"
}

run 0 ack Loud --comment 'disk ordered'
expect "1 alert held until worse" "$directory/out"
run 0 ack Loud --undo
expect "1 alert will be told of again" "$directory/out"
run 1 ack Nothing
expect "no alert of that id or name fires: Nothing" "$directory/err"
run 2 ack
run 1 silence 'array=~(' --for 2h
expect "missing closing )" "$directory/err"
run 2 silence array
run 2 silence array=md0
expect "for how long?" "$directory/err"
run 2 silence array=md0 --for ever
run 0 silence array=md0 severity!=info --for 2h --comment 'moving the rack'
id=$(cat "$directory/out")
run 0 silence --list
expect "$id " "$directory/out"
expect '{array="md0",severity!="info"}' "$directory/out"
expect 'moving the rack' "$directory/out"
run 0 silence '{alertname="Low"}' --for 1h
low=$(cat "$directory/out")

# Nobody is told: there is no receiver.
run 1 notify --test
expect "nobody would be told" "$directory/err"

# Over kill -9, too.
kill -KILL "$(agent_pid)"
wait "$agent" 2>/dev/null
start_agent
run 0 silence --list
expect "$id " "$directory/out"
run 0 silence --end "$low"
run 1 silence --end "$low"
expect "there is no silence $low" "$directory/err"
run 0 silence --list
expect "$id " "$directory/out"
! grep -qF "$low" "$directory/out" || complain "a silence that was ended is listed"

# Everybody may read, not everybody may change.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    forewarn_as() { setpriv --reuid 54321 --regid 54321 --clear-groups "$forewarn" "$@"; }
    forewarn_as silence --list --socket "$socket" >"$directory/out" || complain "cannot read"
    expect "$id " "$directory/out"
    forewarn_as ack Loud --socket "$socket" 2>"$directory/err" && complain "anybody may acknowledge"
    expect "only root and the agent's own user may do that" "$directory/err"
    forewarn_as silence --end "$id" --socket "$socket" 2>"$directory/err" &&
        complain "anybody may end a silence"
fi
stop_agent || complain "exit status $?"
exit $failed
