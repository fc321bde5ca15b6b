#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The Munin plugin beside an agent: each of its calls, with and without what a node can, and run by
# munin-run where there is one. Without an agent it says so.
. "${top_srcdir:-.}/tests/integration/agent.sh"
unset MUNIN_CAP_MULTIGRAPH MUNIN_CAP_DIRTYCONFIG

plugins=$directory/plugins
mkdir -p "$plugins" "$directory/conf"
cp "$top_srcdir/contrib/munin/forewarn_" "$directory/forewarn_" || exit 99
for graph in temperature pending sync all; do
    ln -s "$directory/forewarn_" "$plugins/forewarn_$graph"
done

# plugin NAME ARGUMENT...: as a node calls it, by its link
plugin()
{
    local name=$1
    shift
    forewarn=$forewarn socket=$socket "$plugins/forewarn_$name" "$@" >"$directory/out" 2>"$directory/err"
}

# only PATTERN: every line is one of these
only()
{
    ! grep -vE -- "$1" "$directory/out" || complain "not of '$1'"
    [ -s "$directory/out" ] || complain "nothing of '$1'"
}

plugin temperature autoconf || complain "autoconf: exit $?"
only "^no \(no agent answers at $socket: is forewarnd running\)\$"
plugin temperature && complain "values without an agent"
expect "no agent answers at $socket" "$directory/err"

configure "rule_files: []"
start_agent

plugin temperature autoconf || complain "autoconf: exit $?"
only '^yes$'
plugin temperature suggest || complain "suggest: exit $?"
only '^(temperature|reallocated|pending|wear|spare|redundancy|sync|sync_speed)$'
[ "$(wc -l <"$directory/out")" = 8 ] || complain "suggests: $(cat "$directory/out")"
plugin temperature || complain "fetch: exit $?"
only '^f_[a-zA-Z0-9_]+\.value ([0-9.]+|U)$'
[ "$(wc -l <"$directory/out")" = 12 ] || complain "values: $(cat "$directory/out")"
cut -d. -f1 "$directory/out" >"$directory/fields"
plugin temperature config || complain "config: exit $?"
only '^(graph_(title|args|vlabel|category|info|scale) .+|f_[a-zA-Z0-9_]+\.(label|info) .+)$'
sed -n 's/\.label .*//p' "$directory/out" | diff - "$directory/fields" >"$directory/diff" ||
    complain "config and fetch differ: $(cat "$directory/diff")"
MUNIN_CAP_DIRTYCONFIG=1 plugin temperature config
[ "$(grep -c '\.value ' "$directory/out")" = 12 ] || complain "no values in a dirty config"
plugin sync
only '^f_md[0-2]\.value 100$'

# All in one only for a node that asks for it.
plugin all config && complain "multigraph though nobody asked for it"
MUNIN_CAP_MULTIGRAPH=1 plugin all config || complain "multigraph: exit $?"
[ "$(grep -c '^multigraph forewarn_' "$directory/out")" = 8 ] || complain "multigraph: $(cat "$directory/out")"
MUNIN_CAP_MULTIGRAPH=1 plugin all
only '^(multigraph forewarn_[a-z_]+|f_[a-zA-Z0-9_]+\.value ([0-9.]+|U))$'
ln -s "$directory/forewarn_" "$plugins/forewarn_nothing"
plugin nothing && complain "a graph that there is not"
expect "there is no graph 'nothing'" "$directory/err"
plugin pending wrong && complain "a call that there is not"

# As a node runs it, in a clean environment and as another user.
PATH=$PATH:/usr/sbin:$top_builddir/tools/usr/sbin
if munin=$(command -v munin-run); then
    printf '[forewarn_*]\nenv.forewarn %s\nenv.socket %s\n' "$forewarn" "$socket" >"$directory/conf/forewarn"
    user=$(id -un)
    [ "$(id -u)" != 0 ] || user=nobody
    printf 'host_name mail7\nuser %s\ngroup %s\n' "$user" "$(id -gn "$user")" >"$directory/node.conf"
    run=(perl -T "-I$top_builddir/tools/usr/share/perl5" "$munin" --config "$directory/node.conf"
        --servicedir "$plugins" --sconfdir "$directory/conf")
    "${run[@]}" forewarn_pending >"$directory/out" 2>"$directory/err" ||
        complain "munin-run: exit $?: $(cat "$directory/err")"
    only '^f_[a-zA-Z0-9_]+\.value [0-9]+$'
    "${run[@]}" forewarn_pending config >"$directory/out" 2>"$directory/err" ||
        complain "munin-run config: exit $?: $(cat "$directory/err")"
    expect "graph_title Pending sectors" "$directory/out"
    "${run[@]}" forewarn_pending autoconf >"$directory/out" 2>"$directory/err"
    only '^yes$'
    # A node of 2.0 knows both.
    "${run[@]}" forewarn_all >"$directory/out" 2>"$directory/err" || complain "munin-run all: exit $?"
    expect "multigraph forewarn_temperature" "$directory/out"
else
    echo "munin-run is missing (Debian: munin-node): the plugin was run without it"
    munin_missing=1
fi
stop_agent || complain "SIGTERM: exit status $?"
[ "$failed" != 0 ] || [ -z "${munin_missing-}" ] || skip "munin-run is missing (Debian: munin-node)"
exit $failed
