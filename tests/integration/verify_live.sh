#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Mailboxes of a real Dovecot, of each format, are verified without a pause while two writers
# deliver, flag, copy, move, expunge and purge, and logs are rotated all the time: there is nothing
# to find, nor against a baseline that every other round brings up to date. Then a byte is changed,
# and that is found. LIVE_SECONDS: how long, 20 by default.
. "${top_srcdir:-.}/tests/integration/dovecot.sh"

seconds=${LIVE_SECONDS:-20}
locations=("maildir:$directory/mail/maildir" "sdbox:$directory/mail/sdbox"
    "mdbox:$directory/mail/mdbox")

# What a user and a delivery do, at random, until the time is over.
write_on()
{
    local location=$1 number=$2 end=$((SECONDS + seconds))
    while [ $SECONDS -lt $end ]; do
        number=$((number + 1))
        case $((RANDOM % 10)) in
        0 | 1 | 2) mail $number | adm "$location" save -m INBOX ;;
        3) mail $number | deliver "$location" INBOX ;;
        4) adm "$location" flags add '\Seen Work' mailbox INBOX $((RANDOM % 40 + 1)):* ;;
        5) adm "$location" flags remove '\Seen' mailbox INBOX $((RANDOM % 40 + 1)) ;;
        6) adm "$location" copy Archive mailbox INBOX $((RANDOM % 10 + 1)) ;;
        7) adm "$location" move Trash mailbox INBOX $((RANDOM % 10 + 1)) ;;
        8) adm "$location" expunge mailbox Trash all ;;
        9)
            adm "$location" fetch 'uid flags size.virtual size.physical hdr.subject' mailbox INBOX all
            adm "$location" purge
            ;;
        esac >/dev/null 2>&1
    done
}

writers=()
for location in "${locations[@]}"; do
    for box in Archive Trash; do
        adm "$location" mailbox create $box ||
            skip "doveadm does not work here: $(adm "$location" mailbox list 2>&1 | tail -n 1)"
    done
    for i in 1 2 3 4 5 6 7 8 9 10; do
        mail $i | adm "$location" save -m INBOX
    done
    write_on "$location" 1000 &
    writers+=($!)
    write_on "$location" 500000 &
    writers+=($!)
done

rounds=0
started=$SECONDS
while [ $((SECONDS - started)) -lt "$seconds" ]; do
    baseline=()
    [ $((rounds % 2)) = 0 ] || baseline=(--baseline "$directory/baseline")
    "$forewarn" verify --deep --delay 300ms ${baseline[@]+"${baseline[@]}"} "$directory/mail" \
        >"$directory/out" 2>&1
    status=$?
    rounds=$((rounds + 1))
    [ $status = 0 ] || complain "round $rounds, status $status: $(cat "$directory/out")"
done
kill -0 "${writers[@]}" 2>/dev/null && wait "${writers[@]}"
"$forewarn" verify --deep --delay 0 --format json --baseline "$directory/baseline" \
    "$directory/mail" >"$directory/json" ||
    complain "at rest: $(cat "$directory/json")"
grep -c . "$directory/log" >/dev/null && grep -iE 'corrupt|broken|fsck' "$directory/log" | head -5
python3 - "$directory" "$rounds" <<'PYTHON'
import glob, json, sys
seen = json.load(open(sys.argv[1] + "/json"))["mailboxes"]
logs = glob.glob(sys.argv[1] + "/mail/**/dovecot.index.log.2", recursive=True)
print(f"{sys.argv[2]} rounds over {sum(seen.values())} mailboxes, no false alarm; "
      f"{len(logs)} logs were rotated")
PYTHON

# The test can fail: the same store with one byte changed.
index=$(find "$directory/mail/sdbox" -name dovecot.index -size +0 | head -1)
if [ -n "$index" ]; then
    printf '\377' | dd of="$index" bs=1 seek=40 conv=notrunc status=none
    "$forewarn" verify --delay 0 "$directory/mail" >"$directory/out" 2>&1
    [ $? = 2 ] || complain "a changed index is sound: $(cat "$directory/out")"
fi
exit $failed
