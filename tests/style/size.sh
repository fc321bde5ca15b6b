#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Small files and small functions. The format puts a function's braces, and no others, in column 1.
. "${top_srcdir:-.}/tests/style/files.sh"

max_file=500
max_function=60

# shellcheck disable=SC2016 # awk's variables, not the shell's
files '*.c' '*.h' | xargs -d '\n' awk -v max_file=$max_file -v max_function=$max_function '
    FNR == max_file + 1 { print FILENAME ": more than " max_file " lines" }
    /^{/ { start = FNR; name = previous }
    /^}/ && start {
        if (FNR - start - 1 >= max_function)
            print FILENAME ":" start ": " FNR - start - 1 " lines in " name
        start = 0
    }
    { previous = $0 }' | complain "split these"
finish
