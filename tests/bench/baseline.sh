#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: baseline.sh, in the build directory, as root
# 'forewarn verify --deep', and --baseline, beside sha1sum and xxhsum over the same files, in the
# cache: mails of 1 MB, BENCH_MAILS of them (200) in a mailbox of each format; then small mailboxes,
# BENCH_MAILBOXES of them (1,000): what a baseline of them takes in time, bytes and memory.
. "${top_srcdir:-..}/tests/integration/dovecot.sh"
set -e
mails=${BENCH_MAILS:-200} mailboxes=${BENCH_MAILBOXES:-1000}

# seconds COMMAND...: of the processor, which another job on the host changes least; the best of three
seconds()
{
    local TIMEFORMAT='%3U %3S'
    for _ in 1 2 3; do
        { time "$@" >/dev/null 2>&1; } 2>&1
    done | awk '{ print $1 + $2 }' | sort -n | head -1
}

sums()
{
    find "$2" -type f -print0 | xargs -0 "$1"
}

anew()
{
    rm -f "$directory/baseline"
    "$forewarn" verify --delay 0 --baseline "$directory/baseline" "$1"
}

# row FORMAT: a line of the table
row()
{
    local store=$directory/mail/$1 bytes sha1 xxh='' deep made again
    bytes=$(find "$store" -type f -printf '%s\n' | awk '{ n += $1 } END { print n / 1e6 }')
    sums cat "$store" >/dev/null
    sha1=$(seconds sums sha1sum "$store")
    command -v xxhsum >/dev/null && xxh=$(seconds sums xxhsum "$store")
    deep=$(seconds "$forewarn" verify --delay 0 --deep "$store")
    made=$(seconds anew "$store")
    again=$(seconds "$forewarn" verify --delay 0 --baseline "$directory/baseline" "$store")
    awk -v f="$1" -v mb="$bytes" -v s="$sha1" -v x="$xxh" -v d="$deep" -v m="$made" -v a="$again" '
        function rate(t) { return t ? sprintf("%.0f", mb / t) : "-" }
        function share(t) { return t ? sprintf("%.0f%%", 100 * t / d) : "-" }
        BEGIN { printf "  %-8s %5.0f %8s %8s %8s %9s %9s %10s %10s\n", f, mb, rate(s), rate(x),
                rate(d), rate(m), rate(a), share(s), share(x) }'
}

echo
echo "Deep checks of $mails mails of 1 MB in a mailbox, in the cache; MB for a second of the processor,"
echo "and the share of what sha1sum and xxhsum do that 'verify --deep' does (aim: 90%)"
printf '  %-8s %5s %8s %8s %8s %9s %9s %10s %10s\n' layout MB sha1sum xxhsum --deep 'new base' \
    'old base' 'of sha1sum' 'of xxhsum'
head -c 760000 /dev/urandom | base64 >"$directory/body"
for format in maildir sdbox mdbox; do
    location=$format:$directory/mail/$format
    for i in $(seq "$mails"); do
        { printf 'Subject: %d\nMessage-ID: <%d@example.org>\n\n' "$i" "$i" && cat "$directory/body"; } |
            adm "$location" save -m INBOX
    done
    row "$format"
    rm -rf "$directory/mail/$format"
done

# Small ones: links to the files of one.
for format in maildir sdbox; do
    location=$format:$directory/mail/one
    for i in 1 2 3 4 5 6; do
        mail "$i" | adm "$location" save -m INBOX
    done
    adm "$location" fetch 'uid flags size.virtual hdr.subject guid' mailbox INBOX all >/dev/null
    python3 - "$directory/mail/one" "$directory/mail/many" "$mailboxes" <<'PYTHON'
import os, shutil, sys
one, many, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
names = [(os.path.relpath(at, one), files) for at, _, files in os.walk(one)]
source = one
for i in range(count):
    target = f"{many}/{i // 1000}/u{i}"
    copy = shutil.copy2 if i % 50000 == 49999 else os.link  # a file has at most 65,000 links
    for at, files in names:
        os.makedirs(os.path.join(target, at))
        for file in files:
            copy(os.path.join(source, at, file), os.path.join(target, at, file))
    source = target if copy is shutil.copy2 else source
PYTHON
    sleep 2.1
    files=$(find "$directory/mail/many" -type f | wc -l)
    echo
    echo "A baseline of $mailboxes users of $format, $files files"
    for what in made compared; do
        [ $what = compared ] || rm -f "$directory/baseline"
        start=$EPOCHREALTIME
        "$forewarn" verify --delay 0 --baseline "$directory/baseline" "$directory/mail/many" &
        verify=$!
        memory=0
        while now=$(awk '/VmHWM/ { print $2 }' /proc/$verify/status 2>/dev/null) && [ -n "$now" ]; do
            memory=$now
            sleep 0.1
        done
        wait $verify || :
        awk -v what=$what -v a="$start" -v b="$EPOCHREALTIME" -v n="$mailboxes" -v f="$files" \
            -v m="$memory" -v s="$(stat -c %s "$directory/baseline")" 'BEGIN {
                printf "  %-9s %8.1f s, %6.0f users/s, %7.0f files/s; %.1f MB, %.1f bytes a file; ",
                    what, b - a, n / (b - a), f / (b - a), s / 1e6, s / f
                printf "%.0f MiB of memory (aims: 64 bytes, 64 MiB)\n", m / 1024 }'
    done
    rm -rf "$directory/mail/one" "$directory/mail/many"
done
