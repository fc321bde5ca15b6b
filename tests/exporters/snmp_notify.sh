#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Notifications, to a real snmptrapd: v2c and v3, traps and informs; what is lost when it dies, when
# the worker dies, and whom a dead receiver holds up.
. "${top_srcdir:-.}/tests/exporters/snmp.sh"
command -v snmptrapd >/dev/null || skip "snmptrapd is missing"
command -v python3 >/dev/null || skip "python3 is missing"

port=$(free_port)
dead=$(free_port)
engine=0x80001f88050102030405060708090a0b0c
mkdir -p "$state/snmp"
echo "engine $engine boots 3" >"$state/snmp/engine"
cat >"$directory/conf/snmptrapd.conf" <<CONF
authCommunity log public
createUser -e $engine trapper SHA-256 authpass123 AES privpass123
createUser informer SHA authpass123 AES privpass123
authUser log trapper authPriv
authUser log informer authPriv
CONF

start_trapd()
{
    snmptrapd -f -n -On -Lf "$got" -F '%P|%v\n' "udp:127.0.0.1:$port" 2>>"$directory/log" &
    trapd=$!
    pids+=("$trapd")
    until_true 20 grep -q "NET-SNMP version" "$got" || complain "snmptrapd does not start"
}

# By SIGTERM, so that its engine's boots are kept and grow, or by SIGKILL.
stop_trapd()
{
    kill "-$1" "$trapd"
    wait "$trapd" 2>/dev/null
    sed -i 's/NET-SNMP version/was here/' "$got"
}

# receiver NAME PORT JSON
receiver()
{
    printf '{"name":"%s","address":"udp:127.0.0.1:%s","timeout_ms":300,"retries":1,%s}' "$@"
}

v2c='"version":2,"community":"public"'
v3='"version":3,"auth_passphrase":"authpass123","priv_passphrase":"privpass123","priv_protocol":"AES"'
trapper="$v3,\"user\":\"trapper\",\"auth_protocol\":\"SHA-256\""
informer="$v3,\"user\":\"informer\",\"auth_protocol\":\"SHA\""
configuration='{"agentx":"","receivers":['$(
    receiver t2 "$port" "$v2c,\"inform\":false"
    echo ,
    receiver i2 "$port" "$v2c,\"inform\":true"
    echo ,
    receiver t3 "$port" "$trapper,\"inform\":false"
    echo ,
    receiver i3 "$port" "$informer,\"inform\":true"
    echo ,
    receiver dead "$dead" "$informer,\"inform\":true"
)']}'
configuration=${configuration//$'\n'/}
all=t2,i2,t3,i3,dead
alert='MdDegraded|critical|1772355600000|alertname=MdDegraded|array=md0|slot=1|device=sdb|model=ACME|serial=A1|@summary=md0 is degraded|@action=Replace it.'

start_trapd
start_worker

# Raise and clear come by all ways, a dead receiver (v3 informs block net-snmp) notwithstanding.
tell "event|0|raise|1|$all|$alert" "event|3|clear|2|$all|$alert" "event|4|beat|3|$all"
for id in raise clear beat; do
    for way in 'TRAP2, SNMP v2c' 'INFORM, SNMP v2c' 'TRAP2, SNMP v3, user trapper' \
        'INFORM, SNMP v3, user informer'; do
        until_true 20 came "$way" $id || complain "$id, $way: $(cat "$got" "$told")"
    done
done
for way in t2 i2 t3 i3; do
    until_true 10 delivered clear $way || complain "$way: not said to be delivered"
done
delivered raise dead && complain "a dead receiver took something"
until_true 20 grep -q '^told raise dead waits .' "$told" || complain "no word of the dead receiver"
# The same variables, but for id and sequence.
variables()
{
    grep "\"$1\"" "$got" | grep "^TRAP2, SNMP v2c" | tr '\t' '\n' |
        grep -F "$oid.1.8." | grep -vE '\.8\.[12]\.0 '
}
oid=.$(sed -nE 's/^#define FOREWARN_OID (.*)/\1/p' "$top_builddir/config.h" | sed 's/, /./g')
[ "$(variables raise)" = "$(variables clear)" ] || complain "raise and clear differ"
[ "$(variables raise | wc -l)" = 13 ] || complain "variables: $(variables raise)"
variables raise | grep -qF "$oid.1.8.12.0 = STRING: \"A1\"" || complain "no serial number"
grep '"raise"' "$got" | grep -qF "OID: $oid.0.1" || complain "the raise is none"
grep '"clear"' "$got" | grep -qF "OID: $oid.0.4" || complain "the clear is none"
grep '"beat"' "$got" | grep -qF "OID: $oid.0.5" || complain "no heartbeat"

# It is away: informs wait, in their order, and come when it is back, each once or with its id.
stop_trapd TERM
for i in $(seq 20); do
    tell "event|0|away$i|$((10 + i))|i2,i3|$alert"
done
until_true 20 grep -q '^told away1 i3 waits' "$told" || complain "i3 says nothing: $(cat "$told")"
start_trapd
for way in i2 i3; do
    until_true 90 delivered away20 $way || complain "$way: not delivered: $(cat "$told")"
done
for way in 'INFORM, SNMP v2c' 'INFORM, SNMP v3, user informer'; do
    [ "$(ids "$way" | grep away | uniq)" = "$(seq -f 'away%g' 20)" ] ||
        complain "$way: not all, or not in order: $(ids "$way" | grep away)"
done

# Another engine at that address, as after a new installation.
stop_trapd KILL
rm -rf "$directory/persistent"
mkdir "$directory/persistent"
start_trapd
tell "event|0|engine|40|i3|$alert"
until_true 60 delivered engine i3 || complain "no session with another engine: $(tail -n 3 "$told")"

# The worker dies, and is told again: boots are others, so that traps still arrive.
boots=$(sed -n 's/.*boots //p' "$state/snmp/engine")
kill -KILL "$worker"
stop_worker
[ -z "$(pgrep -P "$worker")" ] || complain "its processes are left"
start_worker
tell "event|0|again|41|t3,i3|$alert"
until_true 30 delivered again t3 || complain "t3 after a restart: $(cat "$told")"
until_true 30 came "TRAP2, SNMP v3, user trapper" again ||
    complain "a v3 trap was dropped after the restart"
[ "$(sed -n 's/.*boots //p' "$state/snmp/engine")" -gt "$boots" ] || complain "boots did not grow"

# A receiver's process dies under the worker: nobody else notices, and it comes back.
for pid in $(pgrep -P "$worker"); do
    kill -KILL "$pid"
done
tell "event|0|killed|42|t3,i3|$alert"
until_true 30 delivered killed t3 || complain "t3 is not started again"
until_true 30 delivered killed i3 || complain "i3 is not started again"

# Unknown receivers are told of, and hold nothing up.
tell "event|0|nobody|43|nobody|$alert"
until_true 10 grep -q '^told nobody nobody delivered there is no such receiver' "$told" ||
    complain "no word of an unknown receiver"
stop_worker

# The engine can be read and not written: its boots follow the clock, and traps arrive.
mkdir "$state/snmp/engine.new"
start_worker
tell "event|0|readonly|44|t3|$alert"
until_true 30 came "TRAP2, SNMP v3, user trapper" readonly ||
    complain "no v3 trap where the state takes no writes: $(cat "$told" "$directory/log")"
stop_worker

# No place for the engine: v3 traps wait and say so, everything else goes out.
rm -rf "$state"
start_worker
tell "event|0|nostate|45|$all|$alert"
until_true 30 delivered_all nostate t2 i2 i3 ||
    complain "without state nothing goes out: $(cat "$told")"
until_true 30 grep -q '^told nostate t3 waits .*state' "$told" || complain "no word of the state"
mkdir "$state"
stop_worker
exit $failed
