#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# "forewarn check" with an agent: it is asked, in every format and by everybody; what it cannot
# answer is looked at without it, and so is all where it is gone or says nothing.
. "${top_srcdir:-.}/tests/integration/agent.sh"

rules=$directory/rules.yml
cat >"$rules" <<'RULES'
groups:
- name: g
  rules:
  - alert: Info
    expr: vector(1)
    labels: {severity: info}
    annotations: {summary: "worth knowing"}
  - alert: Soon
    expr: vector(2)
    for: 1h
    labels: {severity: critical}
    annotations: {summary: "may become bad"}
  - alert: Rises
    expr: increase(forewarn_disk_power_on_seconds[5m]) > 0
    labels: {severity: critical}
  - alert: Given
    expr: count(forewarn_md_info) < 3
    labels: {severity: critical}
    annotations: {summary: "an array is gone"}
RULES

# check STATUS ARGUMENT...: into out and err
check()
{
    local want=$1 status
    shift
    "$forewarn" check --socket "$socket" "$@" >"$directory/out" 2>"$directory/err" </dev/null
    status=$?
    [ "$status" = "$want" ] && return
    complain "check $*: exit $status, not $want"
    sed 's/^/    | /' "$directory/out" "$directory/err"
}

refuse()
{
    ! grep -qF -- "$1" "$directory/out" || complain "'$1' is in: $(cat "$directory/out")"
}

# look ARGUMENT...: at this host, as a user who keeps nothing of it in its history
look()
{
    become "${users[-1]}"
    "${as[@]}" "$forewarn" check --socket "$socket" "$@" >"$directory/out" 2>"$directory/err"
    status=$?
}

# No agent: the look is the program's own.
check 0 --root "$host"
look --format json
refuse '"held": '
refuse unanswered

configure "rule_files: [$rules]"
start_agent

# What is pending does not count, and rules that look back were judged.
check 0
expect "OK  mail7: 1 info" "$directory/out"
expect " INFO      worth knowing" "$directory/out"
refuse "may become bad"
refuse Unjudged
check 0 -v
expect " Pending:  critical, may become bad" "$directory/out"
check 0 --format nagios -v
expect "FOREWARN OK - nothing wrong seen; 3 arrays, 12 disks | 'critical'=0" "$directory/out"
expect "Pending: may become bad" "$directory/out"
check 0 --format json
expect '"name":"Soon"' "$directory/out"
expect '"held": []' "$directory/out"
python3 - "$top_srcdir/contrib/schema/check.schema.json" "$directory/out" <<'PYTHON' || complain "JSON"
import json, sys
data = json.load(open(sys.argv[2]))
assert [alert["name"] for alert in data["alerts"]] == ["Info"], data["alerts"]
assert [alert["name"] for alert in data["pending"]] == ["Soon"], data["pending"]
assert data["not_judged"] == [], data["not_judged"]
try:
    import jsonschema
    jsonschema.validate(data, json.load(open(sys.argv[1])))
except ImportError:
    print("python3-jsonschema is missing: not held against the schema")
PYTHON

# Levels, expressions and their errors.
check 1 --severity Info=warning
check 2 --expr 'count(forewarn_disk_info)' -c 3
expect "FOREWARN CRITICAL - count(forewarn_disk_info): 12 | 'value'=12;;3" "$directory/out"
check 1 --expr 'forewarn_md_redundancy' -w 2:
check 3 --expr 'nothing_of_that_name'
check 3 --expr 'sum('
expect "FOREWARN UNKNOWN - --expr: 1:4: unclosed left parenthesis" "$directory/out"
check 3 --expr 'sum_over_time(forewarn_md_info[1h:1ms])'
expect "FOREWARN UNKNOWN - --expr" "$directory/out"

# Everybody gets all of it; only root may have it look now.
for user in "${users[@]}"; do
    become "$user"
    "${as[@]}" "$forewarn" check --socket "$socket" --format json >"$directory/out" 2>&1 ||
        complain "$user: exit $?: $(cat "$directory/out")"
    expect '"verdict": "ok"' "$directory/out"
done
if [ "$(id -u)" = 0 ]; then
    setpriv --reuid=65533 --regid=65533 --clear-groups \
        "$forewarn" check --socket "$socket" --now >"$directory/out" 2>&1
    [ $? = 3 ] || complain "anybody may have it look now: $(cat "$directory/out")"
    expect "only root and the agent's own user may do that" "$directory/out"
fi

# Now: what has just happened is seen and judged, however long the intervals are.
configure "rule_files: [$rules]"
sed -i 's/evaluation_interval: 1s/evaluation_interval: 1h/; s/interval: [12]s}/interval: 1h}/g' "$config"
kill -HUP "$(agent_pid)"
until_true 10 grep -q "was read anew" "$log" || complain "no word of the reload"
until_true 10 gives 'forewarn_probe_up{probe="smart"}'
mv "$host/proc/mdstat" "$host/proc/mdstat.away" && mv "$host/sys/block/md2" "$directory/md2"
check 0
check 2 --now -t 20
expect " CRITICAL  an array is gone" "$directory/out"
mv "$host/proc/mdstat.away" "$host/proc/mdstat" && mv "$directory/md2" "$host/sys/block/md2"
check 0 --now -t 20
refuse "an array is gone"

# What an agent does not answer is looked at without it.
check 2 --root "$host" --rules "$rules" --severity Soon=critical
check 0 --no-agent --root "$host" --probe md
refuse "worth knowing"
check 3 --now --root "$host"
expect "--now asks an agent, which does not take --root" "$directory/err"

# An agent that says nothing: its silence is told, and a look of one's own is taken.
pid=$(agent_pid)
kill -STOP "$pid"
look -t 4
expect_not_ok "$status"
expect "forewarnd: read from $socket: ETIMEDOUT" "$directory/out"
check 3 --now -t 2
kill -CONT "$pid"
stop_agent || complain "SIGTERM: exit status $?"

# One that has just started is waited for until it has judged: what it knew before it ended is old.
sleep 4
configure "rule_files: [$rules]"
"$forewarnd" --config "$config" --root "$host" --control-socket "$socket" "${web[@]}" >>"$log" 2>&1 &
agent=$!
until_true 20 test -S "$socket" || complain "no socket"
check 0 -t 30
refuse "has not judged"
kill -TERM "$agent" && wait "$agent"
agent=
exit $failed
