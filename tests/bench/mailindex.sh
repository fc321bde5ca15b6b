#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: mailindex.sh, in the build directory, as root
# A look at the index files of 1,000 mailboxes (BENCH_MAILBOXES), beside reading them with crc32 and
# beside what doveadm takes for the same store. doveadm is compiled for /usr: where it is not
# installed, the unpacked one is laid over /usr in a mount namespace.
set -euo pipefail

mailboxes=${BENCH_MAILBOXES:-1000}
tools=$PWD/tools/usr
if [ ! -x /usr/bin/doveadm ]; then
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

# measured: megabytes, seconds of the floor and of the look, their ratio, findings
measured()
{
    local floor look
    read -r -a floor <<<"$(tests/bench/mailindex "$1" floor "${indexes[@]}")"
    [ "$1" = warm ] || forget
    read -r -a look <<<"$(tests/bench/mailindex "$1" look "${indexes[@]}")"
    awk -v m="${floor[0]}" -v f="${floor[1]}" -v l="${look[1]}" -v n="${look[2]}" \
        'BEGIN { printf "%7s %10s %7s %6.2f %9s", m, f, l, f ? l / f : 0, n }'
}

# Nothing of the files is in the cache.
forget()
{
    sync
    echo 3 2>/dev/null >/proc/sys/vm/drop_caches || true
}

# layout LOCATION FOLDER RESYNCED: one mailbox, then copies of it, so that all have the same work in
# them
layout()
{
    local location=$1 from=$2 again=$3 i indexes
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
        if [ "${location%%:*}" = mdbox ]; then # whose mail is elsewhere, and counted
            "${adm[@]}" mailbox create "m$i"
            "${adm[@]}" copy "m$i" mailbox m0 all
        else
            cp -a "$from" "${from%0}$i"
        fi
    done
    mapfile -t indexes < <(find "$HOME" -path '*m[0-9]*/*' -name dovecot.index)
    tests/bench/mailindex warm look "${indexes[@]}" >/dev/null
    printf '  %-8s warm %s' "${location%%:*}" "$(measured warm)"
    printf ' %8s %8s' "$(seconds ./forewarn verify --delay 0 "$HOME")" \
        "$(seconds "${adm[@]}" fetch 'uid flags' mailbox '*' all)"
    printf ' %8s %8s\n' "$(seconds "${adm[@]}" index '*')" "$(seconds "${adm[@]}" force-resync "$again")"
    forget
    printf '  %-8s cold %s\n' "" "$(measured cold)"
    rm -rf "${HOME:?}"/*
}

echo
echo "A look at the index files of $mailboxes mailboxes, in the cache and not; seconds."
echo "verify: these and all that they are checked against, by the command; the others: doveadm"
printf '  %-8s %4s %7s %10s %7s %6s %9s %8s %8s %8s %8s\n' layout "" MB read+crc32 look ratio findings \
    verify fetch index resync
layout "maildir:$HOME/Maildir" "$HOME/Maildir/.m0" '*'
layout "sdbox:$HOME/sdbox" "$HOME/sdbox/mailboxes/m0" '*'
layout "mdbox:$HOME/mdbox" "$HOME/mdbox/mailboxes/m0" m0 # one is all of the storage
echo "  (aim: a look at most 2 times read+crc32, verify 10 times faster than resync)"
