#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# "forewarn query" over a file and over a socket: values, places of errors, exits, and JSON in the
# shape of Prometheus' HTTP API.
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
forewarn=$top_builddir/forewarn
directory=$(mktemp -d) || exit 99
trap 'rm -rf "$directory"' EXIT
failed=0

if [ ! -x "$forewarn" ]; then
    echo "SKIP: $forewarn is not built"
    exit 77
fi

cat >"$directory/a.om" <<'END'
# TYPE x gauge
x{d="sda"} 1 100
x{d="sdb"} 2.5 100
x{d="sda"} 3 160.5
x{d="sdb"} 4 160.5
# EOF
END
printf 'x 1 1000\nx 2 2000\n' >"$directory/a.prom"
printf 'x 1 1\n' >"$directory/cut.om"

# is STATUS OUTPUT ERRORS ARGUMENT...: all of the output, and a part of the errors
is()
{
    local status expected=$1 output=$2 errors=$3
    shift 3
    "$forewarn" query "$@" >"$directory/out" 2>"$directory/err" </dev/null
    status=$?
    [ "$status" = "$expected" ] && [ "$(<"$directory/out")" = "$output" ] &&
        grep -qF -- "$errors" <<<"$(<"$directory/err")" && return
    echo "FAIL: query $*: exit $status"
    cat "$directory/out" "$directory/err"
    failed=1
}

om=$directory/a.om
is 0 'x{d="sda"} => 3 @[1970-01-01T00:02:40.500Z]' '' --data "$om" 'x{d="sda"}'
is 0 'x{d="sda"} => 1 @[1970-01-01T00:02:00Z]' '' --data "$om" --time 120 'x{d="sda"}'
is 0 'x{d="sda"} => 1 @[1970-01-01T00:02:00Z]' '' --data "$om" --time 1970-01-01T01:02:00+01:00 \
    'x{d="sda"}'
is 0 'scalar: 2 @[1970-01-01T00:00:01Z]' '' --data "$om" --time 1 1+1
is 0 '' 'no series at 1970-01-01T00:02:40.500Z' --data "$om" nothing
is 0 'x => 2 @[1970-01-01T00:00:02Z]' '' --data "$directory/a.prom" x
is 0 '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"x","d":"sda"},"value":[160.500,"3"]}]}}' \
    '' --data "$om" --format json 'x{d="sda"}'
is 0 '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[100,"3.5"],[130,"3.5"],[160,"3.5"]]}]}}' \
    '' --data "$om" --format json --start 100 --step 30s 'sum(x)'
is 0 '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[160.500,"2"]}]},"infos":["PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: \"x\" (1:12)"]}' \
    '' --data "$om" --format json 'count(rate(x[2m]))'
is 2 '' '1:4: parse error: unclosed left parenthesis' --data "$om" 'sum(x'
is 2 '{"status":"error","errorType":"bad_data","error":"1:4: parse error: unclosed left parenthesis\n    sum(x\n       ^"}' \
    '' --data "$om" --format json 'sum(x'
is 1 '' 'many-to-many' --data "$om" 'x * on() x'
is 1 '' 'cut.om:2:1: OpenMetrics ends in # EOF' --data "$directory/cut.om" x
is 1 '' 'nosuch: ENOENT' --data "$directory/nosuch" x
is 2 '' 'a range of times takes --start and --step' --data "$om" --start 1 x
is 2 '' 'more than 11000 steps' --data "$om" --start 1 --step 1ms x
is 2 '' 'the end is before the start' --data "$om" --start 2 --end 1 --step 1 x
is 2 '' '--time: ' --data "$om" --time yesterday x
is 2 '' 'range vector cannot be asked for over a range' --data "$om" --start 1 --step 30 'x[5m]'
is 2 '' 'which expression?'
mkfifo "$directory/fifo"
is 1 '' 'fifo: not a regular file' --data "$directory/fifo" x
is 2 '' 'standard input is the expression or --data, not both' --data - -
is 2 '' 'not both' --data "$om" --history "$directory" x
is 1 '' 'history.db: ENOENT' --history "$directory" x
is 1 '' "no agent answers at $directory/none.sock: is forewarnd running?" \
    --socket "$directory/none.sock" x

got=$(printf 'sum(\n  x)\n' | "$forewarn" query --data "$om" --time 100 -)
[ "$got" = '{} => 3.5 @[1970-01-01T00:01:40Z]' ] || { echo "FAIL: -: $got" && failed=1; }

got=$("$forewarn" query --data - --time 100 'sum(x)' < <(cat "$om"))
[ "$got" = '{} => 3.5 @[1970-01-01T00:01:40Z]' ] || { echo "FAIL: --data -: $got" && failed=1; }

# A socket that says what it was asked, then answers with what stands in a file.
cat >"$directory/agent.py" <<'PYTHON'
import socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
print("ready", flush=True)
for reply in sys.argv[2:]:
    peer, _ = listener.accept()
    with peer, peer.makefile("rwb") as stream:
        print(stream.readline().decode(), end="", flush=True)
        stream.write(reply.encode())
PYTHON
if command -v python3 >/dev/null; then
    vector='{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"x"},"value":[1.5,"+Inf"]}]}}'
    python3 "$directory/agent.py" "$directory/sock" "$vector
" '{"status":"error","errorType":"bad_data","error":"1:1: parse error: no"}
' '{"status":"success","data":{"resultType":"vector","result":[{"metric":1}]}}
' '[]
' '{' >"$directory/asked" &
    agent=$!
    for _ in {1..100}; do
        grep -q ready "$directory/asked" 2>/dev/null && break
        sleep 0.05
    done
    is 0 'x => +Inf @[1970-01-01T00:00:01.500Z]' '' --socket "$directory/sock" --time 1.5 x
    is 2 '' '1:1: parse error: no' --socket "$directory/sock" --start 1 --end 2 --step 1 x
    is 1 '' "the answer's data cannot be read" --socket "$directory/sock" x
    is 1 '' 'not a JSON object' --socket "$directory/sock" x
    is 1 '' 'ECONNRESET' --socket "$directory/sock" x
    wait "$agent"
    for line in '{"command":"query","expr":"x","time":1.5}' \
        '{"command":"query","expr":"x","start":1.0,"end":2.0,"step":1.0}'; do
        grep -qxF "$line" "$directory/asked" && continue
        echo "FAIL: not asked: $line"
        cat "$directory/asked"
        failed=1
    done
fi
exit "$failed"
