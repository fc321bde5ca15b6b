#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A real Prometheus scrapes the agent in each format, and its API gives the values back; promtool
# has nothing to say; and a thousand connections that drip keep out no scrape.
# shellcheck disable=SC2119,SC2317 # a configuration with nothing more; functions that until_true calls
. "${top_srcdir:-.}/tests/integration/agent.sh"
command -v curl >/dev/null || skip "curl is missing"
command -v python3 >/dev/null || skip "python3 is missing"
. "$top_srcdir/tests/integration/web.sh"
command -v prometheus >/dev/null || skip "prometheus is missing"

configure
web=(--web.listen-address 127.0.0.1:0)
start_agent
find_port
url=http://127.0.0.1:$port
until_true 30 curl -sf "$url/-/ready" || complain "never ready"

# Counts by their names and names without an age are the linter's taste.
curl -s "$url/metrics" | promtool check metrics >"$directory/lint" 2>&1
[ "${PIPESTATUS[1]}" != 1 ] || complain "promtool cannot read it: $(cat "$directory/lint")"
grep -v 'metric names should not contain abbreviated units' "$directory/lint" | grep . &&
    complain "promtool has something to say"

# api QUERY: the value that Prometheus has
api()
{
    curl -sg --data-urlencode "query=$1" "http://127.0.0.1:$api_port/api/v1/query" |
        sed -nE 's/.*"value":\[[^,]*,"([^"]*)"\].*/\1/p'
}
has()
{
    [ "$(api "$1")" = "$2" ]
}
free_port()
{
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
# scraped FORMAT OPTION...: Prometheus, with these options, asks for that format and gets all values
scraped()
{
    local format=$1 names server
    shift
    api_port=$(free_port)
    rm -rf "$directory/tsdb"
    prometheus --config.file="$directory/prometheus.yml" --storage.tsdb.path="$directory/tsdb" \
        --web.listen-address="127.0.0.1:$api_port" "$@" >"$directory/prometheus.log" 2>&1 &
    server=$!
    until_true 60 has 'up{job="forewarn"}' 1 ||
        complain "$format: not up: $(tail -n 2 "$directory/prometheus.log")"
    names=$(curl -s "$url/metrics" | grep -c '^forewarn_md_')
    until_true 20 has 'count({__name__=~"forewarn_md_.*"})' "$names" ||
        complain "$format: $(api 'count({__name__=~"forewarn_md_.*"})') md series of $names"
    for query in 'forewarn_md_redundancy{array="md0"}' 'sum(forewarn_md_size_bytes)' \
        'sum(forewarn_disk_power_on_seconds)' 'count(forewarn_disk_info)' 'sum(forewarn_build_info)'; do
        [ -n "$(value "$query")" ] || complain "no value of $query"
        has "$query" "$(value "$query")" || complain "$format: $query: $(api "$query")"
    done
    kill "$server"
    wait "$server" 2>/dev/null
}
cat >"$directory/prometheus.yml" <<CONFIG
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
- job_name: forewarn
  static_configs: [{targets: ["127.0.0.1:$port"]}]
CONFIG
scraped OpenMetrics
scraped protobuf --enable-feature=native-histograms
# It asks for the text where it is told to by a proxy that knows nothing else.
cat >"$directory/proxy.py" <<'PYTHON'
import http.server, sys, urllib.request
class Proxy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with urllib.request.urlopen(urllib.request.Request(sys.argv[1] + self.path)) as answer:
            self.send_response(200)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.end_headers()
            self.wfile.write(answer.read())
    def log_message(self, *arguments): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Proxy)
print(server.server_port, flush=True)
server.serve_forever()
PYTHON
python3 "$directory/proxy.py" "$url" >"$directory/proxy" &
proxy=$!
until_true 20 grep -q . "$directory/proxy"
sed -i "s/127.0.0.1:$port/127.0.0.1:$(cat "$directory/proxy")/" "$directory/prometheus.yml"
scraped text
kill "$proxy"
wait "$proxy" 2>/dev/null

# A thousand that send a byte now and then, from the same address and from another one.
cat >"$directory/drip.py" <<'PYTHON'
import selectors, socket, sys, time
port, source = int(sys.argv[1]), sys.argv[2]
opened = 0
dripping = []
def drip():
    for connection in list(dripping):
        try:
            connection.send(b"G")
        except OSError:
            dripping.remove(connection)
            connection.close()
end = time.monotonic() + float(sys.argv[3])
while time.monotonic() < end:
    while len(dripping) < 500 and time.monotonic() < end:
        connection = socket.socket()
        connection.settimeout(2)
        try:
            connection.bind((source, 0))
            connection.connect(("127.0.0.1", port))
            connection.setblocking(False)
        except OSError:
            connection.close()
            break
        dripping.append(connection)
        opened += 1
    if opened >= 500:
        print("dripping", flush=True)
    drip()
    time.sleep(0.05)
PYTHON
for source in 127.0.0.1 127.0.0.2; do
    python3 "$directory/drip.py" "$port" "$source" 60 >"$directory/drip.$source" 2>&1 &
    drippers+=($!)
done
until_true 60 grep -q dripping "$directory/drip.127.0.0.1" || complain "the first do not drip"
until_true 60 grep -q dripping "$directory/drip.127.0.0.2" || complain "the second do not drip"
lost=0
for _ in $(seq 20); do
    # As Prometheus does, for 10 s. Who connects and is kept from asking while others come by the
    # hundred cannot be told from them, and may have to come again.
    curl -sSf -m 10 --retry 1 --retry-all-errors -o /dev/null "$url/metrics" || lost=$((lost + 1))
done
kill "${drippers[@]}"
wait "${drippers[@]}" 2>/dev/null
[ $lost = 0 ] || complain "$lost of 20 scrapes got nothing"
until_true 30 curl -sf "$url/-/healthy" || complain "it has not come back"
stop_agent || complain "exit status $?: $(tail -n 3 "$log")"
exit $failed
