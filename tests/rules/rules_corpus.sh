#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# "forewarn rules check" and "forewarn rules test" come to promtool's verdict on others' files.
# promtool 2 has the left edge in its ranges and its lookback, Prometheus 3 has not: two files have
# their last sample just on that edge.
set -u
shopt -s nullglob
forewarn=${top_builddir:-.}/forewarn
corpus=${FOREWARN_SHARED:-${top_srcdir:-.}/../shared}/corpus/prometheus
failed=0

# They need Prometheus 3: a label with a dash; a test's start_timestamp.
newer="check rulefmt/utf-8_lname.good.yaml
test promtool/start-time-test.yml"
on_the_edge="test hardware-observer/test_dcgm.yaml
test hardware-observer/test_smart.yaml"

missing=
[ -d "$corpus" ] || missing=$corpus
command -v promtool >/dev/null || missing="$missing promtool (prometheus)"
[ -z "$missing" ] || { echo "SKIP: missing: $missing" && exit 77; }

forewarn=$(realpath "$forewarn")
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

# same check|test NAME FILE
same()
{
    local expected status options=()
    promtool "$1" rules "$3" >"$directory/promtool" 2>&1
    expected=$?
    grep -qxF "$1 $2" <<<"$newer" && expected=0
    grep -qxF "$1 $2" <<<"$on_the_edge" && options=(--closed-ranges)
    timeout 60 "$forewarn" rules "$1" "${options[@]}" "$3" >"$directory/forewarn" 2>&1
    status=$?
    compared=$((compared + 1))
    [ "$status" = "$expected" ] && return
    printf 'rules %s %s: exit status %s, not %s\n' "$1" "$2" "$status" "$expected"
    cat "$directory/promtool" "$directory/forewarn"
    failed=1
}

compared=0
for file in "$corpus"/{promtool,rulefmt,rules_fixtures}/*.y*ml "$corpus"/awesome-alerts/*/*.yml \
    "$corpus"/hardware-observer/prometheus_alert_rules/*.yaml; do
    same check "${file#"$corpus/"}" "$file"
done
echo "$compared rule files"

compared=0
for file in "$corpus"/promtool/*.yml; do
    same test "${file#"$corpus/"}" "$file"
done
# These look for their rules where they stood in their project.
mkdir -p "$directory/tests/unit" "$directory/src"
cp -r "$corpus/hardware-observer/test_alert_rules" "$directory/tests/unit/tests"
cp -r "$corpus/hardware-observer/prometheus_alert_rules" "$directory/src/"
for file in "$directory"/tests/unit/tests/*.yaml; do
    same test "hardware-observer/${file##*/}" "$file"
done
echo "$compared files of tests"
chmod -R u+w "$directory"
exit $failed
