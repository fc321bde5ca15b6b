#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Commands as receivers of events: what they are told, and what becomes of those that fail, hang or
# never stop talking. A fake sendmail and a fake logger stand for what the examples in contrib call.
. "${top_srcdir:-.}/tests/integration/tell.sh"

# script NAME: an executable of standard input
script()
{
    cat >"$directory/$1"
    chmod 755 "$directory/$1"
}

# has_ended NAME: whether nothing is left of what wrote down its two processes, but for zombies
# shellcheck disable=SC2317 # by until_true
has_ended()
{
    local one two
    read -r one two <"$directory/$1.pids"
    ! readlink "/proc/$one/exe" "/proc/$two/exe"
}

script look <<SH
#!/bin/sh
cat >>'$directory/input'
env | sort >'$directory/environment'
printf '%s\n' "\$@" >'$directory/arguments'
grep -E '^Sig(Blk|Ign)' /proc/\$\$/status >'$directory/signals'
ls -l /proc/self/fd >'$directory/descriptors'
pwd >'$directory/where'
SH
script order <<SH
#!/bin/sh
echo "\$FOREWARN_ID" >>'$directory/ids'
SH
script twice <<SH
#!/bin/sh
echo try >>'$directory/twice.tries'
[ "\$(wc -l <'$directory/twice.tries')" -ge 3 ]
SH
script hang <<SH
#!/bin/sh
trap '' TERM
sleep 1000 &
echo \$\$ \$! >'$directory/hang.pids'
wait
sleep 1000
SH
script flood <<SH
#!/bin/sh
head -c 3000000 /dev/zero | tr '\0' x
yes 'a line' | head -n 100000
SH
script sendmail <<SH
#!/bin/sh
printf '%s\n' "\$@" >'$directory/sendmail.arguments'
cat >'$directory/mail'
SH
mkdir "$directory/bin"
script bin/logger <<SH
#!/bin/sh
printf '%s\n' "\$@" >'$directory/syslog'
SH

start_worker exec '{"receivers": [
    {"name": "look", "command": ["'"$directory"'/look", "a b"], "style": "mdadm"},
    {"name": "order", "command": ["'"$directory"'/order"]},
    {"name": "twice", "command": ["'"$directory"'/twice"], "retry_ms": 100, "tries": 5},
    {"name": "never", "command": ["/nonexistent"], "retry_ms": 100, "tries": 2},
    {"name": "hang", "command": ["'"$directory"'/hang"], "timeout_ms": 1000, "tries": 1},
    {"name": "flood", "command": ["'"$directory"'/flood"]},
    {"name": "mail", "command": ["/usr/bin/env", "SENDMAIL='"$directory"'/sendmail",
        "'"$(realpath "$top_srcdir")"'/contrib/exec/mail", "root@localhost", "a@b"]},
    {"name": "syslog", "command": ["/usr/bin/env", "PATH='"$directory"'/bin:/usr/bin:/bin",
        "'"$(realpath "$top_srcdir")"'/contrib/exec/syslog"]}]}'
alert='alertname=MdMemberFailed severity=critical array=md2 device=sdb1 serial=WD-1'

# What a command finds.
event e1 0 look "$alert" 'summary=sdb1, md member 1 of md2, has failed'
event e2 4 look
until_true 30 has_told 'e1 look delivered ' || complain "not delivered: $(cat "$told" "$log")"
[ "$(tr '\n' '|' <"$directory/arguments")" = 'a b|Fail|/dev/md2|/dev/sdb1|' ] ||
    complain "arguments: $(cat "$directory/arguments")"
for line in FOREWARN_ID=e1 FOREWARN_STATE=raised FOREWARN_ARRAY=md2 SMARTD_DEVICE=/dev/sdb1 LC_ALL=C; do
    grep -qxF "$line" "$directory/environment" || complain "no $line"
done
grep -E '^[A-Za-z_]+=' "$directory/environment" |
    grep -vE '^(FOREWARN_|SMARTD_|PATH=|LC_ALL=|PWD=)' && complain "more in the environment"
# ls itself has the directory open.
grep -E ' ([3-9]|[0-9]{2,}) -> ' "$directory/descriptors" | grep -v '3 -> /proc' &&
    complain "descriptors are inherited"
[ "$(cat "$directory/where")" = / ] || complain "it runs in $(cat "$directory/where")"
# 32 and 33 are the C library's own; it leaves them as whoever started this test did.
while read -r name mask; do
    [ $((16#$mask & 0x7fffffff)) = 0 ] || complain "signals: $name $mask"
done <"$directory/signals"
has_told 'e2 look delivered ' || until_true 30 has_told 'e2 look delivered ' ||
    complain "the heartbeat waits"
if python3 -c 'import jsonschema' 2>/dev/null; then
    keeps_to event.schema.json "$directory/input" || complain "input: $(cat "$directory/input")"
else
    echo "python3-jsonschema is missing: the schema is not tested"
fi

# One that hangs, one that is not there and one that floods hold up no other; order is kept.
event f1 0 hang,flood,never,twice,order "$alert"
for i in 2 3 4 5 6 7 8; do
    event "f$i" 2 order "$alert"
done
until_true 30 has_told 'f8 order delivered ' || complain "order waits: $(cat "$told")"
[ "$(tr '\n' ' ' <"$directory/ids")" = 'f1 f2 f3 f4 f5 f6 f7 f8 ' ] ||
    complain "order: $(cat "$directory/ids")"
until_true 30 has_told 'f1 twice delivered ' || complain "twice: $(cat "$told")"
[ "$(grep -c '^f1 twice failed the command exited with 1$' "$told")" = 2 ] ||
    complain "twice: $(cat "$told")"
until_true 30 has_told 'f1 never delivered the command exited with 127, after 2 tries' ||
    complain "never: $(cat "$told")"
grep -q 'never says: run /nonexistent: ENOENT' "$log" || complain "not told why: $(cat "$log")"
until_true 60 has_told 'f1 flood delivered ' || complain "flood: $(cat "$told")"
[ "$(grep -c 'flood says: ' "$log")" = 20 ] || complain "$(grep -c 'flood says' "$log") lines"
grep -q 'flood says more: 100000 lines in all' "$log" || complain "$(grep 'says more' "$log")"
[ "$(awk 'length > 300' "$log" | wc -l)" = 0 ] || complain "long lines"
until_true 30 has_told 'f1 hang delivered the command took longer than 1 s, after 1 tries' ||
    complain "hang: $(cat "$told")"
until_true 10 has_ended hang || complain "hang is left"

# The examples.
event g1 0 mail,syslog "$alert" 'summary=Größe: sdb1 has failed'
event g2 3 mail "$alert" 'summary=sdb1 has failed'
until_true 30 has_told 'g1 syslog delivered ' || complain "syslog: $(cat "$told")"
until_true 30 has_told 'g2 mail delivered ' || complain "mail: $(cat "$told")"
[ "$(tr '\n' ' ' <"$directory/sendmail.arguments")" = '-t -oi ' ] || complain "sendmail's arguments"
for line in 'To: root@localhost, a@b' 'Subject: RESOLVED mail7: sdb1 has failed' \
    'Message-ID: <forewarn.g2@mail7>' 'RESOLVED  sdb1 has failed' 'event g2 of forewarn on mail7'; do
    grep -qxF -- "$line" "$directory/mail" || complain "no '$line' in: $(cat "$directory/mail")"
done
for line in 'CRITICAL mail7: Größe: sdb1 has failed [g1]' daemon.crit; do
    grep -qxF "$line" "$directory/syslog" || complain "syslog: $(cat "$directory/syslog")"
done
event g3 0 mail "$alert" 'summary=Größe: sdb1 has failed'
until_true 30 has_told 'g3 mail delivered ' || complain "mail: $(cat "$told")"
[ "$(sed -nE 's/^Subject: =\?UTF-8\?B\?(.*)\?=$/\1/p' "$directory/mail" | base64 -d)" = \
    'CRITICAL mail7: Größe: sdb1 has failed' ] || complain "mail: $(cat "$directory/mail")"

# The agent goes away while something runs: nothing is left.
rm "$directory/hang.pids"
event h1 0 hang "$alert"
until_true 30 test -s "$directory/hang.pids" || complain "hang does not run"
stop_worker || complain "exit status $?"
until_true 10 has_ended hang || complain "hang is left"
exit $failed
