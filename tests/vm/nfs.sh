# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by payloads after lib.sh: three hosts in one kernel, each with its own network, processes,
# mounts and name: srv (10.99.0.1) exports /export with the kernel's nfsd and lockd, c1 (10.99.0.11)
# and c2 (10.99.0.12) are its clients. They have rpcbind and statd, and nobody else sees their /run.
declare -A host_pid agent_pid
watched=c1 # the host whose agent lib.sh's sees, value and expect ask

# on HOST COMMAND...
on()
{
    nsenter -t "${host_pid[$1]}" -n -m -p -u "${@:2}"
}

# shellcheck disable=SC2317 # lib.sh calls it
forewarn()
{
    on "$watched" forewarn "$@"
}

# What is of one host only, and the directories of its agent (tmpfiles.d(5)).
prepare_host()
{
    local kind path mode user group
    hostname "$1"
    mount -t tmpfs run /run
    mount -t tmpfs etc "${sysconfdir:?}/forewarn"
    mount -t tmpfs nfs /var/lib/nfs
    mkdir -p /run/{lock,rpcbind} /var/lib/nfs/{sm,sm.bak,rpc_pipefs,v4recovery}
    touch /var/lib/nfs/{etab,rmtab,state}
    chown -R statd /var/lib/nfs
    mount -t tmpfs var "${localstatedir:?}"
    while read -r kind path mode user group; do
        [ "$kind" != d ] || install -d -m "$mode" -o "$user" -g "$group" "$path"
    done < <(cat "${prefix:?}"/lib/tmpfiles.d/*.conf)
    mount -t sysfs sys /sys
    ip link set lo up
    rpcbind -w
    rpc.statd
}

# make_host NAME ADDRESS
make_host()
{
    mkdir -p "$sysconfdir/forewarn" "$localstatedir"
    unshare -n -m -u -p --fork --mount-proc --propagation private sleep infinity &
    until_true 20 pgrep -P $! >/dev/null
    host_pid[$1]=$(pgrep -P $!)
    ip link add "v$1" type veth peer name eth0 netns "${host_pid[$1]}"
    ip link set "v$1" master br0 up
    on "$1" bash -c ". /vm/settings; hostname() { echo \"\$1\" >/proc/sys/kernel/hostname; }
        $(declare -f prepare_host); prepare_host $1"
    on "$1" ip address add "$2/24" dev eth0
    on "$1" ip link set eth0 up
}

# hosts_up: all three, with the server's exports and no grace period to wait for.
hosts_up()
{
    modprobe -a nfsd nfs nfsv3 nfsv4 veth bridge nf_tables
    ip link add br0 type bridge
    ip link set br0 up
    make_host srv 10.99.0.1
    make_host c1 10.99.0.11
    make_host c2 10.99.0.12
    on srv bash -c 'mkdir -p /export && mount -t tmpfs export /export && chmod 777 /export &&
        mount -t nfsd nfsd /proc/fs/nfsd &&
        echo "/export *(rw,sync,no_root_squash,insecure,no_subtree_check,fsid=1)" >/etc/exports &&
        exportfs -r && rpc.nfsd -G 10 4 && rpc.mountd --foreground </dev/null >/dev/null 2>&1 &'
    until_true 150 on srv rpcinfo -t 127.0.0.1 mountd 3 ||
        { complain "the server is not up" && finish; }
    on srv bash -c 'echo Y >/proc/fs/lockd/nlm_end_grace'
    say "hosts are up: $(on srv cat /proc/fs/nfsd/versions)"
}

# mount_on HOST DIRECTORY OPTIONS: the server's export.
mount_on()
{
    on "$1" mkdir -p "$2"
    must on "$1" timeout 60 mount -t nfs -o "$3" 10.99.0.1:/export "$2"
}

# registered HOST PROGRAM TRANSPORT: its port, as rpcinfo says.
registered()
{
    on "$1" rpcinfo -p | awk -v program="$2" -v transport="$3" \
        '$1 == program && $3 == transport {port = $4} END {print port}'
}

# block HOST RULE...; unblock HOST: what does not get in there.
block()
{
    on "$1" nft add table inet vm
    on "$1" nft add chain inet vm in '{ type filter hook input priority 0; }'
    on "$1" nft add rule inet vm in "${@:2}"
}

unblock()
{
    on "$1" nft delete table inet vm
}

# agent_on HOST [LINE...]: as start_agent. Alerts that wait for minutes wait for seconds.
agent_on()
{
    local rules=$sysconfdir/forewarn/rules
    on "$1" cp -r "$prefix/share/forewarn/rules" "${rules%/*}"
    on "$1" sed -i -E 's/( for:) [0-9]+m$/\1 4s/' "$rules/nfslock.yml"
    printf '%s\n' 'evaluation_interval: 3s' "${@:2}" | on "$1" tee "${config:?}" >/dev/null
    nsenter -t "${host_pid[$1]}" -n -m -p -u "${forewarnd:?}" -v 2>>"/out/agent.$1.log" &
    agent_pid[$1]=$!
    watched=$1
    until_true 200 sees 'forewarn_probe_up{probe="nfslock"}' || {
        complain "the agent of $1 does not answer: $(tail -n 5 "/out/agent.$1.log")"
        agents_off
        finish
    }
}

# check_says STATUS TEXT...: what "forewarn check" of the watched host says.
check_says()
{
    local status=0 text
    forewarn check >/out/check.txt 2>&1 || status=$?
    [ "$status" = "$1" ] || complain "check on $watched: $status, not $1"
    for text in "${@:2}"; do
        grep -qF -- "$text" /out/check.txt || complain "check on $watched does not say '$text'"
    done
    head -n 20 /out/check.txt
}

# agents_off: each has to end well.
agents_off()
{
    local host status
    for host in "${!agent_pid[@]}"; do
        status=0
        kill -TERM "$(pgrep -P "${agent_pid[$host]}" | head -n 1)"
        wait "${agent_pid[$host]}" || status=$?
        [ "$status" = 0 ] || complain "the agent of $host ended with $status: $(tail -n 5 "/out/agent.$host.log")"
    done
    agent_pid=()
}

# expect_nfslock STATUS WORD HOST [ARGUMENT...]: what "forewarn nfslock ARGUMENT..." there says.
expect_nfslock()
{
    local status=0
    on "$3" forewarn nfslock "${@:4}" >"/out/nfslock.txt" 2>&1 || status=$?
    if [ "$status" = "$1" ] && grep -q -- "$2" /out/nfslock.txt; then
        say "ok: nfslock ${*:4} on $3: $1, $2"
    else
        complain "nfslock ${*:4} on $3: status $status, not $1 with '$2': $(cat /out/nfslock.txt)"
    fi
}
