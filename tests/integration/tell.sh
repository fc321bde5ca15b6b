# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# Sourced by the tests of exporters that bring events: plays the agent for one worker (tell.c).
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
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

for program in forewarnd tests/integration/tell; do
    [ -x "$top_builddir/$program" ] || skip "$top_builddir/$program is not built"
done
directory=$(mktemp -d) || exit 99
chmod 755 "$directory"
told=$directory/told
log=$directory/log
teller=
# LeakSanitizer cannot work in a process that is traced.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0

# start_worker EXPORTER CONFIGURATION: from now on "event ..." sends it events
start_worker()
{
    rm -f "$directory/events"
    mkfifo "$directory/events"
    timeout -k 5 300 "$top_builddir/tests/integration/tell" "$top_builddir/forewarnd" "$@" \
        <"$directory/events" >"$told" 2>"$log" &
    teller=$!
    exec 9>"$directory/events"
}

# event ID KIND RECEIVERS [NAME=VALUE]...: kinds are those of core/exporter.proto
event()
{
    printf '%s\n' "$*" >&9
}

# has_told LINE: whether the worker has said this
has_told()
{
    grep -qxF -- "$1" "$told"
}

# The agent goes away: so does the worker, whose exit status this is.
stop_worker()
{
    exec 9>&-
    wait "$teller"
}

end()
{
    [ -z "$teller" ] || kill "$teller" 2>/dev/null
    [ -z "${receiver:-}" ] || kill "$receiver" 2>/dev/null
    rm -rf "$directory"
}
trap end EXIT

# keeps_to SCHEMA FILE: each line of the file is JSON that the schema takes
keeps_to()
{
    python3 - "$top_srcdir/contrib/schema/$1" "$2" <<'PYTHON'
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
assert list(validator.iter_errors({"schema": 2})), "the schema takes anything"
lines = open(sys.argv[2]).read().splitlines()
assert lines, "nothing to look at"
for line in lines:
    validator.validate(json.loads(line))
PYTHON
}
