#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# kill -9 of the agent and of its workers, again and again, while alerts come and go: each beginning
# and each end is told at least once, in its order, and what is told twice has the same id.
# STORM_KILLS: how often (200); STORM_SEED repeats a run's choices.
. "${top_srcdir:-.}/tests/integration/agent.sh"
command -v python3 >/dev/null || skip "python3 is missing"

[ -r "/proc/$$/task/$$/children" ] || skip "the kernel does not say who is whose child"
kills=${STORM_KILLS:-200}
seed=${STORM_SEED:-$(($$ % 32768))}
RANDOM=$seed
arrays=12
rm -rf "$host"
"$top_srcdir/contrib/sample-host" "$host" --healthy --arrays $arrays --disks 48 >/dev/null || exit 99

# What is told first to the disk goes there quickly, or it is told without: not what is tested here.
if [ -w /dev/shm ]; then
    state=$(mktemp -d /dev/shm/forewarn-storm.XXXXXX) || exit 99
    chmod 755 "$state"
fi
# shellcheck disable=SC2317 # by the trap
end_storm()
{
    [ -z "$agent" ] || kill -KILL "$agent" 2>/dev/null
    rm -rf "$state" "$directory"
}
trap end_storm EXIT

mkdir "$directory/told"
chmod 777 "$directory/told"
events=$directory/told/events
touch "$events"
chmod 666 "$events"
cat >"$directory/tell" <<SH
#!/bin/sh
echo "\$FOREWARN_SEQUENCE \$FOREWARN_ID \$FOREWARN_STATE \$FOREWARN_ARRAY" >>'$events'
SH
chmod 755 "$directory/tell"
cat >"$directory/rules.yml" <<'RULES'
groups:
- name: storm
  rules:
  - {alert: Differs, expr: forewarn_md_mismatches > 0, labels: {severity: critical}}
RULES
configure "rule_files: [$directory/rules.yml]" "notify: {repeat: {critical: never}}" \
    "exporters: {exec: [{name: file, command: [$directory/tell], retry: 100ms, tries: 1000}]}"

# start: the agent, with no one that waits for it, so that $agent is its process
start()
{
    "$forewarnd" --config "$config" --root "$host" --control-socket "$socket" \
        "${web[@]}" >>"$log" 2>&1 &
    agent=$!
}

# change ARRAY COUNT: from one moment to the next
change()
{
    local file=$host/sys/block/md$1/md/mismatch_cnt
    echo "$2" >"$file.new" && mv "$file.new" "$file"
}

declare -A differs=() killed=()

change_some()
{
    local array
    for _ in 1 2 3; do
        array=$((RANDOM % arrays))
        differs[$array]=$((1 - ${differs[$array]:-0}))
        change $array "${differs[$array]}"
    done
}

kill_agent()
{
    kill -KILL "$agent"
    wait "$agent" 2>/dev/null
    killed[agent]=$((${killed[agent]:-0} + 1))
    start
}

# Kills the agent, or any of its workers; fails where there is none at the moment.
kill_one()
{
    local launcher='' workers=() victim name
    if [ $((RANDOM % 8)) = 0 ]; then
        kill_agent
        return
    fi
    # These files have no line end: read fills, and fails.
    { read -r launcher _ <"/proc/$agent/task/$agent/children"; } 2>/dev/null
    { read -r -a workers <"/proc/${launcher:-none}/task/$launcher/children"; } 2>/dev/null
    [ ${#workers[@]} -gt 0 ] || return
    victim=${workers[RANDOM % ${#workers[@]}]}
    { read -r name <"/proc/$victim/comm" && kill -KILL "$victim"; } 2>/dev/null || return
    killed[$name]=$((${killed[$name]:-0} + 1))
}

start
until_true 30 gives forewarn_md_mismatches || complain "no agent: $(cat "$log")"
for ((n = 0; n < kills;)); do
    change_some
    sleep "0.$((RANDOM % 2))$((RANDOM % 10))"
    kill_one && n=$((n + 1))
done
kill_agent # the next one does not know how often its workers died, and starts them at once

# The storm is over: what was told comes to what is.
now_told()
{
    for ((array = 0; array < arrays; array++)); do
        printf '%s ' "$array" $((${differs[$array]:-0}))
    done >"$directory/truth"
    python3 - "$events" "$(cat "$directory/truth")" <<'PYTHON'
import sys
told = {}
for line in sorted(set(open(sys.argv[1])), key=lambda line: int(line.split()[0])):
    _, _, state, array = line.split()
    told[array] = int(state == "raised")
truth = sys.argv[2].split()
for array, differs in zip(truth[::2], truth[1::2]):
    if told.get("md" + array, 0) != int(differs):
        sys.exit(f"md{array}: told {told.get('md' + array)}, is {differs}")
PYTHON
}
until_true 120 now_told || complain "not told: $(now_told 2>&1)"
stop_agent()
{
    kill -TERM "$agent"
    wait "$agent"
}
stop_agent || complain "exit status $?: $(tail "$log")"

python3 - "$events" <<'PYTHON' || complain "see above; seed $seed"
import sys
lines = [line.split() for line in open(sys.argv[1])]
first, by_sequence, wrong = {}, {}, []
for sequence, *event in lines:
    sequence = int(sequence)
    id = event[0]
    if first.setdefault(id, (sequence, event)) != (sequence, event):
        wrong.append(f"{id} is {first[id]} and {sequence} {event}")
    if by_sequence.setdefault(sequence, id) != id:
        wrong.append(f"number {sequence} is {by_sequence[sequence]} and {id}")
missing = set(range(1, max(by_sequence) + 1)) - set(by_sequence)
if missing:
    wrong.append(f"never told: {sorted(missing)}")
order = list(dict.fromkeys(int(line[0]) for line in lines))
if order != sorted(order):
    wrong.append(f"out of order: {order}")
raised = set()
for sequence in sorted(by_sequence):
    _, (id, state, array) = first[by_sequence[sequence]]
    if (state == "raised") == (array in raised):
        wrong.append(f"{array} is {state} again, number {sequence}")
    raised ^= {array}
print(f"{len(by_sequence)} events, {len(lines) - len(by_sequence)} of them told again")
print(*wrong[:20], sep="\n")
sys.exit(bool(wrong))
PYTHON
for name in "${!killed[@]}"; do
    echo "killed $name ${killed[$name]} times"
done
exit $failed
