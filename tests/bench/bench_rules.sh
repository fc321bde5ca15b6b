#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# usage: bench_rules.sh, in the build directory
# Prints what rules cost, beside promtool on the same file, and per series by their number. promtool
# takes minutes: BENCH_DISKS (of 5 series) and BENCH_STEPS make the file smaller.
set -euo pipefail

source=$(cd "$(dirname "$0")" && pwd)
forewarn=$PWD/forewarn
measure=$PWD/tests/bench/measure
disks=${BENCH_DISKS:-400}
steps=${BENCH_STEPS:-240}
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
PATH=$PATH:$PWD/tools/usr/bin

row()
{
    printf '  %-44s %12s %16s\n' "$@"
}

seconds()
{
    awk -v us="$1" 'BEGIN { printf "%.2f", us / 1e6 }'
}

mib()
{
    awk -v kib="$1" 'BEGIN { printf "%.1f", kib / 1024 }'
}

ratio()
{
    awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", b / a }'
}

# run COMMAND...: it must say that the file passes, so that both have done the same work; sets cpu
# and rss
run()
{
    read -r _ cpu rss _ < <("$measure" "$@")
    [ -n "${rss-}" ]
}

beside_promtool()
{
    local our_cpu our_rss
    bash "$source/make_rules.sh" "$directory" "$disks" "$steps"
    echo "Rules: $(grep -c 'expr:' "$directory/rules.yml") over $((5 * disks)) series, $steps steps of a minute"
    row "" "CPU s" "biggest MiB"
    "$forewarn" rules test "$directory/test.yml" >"$directory/out" || {
        cat "$directory/out"
        exit 1
    }
    run "$forewarn" rules test "$directory/test.yml"
    our_cpu=$cpu our_rss=$rss
    row "forewarn rules test" "$(seconds "$cpu")" "$(mib "$rss")"
    if ! command -v promtool >/dev/null; then
        echo "  skipped: promtool is missing (Debian: prometheus)"
        return
    fi
    # shellcheck disable=SC2016 # expanded by that shell
    run sh -c 'promtool test rules "$1" && touch "$1.passed"' sh "$directory/test.yml"
    row "promtool test rules (once)" "$(seconds "$cpu")" "$(mib "$rss")"
    [ -e "$directory/test.yml.passed" ] ||
        echo "  promtool does not pass the file: the figures mean nothing"
    row "times less (aim: 20 and 5)" "$(ratio "$our_cpu" "$cpu")" "$(ratio "$our_rss" "$rss")"
}

per_series()
{
    local series row='  %-12s %14s %14s %14s %20s\n'
    echo "Rules: CPU us per series at one step"
    # shellcheck disable=SC2059 # one format for all lines
    printf "$row" series increase join "sum by" "sum by of a join"
    for series in 1000 10000 100000; do
        # shellcheck disable=SC2046,SC2059 # words are wanted
        printf "$row" $(tests/bench/eval_series $series)
    done
    echo "  (aim: level)"
}

beside_promtool
echo
per_series
