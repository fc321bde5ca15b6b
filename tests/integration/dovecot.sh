# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by tests that need a real Dovecot: its programs, without a server.
. "${top_srcdir:-.}/tests/integration/unpacked.sh"
need_program bin/doveadm

directory=$(mktemp -d) || exit 99
mail_uid=65534
trap 'rm -rf "$directory"' EXIT
chmod 755 "$directory"
mkdir "$directory/mail"
chown $mail_uid:$mail_uid "$directory/mail"
export HOME=$directory/mail/u USER=u

# Rotates and purges as often as it can be told to.
cat >"$directory/dovecot.conf" <<EOF
base_dir = $directory/run
log_path = $directory/log
ssl = no
protocols =
first_valid_uid = 0
mail_uid = $mail_uid
mail_gid = $mail_uid
mail_attachment_detection_options =
mail_index_log_rotate_min_size = 1k
mail_index_log_rotate_min_age = 1s
mail_index_log_rotate_max_size = 8k
mail_index_log2_max_age = 2s
mail_index_rewrite_min_log_bytes = 512
mail_index_rewrite_max_log_bytes = 2k
mail_cache_purge_continued_percentage = 5
mail_cache_purge_delete_percentage = 5
mdbox_rotate_size = 64k
namespace inbox {
  inbox = yes
  separator = /
}
EOF
touch "$directory/log"
chown $mail_uid "$directory/log"

# adm LOCATION ARGUMENT...: doveadm as the user
adm()
{
    local location=$1
    shift
    setpriv --reuid $mail_uid --regid $mail_uid --clear-groups \
        doveadm -c "$directory/dovecot.conf" -o "mail_location=$location" "$@"
}

# deliver LOCATION MAILBOX < MAIL
deliver()
{
    setpriv --reuid $mail_uid --regid $mail_uid --clear-groups \
        /usr/lib/dovecot/dovecot-lda -c "$directory/dovecot.conf" -o "mail_location=$1" \
        -o "lda_mailbox_autocreate=yes" -o "postmaster_address=p@example.org" -d u -m "$2" -e
}

# mail NUMBER: a mail that is like no other
mail()
{
    printf 'From: a%d@example.org\nTo: b@example.org\nSubject: mail %d\n' "$1" "$1"
    printf 'Message-ID: <%d@example.org>\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n\n' "$1"
    head -c $((100 + $1 * 37 % 4000)) /dev/urandom | base64
}

# A mailbox of each format below $directory/mail, with a bit of all that happens to mail.
make_stores()
{
    local format location i
    for format in maildir sdbox mdbox; do
        location=$format:$directory/mail/$format
        adm "$location" mailbox create Archive >/dev/null 2>&1 ||
            skip "doveadm does not work here: $(adm "$location" mailbox list 2>&1 | tail -n 1)"
        for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
            mail "$i" | adm "$location" save -m INBOX
            adm "$location" fetch 'uid flags size.virtual hdr.subject guid' mailbox INBOX all >/dev/null
        done
        adm "$location" flags add '\Seen Work' mailbox INBOX 1:5
        adm "$location" flags add '\Flagged Home' mailbox INBOX 2:3
        adm "$location" move Archive mailbox INBOX 4
        adm "$location" expunge mailbox INBOX 6
        adm "$location" mailbox status 'messages unseen vsize highestmodseq' INBOX >/dev/null
        sleep 1.1 # a log that is older is rotated
        mail 20 | adm "$location" save -m INBOX
        adm "$location" flags add '\Answered' mailbox INBOX 7
    done
}
