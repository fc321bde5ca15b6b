#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: mailindex.sh, in the build directory, as root
# A look at the index files of 1,000 mailboxes (BENCH_MAILBOXES), beside reading them with crc32 and
# beside what doveadm takes for the same store. doveadm is compiled for /usr: where it is not
# installed, the unpacked one is laid over /usr in a mount namespace.
set -euo pipefail

mailboxes=${BENCH_MAILBOXES:-1000}
tools=$PWD/tools/usr
if ! command -v doveadm >/dev/null; then
    if [ -n "${DOVECOT_LAID:-}" ] || [ ! -x "$tools/bin/doveadm" ] || [ "$(id -u)" != 0 ]; then
        echo "mailindex: left out: doveadm is missing (contrib/setup unpacks it), or not root"
        exit 0
    fi
    # shellcheck disable=SC2016 # the inner shell's
    DOVECOT_LAID=1 exec unshare -m bash -c \
        'mount -t overlay overlay -o "lowerdir=$1:/usr" /usr && exec bash "$2"' x "$tools" "$0"
fi
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
chmod 755 "$directory"
mkdir "$directory/mail"
chown 65534:65534 "$directory/mail"
export HOME=$directory/mail USER=u
printf '%s\n' "base_dir = $directory/run" "log_path = $directory/log" "ssl = no" "protocols =" \
    "first_valid_uid = 0" "mail_uid = 65534" "mail_gid = 65534" "mail_home = $HOME" \
    "mail_attachment_detection_options =" "default_internal_user = nobody" \
    "default_login_user = nobody" "default_internal_group = nogroup" \
    "stats_writer_socket_path =" "mail_index_rewrite_min_log_bytes = 512" \
    >"$directory/dovecot.conf"

seconds()
{
    local start=$EPOCHREALTIME
    "$@" >/dev/null 2>&1 || :
    awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f", b - a }'
}

# layout LOCATION FOLDER: one mailbox, then copies of it, so that all have the same work in them
layout()
{
    local location=$1 from=$2 i indexes
    local adm=(doveadm -c "$directory/dovecot.conf" -o "mail_location=$location")
    "${adm[@]}" mailbox create m0
    for i in $(seq 40); do
        printf 'From: a@example.org\r\nSubject: %s\r\nMessage-ID: <%s@example.org>\r\n\r\n%s\r\n' \
            "$i" "$i" "$(seq 100)" | "${adm[@]}" save -m m0
    done
    "${adm[@]}" fetch 'uid size.virtual imap.envelope imap.bodystructure' mailbox m0 all >/dev/null
    "${adm[@]}" flags add '\Seen' mailbox m0 1:20
    "${adm[@]}" expunge mailbox m0 7
    for i in $(seq "$((mailboxes - 1))"); do
        cp -a "$from" "${from%0}$i"
    done
    mapfile -t indexes < <(find "$HOME" -path '*m[0-9]*/*' -name dovecot.index)
    tests/bench/mailindex "${indexes[@]}" >/dev/null
    # shellcheck disable=SC2046,SC2183 # it prints five words
    printf '  %-8s %8s %10s %10s %8s %9s' "${location%%:*}" $(tests/bench/mailindex "${indexes[@]}")
    printf ' %8s %8s %8s\n' "$(seconds "${adm[@]}" fetch 'uid flags' mailbox '*' all)" \
        "$(seconds "${adm[@]}" index '*')" "$(seconds "${adm[@]}" force-resync '*')"
    rm -rf "${HOME:?}"/*
}

echo
echo "A look at the index files of $mailboxes mailboxes, in the cache; seconds"
printf '  %-8s %8s %10s %10s %8s %9s %8s %8s %8s\n' layout MB 'read+crc32' look ratio findings \
    fetch index resync
layout "maildir:$HOME/Maildir" "$HOME/Maildir/.m0"
layout "sdbox:$HOME/sdbox" "$HOME/sdbox/mailboxes/m0"
echo "  (aim: at most 2 times read+crc32)"
