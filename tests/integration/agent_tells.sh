#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# From an alert to those who are told of it, by commands and webhooks: as whom they run, ends,
# receivers that are down, workers that die, an agent that does.
. "${top_srcdir:-.}/tests/integration/agent.sh"

mkdir "$directory/told"
chmod 777 "$directory/told"
cat >"$directory/tell" <<SH
#!/bin/sh
[ ! -e '$directory/down' ] || exit 1
[ -e '$directory/told/status' ] || cat /proc/self/status >'$directory/told/status'
printf '%s %s %s\n' "\$FOREWARN_STATE" "\$FOREWARN_ALERT\$FOREWARN_ARRAY" "\$FOREWARN_ID" >>'$directory/told/events'
SH
chmod 755 "$directory/tell"
rules=$directory/rules.yml
cat >"$rules" <<'RULES'
groups:
- name: g
  rules:
  - {alert: Array, expr: forewarn_md_info, labels: {severity: critical}, annotations: {summary: s}}
RULES
echo secret >"$directory/token"
posts=$directory/told/posts
port=
if command -v python3 >/dev/null; then
    timeout 300 python3 "$top_srcdir/tests/integration/receiver.py" "$posts" >"$directory/port" &
    receiver=$!
    until_true 30 test -s "$directory/port" || complain "no server"
    port=$(cat "$directory/port")
fi

# worker NAME: the process id of the agent's own
worker()
{
    pgrep -P "$(pgrep -P "$(agent_pid)" -x forewarn-launch)" -x "$1"
}

# told STATE ALERT: how often the command was told so
told()
{
    grep -c "^$1 $2 " "$directory/told/events" 2>/dev/null
}

# has_told N STATE ALERT: at least so often
# shellcheck disable=SC2317 # by until_true
has_told()
{
    [ "$(told "$2" "$3")" -ge "$1" ]
}

# has_posted TEXT: whether a POST holds it
has_posted()
{
    grep -qF -- "$1" "$posts"
}

configure "rule_files: [$rules]" "exporters:" \
    "  exec: [{name: file, command: [$directory/tell], retry: 200ms, tries: 1000}]" \
    "  webhook: [{url: 'http://127.0.0.1:${port:-1}/', bearer_file: $directory/token}]"
start_agent

# Three arrays, each told of once, and of a test.
for array in md0 md1 md2; do
    until_true 30 has_told 1 raised "Array$array" || complain "not told of $array: $(cat "$log")"
done
"$forewarn" notify --test --socket "$socket" >"$directory/out" || complain "no test"
until_true 30 has_told 1 test '' || complain "not told of the test"
if [ -n "$port" ]; then
    until_true 30 has_posted '"array": "md2"' || complain "no POST: $(cat "$log")"
    has_posted '"Authorization": "Bearer secret"' || complain "no token: $(cat "$posts")"
fi

# As whom: the agent's user, with no capabilities; sendmail's file mode still counts.
field()
{
    sed -nE "s/^$1:\s*(\S+).*/\1/p" "$directory/told/status"
}
if [ "$(id -u)" = 0 ]; then
    case " $(field Uid) $(field Gid) " in
    *' 0 '*) complain "the command runs as root" ;;
    esac
    [ "$(field NoNewPrivs)" = "$(sed -nE 's/^NoNewPrivs:\s*//p' /proc/self/status)" ] ||
        complain "what the command starts has no rights by its file's mode"
    grep -qE '^Groups:\s*$' "$directory/told/status" || complain "the command has groups"
    webhook=$(worker forewarn-webhoo)
    grep -qE "^Uid:\s*$(field Uid)\s" "/proc/$webhook/status" || complain "the webhook's user"
    grep -qE '^NoNewPrivs:\s*1' "/proc/$webhook/status" || complain "the webhook may become more"
fi
[ "$(field CapEff)$(field CapPrm)$(field CapInh)$(field CapAmb)" = \
    "$(printf '0%.0s' $(seq 64))" ] || complain "capabilities: $(cat "$directory/told/status")"

# A receiver that is down, then workers that die, then the agent: what was not told is told later.
touch "$directory/down"
rm "$host/proc/mdstat"
rm -rf "$host"/sys/block/md*
until_true 30 grep -q 'exec: file: the command exited with 1' "$log" || complain "not tried"
kill -KILL "$(worker forewarn-exec)" || complain "no worker"
kill -KILL "$(agent_pid)"
wait "$agent" 2>/dev/null
rm "$directory/down"
timeout -k 5 120 "$forewarnd" --config "$config" --root "$host" --control-socket "$socket" -v \
    >>"$log" 2>&1 &
agent=$!
for array in md0 md1 md2; do
    until_true 30 has_told 1 resolved "Array$array" || complain "not told of the end of $array"
    [ "$(told raised "Array$array")" = 1 ] || complain "told twice of $array"
done
[ "$(cut -d ' ' -f 3 "$directory/told/events" | sort | uniq -d)" = '' ] ||
    echo "told twice, with the same id: $(cat "$directory/told/events")"

# A configuration with a secret that is not there is refused as any other.
configure "rule_files: [$rules]" "exporters:" \
    "  webhook: [{url: 'http://127.0.0.1:${port:-1}/', bearer_file: /nonexistent}]"
kill -HUP "$(agent_pid)"
until_true 10 grep -qF 'forewarn.yml:6:59: open /nonexistent: ENOENT' "$log" || complain "no word: $(tail "$log")"
stop_agent || complain "exit status $?"
[ -z "$port" ] || {
    kill "$receiver"
    wait "$receiver" 2>/dev/null
}
nothing_left
exit $failed
