#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A backup of mailboxes of a real Dovecot is restored, with and without the times of its files, as
# it is and after new mail was delivered to it: against a baseline of the time between, that is told
# as what it is and not as damage. Then one log alone is put back, which is an update that was lost.
. "${top_srcdir:-.}/tests/integration/dovecot.sh"

# written MAILS: more of what happens to mail, in all stores
written()
{
    local format location i
    for format in maildir sdbox mdbox; do
        location=$format:$directory/mail/$format
        for i in $(seq "$1" $(($1 + 4))); do
            mail "$i" | adm "$location" save -m INBOX
        done
        adm "$location" flags add '\Seen' mailbox INBOX 8
        adm "$location" fetch 'uid flags size.virtual hdr.subject guid' mailbox INBOX all >/dev/null
    done
}

# restore OPTION-OF-CP
restore()
{
    rm -rf "$directory/mail"
    cp -r "$1" "$directory/backup" "$directory/mail"
    chown -R $mail_uid:$mail_uid "$directory/mail"
}

# verify STATUSES WHAT RULES [VERDICT]: none of it is so; against a copy of the baseline
verify()
{
    cp "$directory/baseline" "$directory/copy"
    "$forewarn" verify --delay 0 --baseline "$directory/copy" --format json "$directory/mail" \
        >"$directory/out" 2>&1
    local status=$?
    if ! [[ $status =~ ^($1)$ ]] || ! grep -qE "\"rule\":\"($3)\"" "$directory/out" ||
        grep -q "\"verdict\":\"${4-damaged}\"" "$directory/out"; then
        complain "$2: status $status, no $3: $(cut -c -400 "$directory/out")"
    fi
}

make_stores
cp -rp "$directory/mail" "$directory/backup"
sleep 1.1
written 100
sleep 2.1
"$forewarn" verify --delay 0 --baseline "$directory/baseline" "$directory/mail" >"$directory/out" ||
    complain "what Dovecot wrote: $(cat "$directory/out")"
cp -rp "$directory/mail" "$directory/newest"
for option in -p --no-preserve=timestamps; do
    restore $option
    verify 0 "restored, cp $option" B2
    written 200
    verify "0|2" "restored and written to, cp $option" "B2|B3"
done
rm -rf "$directory/mail"
cp -rp "$directory/newest" "$directory/mail"
log=sdbox/mailboxes/INBOX/dbox-Mails/dovecot.index.log
cp "$directory/backup/$log" "$directory/mail/$log"
verify 2 "one log of an earlier time" B7 churn
exit $failed
