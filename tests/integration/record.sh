#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is recorded says the same as the host did, whoever records; masked, it tells nobody's names; a
# crash within a look loses that look alone; what is no recording is refused with a reason.
. "${top_srcdir:-.}/tests/integration/workers.sh"

"$top_srcdir/contrib/sample-host" "$host" >/dev/null || exit 99 # one that is in trouble
recordings=$directory/recordings
mkdir -p "$recordings"

# names JSON KEY: alerts by severity, of a check or of a replay
names()
{
    python3 - "$1" "$2" <<'PYTHON'
import json, sys
for alert in sorted({(a["severity"], a["labels"]["alertname"], a["labels"].get("device", ""))
                     for a in json.load(open(sys.argv[1]))[sys.argv[2]]}):
    print(*alert)
PYTHON
}

# A sample host, at two moments; its first one says what a single look says.
for at in 2026-03-01T10:00:00Z 2026-03-01T10:01:00Z; do
    "$forewarn" record "$recordings/plain" --root "$host" --once --at "$at" || complain "record: $?"
    "$forewarn" record "$recordings/masked" --root "$host" --once --at "$at" --mask ||
        complain "record --mask: $?"
done
"$forewarn" check --root "$host" --format json >"$directory/check.json"
"$forewarn" replay "$recordings/plain" --format json >"$directory/plain.json" || complain "replay: $?"
"$forewarn" replay "$recordings/masked" --format json >"$directory/masked.json" || complain "replay: $?"
names "$directory/check.json" alerts >"$directory/checked"
grep . "$directory/checked" >/dev/null || complain "the sample host has no alerts"
for kind in plain masked; do
    names "$directory/$kind.json" events >"$directory/replayed"
    # Some need an agent that watches: one look knows no rebuild by its events.
    while IFS= read -r line; do expect "$line" "$directory/replayed"; done <"$directory/checked"
done

# Nothing of the sample host's names is left: serial numbers, WWNs, the host's name.
if grep -oE 'A4700[0-9]{2}|S4700[0-9]{2}|N2700[0-9]{2}|0x512345600000[0-9a-f]{4}|mail7' \
    "$directory/masked.json"; then
    complain "names are left in a masked recording"
fi
expect A4700 "$directory/plain.json"

# Torn within its last look, which is lost and no other; who goes on takes the torn end away.
size=$(stat -c %s "$recordings/plain/recording")
truncate -s $((size - 3)) "$recordings/plain/recording"
"$forewarn" replay "$recordings/plain" >"$directory/out" 2>&1 || complain "a torn recording: $?"
expect "The recording breaks off" "$directory/out"
"$forewarn" record "$recordings/plain" --root "$host" --once --at 2026-03-01T10:02:00Z
"$forewarn" replay "$recordings/plain" --outage '2026-03-01 10:05' >"$directory/out" 2>&1
if grep -qF "breaks off" "$directory/out"; then complain "the torn end is still there"; fi
expect "the outage" "$directory/out"
expect "First told before it: info 5m" "$directory/out"

# This host, by each user; what that user may not see is not in it, and nothing fails.
for user in "${users[@]}"; do
    become "$user"
    there=$directory/live-$user
    mkdir -p "$there" && chmod 777 "$there"
    timeout 60 "${as[@]}" "$forewarn" record "$there/recording" --interval 1s --for 2s \
        </dev/null >"$directory/out" 2>&1 || complain "record as $user: $(cat "$directory/out")"
    expect " looks, " "$directory/out"
    "${as[@]}" "$forewarn" replay "$there/recording" >"$directory/out" 2>&1 </dev/null ||
        complain "replay as $user: $(cat "$directory/out")"
done

# What is none.
echo "something else" >"$recordings/masked/recording"
for what in "$recordings/masked" "$recordings/nowhere"; do
    if "$forewarn" replay "$what" >"$directory/out" 2>&1; then complain "$what is taken"; fi
done
expect "ENOENT" "$directory/out"
if "$forewarn" record "$recordings/masked" --root "$host" --once >"$directory/out" 2>&1; then
    complain "written over something else"
fi
expect "is no recording of forewarn's" "$directory/out"
expect "something else" "$recordings/masked/recording"
left=$(find /dev/shm /tmp -maxdepth 1 -name 'forewarn-replay-*' -newer "$directory/checked" 2>/dev/null)
[ -z "$left" ] || complain "left behind: $left"
exit "$failed"
