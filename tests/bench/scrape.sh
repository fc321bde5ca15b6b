#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: scrape.sh, in the build directory
# What a scrape of some 5,000 series costs, compressed as Prometheus asks for it, beside
# node_exporter with the same series (its textfile collector): CPU a series, and how long 50
# scrapers at once wait. Nothing passes or fails by a time.
set -euo pipefail

scrape=$PWD/tests/bench/scrape
disks=${BENCH_SCRAPE_DISKS:-44}
directory=$(mktemp -d)
pids=()

end()
{
    [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true
    wait
    rm -rf "$directory"
}
trap end EXIT

# cpu_us PID: that the process has taken so far
cpu_us()
{
    awk -v tick="$(getconf CLK_TCK)" '{ printf "%d", ($14 + $15) * 1000000 / tick }' "/proc/$1/stat"
}

row()
{
    printf '  %-46s %14s %14s %14s\n' "$@"
}

# measure NAME PID PORT SCRAPERS SCRAPES PAUSE_MS: sets per_series, the CPU of the process in us
measure()
{
    local before after count half most
    before=$(cpu_us "$2")
    read -r count _ half most _ < <("$scrape" "$3" "$4" "$5" "$6")
    after=$(cpu_us "$2")
    per_series=$(awk -v us=$((after - before)) -v n="$count" -v s="$series" 'BEGIN { printf "%.3f", us / n / s }')
    row "$1" "$per_series" "$(awk -v h="$half" 'BEGIN { printf "%.2f", h / 1000 }')" \
        "$(awk -v m="$most" 'BEGIN { printf "%.2f", m / 1000 }')"
}

port_of()
{
    local tries=200
    while [ $((tries -= 1)) -gt 0 ] && ! grep -q "$1" "$2"; do sleep 0.1; done
    sed -nE "s/.*$1.*127\.0\.0\.1:([0-9]+).*/\1/p" "$2" | head -n 1
}

"$PWD/tests/bench/make_host" "$directory/host" "$disks" 8
mkdir -p "$directory/run" "$directory/text"
chmod -R a+rX "$directory"
[ "$(id -u)" != 0 ] || chown nobody "$directory/run"
printf '%s\n' "state_directory: $directory/state" "probes: {md: {interval: 1h}, smart: {interval: 1h}}" \
    >"$directory/forewarn.yml"
"$PWD/forewarnd" --config "$directory/forewarn.yml" --root "$directory/host" -v \
    --control-socket "$directory/run/control.sock" --web.listen-address 127.0.0.1:0 \
    2>"$directory/log" &
pids+=($!)
port=$(port_of 'listening on' "$directory/log")
until curl -sf "http://127.0.0.1:$port/-/ready" >/dev/null; do sleep 0.2; done
curl -s "http://127.0.0.1:$port/metrics" >"$directory/text/forewarn.prom"
series=$(grep -vc '^#' "$directory/text/forewarn.prom")

echo "A scrape of $series series, compressed"
row "" "CPU us/series" "median ms" "99th % ms"
measure "forewarnd, 50 scrapers" "${pids[0]}" "$port" 50 40 250
ours=$per_series
read -r _ _ _ _ render compress < <("$PWD/tests/bench/render" "$directory/text/forewarn.prom" | grep '^text')
fresh=$(awk -v a="$render" -v b="$compress" 'BEGIN { printf "%.3f", a + b }')
row "forewarnd, the first after something changed" "$fresh" - -
exporter=$(command -v prometheus-node-exporter || echo "$PWD/tools/usr/bin/prometheus-node-exporter")
if [ ! -x "$exporter" ]; then
    echo "  skipped: node_exporter is missing (Debian: prometheus-node-exporter)"
    exit 0
fi
"$exporter" --web.listen-address 127.0.0.1:9734 --collector.disable-defaults --collector.textfile \
    --collector.textfile.directory "$directory/text" --web.disable-exporter-metrics \
    2>"$directory/exporter.log" &
pids+=($!)
until curl -sf http://127.0.0.1:9734/metrics >/dev/null; do sleep 0.2; done
# It answers chunked, and slowly: curl, one after the other.
before=$(cpu_us "${pids[1]}")
for _ in $(seq 10); do
    curl -s -H 'Accept-Encoding: gzip' -o /dev/null http://127.0.0.1:9734/metrics
done
theirs=$(awk -v us=$(($(cpu_us "${pids[1]}") - before)) -v s="$series" 'BEGIN { printf "%.3f", us / 10 / s }')
row "node_exporter, textfile collector" "$theirs" - -
row "times less, shared by all scrapers" "$(awk -v a="$ours" -v b="$theirs" 'BEGIN { printf "%.0f", (a > 0 ? b / a : 0) }')" "" ""
row "times less, the first (aim: 20)" "$(awk -v a="$fresh" -v b="$theirs" 'BEGIN { printf "%.0f", b / a }')" "" ""
echo "  (aim: 99 % below 5 ms)"
