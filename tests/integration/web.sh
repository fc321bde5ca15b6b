# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by tests of the agent's HTTP, after agent.sh: its port, certificates, the field's tools.
PATH=$PATH:$top_builddir/tools/usr/bin

# find_port: sets port to the first one that the agent has told of since it was started.
find_port()
{
    until_true 10 grep -q 'listening on ' "$log"
    port=$(sed -nE 's/.*listening on 127\.0\.0\.1:([0-9]+)$/\1/p' "$log" | tail -n 1)
}

# web_config LINE...: puts it in place at once
web_config()
{
    printf '%s\n' "$@" >"$directory/web.new"
    mv "$directory/web.new" "$directory/web.yml"
}

make_authority()
{
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 10 \
        -keyout "$directory/ca.key" -out "$directory/ca.crt" -subj /CN=authority 2>/dev/null
}

# make_certificate FILE NAME [OPTION...]: FILE.crt and FILE.key in the directory, both at once
make_certificate()
{
    local file=$1 name=$2 end=(-days 10)
    shift 2
    [ $# = 0 ] || end=()
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$name" \
        -keyout "$directory/new.key" -out "$directory/new.csr" 2>/dev/null
    sign "$name" "${end[@]}" "$@"
    chmod 644 "$directory/new.key"
    mv "$directory/new.key" "$directory/$file.key"
    mv "$directory/new.crt" "$directory/$file.crt"
}

# As an authority does that keeps books; they are thrown away each time.
sign()
{
    local name=$1
    shift
    : >"$directory/index.txt"
    openssl rand -hex 8 >"$directory/serial"
    cat >"$directory/ca.cnf" <<CONF
[ca]
default_ca = own
[own]
database = $directory/index.txt
serial = $directory/serial
new_certs_dir = $directory
default_md = sha256
policy = any
[any]
commonName = supplied
[names]
subjectAltName = DNS:$name
CONF
    openssl ca -batch -notext -config "$directory/ca.cnf" -cert "$directory/ca.crt" \
        -keyfile "$directory/ca.key" -in "$directory/new.csr" -out "$directory/new.crt" \
        -extensions names "$@" >"$directory/ca.log" 2>&1 ||
        complain "openssl: $(cat "$directory/ca.log")"
}
