#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The file system under the state directory stands still (fsfreeze), as on a disk that hangs, while a
# disk fails: the alert leaves all the same, questions are answered, and nothing is lost afterwards.
# shellcheck disable=SC2317 # functions are called by until_true and by the trap
. "${top_srcdir:-.}/tests/integration/agent.sh"

for program in mkfs.ext4 fsfreeze losetup; do
    command -v $program >/dev/null || skip "no $program"
done
[ "$(id -u)" = 0 ] || skip "only root can mount and freeze a file system"

image=$directory/image
truncate -s 32M "$image"
mkfs.ext4 -q "$image" || exit 99
mount -o loop "$image" "$state" 2>"$directory/err" || skip "no loop mount: $(cat "$directory/err")"
thaw_and_end()
{
    fsfreeze -u "$state" 2>/dev/null
    end_agent_first
    umount "$state" 2>/dev/null || umount -l "$state"
    end
}
# The agent, before its file system goes.
end_agent_first()
{
    [ -z "$agent" ] || kill -KILL "$(agent_pid)" 2>/dev/null
    [ -z "$agent" ] || wait "$agent" 2>/dev/null
    agent=
}
trap thaw_and_end EXIT

mkdir "$directory/told"
chmod 777 "$directory/told"
cat >"$directory/tell" <<SH
#!/bin/sh
printf '%s %s %s\n' "\$FOREWARN_STATE" "\$FOREWARN_ALERT" "\$FOREWARN_ID" >>'$directory/told/events'
SH
chmod 755 "$directory/tell"
cat >"$directory/rules.yml" <<'RULES'
groups:
- name: g
  rules:
  - {alert: Lost, expr: forewarn_md_degraded > 0, labels: {severity: critical}, annotations: {summary: s}}
RULES
configure "rule_files: [$directory/rules.yml]" \
    "exporters: {exec: [{name: file, command: [$directory/tell]}]}"

# array STATUS: what /proc/mdstat says of the array, [2/2] [UU]
array()
{
    cat >"$host/proc/mdstat.new" <<MDSTAT
Personalities : [raid1]
md7 : active raid1 sdz1[1] sdy1[0]
      1953382336 blocks super 1.2 $1

unused devices: <none>
MDSTAT
    mv "$host/proc/mdstat.new" "$host/proc/mdstat"
}

# told STATE: how many different events of this kind were told
told()
{
    grep "^$1 Lost " "$directory/told/events" 2>/dev/null | sort -u | wc -l
}
has_told()
{
    [ "$(told "$1")" -ge 1 ]
}

rm -rf "$host/sys"
array '[2/2] [UU]'
start_agent
until_true 20 gives 'forewarn_history_writable == 1' || complain "the history is not written: $(cat "$log")"

fsfreeze -f "$state" || skip "the file system does not freeze"
array '[2/1] [U_]'
until_true 60 has_told raised || complain "not told while frozen: $(cat "$log")"
gives 'forewarn_md_degraded == 1' || complain "no answer while frozen"
before=$(value 'timestamp(forewarn_md_degraded)')
later()
{
    [ "$(value "timestamp(forewarn_md_degraded) > bool $before")" = 1 ]
}
until_true 30 later || complain "it looks no more while frozen"

fsfreeze -u "$state"
array '[2/2] [UU]'
until_true 60 has_told resolved || complain "not told of the end: $(cat "$log")"
until_true 60 gives 'forewarn_history_writable == 1' || complain "it does not write again"
[ "$(told raised)" = 1 ] || complain "told as several events: $(cat "$directory/told/events")"
stop_agent || complain "does not end as it should"

# Frozen at the end: it goes in its time. Only the thread that the kernel holds keeps the process
# (a zombie) until the file system moves again; nothing can kill that one.
start_agent
fsfreeze -f "$state"
pid=$(agent_pid)
kill -TERM "$pid"
gone()
{
    ! [ -e "/proc/$pid/stat" ] || grep -q '^State:.*Z' "/proc/$pid/status"
}
until_true 60 gone || complain "does not end while frozen: $(cat "/proc/$pid/status")"
fsfreeze -u "$state"
wait "$agent" || complain "does not end well: $(tail -n 3 "$log")"
agent=
exit $failed
