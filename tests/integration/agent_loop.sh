#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The agent: ticks, answers, reads its settings anew, goes away cleanly.
. "${top_srcdir:-.}/tests/integration/agent.sh"

# shellcheck disable=SC2317 # until_true calls it
not_gives()
{
    ! gives "$1"
}

rules=$directory/rules.yml
cat >"$rules" <<'RULES'
groups:
- name: g
  rules:
  - {record: test:arrays, expr: count(forewarn_md_info)}
  - {alert: Always, expr: vector(1), for: 1h}
RULES
configure "rule_files: [$rules]"
start_agent

# What it answers.
until_true 10 gives test:arrays || complain "no recorded series"
[ "$(value test:arrays)" = 3 ] || complain "arrays: $(value test:arrays)"
until_true 10 gives 'count_over_time(forewarn_probe_up{probe="md"}[1m]) >= 3' ||
    complain "no ticks: $("$forewarn" query --socket "$socket" 'forewarn_probe_up[1m]')"
# Ticks stand on the grid: whole seconds here.
"$forewarn" query --socket "$socket" 'test:arrays[10s]' >"$directory/out"
grep -q '@' "$directory/out" || complain "no samples"
grep -vE '@\[[-0-9T:]*(\.000)?Z\]|^ *[0-9.]+ @\[[0-9]+\]|[{]?.*=>' "$directory/out" | grep -q '\.' &&
    complain "off the grid: $(cat "$directory/out")"
[ "$("$forewarn" query --socket "$socket" 'ALERTS{alertname="Always"}' | grep -c pending)" = 1 ] ||
    complain "no pending alert"
"$forewarn" query --socket "$socket" 'sum(' 2>"$directory/err" &&
    complain "a wrong expression is answered"
expect "parse error: unclosed left parenthesis" "$directory/err"
since=$(value 'ALERTS_FOR_STATE{alertname="Always"}')

# Settings that are wrong in any way leave the old ones at work, and every error is told.
cp "$rules" "$directory/good.yml"
printf 'groups:\n- name: g\n  rules:\n  - {record: x, expr: "sum("}\n  - {alert: A}\n' >"$rules"
kill -HUP "$(agent_pid)"
until_true 10 grep -q "the old one goes on" "$log" || complain "no word of a wrong reload"
expect "$rules:4:27: parse error" "$log"
expect "$rules:5:5:" "$log"
gives test:arrays || complain "the old rules are gone"
configure "rule_files: [$rules]" "evaluation_intervall: 5s"
kill -HUP "$(agent_pid)"
until_true 10 grep -q "did you mean 'evaluation_interval'" "$log" || complain "no word of the key"

# Right ones count at once; alerts that are still there go on, series of rules that are gone end.
cat >"$rules" <<'RULES'
groups:
- name: g
  rules:
  - {record: test:disks, expr: count(forewarn_disk_info)}
  - {alert: Always, expr: vector(1), for: 1h}
RULES
configure "rule_files: [$rules]"
kill -HUP "$(agent_pid)"
until_true 10 gives test:disks || complain "the new rules do not judge"
gives test:arrays && complain "a series of a rule that is gone goes on"
[ "$(value 'ALERTS_FOR_STATE{alertname="Always"}')" = "$since" ] ||
    complain "the alert began anew"

# Rounds come in their time however often settings are read.
for _ in 1 2 3 4 5 6 7 8 9 10; do
    kill -HUP "$(agent_pid)"
    sleep 0.5
done
gives 'changes(forewarn_probe_duration_seconds{probe="smart"}[5s]) > 0' ||
    complain "no round of smart in 5 s: $("$forewarn" query --socket "$socket" \
        'forewarn_probe_duration_seconds{probe="smart"}[5s]')"

# A second agent does not take the first one's place.
timeout 10 "$forewarnd" --config "$config" --root "$host" --control-socket "$socket" "${web[@]}" \
    >"$directory/out" 2>&1 && complain "a second agent ran"
expect "another agent listens there" "$directory/out"
gives test:disks || complain "the first agent is gone"

# It ends once, whoever asks twice, and whatever it was just reading.
configure "rule_files: [$rules]"
sed -i 's/smart: {/&enabled: false, /' "$config"
kill -HUP "$(agent_pid)"
until_true 10 not_gives 'forewarn_probe_up{probe="smart"}' || complain "smart is not switched off"
configure "rule_files: [$rules]"
kill -HUP "$(agent_pid)"
for signal in TERM HUP TERM INT; do
    kill "-$signal" "$(agent_pid)" 2>/dev/null
done
stop_agent || complain "SIGTERM: exit status $?: $(tail -n 3 "$log")"
[ ! -e "$socket" ] || complain "the control socket is left"
pgrep -f "$directory/forewarnd" >/dev/null && complain "processes are left: $(pgrep -af "$directory")"
"$forewarn" query --socket "$socket" 1 2>"$directory/err" && complain "nobody answers"
expect "is forewarnd running?" "$directory/err"

# What is wrong at the start is told, and then it does not start.
configure "history: 7"
timeout 10 "$forewarnd" --config "$config" --control-socket "$socket" "${web[@]}" 2>"$directory/err" &&
    complain "started with a wrong configuration"
expect "forewarn.yml:4:10: 'history' must be a mapping" "$directory/err"
timeout 10 "$forewarnd" --config /nonexistent.yml --control-socket "$socket" "${web[@]}" 2>"$directory/err" &&
    complain "started without the configuration that it was told"
expect "open /nonexistent.yml: ENOENT" "$directory/err"
exit $failed
