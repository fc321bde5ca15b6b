#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The units are such as systemd takes, and the agent's leaves it little to do harm with.
set -u
: "${top_builddir:=.}"
failed=0
complain()
{
    echo "$*"
    failed=1
}

command -v systemd-analyze >/dev/null || {
    echo "SKIP: systemd-analyze is missing"
    exit 77
}
directory=$(mktemp -d "${TMPDIR:-/tmp}/forewarn-units-XXXXXX") || exit 99
trap 'rm -rf "$directory"' EXIT
# What they start need not be installed where this runs.
for unit in forewarnd.service forewarn-launcher.socket forewarn-launcher@.service; do
    sed -E 's|^(ExecStart=)[^ ]*|\1/bin/true|; /^Documentation=/d' \
        "$top_builddir/contrib/systemd/$unit" >"$directory/$unit" || exit 99
done
cd "$directory" || exit 99
systemd-analyze verify ./forewarnd.service ./forewarn-launcher.socket ./forewarn-launcher@.service \
    >out 2>&1 || complain "verify fails"
grep -E 'forewarn' out && complain "verify complains"

# exposure UNIT MOST: systemd's figure, 0 to 10
exposure()
{
    local figure
    figure=$(systemd-analyze security --offline=true --no-pager "./$1" 2>&1 |
        sed -nE 's/.*Overall exposure level for [^:]*: ([0-9.]+) .*/\1/p')
    echo "$1: $figure"
    awk -v figure="$figure" -v most="$2" 'BEGIN { exit !(figure != "" && figure <= most) }' ||
        complain "more than $2"
}
if systemd-analyze --help | grep -q -- --offline; then
    exposure forewarnd.service 2.0
    exposure forewarn-launcher@.service 4.0
fi
exit $failed
