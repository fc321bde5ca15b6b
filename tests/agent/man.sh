#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The manual page is sound mdoc, and names every option that the program has.
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
forewarn=$top_builddir/forewarn
page=$top_srcdir/agent/forewarn.1
failed=0

if ! command -v mandoc >/dev/null; then
    echo "SKIP: mandoc is missing"
    exit 77
fi

# Pages that are referred to need not be installed where this runs.
mandoc -T lint "$page" 2>/dev/null | grep -v 'referenced manual not found' && failed=1

[ -x "$forewarn" ] || exit "$failed"
text=$(mandoc -T utf8 "$page" 2>/dev/null | col -bx)
for command in check status munin probe query rules; do
    for option in $("$forewarn" help "$command" | grep -oE '(^|[^[:alnum:]-])--?[a-zA-Z][a-zA-Z-]*' | grep -oE -- '--?[a-zA-Z][a-zA-Z-]*' |
        sort -u); do
        grep -qE -- "(^|[^[:alnum:]-])$option([^[:alnum:]-]|\$)" <<<"$text" || {
            echo "not in forewarn(1): $option of $command"
            failed=1
        }
    done
done
exit "$failed"
