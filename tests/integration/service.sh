#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the agent tells a manager of services, over its life.
. "${top_srcdir:-.}/tests/integration/agent.sh"
command -v python3 >/dev/null || skip "python3 is missing (it listens to what systemd would)"

python3 - "$directory/notify" "$directory/heard" <<'LISTEN' &
import socket, sys
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
with open(sys.argv[2], "w") as heard:
    while True:
        heard.write(listener.recv(4096).decode() + "\n")
        heard.flush()
LISTEN
listener=$!
until_true 10 test -S "$directory/notify" || skip "no socket of a service manager"
[ "$(id -u)" != 0 ] || chown nobody "$directory/notify"
rules=$directory/rules.yml
cat >"$rules" <<'RULES'
groups:
- name: g
  rules:
  - {alert: Always, expr: vector(1), labels: {severity: critical}}
RULES
# shellcheck disable=SC2317 # until_true calls it
# beats: whether it was told a few times that the agent is alive
beats()
{
    [ "$(grep -c WATCHDOG=1 "$heard")" -ge 5 ]
}
# shellcheck disable=SC2317 # likewise
reloaded()
{
    sed '1,/^RELOADING=1/d' "$heard" | grep -q '^READY=1'
}
configure "rule_files: [$rules]"
export NOTIFY_SOCKET=$directory/notify WATCHDOG_USEC=200000
start_agent
heard=$directory/heard
until_true 20 grep -q 'READY=1' "$heard" || complain "never ready: $(cat "$heard")"
until_true 20 grep -q '^STATUS=critical: 1 critical' "$heard" || complain "no status: $(cat "$heard")"
until_true 20 beats || complain "no beats"
grep -q RELOADING "$heard" && complain "reloading unasked"

# It keeps no right and no system call that it does not need (see agent/confinement.h), the launcher
# all that its workers may need.
if ! grep -q __asan_init "$forewarnd"; then
    grep -q '^Seccomp:[[:space:]]*2' "/proc/$(agent_pid)/status" || complain "it is not confined"
fi
grep -q '^NoNewPrivs:[[:space:]]*1' "/proc/$(agent_pid)/status" || complain "new privileges"
grep "^Cap[IPEA]" "/proc/$(agent_pid)/status" | grep -qv "[[:space:]]0*$" && complain "capabilities"

kill -HUP "$(agent_pid)"
until_true 20 reloaded || complain "not ready after reloading: $(cat "$heard")"
grep -qE '^MONOTONIC_USEC=[0-9]+$' "$heard" || complain "no time of reloading"
grep -q STOPPING "$heard" && complain "stopping too early"
stop_agent || complain "SIGTERM: exit status $?"
until_true 10 grep -q STOPPING=1 "$heard" || complain "not stopping"
kill "$listener"
exit $failed
