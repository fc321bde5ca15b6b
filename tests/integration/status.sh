#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# "forewarn status": what an agent says of a sick host, as text, by the schema, to everybody, and on
# a terminal that is watched.
. "${top_srcdir:-.}/tests/integration/agent.sh"

rm -rf "$host" && "$top_srcdir/contrib/sample-host" "$host" >/dev/null || exit 99
export LC_ALL=C
configure "rule_files: []"
start_agent
until_true 20 gives 'ALERTS{alertname="DiskPendingSectors",alertstate="firing"}' ||
    complain "no alert fires"

status()
{
    "$forewarn" status --socket "$socket" "$@" >"$directory/out" 2>"$directory/err" </dev/null
}

status || complain "exit $?: $(cat "$directory/err")"
expect "CRITICAL  mail7: " "$directory/out"
expect " CRITICAL  md2 (raid5) is degraded" "$directory/out"
grep -qE '^ +since [0-9: -]+ \([0-9]+[sm]\), DiskPendingSectors [0-9a-f]{8}$' "$directory/out" ||
    complain "no name to acknowledge an alert by"
grep -qE '^ md2   rebuilding \[#+\.+\]  41\.3 %  106 MB/s  6h 10m to go' "$directory/out" ||
    complain "no bar: $(cat "$directory/out")"
expect " 9 other disks with nothing to note" "$directory/out"
grep -qE '^ md +1s .* ok$|^ md +1s .* looks now$' "$directory/out" || complain "no probe"

# What is acknowledged and silenced stands apart.
"$forewarn" ack --socket "$socket" DiskPendingSectors --comment "is ordered" >/dev/null 2>&1 ||
    [ "$(id -u)" != 0 ] || complain "ack fails"
"$forewarn" silence --socket "$socket" --for 2h --comment "moving racks" device=sdk >/dev/null ||
    complain "silence fails"
until_true 10 sh -c "'$forewarn' status --socket '$socket' | grep -q 'silenced until'" ||
    complain "no word of a silence"
status
expect " Known:    critical, sdh: 24 pending sectors (acknowledged by" "$directory/out"
expect 'Silence:  s' "$directory/out"

# Colours and signs are for terminals that take them; JSON keeps to its schema.
! grep -q $'\033' "$directory/out" || complain "colours on a pipe"
status --format json || complain "exit $?"
python3 - "$top_srcdir/contrib/schema" "$directory/out" <<'PYTHON' || complain "JSON"
import json, sys
data = json.load(open(sys.argv[2]))
assert data["arrays"][2]["sync"]["action"] == "recover", data["arrays"]
assert len(data["disks"]) == 12 and len(data["probes"]) >= 2
assert data["held"] and data["silences"][0]["comment"] == "moving racks"
try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is missing: not held against the schema")
    sys.exit(0)
text = open(sys.argv[1] + "/check.schema.json").read().replace("#/$defs/", "#/$defs/check_")
check = json.loads(text)["$defs"]
text = open(sys.argv[1] + "/status.schema.json").read()
schema = json.loads(text.replace("check.schema.json#/$defs/", "#/$defs/check_"))
schema["$defs"].update({"check_" + name: value for name, value in check.items()})
validator = jsonschema.Draft202012Validator(schema)
validator.check_schema(schema)
validator.validate(data)
data["probes"][0]["up"] = "yes"
try:
    validator.validate(data)
except jsonschema.ValidationError:
    sys.exit(0)
sys.exit("the schema takes anything")
PYTHON

for user in "${users[@]}"; do
    become "$user"
    "${as[@]}" "$forewarn" status --socket "$socket" >"$directory/out" 2>&1 ||
        complain "$user: exit $?: $(cat "$directory/out")"
    expect "3 arrays, 12 disks" "$directory/out"
done

# A terminal is needed to watch.
status --watch && complain "it watches on a pipe"
expect "--watch needs a terminal" "$directory/err"
if command -v tmux >/dev/null; then
    terminal=(tmux -L "forewarn-$$" -f /dev/null)
    # shellcheck disable=SC2317 # until_true runs it
    shows()
    {
        "${terminal[@]}" capture-pane -p -t watch | LC_ALL=C.UTF-8 grep -qE -- "$1"
    }
    LC_ALL=C.UTF-8 "${terminal[@]}" -u new-session -d -s watch -x 80 -y 24 \
        "sh -c 'echo before; LC_ALL=C.UTF-8 $forewarn status --watch --socket $socket; echo status \$?; sleep 60'"
    until_true 20 shows '^CRITICAL  mail7: ' || complain "nothing is drawn"
    until_true 10 shows '^ lines 1 to 23 of [0-9]+; up, down, q ends$' || complain "no last line"
    "${terminal[@]}" send-keys -t watch j j Down
    until_true 10 shows '^ lines 4 to 26 of ' || complain "it does not scroll"
    "${terminal[@]}" resize-window -t watch -x 120 -y 60
    until_true 10 shows '^ md2   rebuilding █+.?░+  41.3 %  106 MB/s  6h 10m to go' ||
        complain "the new size is not taken: $("${terminal[@]}" capture-pane -p -t watch)"
    stop_agent || complain "SIGTERM: exit status $?"
    until_true 20 shows '^UNKNOWN  no agent answers at ' || complain "no word of an agent that is gone"
    "${terminal[@]}" send-keys -t watch q
    until_true 10 shows '^status 0$' || complain "q does not end it"
    until_true 10 shows '^before$' || complain "the page before is gone: $("${terminal[@]}" capture-pane -p -t watch)"
    "${terminal[@]}" kill-server
else
    echo "tmux is missing: --watch is not tested"
    stop_agent || complain "SIGTERM: exit status $?"
fi

status && complain "nobody answers"
expect "is forewarnd running?" "$directory/err"
exit $failed
