#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Trees that lie, or hold nothing: from the file to the verdict.
. "${top_srcdir:-.}/tests/integration/workers.sh"

# judge STATUS TEXT: what check says of the host, which is then made anew.
judge()
{
    timeout 20 "$forewarn" check --root "$host" --format nagios -v </dev/null >"$directory/out" 2>&1
    local status=$?
    [ "$status" = "$1" ] || complain "exit $status, not $1, where it should say '$2'"
    expect "$2" "$directory/out"
    rm -rf "$host" && "$top_srcdir/contrib/sample-host" "$host" --healthy >/dev/null
}

judge 0 "nothing wrong seen"

# A directory that is no host, mistyped perhaps.
rm -rf "$host" && mkdir -p "$host/smart"
judge 3 "holds nothing to look at"

# md's own count of lacking members, though each of them says that it is in sync.
echo 1 >"$host/sys/block/md2/md/degraded"
judge 2 "md2 (raid5) is degraded, 1 of 4 members missing: no redundancy left"

exit "$failed"
