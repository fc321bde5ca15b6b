#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# HTTP of the agent: pages, formats, TLS, client certificates, passwords, settings read anew.
# shellcheck disable=SC2317 # functions that until_true calls
. "${top_srcdir:-.}/tests/integration/agent.sh"
command -v curl >/dev/null || skip "curl is missing"
command -v openssl >/dev/null || skip "openssl is missing"
. "$top_srcdir/tests/integration/web.sh"

configure "compat: []"
web=(--web.listen-address 127.0.0.1:0 --web.listen-address '[::1]:0')
[ -e /proc/net/if_inet6 ] && grep -q '^0*1 ' /proc/net/if_inet6 || web=(--web.listen-address 127.0.0.1:0)
start_agent
find_port
url=http://127.0.0.1:$port
until_true 30 curl -sf "$url/-/ready" || complain "never ready"

# status METHOD PATH CODE [HEADER-EXPRESSION]
status()
{
    curl -s -X "$1" ${4:+-D "$directory/head"} -o "$directory/out" -w '%{http_code}' "$url$2" |
        grep -qx "$3" || complain "$1 $2: not $3"
    [ -z "${4-}" ] || grep -qiE "$4" "$directory/head" || complain "$1 $2: no $4"
}
status GET / 200 '^content-type: text/html'
expect '<a href="/metrics">' "$directory/out"
expect 'Alerts: ' "$directory/out"
status GET /-/healthy 200
status GET /metrics 200 '^content-type: text/plain; version=0\.0\.4'
status GET /metrics/ 404
status GET /../etc/passwd 404
status POST /metrics 405 '^allow: GET, HEAD'
status DELETE / 405
[ "$(curl -s -I "$url/metrics" | grep -c '^forewarn')" = 0 ] || complain "HEAD with a body"
curl -s -I "$url/metrics" | grep -qi '^content-length: [1-9]' || complain "HEAD without a length"

# The same values in each format, compressed and not; only what was asked for.
openmetrics='Accept: application/openmetrics-text;version=1.0.0'
curl -s "$url/metrics" | grep '^forewarn_md_redundancy' | sort >"$directory/text"
curl -s --compressed -H "$openmetrics" -D "$directory/head" "$url/metrics" >"$directory/out"
grep '^forewarn_md_redundancy' "$directory/out" | sort | cmp - "$directory/text" ||
    complain "OpenMetrics says something else"
[ "$(tail -n 1 "$directory/out")" = '# EOF' ] || complain "no end"
expect '# UNIT forewarn_disk_temperature_celsius celsius' "$directory/out"
grep -qi '^content-encoding: gzip' "$directory/head" || complain "not compressed"
curl -sg "$url/metrics?name[]=forewarn_alerts&name%5B%5D=forewarn_md_redundancy" >"$directory/out"
[ "$(grep -c '^forewarn_alerts{' "$directory/out")" = 6 ] || complain "not 6 counts of alerts"
grep -v '^#' "$directory/out" | grep -vE '^forewarn_(alerts|md_redundancy)\{' &&
    complain "more than was asked for"
curl -sg "$url/metrics?name[]=none" | grep -q . && complain "what is there of nothing?"

# Nobody else gets the port, and says so.
timeout 10 "$forewarnd" --config "$config" --root "$host" --control-socket "$directory/run/b.sock" \
    --web.listen-address "127.0.0.1:$port" 2>"$directory/err" && complain "listens a second time"
expect "listen 127.0.0.1:$port: EADDRINUSE: another program listens there" "$directory/err"
timeout 10 "$forewarnd" --web.listen-address 127.0.0.1 2>"$directory/err"
[ $? = 2 ] || complain "an address without a port: status $?"
expect "'127.0.0.1' is none of HOST:PORT" "$directory/err"
stop_agent || complain "exit status $?: $(tail -n 3 "$log")"

# TLS and passwords.
make_authority
make_certificate server localhost
make_certificate client client
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$directory/x.key" \
    -out "$directory/x.crt" -subj /CN=stranger 2>/dev/null
# "secret", at the least cost
# shellcheck disable=SC2016 # no expansion is meant
hash='$2y$04$Pcf4y5SYt7xtyKs92jZMy.T7BKfM0LZxPt7RCU/C0E79sXdXlVKuC'
web_config "tls_server_config:" "  cert_file: server.crt" "  key_file: server.key" \
    "basic_auth_users: {prometheus: '$hash'}" \
    "http_server_config: {http2: true, headers: {X-Frame-Options: deny}}"
web=(--web.listen-address 127.0.0.1:0 --web.config.file "$directory/web.yml")
start_agent
find_port
url=https://localhost:$port
fetch=(curl -s --cacert "$directory/ca.crt" --resolve "localhost:$port:127.0.0.1" -o /dev/null -w '%{http_code}')
[ "$("${fetch[@]}" "$url/metrics")" = 401 ] || complain "no password, and not 401"
[ "$("${fetch[@]}" -u prometheus:wrong "$url/metrics")" = 401 ] || complain "wrong, and not 401"
[ "$("${fetch[@]}" -u prometheus:wrong2 "$url/metrics")" = 429 ] || complain "guesses at once"
[ "$("${fetch[@]}" -u prometheus:wrong "$url/metrics")" = 401 ] || complain "wrong becomes right"
sleep 1.1
[ "$("${fetch[@]}" -u prometheus:secret "$url/metrics")" = 200 ] || complain "right, and not 200"
[ "$("${fetch[@]}" -u nobody:secret "$url/metrics")" = 401 ] || complain "a user that is not there"
[ "$("${fetch[@]}" -u prometheus:secret "$url/metrics")" = 200 ] || complain "right, and held up"
curl -s --cacert "$directory/ca.crt" --resolve "localhost:$port:127.0.0.1" -D - -o /dev/null \
    -u prometheus:secret "$url/" | grep -qi '^x-frame-options: deny' || complain "no header"
curl -s "http://127.0.0.1:$port/metrics" >/dev/null && complain "plain HTTP on a TLS port"

# What is wrong is told with its place, and the old settings go on.
web_config "tls_server_config: {cert_file: server.crt, key_file: server.key, min_version: TLS14}"
until_true 20 grep -q "web.yml:1:.*'TLS14' is not known (did you mean" "$log" || complain "not told"
expect "web.yml is wrong: the old one goes on" "$log"
[ "$("${fetch[@]}" -u prometheus:secret "$url/metrics")" = 200 ] || complain "the old one is gone"

# Client certificates, and no passwords any more.
web_config "tls_server_config:" "  cert_file: server.crt" "  key_file: server.key" \
    "  client_ca_file: ca.crt" "  client_auth_type: RequireAndVerifyClientCert" \
    "  client_allowed_sans: [client]"
client=(--cert "$directory/client.crt" --key "$directory/client.key")
with_certificate()
{
    [ "$("${fetch[@]}" "${client[@]}" "$url/metrics")" = 200 ]
}
until_true 20 with_certificate || complain "not with a certificate: $(tail -n 3 "$log")"
[ "$("${fetch[@]}" "$url/metrics")" = 000 ] || complain "without a certificate"
[ "$("${fetch[@]}" --cert "$directory/x.crt" --key "$directory/x.key" "$url/metrics")" = 000 ] ||
    complain "with a stranger's certificate"
[ "$("${fetch[@]}" --cert "$directory/server.crt" --key "$directory/server.key" "$url/metrics")" = 000 ] ||
    complain "with the certificate of another name"

# A certificate that is replaced counts; one that is over is told of, and no reason to stop.
serial()
{
    openssl s_client -connect "127.0.0.1:$port" -CAfile "$directory/ca.crt" </dev/null 2>/dev/null |
        openssl x509 -noout -serial
}
before=$(serial)
make_certificate server localhost
other_serial()
{
    [ -n "$(serial)" ] && [ "$(serial)" != "$before" ]
}
until_true 20 other_serial || complain "the certificate is the old one"
make_certificate server localhost -startdate 20200101000000Z -enddate 20200102000000Z
until_true 20 grep -q "server.crt expired on 2020-01-02" "$log" || complain "not told of its end"
over()
{
    curl -s -k "${client[@]}" -o /dev/null -w '%{http_code}' "https://127.0.0.1:$port/" | grep -q 200
}
until_true 20 over || complain "an expired certificate stops it"

# Without TLS, and back: sockets stay.
web_config "{}"
plain()
{
    curl -sf "http://127.0.0.1:$port/-/healthy"
}
until_true 20 plain || complain "no plain HTTP: $(tail -n 3 "$log")"
web_config "tls_server_config: {cert_file: server.crt, key_file: server.key}"
until_true 20 curl -skf "https://127.0.0.1:$port/-/healthy" || complain "no TLS again: $(tail -n 3 "$log")"
stop_agent || complain "exit status $?: $(tail -n 3 "$log")"

# At the start, what is wrong is no reason to serve without it.
web_config "basic_auth_users: {a: b}"
timeout 10 "$forewarnd" --config "$config" --root "$host" --control-socket "$socket" "${web[@]}" \
    2>"$directory/err" && complain "starts with a wrong web configuration"
expect "web.yml:1:23: the password of 'a' is no bcrypt hash" "$directory/err"

# Sockets that systemd has opened take the place of the configured ones.
cat >"$directory/activate.py" <<'PYTHON'
import os, socket, sys
listener = socket.create_server(("127.0.0.1", 0))
os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.argv[1], sys.argv[1:])
PYTHON
if command -v python3 >/dev/null; then
    : >"$log"
    python3 "$directory/activate.py" "$forewarnd" --config "$config" --root "$host" \
        --control-socket "$socket" -v >>"$log" 2>&1 &
    activated=$!
    until_true 20 grep -q 'listening on ' "$log"
    find_port
    [ "$(grep -c 'listening on ' "$log")" = 1 ] || complain "listens elsewhere too: $(cat "$log")"
    until_true 20 curl -sf "http://127.0.0.1:$port/-/healthy" || complain "not at systemd's socket"
    kill -TERM $activated
    wait $activated || complain "exit status $?"
fi
exit $failed
