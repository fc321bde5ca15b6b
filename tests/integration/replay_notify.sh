#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A replay tells the receivers of a configuration what it comes to: all that its timeline has, with
# the times of the recording.
. "${top_srcdir:-.}/tests/integration/workers.sh"
command -v python3 >/dev/null || skip "python3 is missing"

"$top_srcdir/contrib/sample-host" "$host" >/dev/null || exit 99 # one that is in trouble
for at in 2026-03-01T10:00:00Z 2026-03-01T10:01:00Z; do
    "$forewarn" record "$directory/recording" --root "$host" --once --at "$at" || exit 99
done
cat >"$directory/tell" <<EOF
#!/bin/sh
cat >>$directory/told/events
EOF
chmod 755 "$directory/tell"
mkdir -m 777 "$directory/told"
printf 'exporters:\n  exec: [{name: file, command: [%s]}]\n' "$directory/tell" >"$directory/told.yml"
echo 'evaluation_interval: 60s' >"$directory/nobody.yml"
echo 'exporters: {exec: [{name: file, comand: [x]}]}' >"$directory/wrong.yml"

"$forewarn" replay "$directory/recording" --notify --config "$directory/told.yml" --format json \
    >"$directory/timeline" 2>"$directory/err" || complain "status $?: $(cat "$directory/err")"
python3 - "$directory/timeline" "$directory/told/events" <<'PYTHON' || complain "see above"
import json, sys

timeline = json.load(open(sys.argv[1]))["events"]
text, told, decoder = open(sys.argv[2]).read().strip(), [], json.JSONDecoder()
while text:
    event, end = decoder.raw_decode(text)
    told.append(event)
    text = text[end:].lstrip()
expected = sorted((e["at"], e["labels"]["alertname"]) for e in timeline if e["what"] == "raised")
seen = sorted((e["time"], e["alert"]["name"]) for e in told if e["state"] == "raised")
# An exporter is told from a severity on, the timeline has all.
missing = [e for e in seen if e not in expected]
if not seen or missing:
    sys.exit(f"told {seen}, and of these not in the timeline: {missing}")
if not any(name == "MdArrayDegraded" for _, name in seen):
    sys.exit(f"not told of a degraded array: {seen}")
PYTHON

# refuses TEXT ARGUMENT...: it does, and says so
refuses()
{
    local text=$1
    shift
    "$forewarn" replay "$directory/recording" "$@" >"$directory/out" 2>&1 && complain "it takes $*"
    expect "$text" "$directory/out"
}
refuses "there is nobody to tell in it" --notify --config "$directory/nobody.yml"
refuses "comand" --notify --config "$directory/wrong.yml"
refuses "--config is for --notify" --config "$directory/told.yml"
refuses "no-such.yml" --notify --config "$directory/no-such.yml"
exit $failed
