#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What "forewarn probe" prints of the sample host is read by others: promtool's linter (text format)
# and Prometheus' Python client (OpenMetrics), with every sample there.
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
forewarn=$top_builddir/forewarn
directory=$(mktemp -d) || exit 99
trap 'rm -rf "$directory"' EXIT
failed=0 readers=0

if [ ! -x "$forewarn" ]; then
    echo "SKIP: $forewarn is not built"
    exit 77
fi
"$top_srcdir/contrib/sample-host" "$directory/host" || exit 99

for probe in md smart; do
    "$forewarn" probe "$probe" --root "$directory/host" >"$directory/$probe" </dev/null || failed=1
    [ "$(tail -1 "$directory/$probe")" = '# EOF' ] || failed=1
done

if command -v promtool >/dev/null; then
    readers=1
    for probe in md smart; do
        # promtool reads the text format: there a counter's metadata carry its whole name.
        sed -E -e '/^# (EOF|UNIT)/d' -e 's/^# (TYPE|HELP) ([^ ]+) /# \1 \2 /' "$directory/$probe" |
            awk '$1 == "#" && $2 == "TYPE" && $4 == "counter" { total[$3] = 1 }
                 $1 == "#" && ($3 in total) { $3 = $3 "_total" } { print }' |
            promtool check metrics >"$directory/lint" 2>&1
        # Exit 3 is the linter's opinion on style, 1 means that it could not be read.
        [ "${PIPESTATUS[2]}" != 1 ] || failed=1
        grep -vE 'non-histogram|_info|metric names should not contain abbreviated units' \
            "$directory/lint" && failed=1
    done
fi

if python3 -c 'import prometheus_client.openmetrics.parser' 2>/dev/null; then
    readers=1
    for probe in md smart; do
        python3 - "$directory/$probe" <<'PYTHON' || failed=1
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
text = open(sys.argv[1], encoding="utf-8").read()
samples = sum(len(family.samples) for family in parse(text))
lines = sum(1 for line in text.splitlines() if not line.startswith("#"))
sys.exit(0 if samples == lines and samples > 20 else "%d samples of %d lines" % (samples, lines))
PYTHON
    done
fi

if [ "$readers" = 0 ]; then
    echo "SKIP: promtool (prometheus) and python3-prometheus-client are missing"
    exit 77
fi
exit "$failed"
