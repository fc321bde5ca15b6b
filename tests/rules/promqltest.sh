#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The runner of upstream's PromQL scripts: on scripts of our own, and on upstream's where they are.
set -u
shopt -s nullglob
runner=${top_builddir:-.}/tests/promqltest
own=${top_srcdir:-.}/tests/data/promqltest
failed=0

# expect STATUS LAST_LINE ARGUMENT...
expect()
{
    local status=$1 last=$2 output
    shift 2
    output=$("$runner" "$@" 2>&1)
    # shellcheck disable=SC2053 # last is a pattern
    if [ $? -ne "$status" ] || [[ $(tail -n 1 <<<"$output") != $last ]]; then
        printf 'promqltest %s: not %s with "%s":\n%s\n' "$*" "$status" "$last" "$output"
        failed=1
    fi
}

expect 0 '18 passed, 0 failed, 4 skipped' "$own/passes.test"
expect 0 '75 passed, 0 failed, 0 skipped' "$own/functions.test"
expect 1 '0 passed, 8 failed, 0 skipped' "$own/fails.test"
expect 2 '*' "$own/broken.test"
expect 2 '*' "$own/not-there.test"

shared=${FOREWARN_SHARED:-${top_srcdir:-.}/../shared}/corpus/prometheus/promqltest
scripts=("$shared"/*.test)
[ ${#scripts[@]} -gt 0 ] || { echo "SKIP: no scripts in $shared" && [ $failed = 0 ] && exit 77; }
for script in "${scripts[@]}"; do
    expect 0 '* 0 failed, *' "$script"
    expect 0 '* 0 failed, *' --experimental "$script"
done
exit $failed
