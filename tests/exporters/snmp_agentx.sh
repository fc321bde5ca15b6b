#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The AgentX subagent under a real snmpd: walked, by OIDs and through the MIB; snmpd restarted, the
# worker restarted; a master agent that talks nonsense.
. "${top_srcdir:-.}/tests/exporters/snmp.sh"
[ -x "$top_builddir/forewarn-agentx" ] || skip "$top_builddir/forewarn-agentx is not built"
for program in snmpd snmpwalk snmptable python3; do
    command -v $program >/dev/null || skip "$program is missing"
done

port=$(free_port)
socket=$directory/master
configuration="{\"agentx\":\"unix:$socket\",\"receivers\":[]}"
oid=.$(sed -nE 's/^#define FOREWARN_OID (.*)/\1/p' "$top_builddir/config.h" | sed 's/, /./g')
cat >"$directory/conf/snmpd.conf" <<CONF
agentaddress udp:127.0.0.1:$port
rocommunity public 127.0.0.1
master agentx
agentXSocket unix:$socket
CONF

start_snmpd()
{
    snmpd -f -Lf "$directory/snmpd.log" -I -smux,mteTrigger,mteTriggerConf -C \
        -c "$directory/conf/snmpd.conf" 2>>"$directory/log" &
    snmpd=$!
    pids+=("$snmpd")
    until_true 20 [ -S "$socket" ] || complain "snmpd does not start: $(cat "$directory/snmpd.log")"
}

walk()
{
    snmpbulkwalk -v2c -c public -t 5 -On "127.0.0.1:$port" "$oid" 2>&1
}

# walks FILE: comes to all there is, which ends in the alarm
walks()
{
    walk >"$1" && grep -q 'alertname=' "$1"
}

snapshot()
{
    local slot
    tell 'metric|forewarn_disk_info|1|disk=0x5000c5001|device=sda|model=ACME|serial=A1' \
        'metric|forewarn_disk_temperature_celsius|31|disk=0x5000c5001' \
        'metric|forewarn_disk_reported_uncorrectable_errors_total|5000000000|disk=0x5000c5001' \
        'metric|forewarn_md_info|1|array=md0|level=raid1|uuid=u0' \
        'metric|forewarn_md_redundancy|-1|array=md0'
    for slot in 0 1; do
        tell "metric|forewarn_md_member_state|1|array=md0|slot=$slot|device=sda$slot|state=in_sync"
    done
    tell "alert|MdDegraded|critical|1000|alertname=MdDegraded|array=md0|@summary=md0 is degraded" \
        'snapshot|1772355600000'
}

start_snmpd
start_worker
snapshot
until_true 30 walks "$directory/first" || complain "no walk: $(walk) $(cat "$directory/snmpd.log")"
for line in '2.1.3.1 = STRING: "sda"' '2.1.25.1 = INTEGER: 31' '2.1.17.1 = Counter64: 5000000000' \
    '3.1.14.1 = INTEGER: -1' '4.1.3.1.2 = STRING: "sda1"' '7.1.4.1 = INTEGER: 3' \
    '1.4.0 = Gauge32: 1'; do
    grep -qF -- "$oid.1.$line" "$directory/first" || complain "'$line' is not in the walk"
done
snmpget -v2c -c public -On "127.0.0.1:$port" "$oid.1.2.1.3.9" 2>&1 | grep -q 'No Such Instance' ||
    complain "a row that is not there"
snmpset -v2c -c public "127.0.0.1:$port" "$oid.1.2.1.3.1" s x >/dev/null 2>&1 &&
    complain "something can be set"

# snmpd is restarted: the subagent comes back by itself, with the same numbers.
kill "$snmpd"
wait "$snmpd" 2>/dev/null
rm -f "$socket"
start_snmpd
until_true 60 walks "$directory/second" || complain "no walk after snmpd's restart: $(walk)"
cmp -s "$directory/first" "$directory/second" || complain "snmpd's restart changed: \
$(diff "$directory/first" "$directory/second")"

# So is the subagent itself, and the worker.
until_true 20 grep -q alarm "$state/snmp/numbers" || complain "numbers are not kept"
pkill -KILL -P "$worker" || complain "no subagent"
until_true 30 pgrep -P "$worker" || complain "no other subagent"
snapshot
until_true 60 walks "$directory/second" || complain "no walk after the subagent's restart"
cmp -s "$directory/first" "$directory/second" || complain "the subagent's restart changed things"
stop_worker
start_worker
snapshot
until_true 60 walks "$directory/second" || complain "no walk after the worker's restart"
cmp -s "$directory/first" "$directory/second" || complain "the worker's restart changed things"

# Through the MIB.
if mibs=$(base_mibs); then
    through=(-v2c -c public -M "$mibs:$top_builddir/contrib/mib" -m FOREWARN-MIB "127.0.0.1:$port")
    snmpwalk "${through[@]}" forewarnMIB >"$directory/named" 2>&1
    for line in 'FOREWARN-MIB::fwDiskDevice.1 = STRING: sda' \
        'FOREWARN-MIB::fwAlarmSeverity.1 = INTEGER: critical(3)' \
        'FOREWARN-MIB::fwAgentLastTick.0 = STRING: 2026-3-1,9:0:0.0,+0:0'; do
        grep -qF "$line" "$directory/named" || complain "'$line': $(head "$directory/named")"
    done
    grep -vE '^FOREWARN-MIB::fw[A-Z][A-Za-z]+(\.[0-9]+)+ = ' "$directory/named" &&
        complain "the MIB does not know these"
    snmptable -Ci "${through[@]}" fwMemberTable >"$directory/table" 2>&1
    grep -qE '^ +1\.2 +1 +sda1 ' "$directory/table" || complain "table: $(cat "$directory/table")"
else
    echo "no base MIBs: not walked by names"
fi
kill "$snmpd"
wait "$snmpd" 2>/dev/null
rm -f "$socket"

# A master agent that answers with noise: the subagent may fall, and gets up.
python3 - "$socket" "${AGENTX_SECONDS:-5}" <<'PYTHON' || complain "the subagent does not connect"
import os, random, socket, struct, sys, time
random.seed(1)
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen(1)
server.settimeout(60)
end = time.time() + float(sys.argv[2])
met = 0
while time.time() < end or met < 2:
    peer, _ = server.accept()
    peer.settimeout(1)
    met += 1
    try:
        data = peer.recv(65536)
        while data and time.time() < end:
            kind = random.randrange(4)
            if kind == 0: # the request itself, with some bytes changed
                data = bytearray(data)
                for _ in range(random.randrange(1, 8)):
                    data[random.randrange(len(data))] = random.randrange(256)
                data[1:2] = bytes([18])
            elif kind == 1: # a header for a body of another length
                data = struct.pack("BBBBIIII", 1, random.randrange(1, 19), 0, 0, 1, 2, 3,
                                   random.choice([0, 8, 1 << 16, 1 << 31])) + os.urandom(64)
            elif kind == 2: # a good open, then a request of noise
                data = bytes([1, 18, 0, 0]) + data[4:16] + struct.pack("IIHH", 8, 0, 0, 0)
            else:
                data = os.urandom(random.randrange(1, 2000))
            peer.send(data)
            data = peer.recv(65536)
    except OSError:
        pass
    peer.close()
PYTHON
rm -f "$socket"
kill -0 "$worker" 2>/dev/null || complain "the worker died of its master agent"
start_snmpd
snapshot
tries=0
until [ $((tries += 1)) -gt 30 ] || walks "$directory/second"; do
    snapshot
    sleep 2
done
cmp -s "$directory/first" "$directory/second" || complain "not as before: $(walk | tail -n 3)"
stop_worker
exit $failed
