#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# C files are as clang-format 14 leaves them; "make format" brings them there.
. "${top_srcdir:-.}/tests/style/files.sh"

formatter=
for name in clang-format-14 clang-format; do
    if command -v "$name" >/dev/null && "$name" --version | grep -q 'version 14\.'; then
        formatter=$name
        break
    fi
done
[ -n "$formatter" ] || skip "clang-format 14 is missing (others format differently)"

files '*.c' '*.h' | xargs -d '\n' "$formatter" --dry-run --Werror 2>&1 |
    sed -n 's/^\([^: ]*\):.*: error: code should be clang-formatted.*/\1/p' | sort -u |
    complain 'run "make format"'
finish
