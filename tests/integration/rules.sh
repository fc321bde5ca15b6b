#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# forewarn rules: what it prints, and how it exits.
. "${top_srcdir:-.}/tests/integration/workers.sh"
data=$top_srcdir/tests/data/rules

# answers STATUS ARGUMENT...: into $directory/out and $directory/err
answers()
{
    local expected=$1 status
    shift
    timeout 20 "$forewarn" rules "$@" >"$directory/out" 2>"$directory/err"
    status=$?
    [ "$status" = "$expected" ] || complain "rules $*: exit status $status, not $expected"
}

answers 0 check "$data/sample.yml"
expect "sample.yml: ok, 3 rules" "$directory/out"
expect "sample.yml:16: warning: 'disk:errors:increase5m' with the same labels" "$directory/err"
answers 3 check --lint-fatal "$data/sample.yml"
answers 0 check --lint none --lint-fatal "$data/sample.yml"
[ ! -s "$directory/err" ] || complain "--lint none warns"

# All errors of all files in one run.
answers 1 check "$data/broken.yml" "$data/sample.yml" /nonexistent.yml
expect "broken.yml:7:9: unknown field 'fro' in a rule (did you mean 'for'?)" "$directory/err"
expect "broken.yml:6:20: parse error: unexpected end of input" "$directory/err"
expect "/nonexistent.yml: rules: open /nonexistent.yml: ENOENT" "$directory/err"
expect "broken.yml: FAILED" "$directory/out"
expect "sample.yml: ok, 3 rules" "$directory/out"

answers 0 test "$data/sample_test.yml"
expect "sample_test.yml: ok, 1 test" "$directory/out"
expect "warning: no file matches $data/not_*_there.yml" "$directory/err"
answers 1 test "$data/failing_test.yml" "$data/sample_test.yml"
expect "failing_test.yml:14: alert DiskErrors at 10m (wrong)" "$directory/out"
expect 'annotation summary: expected "a has 5 errors", got "a has 6.3 errors"' "$directory/out"
expect "failing_test.yml: FAILED, 1 of 1 test" "$directory/out"
expect "sample_test.yml: ok, 1 test" "$directory/out"
answers 1 test "$data/sample.yml"
expect "sample.yml:2:1: unknown field 'groups' in a test file" "$directory/err"

# A file beside where it stands, too.
cd "$data" || exit 99
answers 0 test sample_test.yml

"$forewarn" rules check sample.yml >/dev/full 2>"$directory/err"
[ $? = 1 ] || complain "a full disk: exit status"
expect "write to standard output: ENOSPC" "$directory/err"
exit $failed
