#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The manual pages are sound mdoc, and name every option that the programs have.
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
forewarn=$top_builddir/forewarn
pages=("$top_srcdir/agent/forewarn.1" "$top_srcdir/agent/forewarnd.8"
    "$top_builddir/agent/forewarn.yml.5" "$top_builddir/agent/forewarn-metrics.7")
failed=0

if ! command -v mandoc >/dev/null; then
    echo "SKIP: mandoc is missing"
    exit 77
fi

# Pages that are referred to need not be installed where this runs.
for page in "${pages[@]}"; do
    [ -s "$page" ] || { echo "no $page"; failed=1; }
    mandoc -T lint "$page" 2>/dev/null | grep -v 'referenced manual not found' && failed=1
done

# options_in PAGE PROGRAM [ARGUMENT...]: each option of the program's help stands in the page
options_in()
{
    local text page=$1
    shift
    text=$(mandoc -T utf8 "$page" 2>/dev/null | col -bx)
    for option in $("$@" | grep -oE '(^|[^[:alnum:]-])--?[a-zA-Z][a-zA-Z-]*' |
        grep -oE -- '--?[a-zA-Z][a-zA-Z-]*' | sort -u); do
        grep -qE -- "(^|[^[:alnum:]-])$option([^[:alnum:]-]|\$)" <<<"$text" || {
            echo "not in ${page##*/}: $option of $*"
            failed=1
        }
    done
}
[ -x "$forewarn" ] || exit "$failed"
for command in $("$forewarn" help | sed -nE '/forewarn/d; s/^  ([a-z]+) .*/\1/p'); do
    options_in "${pages[0]}" "$forewarn" help "$command"
done
options_in "${pages[1]}" "$top_builddir/forewarnd" --help

# Each metric that a look gives is described.
host=$(mktemp -d "${TMPDIR:-/tmp}/forewarn-man-XXXXXX") || exit 99
trap 'rm -rf "$host"' EXIT
"$top_srcdir/contrib/sample-host" "$host/tree"
metrics=$(mandoc -T utf8 "${pages[3]}" 2>/dev/null | col -bx)
for probe in md smart; do
    for name in $("$forewarn" probe "$probe" --root "$host/tree" | sed -nE 's/^(forewarn_[a-z0-9_]+)[{ ].*/\1/p' |
        sort -u); do
        grep -q "^ *$name\$" <<<"$metrics" || {
            echo "not in forewarn-metrics(7): $name"
            failed=1
        }
    done
done
exit "$failed"
