#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# forewarn verify on a store that is made up here: what it prints in each format, its exit statuses,
# and what a store may hold to do it harm: FIFOs, links that lead out, names of all kinds.
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
forewarn=$top_builddir/forewarn
[ -x "$forewarn" ] || { echo "SKIP: $forewarn is not built" && exit 77; }
directory=$(mktemp -d) || exit 99
trap 'rm -rf "$directory"' EXIT
failed=0

complain()
{
    echo "FAIL: $*"
    failed=1
}

# run STATUS ARGUMENT...: output in $out
run()
{
    local expected=$1 status
    shift
    out=$(timeout 60 "$forewarn" verify "$@" 2>&1 </dev/null)
    status=$?
    [ $status = "$expected" ] || complain "status $status, not $expected: verify $*: $out"
}

expect()
{
    grep -qF -- "$1" <<<"$out" || complain "no '$1' in: $out"
}

# maildir PATH: one mail of 6 bytes, as its name says, and a uidlist
maildir()
{
    mkdir -p "$1/cur" "$1/new" "$1/tmp"
    printf 'body\n\n' >"$1/cur/1.M1P1.h,S=6,W=8:2,S"
    printf '3 V1 N2 G00000000000000000000000000000001\n1 :1.M1P1.h,S=6,W=8\n' >"$1/dovecot-uidlist"
}

store=$directory/store
maildir "$store/a"
run 0 --delay 0 "$store"
expect "SOUND  mailboxes: 1 sound"
run 0 --deep --delay 0 "maildir:$store/a"

printf '0 Work\n1 Home\n' >"$store/a/dovecot-keywords"
run 0 --delay 0 "$store"
for line in '1 Work' '26 Work' 'Work' '2'; do
    printf '1 Home\n%s\n' "$line" >"$store/a/dovecot-keywords"
    run 2 --delay 0 "$store"
    expect "dovecot-keywords"
    expect "lines that are not a number from 0 to 25 and a keyword, each number once: 1"
done
rm "$store/a/dovecot-keywords"

# A baseline is made of whatever is there, and a number that is none is told of.
printf '%200s' x >"$store/a/dovecot-uidvalidity"
run 2 --delay 0 --baseline "$directory/odd" "$store"
expect "there is no file of that number beside it"
rm "$store/a/dovecot-uidvalidity"

# Damage in each place, and what is told of it.
printf 'x' >>"$store/a/cur/1.M1P1.h,S=6,W=8:2,S"
run 2 --delay 0 "$store"
expect "DAMAGED  $store/a/cur/1.M1P1.h,S=6,W=8:2,S:6: INBOX: its name says 6 bytes, it has 7 [M03]"
expect "         Now:  restore the file"
printf 'body\r\n' >"$store/a/cur/1.M1P1.h,S=6,W=8:2,S"
run 0 --delay 0 "$store"
run 2 --delay 0 --deep "$store"
expect "[M05]"
printf 'body\n\n' >"$store/a/cur/1.M1P1.h,S=6,W=8:2,S"
printf '3 V1 N2\n1 :a\n1 :b\n' >"$store/a/dovecot-uidlist"
run 2 --delay 0 "$store/a/dovecot-uidlist"
expect "dovecot-uidlist:13: line '1 :b': its uid does not follow the one before [U04]"
maildir "$store/a"
printf 'no index' >"$store/a/dovecot.index"
run 2 --delay 0 "$store"
expect "$store/a/dovecot.index:0"
rm "$store/a/dovecot.index"

# What nobody may wait for or be led astray by.
mkfifo "$store/a/dovecot.index.log"
run 3 --delay 0 "$store"
expect "$store/a/dovecot.index.log: no regular file"
rm "$store/a/dovecot.index.log"
ln -s /etc/passwd "$store/a/dovecot.index"
run 3 --delay 0 "$store"
expect "a link leads out of the store"
rm "$store/a/dovecot.index"
ln -s / "$store/a/.root"
run 3 --delay 0 "$store"
expect "a link leads out of the store"
rm "$store/a/.root"
name=$'new\nline\xff\e[31m'
maildir "$store/a/.$name"
printf 'x' >>"$store/a/.$name/cur/1.M1P1.h,S=6,W=8:2,S"
run 2 --delay 0 "$store"
expect 'new\x0aline\xff\x1b[31m: its name says 6 bytes'
[ "$(wc -l <<<"$out")" = 4 ] || complain "a name broke the lines: $out"

# JSON keeps to its schema.
"$forewarn" verify --delay 0 --format json "$store" >"$directory/json" 2>/dev/null
if python3 -c 'import jsonschema' 2>/dev/null; then
    python3 - "$top_srcdir/contrib/schema/verify.schema.json" "$directory/json" <<'PYTHON' || failed=1
import json, sys, jsonschema
schema, seen = (json.load(open(name)) for name in sys.argv[1:])
jsonschema.Draft202012Validator.check_schema(schema)
jsonschema.validate(seen, schema)
assert seen["verdict"] == "damaged" and len(seen["findings"]) == 1, seen
assert seen["mailboxes"]["damaged"] == 1 and seen["mailboxes"]["sound"] == 1, seen
PYTHON
fi
rm -r "$store/a/.new"*

# What is not there, and what is no store.
run 3 --delay 0 "$directory/nothing"
expect "nothing: ENOENT"
mkdir "$directory/empty"
run 3 --delay 0 "$directory/empty"
expect "no mailbox is there"
run 3 --delay 0 "maildir:relative"
expect "'relative' is no absolute path"
run 3 --delay 0 "$0"
expect "no index file that is known by its name"
run 3
expect "which PATH?"
run 3 --delay x "$store"
run 3 --format xml "$store"
timeout 60 "$forewarn" verify --delay 0 "$store" >/dev/full 2>/dev/null && complain "a full disk is no error"

exit $failed
