#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a command line that is wrong, and an output that cannot be written, come to.
. "${top_srcdir:-.}/tests/integration/workers.sh"

# wrong STATUS TEXT ARGUMENT...: one line of error that holds the text, nothing on standard output.
wrong()
{
    local expected=$1 text=$2 status
    shift 2
    timeout 20 "$forewarn" "$@" </dev/null >"$directory/out" 2>"$directory/err"
    status=$?
    [ "$status" = "$expected" ] || complain "$*: exit status $status"
    [ "$(wc -l <"$directory/err")" = 1 ] || complain "$*: $(cat "$directory/err")"
    expect "$text" "$directory/err"
    [ ! -s "$directory/out" ] || complain "$*: writes $(cat "$directory/out")"
}

wrong 2 "which command?"
wrong 2 "no command 'chekc'" chekc
wrong 2 "no command 'x'" help x
wrong 2 "for forewarn itself" --exporter exec --state /
wrong 2 "for forewarn itself" --exporter
forewarn=$directory/forewarn-md
wrong 2 "for forewarn itself" --worker md --root / --state ""
wrong 2 "for forewarn itself"
forewarn=$directory/forewarn
wrong 3 "no option --foo" check --foo
wrong 3 "no option -x" check -x
wrong 3 "--root needs an argument" check --root
wrong 3 "-t needs an argument" check -t
wrong 3 "no argument belongs to --verbose=3" check --verbose=3
wrong 3 "no argument 'x' is expected" check x
wrong 3 "--probe: 'x' is not known" check --probe x
wrong 3 "--format: 'x' is not known" check --format x
wrong 3 "'x' is no duration" check --timeout x
wrong 3 "'0' is not between" check -t 0
wrong 3 "'x' is not ALERT=LEVEL" check --severity x
wrong 3 "level 'page' is none of" check --severity X=page
wrong 3 "-w and -c are ranges for --expr" check -w 1
wrong 3 "--expr answers in --format nagios only" check --expr up --format json
wrong 3 "open root /nonexistent: ENOENT" check --root /nonexistent
wrong 3 "open root $forewarn: ENOTDIR" check --root "$forewarn"
wrong 3 "rules: open /nonexistent.yml: ENOENT" check --root "$host" --rules /nonexistent.yml
wrong 3 "rules: open /dev/zero: not a regular file" check --root "$host" --rules /dev/zero
wrong 2 "which probe?" probe
wrong 2 "there is no probe 'x'" probe x
wrong 2 "no argument 'x' is expected" probe md x
wrong 2 "--format: 'table' is not known" probe md --format table
wrong 1 "open root /nonexistent: ENOENT" probe md --root /nonexistent
wrong 2 "check or test?" rules
wrong 2 "there is no 'rules x'" rules x
wrong 2 "test which files?" rules test
wrong 2 "--lint: 'x' is not known" rules check --lint x f.yml

# A plugin tells of trouble on standard output.
"$forewarn" check --format nagios --root /nonexistent >"$directory/out" 2>/dev/null
[ $? = 3 ] || complain "no root: exit status"
expect "FOREWARN UNKNOWN - open root /nonexistent: ENOENT" "$directory/out"

# question TEXT ARGUMENT...: what cannot be answered is told before anything is looked at.
question()
{
    local text=$1
    shift
    "$forewarn" check --root "$host" "$@" >"$directory/out" 2>/dev/null
    [ $? = 3 ] || complain "$*: exit status"
    expect "FOREWARN UNKNOWN - $text" "$directory/out"
}
question "--expr: 1:4: unclosed left parenthesis" --expr 'sum('
question "--expr: gives a string, not values" --expr '"text"'
question "--expr: gives a range vector, not values" --expr 'up[5m]'
question "range 'x'" --expr up -w x
question "range '3:1'" --expr up -c 3:1
question "forewarn_nothing: no value" --expr forewarn_nothing
echo 'groups: [{name: a, rules: [{alert: A, expr: "sum("}, {alert: B, expr: ")"}]}]' >"$directory/bad.yml"
question "rules: $directory/bad.yml:1:49: parse error: unclosed left parenthesis, and 1 more" \
    --format nagios --rules "$directory/bad.yml"

# answer STATUS TEXT ARGUMENT...
answer()
{
    local expected=$1 text=$2
    shift 2
    "$forewarn" check --root "$host" --expr "$@" >"$directory/out"
    [ $? = "$expected" ] || complain "$*: exit status"
    expect "FOREWARN $text" "$directory/out"
}
answer 0 "OK" 'count(forewarn_disk_info)'
answer 0 "OK" 'count(forewarn_disk_info)' -w 12:12 -c 1:
answer 1 "WARNING" 'count(forewarn_disk_info)' -w 11 -c 12
answer 2 "CRITICAL" 'count(forewarn_disk_info)' -w 10 -c 11
answer 2 "CRITICAL" '7' -c 6

# A rule's level, and the one that counts.
cat >"$directory/rules.yml" <<'RULES'
groups:
  - name: test
    rules:
      - alert: HasDisks
        expr: count(forewarn_disk_info) > 0
        labels: {severity: critical}
        annotations: {summary: there are disks}
RULES
# level STATUS [ARGUMENT]...
level()
{
    local expected=$1
    shift
    "$forewarn" check --root "$host" --rules "$directory/rules.yml" "$@" >"$directory/out"
    [ $? = "$expected" ] || complain "$*: exit status: $(cat "$directory/out")"
    expect "there are disks" "$directory/out"
}
level 2
level 1 --severity HasDisks=warning
level 0 --severity HasDisks=info
level 2 --severity Other=info --format nagios

# The time is over before anything is known.
for format in table nagios; do
    "$forewarn" check --format "$format" --root "$host" --timeout 1ms >"$directory/out" 2>/dev/null
    [ $? = 3 ] || complain "--timeout 1ms, $format: exit status"
    expect UNKNOWN "$directory/out"
done

"$forewarn" check --format json --root "$host" --timeout 1ms >"$directory/out" 2>"$directory/err"
[ $? = 3 ] || complain "--timeout 1ms, json: exit status"
expect "forewarn: check: no result within 0.001 s" "$directory/err"
"$forewarn" probe md --root "$host" --timeout 1ms >"$directory/out" 2>"$directory/err"
[ $? = 1 ] || complain "probe --timeout 1ms: exit status"
expect "forewarn: probe: no result within 0.001 s" "$directory/err"

# An output that could not be written is never ok.
for arguments in "check --root $host" "check --root $host --format json" "check --format nagios --root $host"; do
    # shellcheck disable=SC2086 # words
    "$forewarn" $arguments >/dev/full 2>"$directory/err"
    [ $? = 3 ] || complain "$arguments: a full disk"
    expect "write to standard output: ENOSPC" "$directory/err"
    # shellcheck disable=SC2086
    "$forewarn" $arguments >&- 2>"$directory/err"
    [ $? = 3 ] || complain "$arguments: no standard output"
    expect "write to standard output: EBADF" "$directory/err"
    # shellcheck disable=SC2086
    "$forewarn" $arguments 2>"$directory/err" | true
    [ "${PIPESTATUS[0]}" = 3 ] || complain "$arguments: nobody reads"
    expect "write to standard output: EPIPE" "$directory/err"
    # With nothing open at all, nothing goes where it does not belong.
    # shellcheck disable=SC2086
    "$forewarn" $arguments <&- >&- 2>&-
    [ $? = 3 ] || complain "$arguments: no descriptors"
done
"$forewarn" probe md --root "$host" >/dev/full 2>"$directory/err"
[ $? = 1 ] || complain "probe: a full disk"
"$forewarn" --version >/dev/full 2>"$directory/err"
[ $? = 1 ] || complain "--version: a full disk"

for arguments in --version -V "check --version" "check -V"; do
    # shellcheck disable=SC2086
    "$forewarn" $arguments >"$directory/out" || complain "$arguments"
    grep -qE '^forewarn [0-9]+\.[0-9]+' "$directory/out" || complain "$arguments: $(cat "$directory/out")"
done
for arguments in --help -h help "help check" "check -h" "check --help" "help probe" "probe --help"; do
    # shellcheck disable=SC2086
    "$forewarn" $arguments >"$directory/out" || complain "$arguments"
    grep -q '^usage: forewarn' "$directory/out" || complain "$arguments: $(cat "$directory/out")"
done
nothing_left
exit "$failed"
