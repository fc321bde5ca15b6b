#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The agent verifies mail stores: those of a template with their index files elsewhere, a damaged
# one, one that cannot be read. Samples, alerts and findings come, and it goes on where it stopped.
# shellcheck disable=SC2317 # functions are called by until_true
. "${top_srcdir:-.}/tests/integration/agent.sh"

[ "$(id -u)" = 0 ] || skip "not root: a worker may not read what it has to"
learnt=$state/probes
chmod 755 "$directory"
mail=$directory/mail

# maildir PATH: one mail of 6 bytes, as its name says, and a uidlist
maildir()
{
    mkdir -p "$1/cur" "$1/new" "$1/tmp"
    printf 'body\n\n' >"$1/cur/1.M1P1.h,S=6,W=8:2,S"
    printf '3 V1 N2 G00000000000000000000000000000001\n1 :1.M1P1.h,S=6,W=8\n' >"$1/dovecot-uidlist"
}

for name in a b c; do
    maildir "$mail/x.org/$name"
    mkdir -p "$directory/index/$name@x.org/.INBOX"
done
maildir "$mail/elsewhere"
maildir "$directory/fifo/u"
mkfifo "$directory/fifo/u/dovecot.index.log"
template="maildir:$mail/%d/%n:INDEX=$directory/index/%u"
printf '%s\n' "state_directory: $state" "evaluation_interval: 1s" \
    "rule_files: [$(readlink -f "$top_srcdir")/rules/mailindex.yml]" \
    "probes:" "  md: {enabled: false}" "  smart: {enabled: false}" "  nfslock: {enabled: false}" \
    "  mailindex: {interval: 1s, stores: [{path: '$template'}, {path: $directory/fifo}, {path: $directory/none}]}" \
    >"$config"

start()
{
    timeout -k 5 120 "$forewarnd" --config "$config" --control-socket "$socket" -v \
        "${web[@]}" >>"$log" 2>&1 &
    agent=$!
}

# counts STORE VERDICT NUMBER
counts()
{
    [ "$(value "forewarn_mail_mailboxes{store=\"$1\",verdict=\"$2\"}")" = "$3" ]
}

# fires ALERT
fires()
{
    gives "ALERTS{alertname=\"$1\",alertstate=\"firing\"}"
}

start
until_true 30 counts "$template" sound 3 || {
    complain "not three sound mailboxes: $("$forewarn" query --socket "$socket" forewarn_mail_mailboxes) $(cat "$log")"
    exit $failed
}
until_true 10 counts "$directory/fifo" unreadable 1 || complain "a FIFO is not unreadable"
fires MailIndexDamaged && complain "an alert of sound stores"

# Damage where only the template leads.
printf 'no index' >"$directory/index/b@x.org/.INBOX/dovecot.index"
until_true 20 counts "$template" damaged 1 || complain "a damaged index is not found"
until_true 10 fires MailIndexDamaged || complain "no alert of a damaged index"
"$forewarn" query --socket "$socket" forewarn_mail_damage >"$directory/out"
grep -q 'kind="index".* 1' "$directory/out" || complain "no damage of kind index: $(cat "$directory/out")"

# Each round has a process of its own: what is made anew from round to round is counted all the same.
# log INDEXID: an empty log
log()
{
    python3 -c 'import struct, sys; sys.stdout.buffer.write(struct.pack(
        "<BBHIIIIIQB7x", 1, 3, 40, int(sys.argv[1]), 2, 0, 0, 1, 0, 1))' "$1" \
        >"$directory/index/c@x.org/.INBOX/new"
    mv "$directory/index/c@x.org/.INBOX/new" "$directory/index/c@x.org/.INBOX/dovecot.index.log"
}
for id in 1000 2000 3000; do
    log $id
    sleep 2.5
done
until_true 10 gives "forewarn_mail_index_rebuilds_total{store=\"$template\"} >= 2" ||
    complain "not made anew: $("$forewarn" query --socket "$socket" forewarn_mail_index_rebuilds_total)"
rm "$directory/index/c@x.org/.INBOX/dovecot.index.log"

# What is known outlives the agent.
until_true 10 grep -q "index/b@x.org/.INBOX/dovecot.index" "$learnt"/mailindex/*.json ||
    complain "not in $learnt: $(ls -R "$learnt") $(cat "$log")"
begun=$(grep -h begun_ms "$learnt"/mailindex/*.json | sort)
stop_agent || complain "the agent did not end well"
start
until_true 30 counts "$template" damaged 1 || complain "what was damaged is forgotten"
[ "$(grep -h begun_ms "$learnt"/mailindex/*.json | sort)" = "$begun" ] || complain "it began anew"

# Mended.
rm "$directory/index/b@x.org/.INBOX/dovecot.index"
until_true 20 counts "$template" sound 3 || complain "a mended mailbox is not sound"
stop_agent || complain "the agent did not end well"

# A baseline is kept from round to round; a byte of a mail changes, and its time does not.
sed -i 's/interval: 1s, stores/interval: 1s, baseline: true, stores/' "$config"
rm "$learnt"/mailindex/*.json # all mailboxes have their turn
start
until_true 30 counts "$template" sound 3 || complain "three mailboxes are not sound with a baseline"
until_true 10 gives "forewarn_mail_baseline_size_bytes{store=\"$template\"} > 0" ||
    complain "no baseline: $(ls -l "$learnt"/mailindex) $(cat "$log")"
fires MailRot && complain "an alert of sound mails"
stop_agent || complain "the agent did not end well"
rotten="$mail/x.org/c/cur/1.M1P1.h,S=6,W=8:2,S"
cp -p "$rotten" "$directory/good"
printf 'x' | dd of="$rotten" bs=1 seek=2 conv=notrunc status=none
touch -r "$directory/good" "$rotten"
rm "$learnt"/mailindex/*.json
start
until_true 30 fires MailRot || complain "no alert of rot: $(ls -l "$learnt"/mailindex) $(cat "$log")"
stop_agent || complain "the agent did not end well"
exit $failed
