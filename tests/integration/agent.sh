# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# Sourced by the tests of the agent: starts and ends one of its own, over a made-up host.
. "${top_srcdir:-.}/tests/integration/workers.sh"
[ -x "$top_builddir/forewarnd" ] || skip "$top_builddir/forewarnd is not built"
cp "$top_builddir/forewarnd" "$top_builddir"/forewarn-{mailindex,md,nfslock,smart} "$directory" || exit 99
forewarnd=$directory/forewarnd
state=$directory/state
socket=$directory/run/control.sock
config=$directory/forewarn.yml
log=$directory/log
agent=
# HTTP: none, as tests run side by side; where it is wanted, --web.listen-address 127.0.0.1:0.
web=(--web.listen-address '')
# The user that the agent becomes where this is root.
mkdir -p "$state" "$directory/run"
[ "$(id -u)" != 0 ] || chown nobody "$directory/run"

# configure LINE...: the configuration, with these lines more
configure()
{
    printf '%s\n' "state_directory: $state" "evaluation_interval: 1s" \
        "probes: {md: {interval: 1s}, smart: {interval: 2s}}" "$@" >"$config"
}

# until_true SECONDS COMMAND...: tries it until it succeeds
until_true()
{
    local tries=$(($1 * 20))
    shift
    while [ $((tries -= 1)) -gt 0 ]; do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.05
    done
    return 1
}

# gives EXPRESSION: whether the agent has a value for it
gives()
{
    "$forewarn" query --socket "$socket" "$1" 2>/dev/null | grep -q .
}

# value EXPRESSION: the first value of it
value()
{
    "$forewarn" query --socket "$socket" --format json "$1" |
        sed -nE 's/.*"value": ?\[[^,]*, ?"([^"]*)"\].*/\1/p' | head -n 1
}

start_agent()
{
    timeout -k 5 120 "$forewarnd" --config "$config" --root "$host" --control-socket "$socket" -v \
        "${web[@]}" >>"$log" 2>&1 &
    agent=$!
    until_true 20 gives 'forewarn_probe_up{probe="smart"} and on () forewarn_md_info' || {
        complain "the agent does not answer: $(cat "$log")"
        exit $failed
    }
}

# The agent's own process: timeout(1) waits for it.
agent_pid()
{
    pgrep -P "$agent" -x forewarnd
}

stop_agent()
{
    local status
    kill -TERM "$(agent_pid)" 2>/dev/null
    wait "$agent"
    status=$?
    agent=
    return "$status"
}

end()
{
    [ -z "$agent" ] || kill -KILL "$(agent_pid)" "$agent" 2>/dev/null
    rm -rf "$directory"
}
trap end EXIT
