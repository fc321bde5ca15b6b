#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What outlives the agent: alerts' clocks and samples, over kill -9 at any moment; and an agent
# whose history cannot be written goes on without it and says so.
. "${top_srcdir:-.}/tests/integration/agent.sh"

rules=$directory/rules.yml
cat >"$rules" <<'RULES'
groups:
- name: g
  rules:
  - {alert: Soon, expr: vector(1), for: 12s}
  - {alert: Once, expr: vector(1), for: 1s}
  - {record: test:ticks, expr: 'count_over_time(forewarn_probe_up{probe="md"}[1h])'}
RULES
configure "rule_files: [$rules]"

kill_agent()
{
    {
        kill -KILL "$(agent_pid)"
        wait "$agent"
    } 2>/dev/null
    agent=
}

state_of()
{
    "$forewarn" query --socket "$socket" "ALERTS{alertname=\"$1\"}" |
        sed -nE 's/.*alertstate="([a-z]*)".*/\1/p'
}

# shellcheck disable=SC2317 # until_true calls it
fires()
{
    [ "$(state_of "$1")" = firing ]
}

# Killed again and again: no more than the tick under way is lost each time, and what fires goes on.
start_agent
until_true 10 fires Once || complain "Once does not fire"
for i in 1 2 3 4 5; do
    sleep "0.$((i * 17 % 10))"
    ticks=$(value 'last_over_time(test:ticks[1m])')
    kill_agent
    start_agent
    until_true 5 fires Once || complain "Once does not go on: $(state_of Once)"
    until_true 5 gives "test:ticks >= $ticks" ||
        complain "there were $ticks ticks, now $(value test:ticks): more than one is lost"
done
until_true 15 fires Soon || complain "Soon does not fire: its clock began anew each time"
expect "alerts go on from before" "$log"
stop_agent || complain "exit status $?"

# Where it is asked for, the history answers without an agent.
"$forewarn" query --history "$state/history" 'count_over_time(forewarn_md_info{array="md0"}[1h])' \
    >"$directory/out" 2>&1 || complain "the history does not answer"
expect '{array="md0"' "$directory/out"

# One that is broken is moved aside, and all goes on.
printf 'no database at all, but longer than a page header %4096s' x >"$state/history/history.db"
rm -f "$state"/history/history.db-*
: >"$log"
start_agent
expect "history.db.corrupt" "$log"
until_true 10 test -s "$state/history/history.db" || complain "no new history"
until_true 10 gives 'forewarn_history_writable == 1' || complain "not writable"
kill_agent

# A directory that cannot be written: the alert about it leaves, everything else goes on.
rm -rf "$state" && : >"$state"
: >"$log"
start_agent
until_true 10 gives 'forewarn_history_writable == 0' || complain "no word of it"
until_true 10 fires Once || complain "nothing fires"
expect "history" "$log"
kill_agent
rm -f "$state"

# A full disk, which is later less full.
if [ "$(id -u)" = 0 ] && mkdir "$state" && mount -t tmpfs -o size=300k,mode=777 none "$state" 2>/dev/null; then
    head -c 290k /dev/zero >"$state/ballast"
    start_agent
    until_true 10 gives 'forewarn_history_writable == 0' || complain "a full disk is not told of"
    until_true 10 fires Once || complain "nothing fires"
    rm "$state/ballast"
    until_true 10 gives 'forewarn_history_writable == 1' || complain "it does not recover"
    kill_agent
    umount "$state"
else
    echo "left out: a full disk (needs root and mount)"
fi
exit $failed
