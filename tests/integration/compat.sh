#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# node_md_* of `compat: [node_exporter]` beside node_exporter itself, over recorded mdstat files: each
# fourth, as it takes a second a file; COMPAT_EACH=1 takes all.
# shellcheck disable=SC2317 # functions that until_true calls
: "${FOREWARN_SHARED:=${top_srcdir:-.}/../shared}"
. "${top_srcdir:-.}/tests/integration/agent.sh"
. "$top_srcdir/tests/integration/web.sh"
command -v curl >/dev/null || skip "curl is missing"
command -v python3 >/dev/null || skip "python3 is missing"
command -v prometheus-node-exporter >/dev/null || skip "prometheus-node-exporter is missing"
corpus=$FOREWARN_SHARED/corpus/mdstat
[ -d "$corpus" ] || skip "$corpus is missing"

configure "compat: [node_exporter]"
sed -i 's/smart: {interval: 2s}/smart: {enabled: false}/; s/md: {interval: 1s}/md: {interval: 1h}/' "$config"
rm -rf "${host:?}"/*
mkdir -p "$host/proc" "$host/sys"
web=(--web.listen-address 127.0.0.1:0)
printf 'Personalities : \nunused devices: <none>\n' >"$host/proc/mdstat"
timeout -k 5 500 "$forewarnd" --config "$config" --root "$host" --control-socket "$socket" -v \
    "${web[@]}" >>"$log" 2>&1 &
agent=$!
find_port
ours=http://127.0.0.1:$port/metrics
theirs_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
prometheus-node-exporter --web.listen-address "127.0.0.1:$theirs_port" --collector.disable-defaults \
    --collector.mdadm --path.procfs "$host/proc" --path.sysfs "$host/sys" 2>"$directory/exporter.log" &
exporter=$!
until_true 20 curl -sf "http://127.0.0.1:$theirs_port/metrics" || complain "no node_exporter"
until_true 30 curl -sf "http://127.0.0.1:$port/-/ready" || complain "no agent"

# compare NAME: what we have beside what it has; says "nothing" where it gave up
compare()
{
    curl -s "$ours" >"$directory/ours"
    curl -s "http://127.0.0.1:$theirs_port/metrics" >"$directory/theirs"
    python3 - "$1" "$directory/ours" "$directory/theirs" <<'PYTHON'
import re, sys

def read(path):
    samples = {}
    for line in open(path, encoding="utf-8", errors="replace"):
        match = re.match(r"(node_md_\w+)\{([^}]*)\} (\S+)", line)
        if match:
            labels = dict(re.findall(r'(\w+)="([^"]*)"', match[2]))
            samples[match[1], labels["device"], labels.get("state", "")] = float(match[3])
    return samples

ours, theirs = read(sys.argv[2]), read(sys.argv[3])
if not theirs:
    print("nothing")
    sys.exit(0)
# Of arrays that are not assembled it gives 0 for what nobody knows, and mdstat's count of blocks; of
# one that is broken the members that are left.
working = {key[1] for key, value in theirs.items()
           if key[0] == "node_md_state" and key[2] != "inactive" and value}
failed = 0
for key, value in sorted(theirs.items()):
    name, device, state = key
    if device not in working and name != "node_md_state" and state not in ("failed", "spare"):
        continue
    if ours.get(key) != value:
        print(sys.argv[1], *key, "theirs", value, "ours", ours.get(key))
        failed = 1
sys.exit(failed)
PYTHON
}
compared=0 nothing=0 number=0
for file in "$corpus"/*.mdstat; do
    [ $((number++ % ${COMPAT_EACH:-4})) = 0 ] || continue
    cp "$file" "$host/proc/mdstat"
    "$forewarn" check --now --socket "$socket" >/dev/null 2>"$directory/err"
    said=$(compare "${file##*/}") || complain "$said"
    case $said in
    nothing) nothing=$((nothing + 1)) ;;
    *) compared=$((compared + 1)) ;;
    esac
done
echo "$compared files compared; of $nothing node_exporter gives nothing"
kill "$exporter"
[ "$compared" -gt 20 ] || complain "only $compared files compared"
stop_agent || complain "exit status $?"
exit $failed
