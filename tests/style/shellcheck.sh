#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# No script gives shellcheck anything to say.
. "${top_srcdir:-.}/tests/style/files.sh"

command -v shellcheck >/dev/null || skip "shellcheck is missing"

{
    files '*.sh' '*.bash'
    files ':!tests/data' ':!tests/fuzz/seeds' | xargs -d '\n' grep -lIE -m1 '^#!/bin/(ba)?sh' --
} | sort -u | xargs -d '\n' shellcheck -x -f gcc --source-path=SCRIPTDIR | complain "shellcheck"
finish
