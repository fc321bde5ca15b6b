#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Mailboxes of a real Cyrus are verified without a pause, with a baseline and without, while clients
# append, flag, copy, move, expunge, rename and delete, lmtpd delivers, and Cyrus' own jobs expire,
# repack and checkpoint: there is nothing to find. Then each of its checksums and counters is broken
# in turn, and that is found. CYRUS_SECONDS: how long, 20 by default.
. "${top_srcdir:-.}/tests/integration/cyrus.sh"

seconds=${CYRUS_SECONDS:-20}
here=$(readlink -f "$top_srcdir")/tests/integration

as_cyrus ctl_cyrusdb -r >"$directory/out" 2>&1 ||
    skip "Cyrus does not work here: $(tail -n 1 "$directory/out")"
timeout 60 python3 "$here/cyrus_session.py" "$directory/imapd.conf" 0 0 >"$directory/out" 2>&1 ||
    skip "imapd does not work here: $(tail -n 1 "$directory/out")"

# Cyrus' own jobs, until the time is over.
work_on()
{
    local end=$((SECONDS + seconds))
    while [ $SECONDS -lt $end ]; do
        as_cyrus cyr_expire -E 0 -X 0 -D 0
        as_cyrus ctl_cyrusdb -c
        as_cyrus reconstruct user/joe
        as_cyrus quota -f
        sleep 1
    done >/dev/null 2>&1
}

writers=()
for seed in 1 2 3; do
    timeout $((seconds + 60)) python3 "$here/cyrus_session.py" "$directory/imapd.conf" \
        "$seconds" $seed >"$directory/session.$seed" 2>&1 &
    writers+=($!)
done
work_on &
writers+=($!)

# look ARGUMENT...: at all of it
look()
{
    timeout 120 "$forewarn" verify --deep "$@" "$directory/imapd.conf" >"$directory/out" 2>&1
}

rounds=0
started=$SECONDS
while [ $((SECONDS - started)) -lt "$seconds" ]; do
    look --delay 300ms || complain "round $rounds, status $?: $(cat "$directory/out")"
    look --delay 300ms --baseline "$directory/baseline" ||
        complain "round $rounds with a baseline, status $?: $(cat "$directory/out")"
    rounds=$((rounds + 1))
done
wait "${writers[@]}"
for seed in 1 2 3; do
    grep -qxE '[1-9][0-9]*' "$directory/session.$seed" ||
        complain "session $seed: $(tail -n 3 "$directory/session.$seed")"
done
for option in '--delay 0' "--delay 0 --baseline $directory/baseline"; do
    # shellcheck disable=SC2086 # two words
    look $option || complain "at rest, $option: $(cat "$directory/out")"
done
echo "$rounds rounds while $(cat "$directory"/session.* | paste -sd +) things were done:" \
    "$([ $failed = 0 ] && echo no) false alarm; at the end: $(grep -o 'SOUND.*' "$directory/out" | head -n 1)"

python3 "$here/cyrus_break.py" "$forewarn" "$directory/imapd.conf" "$directory/conf" \
    "$directory/spool" || failed=1
exit $failed
