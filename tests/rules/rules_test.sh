#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The default rules are sound, and unit tests of rules pass; where promtool is there, it agrees.
set -u
top=${top_srcdir:-.}
forewarn=${top_builddir:-.}/forewarn
failed=0

[ -x "$forewarn" ] || { echo "SKIP: $forewarn is not built" && exit 77; }
"$forewarn" rules check "$top"/rules/*.yml || failed=1
"$forewarn" rules test "$top"/tests/rules/*_test.yml || failed=1
if ! command -v promtool >/dev/null; then
    echo "promtool (prometheus) is missing: not asked"
    exit $failed
fi
promtool check rules --lint none "$top"/rules/*.yml || failed=1
for file in "$top"/tests/rules/*_test.yml; do
    promtool test rules "$file" || failed=1
done
exit $failed
