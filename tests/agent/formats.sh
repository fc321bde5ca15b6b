#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs the built program on the sample host, sick and healthy, and on nothing, in every format: JSON
# keeps to contrib/schema, the plugin's output to the guidelines' grammar, exits to the verdict.
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
forewarn=$top_builddir/forewarn
directory=$(mktemp -d) || exit 99
trap 'rm -rf "$directory"' EXIT
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

[ -x "$forewarn" ] || skip "$forewarn is not built"
python3 -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is missing"

for host in sick healthy empty; do
    case $host in
    sick) "$top_srcdir/contrib/sample-host" "$directory/$host" ;;
    healthy) "$top_srcdir/contrib/sample-host" "$directory/$host" --healthy ;;
    empty) mkdir "$directory/$host" ;;
    esac || exit 99
done

cat >"$directory/validate.py" <<'PYTHON'
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
if "--self-test" in sys.argv:
    jsonschema.Draft202012Validator.check_schema(schema)
    try:
        jsonschema.validate({"schema": 2}, schema)
    except jsonschema.ValidationError:
        sys.exit(0)
    sys.exit("the schema takes anything")
data = json.load(open(sys.argv[2]))
jsonschema.validate(data, schema)
if "verdict" in data:
    print(["ok", "warning", "critical", "unknown"].index(data["verdict"]))
else:
    print(0 if data["up"] else "not up")
PYTHON
schema=$top_srcdir/contrib/schema/check.schema.json
python3 "$directory/validate.py" "$schema" --self-test || complain "the schema itself"

check_json()
{
    local status verdict
    "$forewarn" "$@" --format json >"$directory/json" 2>"$directory/err" </dev/null
    status=$?
    verdict=$(python3 "$directory/validate.py" "$schema" "$directory/json" 2>&1) ||
        complain "$* --format json: ${verdict: -600}"
    [ "$1" != check ] || [ "$verdict" = "$status" ] || complain "$*: exit $status, JSON says $verdict"
}

number='-?[0-9]+(\.[0-9]+)?'
range="@?(~|$number)?:?($number)?"
value="'[^'=| ]+'=(U|$number(us|ms|s|%|[KMGT]?B|c)?)(;($range)?(;($range)?(;($number)?(;($number)?)?)?)?)?"

check_nagios()
{
    local status first want
    "$forewarn" check "$@" --format nagios >"$directory/nagios" 2>"$directory/err" </dev/null
    status=$?
    first=$(head -1 "$directory/nagios")
    case $status in 0) want=OK ;; 1) want=WARNING ;; 2) want=CRITICAL ;; *) want=UNKNOWN ;; esac
    grep -qE "^FOREWARN $want - [^|]{1,403}( \| $value( $value)*)?\$" <<<"$first" ||
        complain "exit $status, not by the guidelines: $first"
    ! tail -n +2 "$directory/nagios" | grep -q '|' || complain "a | in the long output"
    [ "$(wc -c <"$directory/nagios")" -lt 8192 ] || complain "more than Nagios keeps"
}

for host in sick healthy empty; do
    for probe in md smart; do
        check_json probe "$probe" --root "$directory/$host"
    done
    check_json check --root "$directory/$host"
    check_nagios --root "$directory/$host"
    check_nagios -v --root "$directory/$host"
done
expect()
{
    local want=$1 status
    shift
    "$forewarn" check "$@" >/dev/null 2>&1 </dev/null
    status=$?
    [ "$status" = "$want" ] || complain "check $*: exit $status, not $want"
    check_nagios "$@"
}

sick=$directory/sick
expect 2 --root "$sick"
expect 0 --root "$directory/healthy"
expect 2 --root "$sick" --expr forewarn_disk_temperature_celsius -w 20 -c @0:100
expect 1 --root "$sick" --expr 'sum(forewarn_disk_pending_sectors)' -w 0
expect 0 --root "$sick" --expr 'sum(forewarn_disk_pending_sectors)' -w 1000
expect 3 --root "$sick" --expr no_such_metric
expect 3 --root "$sick" --expr 'sum('

exit "$failed"
