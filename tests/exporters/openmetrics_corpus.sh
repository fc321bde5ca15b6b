#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# "forewarn query --data" takes and refuses what the texts of OpenMetrics' own tests and Prometheus'
# parsers say, with the place of what is wrong.
set -u
shopt -s nullglob
: "${top_srcdir:=.}" "${top_builddir:=.}"
forewarn=$top_builddir/forewarn
corpus=${FOREWARN_SHARED:-$top_srcdir/../shared}/corpus/prometheus
failed=0 good=0 bad=0

missing=
[ -x "$forewarn" ] || missing=$forewarn
[ -d "$corpus/openmetrics" ] || missing="$missing $corpus/openmetrics"
[ -z "$missing" ] || { echo "SKIP: missing: $missing" && exit 77; }

directory=$(mktemp -d) || exit 99
trap 'rm -rf "$directory"' EXIT

# takes NAME FILE true|false, the file under a name that says what format it is in
takes()
{
    local status
    "$forewarn" query --data "$2" 'count({__name__=~".+"})' >"$directory/out" 2>"$directory/err"
    status=$?
    # A text without a sample is sound, and of no use here.
    grep -q 'has no samples' "$directory/err" && status=0
    case $3:$status in
    true:0) good=$((good + 1)) && return ;;
    false:1) grep -qE ':[0-9]+:[0-9]+: ' "$directory/err" && bad=$((bad + 1)) && return ;;
    esac
    echo "FAIL: $1: should be taken: $3; exit $status"
    cat "$directory/out" "$directory/err"
    failed=1
}

for folder in "$corpus"/openmetrics/*/; do
    name=$(basename "$folder")
    should=$(grep -o '"shouldParse": *[a-z]*' "$folder/test.json" | grep -oE 'true|false')
    case $name in
    # Which of two values for one time would count? promtool drops one in silence.
    duplicate_timestamps_1) should=false ;;
    # A sum beside a bucket below 0 is forbidden, but the Go client writes it (alltypes.5mfs).
    bad_histograms_3) should=true ;;
    esac
    takes "openmetrics/$name" "$folder/metrics" "$should"
done
for file in "$corpus"/textparse/*.om.txt; do
    takes "textparse/${file##*/}" "$file" true
done
for file in "$corpus"/textparse/*.prom.txt "$corpus"/exposition/*.txt \
    "$corpus"/exposition/textfile/*/*.prom "$corpus"/expfmt/testdata/text \
    "$corpus"/expfmt/fuzz/corpus/*; do
    should=true
    [[ $file != *parse_error* ]] || should=false
    cp "$file" "$directory/text.prom"
    takes "${file#"$corpus/"}" "$directory/text.prom" "$should"
done
echo "$good texts taken, $bad refused"
exit "$failed"
