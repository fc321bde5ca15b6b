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
