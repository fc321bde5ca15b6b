#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# SNMP by the agent itself: a rule fires and resolves, snmptrapd is told; it is away meanwhile, and
# the worker dies; snmpd answers for the host.
. "${top_srcdir:-.}/tests/integration/agent.sh"
PATH=$PATH:/usr/sbin:/sbin:$top_builddir/tools/usr/sbin
for program in snmptrapd snmpd snmpbulkwalk; do
    command -v $program >/dev/null || skip "$program is missing"
done
for program in forewarn-snmp forewarn-agentx; do
    [ -x "$top_builddir/$program" ] || skip "$top_builddir/$program is not built"
    cp "$top_builddir/$program" "$directory/$program"
done

free_port()
{
    python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

traps=$(free_port)
queries=$(free_port)
got=$directory/got
mkdir "$directory/conf" "$directory/persistent"
export SNMPCONFPATH=$directory/conf SNMP_PERSISTENT_DIR=$directory/persistent MIBS=
printf '%s\n' 'createUser fw SHA-256 authpass123 AES privpass123' 'authUser log fw authPriv' \
    >"$directory/conf/snmptrapd.conf"
printf '%s\n' "agentaddress udp:127.0.0.1:$queries" 'rocommunity public 127.0.0.1' \
    'master agentx' "agentXSocket unix:$directory/master" >"$directory/conf/snmpd.conf"
daemons=()

stop_daemons()
{
    kill "${daemons[@]}" 2>/dev/null
    wait "${daemons[@]}" 2>/dev/null
    daemons=()
}

trap 'stop_daemons; end' EXIT

start_trapd()
{
    snmptrapd -f -n -On -Lf "$got" -F '%P|%v\n' "udp:127.0.0.1:$traps" 2>>"$log" &
    trapd=$!
    daemons+=("$trapd")
    until_true 20 grep -q "NET-SNMP version" "$got" || complain "snmptrapd does not start"
}

# come SUMMARY NUMBER: an inform with that summary, of that kind (1 raised, 4 cleared)
# shellcheck disable=SC2317 # until_true calls it
come()
{
    grep "^INFORM, SNMP v3, user fw" "$got" | grep -F "\"$1\"" | grep -q "9999.0.$2"$'\t'
}

rules=$directory/rules.yml
# fire SUMMARY...: the rules, with an alert for each
fire()
{
    local summary
    {
        printf 'groups:\n- name: g\n  rules:\n  - {record: test:up, expr: vector(1)}\n'
        for summary in "$@"; do
            printf '  - {alert: %s, expr: vector(1), labels: {severity: critical, array: md0},\n' \
                "$summary"
            printf '     annotations: {summary: %s, action: nothing}}\n' "$summary"
        done
    } >"$rules"
}

printf 'authpass123\n' >"$directory/auth"
printf 'privpass123\n' >"$directory/priv"
chmod 644 "$directory/auth" "$directory/priv"
fire First
configure "rule_files: [$rules]" "exporters:" "  snmp:" "    agentx: unix:$directory/master" \
    "    receivers: [{address: 'udp:127.0.0.1:$traps', user: fw, auth_file: $directory/auth," \
    "      priv_file: $directory/priv, inform: true, timeout: 1s, retries: 1}]"
snmpd -f -Lf "$directory/snmpd.log" -I -smux,mteTrigger,mteTriggerConf -C \
    -c "$directory/conf/snmpd.conf" 2>>"$log" &
daemons+=($!)
start_trapd
start_agent

until_true 30 come First 1 || complain "no inform: $(cat "$got" "$log")"
fire Second
kill -HUP "$(agent_pid)"
until_true 30 come Second 1 || complain "no inform of the second: $(cat "$got" "$log")"
until_true 30 come First 4 || complain "no word of the end: $(cat "$got")"

# snmpd answers for the host that is looked at.
# shellcheck disable=SC2317 # until_true calls it
walk()
{
    snmpbulkwalk -v2c -c public -On "127.0.0.1:$queries" .1.3.6.1.4.1.8072.9999.9999 \
        >"$directory/walk" 2>&1
    grep -q '"Second"' "$directory/walk"
}
if grep -q '8072, 9999, 9999$' "$top_builddir/config.h"; then
    until_true 40 walk || complain "no walk: $(cat "$directory/walk" "$log")"
    grep -q 'STRING: "raid6"' "$directory/walk" || complain "arrays: $(cat "$directory/walk")"
fi

# What happens while the receiver is away, and the worker dies with it, is told of later.
kill "$trapd"
wait "$trapd" 2>/dev/null
sed -i 's/NET-SNMP version/was here/' "$got"
fire Second Third
kill -HUP "$(agent_pid)"
until_true 30 gives 'ALERTS{alertname="Third"}' || complain "the third does not fire"
until_true 30 grep -q 'Timeout' "$log" || complain "no word of a receiver that is away: $(cat "$log")"
worker=$(pgrep -f "^forewarn-snmp $state" | head -n 1)
[ -n "$worker" ] || complain "no worker"
kill -KILL "$worker"
fire Second
kill -HUP "$(agent_pid)"
start_trapd
until_true 90 come Third 1 || complain "the third is lost: $(cat "$got" "$log")"
until_true 90 come Third 4 || complain "the third's end is lost: $(cat "$got" "$log")"
[ "$(sed -n '/"Third"/s/.*9999\.0\.\([14]\)\t.*/\1/p' "$got" | uniq | tr '\n' ' ')" = '1 4 ' ] ||
    complain "order: $(grep '"Third"' "$got")"

stop_agent || complain "SIGTERM: exit status $?: $(tail -n 3 "$log")"
stop_daemons
nothing_left
exit $failed
