#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The agent finds the stores of Cyrus: those of an imapd.conf that is configured, and by itself those
# of /etc/imapd.conf. Damage of an index, a mail and a database is counted and told, store by store.
# shellcheck disable=SC2317 # functions are called by until_true
if [ "$(id -u)" = 0 ] && [ -z "${MOUNTS_APART:-}" ] && unshare -m true 2>/dev/null; then
    MOUNTS_APART=1 exec unshare -m bash "$0"
fi
. "${top_srcdir:-.}/tests/integration/agent.sh"

[ "$(id -u)" = 0 ] || skip "not root: a worker may not read what it has to"
[ -n "${MOUNTS_APART:-}" ] || skip "no mount namespace can be had here"
chmod 755 "$directory"
conf=$directory/conf

make_store()
{
    rm -rf "$conf" "$directory/mail" "$directory/meta"
    python3 "$top_srcdir/tests/integration/cyrus_store.py" "$conf" "$directory/meta" a b c || exit 99
    mkdir "$conf/user" # with a database that has no checksums
    printf '\241\002\213\015skiplist file\0\0\0%0128d' 0 >"$conf/user/a.conversations"
    for name in a b c; do # the mails are on another partition than the index files
        mkdir -p "$directory/mail/user/$name"
        mv "$directory/meta/user/$name/1." "$directory/mail/user/$name"
    done
}

# configure_stores STORES
configure_stores()
{
    printf '%s\n' "state_directory: $state" "evaluation_interval: 1s" \
        "rule_files: [$(readlink -f "$top_srcdir")/rules/mailindex.yml]" \
        "probes:" "  md: {enabled: false}" "  smart: {enabled: false}" "  nfslock: {enabled: false}" \
        "  mailindex: {interval: 1s, stores: [$1]}" >"$config"
}

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

# fires ALERT STORE
fires()
{
    gives "ALERTS{alertname=\"$1\",alertstate=\"firing\",store=\"$2\"}"
}

make_store
printf '%s\n' "configdirectory: $conf" "partition-default: $directory/mail" \
    "metapartition-default: $directory/meta" "metapartition_files: header index cache" \
    >"$directory/imapd.conf"

# Configured, and then damaged in three places.
configure_stores "{path: $directory/imapd.conf}"
start
until_true 30 counts "$directory/mail" sound 3 || {
    complain "not three sound mailboxes: $("$forewarn" query --socket "$socket" forewarn_mail_mailboxes) $(cat "$log")"
    exit $failed
}
until_true 10 counts "$conf" sound 1 || complain "no sound databases"
until_true 30 counts "$conf" unverified 1 || complain "it is not told what is not verified"
gives 'ALERTS{alertname=~"Mail.*",alertname!="MailUnverified"}' && complain "an alert of sound stores"
printf 'x' | dd of="$directory/meta/user/a/cyrus.index" bs=1 seek=110 conv=notrunc status=none
printf 'x' >>"$directory/mail/user/b/1."
printf 'x' | dd of="$conf/mailboxes.db" bs=1 seek=30 conv=notrunc status=none
until_true 30 counts "$directory/mail" damaged 2 || complain "two damaged mailboxes are not found"
until_true 30 counts "$conf" damaged 1 || complain "the damaged database is not found"
until_true 10 fires MailIndexDamaged "$directory/mail" || complain "no alert of a damaged index"
until_true 10 fires MailDamaged "$directory/mail" || complain "no alert of a damaged mail"
until_true 10 fires MailDatabaseDamaged "$conf" || complain "no alert of a damaged database"
"$forewarn" check --socket "$socket" --verbose >"$directory/out" 2>&1
grep -q "meta/user/a/cyrus.index" "$directory/out" || complain "not named: $(cat "$directory/out")"
make_store
until_true 30 counts "$directory/mail" sound 3 || complain "mended mailboxes are not sound"
stop_agent || complain "the agent did not end well"

# Found without a word.
mkdir "$directory/etc"
mv "$directory/imapd.conf" "$directory/etc"
if mount -t overlay overlay -o "lowerdir=$directory/etc:/etc" /etc 2>/dev/null; then
    configure_stores ""
    start
    until_true 30 counts "$directory/mail" sound 3 ||
        complain "/etc/imapd.conf is not found: $("$forewarn" query --socket "$socket" forewarn_mail_mailboxes) $(cat "$log")"
    until_true 10 counts "$conf" sound 1 || complain "its databases are not found"
    stop_agent || complain "the agent did not end well"
else
    echo "nothing can be laid over /etc: whether /etc/imapd.conf is found was left out"
fi
exit $failed
