#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A recording that has /proc/mdstat and SMART data but no /sys: a sign on a member counts as one on a
# member, and a failed member is named by its model and serial.
. "${top_srcdir:-.}/tests/integration/workers.sh"

rm -rf "$host"
mkdir -p "$host/proc" "$host/smart"
cp "$top_srcdir/tests/data/smart/ata.json" "$host/smart/sda.json"
cp "$top_srcdir/tests/data/smart/nvme.json" "$host/smart/nvme0n1.json"

# look MARK UP MAP: a mirror of sda1, whose disk has pending sectors, and a member that md marks so.
look()
{
    printf '%s\n' 'Personalities : [raid1]' "md0 : active raid1 nvme0n1p2[1]$1 sda1[0]" \
        "      8385664 blocks [2/$2] [$3]" '' 'unused devices: <none>' >"$host/proc/mdstat"
    "$forewarn" check --root "$host" --format json </dev/null >"$directory/json"
    python3 - "$directory/json" >"$directory/out" <<'PYTHON'
import json, sys
for alert in json.load(open(sys.argv[1]))["alerts"]:
    print(alert["name"], alert["severity"], alert["labels"].get("device", ""),
          alert["labels"].get("serial", ""))
PYTHON
}

serial=$(sed -n 's/.*"serial_number": *"\([^"]*\)".*/\1/p' "$host/smart/nvme0n1.json")

look '' 2 UU
expect "DiskPendingSectors warning sda" "$directory/out"
look '(F)' 1 U_
expect "DiskPendingSectors critical sda" "$directory/out"
expect "MdMemberFailed warning nvme0n1p2 $serial" "$directory/out"
exit "$failed"
