#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Lock callbacks between two hosts that the test makes of network namespaces: a client host with
# rpcbind and what stands for its lockd and statd, and a server host that asks. Each way in which a
# call can fail has a name of its own. Then a real lock manager, NFS-Ganesha's.
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
forewarn=$(realpath "$top_builddir/forewarn")
responder=$(realpath "$top_builddir/tests/integration/rpc_responder")
client='' server='' # ids of processes, set by host
tools=$(realpath -m "$top_builddir/tools")
PATH=$PATH:/usr/sbin:/sbin:$tools/usr/sbin:$tools/sbin:$tools/usr/bin
failed=0

skip()
{
    echo "SKIP: $*"
    exit 77
}

complain()
{
    echo "FAIL: $*"
    failed=1
}

forewarnd=$(realpath "$top_builddir/forewarnd")
[ -x "$forewarn" ] || skip "$forewarn is not built"
[ "$(id -u)" = 0 ] || skip "only root makes network namespaces"
for program in ip nft nsenter unshare rpcbind; do
    command -v "$program" >/dev/null || skip "$program is missing"
done
unshare -n -m true 2>/dev/null || skip "network namespaces cannot be made here"
python3 -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is missing"

directory=$(mktemp -d) || exit 99
chmod 755 "$directory" # the agent gives root up
pids=()
# shellcheck disable=SC2317 # it is a trap
end()
{
    local pid
    for pid in "${pids[@]}"; do
        kill -9 "$pid" 2>/dev/null
    done
    rm -rf "$directory"
}
trap end EXIT

# host NAME: a process that holds a host's namespaces, with a /run of its own; sets $NAME to its id.
host()
{
    unshare -n -m sleep 600 &
    pids+=($!)
    printf -v "$1" %s $!
    for _ in $(seq 100); do
        [ "$(readlink "/proc/$!/ns/net")" = "$(readlink /proc/self/ns/net)" ] || break
        sleep 0.02
    done
    # rpcbind wants to become a user that its package makes.
    nsenter -t "$!" -n -m bash -c '
        mount --make-rprivate / && mount -t tmpfs tmpfs /run && ip link set lo up &&
            cp /etc/passwd /run/passwd && mkdir -m 777 /run/rpcbind &&
            { grep -q ^_rpc: /run/passwd || echo "_rpc:x:65533:65534::/run/rpcbind:/bin/false" >>/run/passwd; } &&
            mount --bind /run/passwd /etc/passwd' || skip "a host cannot be set up in its namespaces"
}

on()
{
    local pid=${!1}
    shift
    nsenter -t "$pid" -n -m "$@"
}

# start HOST READY COMMAND...: in the background, until READY holds; sets $started to its id.
start()
{
    local name=$1 ready=$2
    shift 2
    nsenter -t "${!name}" -n -m "$@" >"$directory/started" 2>&1 &
    started=$!
    pids+=("$started")
    for _ in $(seq 200); do
        on "$name" bash -c "$ready" >/dev/null 2>&1 && return 0
        kill -0 "$started" 2>/dev/null || break
        sleep 0.05
    done
    complain "not ready: $*: $(tail -3 "$directory/started")"
    return 1
}

stop()
{
    kill "$1" 2>/dev/null
    wait "$1" 2>/dev/null
}

host client
host server
ip link add fwc netns "$client" type veth peer name fws netns "$server" 2>/dev/null ||
    skip "veth links cannot be made here"
on client ip address add 192.0.2.2/24 dev fwc
on server ip address add 192.0.2.1/24 dev fws
on client ip -6 address add fd00:5::2/64 dev fwc nodad
on server ip -6 address add fd00:5::1/64 dev fws nodad
on client ip link set fwc up
on server ip link set fws up
start client '[ -S /run/rpcbind.sock ]' rpcbind -f || exit 1
rpcbind=$started

cat >"$directory/look.py" <<'PYTHON'
"""Prints the verdict and, of each transport, how NLM 4 (or PROGRAM VERSION) ended."""
import json, sys
report = json.load(open(sys.argv[1]))
program, version = sys.argv[2:] or ["nlm", "4"]
words = [report["verdict"]]
for path in report["paths"]:
    if path["program"] == program and path["version"] == int(version):
        words.append("%s=%s" % (path["transport"], path["result"]))
print(*words)
PYTHON

# look [PROGRAM VERSION]: at what the last call said, which is kept for the schema
look()
{
    cat "$directory/json" >>"$directory/all"
    python3 -S -E "$directory/look.py" "$directory/json" "$@" 2>&1
}

# ask WHAT EXIT WANTED [PROGRAM VERSION]: the server host asks the client host
ask()
{
    local what=$1 exit=$2 wanted=$3 status said
    shift 3
    on server "$forewarn" nfslock --timeout 3s --format json 192.0.2.2 >"$directory/json" 2>"$directory/err"
    status=$?
    said=$(look "$@")
    if [ "$said" = "$wanted" ] && [ "$status" = "$exit" ]; then
        echo "ok    $what: $said"
    else
        complain "$what: exit $status, $said; not $exit, $wanted: $(cat "$directory/err")"
    fi
}

# respond NETIDS HOW [ARGUMENT]: what stands for lockd on the client host; sets $lockd
respond()
{
    start client "grep -q ready $directory/started" "$responder" 100021 1,3,4 "$1" 4045 "${@:2}"
    lockd=$started
}

ask "nothing registered" 2 "none udp=unregistered tcp=unregistered"
start client "grep -q ready $directory/started" "$responder" 100024 1 udp,tcp,udp6,tcp6 4046 ok
statd=$started
respond udp,tcp,udp6,tcp6 ok
ask "all is well" 0 "both udp=ok tcp=ok"
ask "all is well, statd" 0 "both udp=ok tcp=ok" nsm 1
ask "all is well, rpcbind" 0 "both udp=ok tcp=ok" portmap 4
on server "$forewarn" nfslock --format json fd00:5::2 >"$directory/json" || complain "IPv6: exit $?"
said=$(look)
[ "$said" = "both udp6=ok tcp6=ok" ] || complain "IPv6: $said"
on server "$forewarn" nfslock --timeout 3s 192.0.2.2 >"$directory/out" || complain "table: exit $?"
grep -q '^OK  *192.0.2.2: can be called back over TCP and UDP$' "$directory/out" ||
    complain "table: $(cat "$directory/out")"

# filter HOST RULE...: packets that come in at the host
filter()
{
    local name=$1
    shift
    on "$name" nft -f - <<NFT || complain "nft: $*"
table inet forewarn {
chain input {
type filter hook input priority 0;
$*
}
}
NFT
}

unfilter()
{
    on "$1" nft delete table inet forewarn
}

filter client udp dport 4045 drop
ask "UDP to lockd is dropped: 2008" 1 "tcp_only udp=timeout tcp=ok"
grep -q '"sent": 3' "$directory/json" || complain "it was not asked again"
on server "$forewarn" nfslock --timeout 3s 192.0.2.2 >"$directory/out"
grep -q '^WARNING  *192.0.2.2: can be called back over TCP only, not over UDP$' "$directory/out" ||
    complain "table: $(cat "$directory/out")"
# A host asks itself over lo, which the filter on its link does not see.
unfilter client
filter client iifname fwc udp dport 4045 drop
on client "$forewarn" nfslock 192.0.2.2 >/dev/null || complain "asked itself: exit $?"
ask "only from outside it is seen" 1 "tcp_only udp=timeout tcp=ok"
unfilter client
filter server udp sport 4045 drop
ask "UDP answers are dropped" 1 "tcp_only udp=timeout tcp=ok"
unfilter server
filter client tcp dport 4045 drop
ask "TCP to lockd is dropped" 1 "udp_only udp=ok tcp=timeout"
unfilter client
filter client udp dport 4045 reject
ask "UDP is rejected: port unreachable" 1 "tcp_only udp=refused tcp=ok"
unfilter client
filter client udp dport 4045 reject with icmp type admin-prohibited
ask "UDP is rejected: prohibited" 1 "tcp_only udp=unreachable tcp=ok"
unfilter client
filter client tcp dport 4045 reject with tcp reset
ask "TCP is reset" 1 "udp_only udp=ok tcp=refused"
unfilter client
filter client meta length gt 300 udp dport 4045 drop
ask "large UDP calls are dropped" 1 "tcp_only udp=small_only tcp=ok"
unfilter client
filter client udp dport 111 drop
ask "UDP to rpcbind is dropped" 1 "tcp_only udp=timeout tcp=ok"
ask "UDP to rpcbind is dropped, rpcbind" 1 "tcp_only udp=timeout tcp=ok" portmap 4
unfilter client
stop "$statd"
ask "statd is away" 1 "both udp=refused tcp=refused" nsm 1
start client "grep -q ready $directory/started" "$responder" 100024 1 udp,tcp 4046 ok
stop "$lockd"
ask "lockd is away, rpcbind has not noticed" 2 "none udp=refused tcp=refused"

# each NETIDS HOW [ARGUMENT] -- WHAT EXIT WANTED
each()
{
    local how=()
    while [ "$1" != -- ]; do
        how+=("$1")
        shift
    done
    respond "${how[@]}"
    ask "${@:2}"
    stop "$lockd"
}
each tcp ok -- "TCP only" 1 "tcp_only udp=refused tcp=ok"
each udp,tcp late 300 -- "late" 0 "both udp=ok tcp=ok"
each udp,tcp late 2500 -- "too late" 2 "none udp=timeout tcp=timeout"
each udp,tcp lose 1 -- "each first datagram is lost" 0 "both udp=ok tcp=ok"
each udp,tcp mismatch -- "other versions" 2 "none udp=mismatch tcp=mismatch"
each udp,tcp garbage_args -- "garbage args" 2 "none udp=garbage_args tcp=garbage_args"
each udp,tcp system_error -- "system error" 2 "none udp=system_error tcp=system_error"
each udp,tcp denied -- "denied" 2 "none udp=denied tcp=denied"
each udp,tcp garbage -- "garbage" 2 "none udp=garbage tcp=garbage"
each udp,tcp wrong_xid -- "wrong xids" 2 "none udp=wrong_xid tcp=wrong_xid"
each udp,tcp half -- "half a record" 1 "udp_only udp=ok tcp=truncated"
each udp,tcp gigabyte -- "a record of 1 GB" 1 "udp_only udp=ok tcp=oversized"
each udp,tcp close -- "closed without an answer" 1 "udp_only udp=ok tcp=closed"
each udp,tcp silent -- "silence" 2 "none udp=timeout tcp=timeout"
on server ip route add unreachable 192.0.2.2
ask "no route" 2 "none udp=unreachable tcp=unreachable"
on server ip route delete unreachable 192.0.2.2

# Locks, past any mount: two owners, a lock that a process left behind.
lock()
{
    on client "$locker" "${@:2}" >"$directory/out" 2>&1 || complain "locks, $1: $(cat "$directory/out")"
}
locker=$(realpath "$top_builddir/tests/integration/nlm_lock")
respond udp,tcp ok
lock "responder, TCP" 192.0.2.2 tcp
lock "responder, UDP" 192.0.2.2 udp
lock "left behind" 192.0.2.2 tcp kill
lock "taken up" 192.0.2.2 tcp
stop "$lockd"

# The agent of the server host, asked over HTTP: the convention of the blackbox exporter.
mkdir -p "$directory/state"
cat >"$directory/forewarn.yml" <<CONFIG
state_directory: $directory/state
probes: {md: {enabled: false}, smart: {enabled: false}, nfslock: {interval: 1h, targets: [192.0.2.2]}}
CONFIG
# scrape TARGET: sets $said to what /probe says of the target, or to the HTTP status
scrape()
{
    said=$(on server python3 -S -E - "$1" <<'PYTHON'
import sys, urllib.error, urllib.request
url = "http://127.0.0.1:9733/probe?module=nfslock&target=" + sys.argv[1]
try:
    print(urllib.request.urlopen(url, timeout=30).read().decode())
except urllib.error.HTTPError as e:
    print(e.code)
PYTHON
    )
}
respond udp,tcp ok
start server 'exec 3<>/dev/tcp/127.0.0.1/9733' "$forewarnd" --config "$directory/forewarn.yml" --foreground
agent=$started
# said PATTERN: a line of that answer
said()
{
    grep -qx -- "$1" <<<"$said" || complain "/probe: no $1 in: $said"
}
scrape 192.0.2.2
said 'probe_success 1'
said 'probe_duration_seconds .*'
said 'forewarn_nfs_lock_target_verdict{.*verdict="both".*} 1'
scrape 192.0.2.9
[ "$said" = 403 ] || complain "/probe of a target that is not configured: $said"
stop "$lockd"
scrape 192.0.2.2
said 'probe_success 0'
said 'forewarn_nfs_lock_target_verdict{.*verdict="none".*} 1'
stop "$agent"
echo "ok    the agent's /probe"

# A restarted rpcbind has forgotten everything: what still works is the server's memory of the port.
respond udp,tcp ok
stop "$rpcbind"
on client bash -c 'rm -f /run/rpcbind.sock /run/rpcbind.lock /run/rpcbind/*'
start client '[ -S /run/rpcbind.sock ]' rpcbind -f
ask "rpcbind was restarted" 2 "none udp=unregistered tcp=unregistered"
stop "$lockd"

# 100 mounts of 20 servers, all dead: a filter takes whatever goes to them.
on client ip address add 192.0.2.3/24 dev fwc
filter server ip saddr 192.0.2.2 drop
mkdir -p "$directory/dead/proc/1"
for i in $(seq 100); do
    server_address=198.51.100.$((i % 20 + 1))
    echo "$((100 + i)) 1 0:$((40 + i)) / /mnt/$i rw - nfs filer$i:/vol/$i rw,vers=3,proto=tcp,mountaddr=$server_address,mountvers=3,addr=$server_address"
done >"$directory/dead/proc/1/mountinfo"
on client ip route add 198.51.100.0/24 via 192.0.2.1
begun=$(date +%s%N)
on client "$forewarn" nfslock --root "$directory/dead" --timeout 4s --format json >"$directory/json"
status=$?
spent=$((($(date +%s%N) - begun) / 1000000))
said=$(python3 - "$directory/json" <<'PYTHON'
import collections, json, sys
report = json.load(open(sys.argv[1]))
servers = [a for a in report["addresses"] if a["role"] == "server"]
results = collections.Counter(p["result"] for p in report["paths"] if p["role"] == "server")
print(len(report["mounts"]), len(servers), {a["verdict"] for a in servers}, dict(results))
PYTHON
)
[ "$said" = "100 20 {'none'} {'timeout': 200}" ] || complain "dead servers: $said"
[ "$status" = 2 ] || complain "dead servers: exit $status"
[ "$spent" -lt 5000 ] || complain "dead servers: $spent ms"
echo "ok    100 mounts of 20 dead servers: $spent ms"
on client ip route delete 198.51.100.0/24
unfilter server

# All that was said keeps to the schema.
python3 - "$directory/all" "$top_srcdir/contrib/schema/nfslock.schema.json" <<'PYTHON' || complain "the schema"
import json, sys, jsonschema
text, schema, at, count = open(sys.argv[1]).read(), json.load(open(sys.argv[2])), 0, 0
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
while at < len(text):
    report, at = json.JSONDecoder().raw_decode(text, at)
    validator.validate(report)
    at, count = at + 1, count + 1
sys.exit(0 if count > 30 else "only %d reports" % count)
PYTHON

# The real one.
if ! command -v ganesha.nfsd >/dev/null; then
    echo "ganesha.nfsd is missing: not asked"
    exit $failed
fi
ganesha=$(command -v ganesha.nfsd)
libraries=/usr/lib/x86_64-linux-gnu
if [[ $ganesha == "$tools"/* ]] && [ -d "$tools$libraries" ]; then
    on server mount -t overlay overlay -o "lowerdir=$tools$libraries:$libraries" "$libraries" || {
        echo "no overlay: ganesha.nfsd not asked"
        exit $failed
    }
fi
cat >"$directory/ganesha.conf" <<GANESHA
NFS_CORE_PARAM {
    Plugins_Dir = "$libraries/ganesha";
    Protocols = 3;
    NLM_Port = 4045;
    mount_path_pseudo = true;
    Enable_UDP = true;
    Enable_RQUOTA = false;
}
NFSv4 { Graceless = true; RecoveryRoot = "/run"; }
EXPORT {
    Export_Id = 1;
    Path = "/export";
    Pseudo = "/export";
    Access_Type = RW;
    Squash = none;
    SecType = sys;
    Protocols = 3;
    Transports = "UDP", "TCP";
    FSAL { Name = MEM; }
}
GANESHA
start server '[ -S /run/rpcbind.sock ]' rpcbind -f
start server "$forewarn nfslock --format json 127.0.0.1 | grep -q tcp_only\\\\\|both" \
    env LD_LIBRARY_PATH="$tools/usr/lib/ganesha" "$ganesha" -F -f "$directory/ganesha.conf" \
    -L STDERR -p /run/ganesha.pid
on client "$forewarn" nfslock --timeout 3s --format json 192.0.2.1 >"$directory/json"
said=$(look)
[ "$said" = "both udp=ok tcp=ok" ] || complain "ganesha: $said"
said=$(look nlm 1)
[ "$said" = "both udp=mismatch tcp=mismatch" ] || complain "ganesha, NLM 1: $said"
lock "NFS-Ganesha" 192.0.2.1 tcp /export
echo "ok    NFS-Ganesha"
exit $failed
