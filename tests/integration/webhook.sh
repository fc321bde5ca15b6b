#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Webhooks, against a server of the test's own on the loopback: what is sent, answers of all kinds, a
# server that is down and comes back, TLS with certificates on both sides.
. "${top_srcdir:-.}/tests/integration/tell.sh"
python3 -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is missing"
command -v openssl >/dev/null || skip "openssl is missing"

posts=$directory/posts
receiver=

# serve [ARGUMENT...]: starts the server, which sets $port
serve()
{
    rm -f "$directory/port"
    timeout 300 python3 "$top_srcdir/tests/integration/receiver.py" "$posts" "$@" \
        >"$directory/port" 2>"$directory/server.log" &
    receiver=$!
    until_true 30 test -s "$directory/port" || complain "no server: $(cat "$directory/server.log")"
    port=$(cat "$directory/port")
}

stop_serving()
{
    kill "$receiver"
    wait "$receiver" 2>/dev/null
    receiver=
}

# posted EXPRESSION: of the POSTs so far, p
posted()
{
    python3 -c 'import json, sys
p = [json.loads(line) for line in open(sys.argv[1])]
sys.exit(0 if eval(sys.argv[2]) else 1)' "$posts" "$1"
}

expect_posted()
{
    posted "$1" || complain "not so: $1: $(cat "$posts")"
}

serve
plain=$port
alert='severity=critical disk=d1 summary=it is hot'
printf '%s\n' '503 Retry-After: 2' '302 Location: /elsewhere' 429 >"$posts.answers"
start_worker webhook '{"receivers": [
    {"name": "each", "url": "http://127.0.0.1:'"$port"'/each?a=b", "bearer": "t0ken", "retry_ms": 100},
    {"name": "grouped", "url": "http://127.0.0.1:'"$port"'/grouped", "user": "forewarn",
        "password": "p:w", "retry_ms": 100, "group_by": ["instance"], "timeout_ms": 1000},
    {"name": "dead", "url": "http://127.0.0.1:1/", "retry_ms": 100},
    {"name": "worse", "url": "ftp://127.0.0.1/", "retry_ms": 60000}]}'

# Tried again until it is taken, after the time that the server asks for; redirections lead nowhere.
event e1 0 each,dead,worse "alertname=Hot $alert"
until_true 30 has_told 'e1 each delivered ' || complain "e1: $(cat "$told" "$log")"
expect_posted '[x["answer"][:3] for x in p] == ["503", "302", "429", "200"]'
expect_posted 'p[1]["at"] - p[0]["at"] >= 1.9'
expect_posted 'all(x["path"] == "/each?a=b" for x in p)'
expect_posted 'p[0]["headers"]["Authorization"] == "Bearer t0ken"'
expect_posted 'p[0]["headers"]["Content-Type"] == "application/json"'
expect_posted 'p[0]["body"]["alerts"][0]["annotations"]["forewarn_event"] == "e1"'
expect_posted 'p[0]["body"] == p[3]["body"]'
until_true 30 grep -q '^e1 dead failed Failed to connect' "$told" || complain "dead: $(cat "$told")"
until_true 30 grep -q '^e1 worse failed .*[Pp]rotocol' "$told" || complain "ftp: $(cat "$told")"

# What is refused is dropped, and holds up nothing.
echo 400 >"$posts.answers"
event e2 0 each "alertname=Hot $alert"
event e3 3 each "alertname=Hot $alert"
until_true 30 has_told 'e2 each delivered it answers with 400: so be it' || complain "$(cat "$told")"
until_true 30 has_told 'e3 each delivered ' || complain "e3: $(cat "$told")"
expect_posted '[x["body"]["status"] for x in p[-2:]] == ["firing", "resolved"]'
expect_posted 'p[-1]["body"]["groupKey"] == p[0]["body"]["groupKey"]'

# A server that hangs, then is down, then back: nothing is lost, and what waits comes together.
echo hang >"$posts.answers"
event f1 0 grouped "alertname=A $alert"
until_true 30 grep -q '^f1 grouped failed .*timed out' "$told" || complain "f1: $(cat "$told")"
until_true 30 has_told 'f1 grouped delivered ' || complain "f1: $(cat "$told")"
stop_serving
for i in 2 3 4; do
    event "f$i" 0 grouped "alertname=A$i $alert"
done
event f5 3 grouped "alertname=A2 $alert"
until_true 30 grep -q '^f2 grouped failed Failed to connect' "$told" || complain "f2: $(cat "$told")"
serve --port "$plain"
until_true 60 has_told 'f5 grouped delivered ' || complain "f5: $(cat "$told")"
expect_posted '[a["annotations"]["forewarn_event"] for a in p[-2]["body"]["alerts"]] == ["f2", "f3", "f4"]'
expect_posted '[a["annotations"]["forewarn_event"] for a in p[-1]["body"]["alerts"]] == ["f5"]'
expect_posted 'p[-1]["headers"]["Authorization"] == "Basic Zm9yZXdhcm46cDp3"'
python3 -c 'import json, sys
for line in open(sys.argv[1]):
    print(json.dumps(json.loads(line)["body"]))' "$posts" >"$directory/bodies"
keeps_to webhook.schema.json "$directory/bodies" || complain "the schema: $(cat "$directory/bodies")"
stop_serving
stop_worker || complain "exit status $?: $(cat "$log")"

# certificate NAME SUBJECT [ARGUMENT...]: signed by itself
certificate()
{
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
        -subj "/CN=$2" -keyout "$directory/$1.key" -out "$directory/$1.crt" "${@:3}" 2>/dev/null
}

# A file as JSON's string.
quoted()
{
    python3 -c 'import json, sys; print(json.dumps(open(sys.argv[1]).read()))' "$directory/$1"
}

certificate server localhost -addext subjectAltName=IP:127.0.0.1
certificate client forewarn
certificate other other
serve --tls "$directory/server.crt" "$directory/server.key" "$directory/client.crt"
rm "$posts"
tls='"url": "https://127.0.0.1:'$port'/tls", "retry_ms": 60000'
start_worker webhook '{"receivers": [
    {"name": "good", '"$tls"', "ca": '"$(quoted server.crt)"',
        "certificate": '"$(quoted client.crt)"', "key": '"$(quoted client.key)"'},
    {"name": "unknown", '"$tls"', "certificate": '"$(quoted client.crt)"', "key": '"$(quoted client.key)"'},
    {"name": "nobody", '"$tls"', "ca": '"$(quoted server.crt)"'},
    {"name": "stranger", '"$tls"', "ca": '"$(quoted server.crt)"',
        "certificate": '"$(quoted other.crt)"', "key": '"$(quoted other.key)"'}]}'
event t1 5 good,unknown,nobody,stranger
until_true 30 has_told 't1 good delivered ' || complain "TLS: $(cat "$told" "$log")"
for name in unknown nobody stranger; do
    until_true 30 grep -q "^t1 $name failed " "$told" || complain "$name: $(cat "$told")"
done
expect_posted 'len(p) == 1'
stop_worker || complain "exit status $?: $(cat "$log")"
exit $failed
