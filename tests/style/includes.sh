#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Data goes one way, and so do includes: what each folder may include.
. "${top_srcdir:-.}/tests/style/files.sh"

# folder and the folders it may include
while read -r folder allowed; do
    files "$folder/*.c" "$folder/*.h" | xargs -r -d '\n' grep -Hn '^ *# *include *"' -- |
        grep -vE "include *\"(($allowed)/[^\"]*|config\.h)\"" | complain "$folder/ may include $allowed"
done <<'TABLE'
core core
probes core|probes
rules core|rules
exporters core|exporters
agent agent|core|exporters|probes|rules
tests agent|core|exporters|probes|rules|tests
TABLE

# A header is included by its path from the top, so that the table above sees it.
files '*.c' '*.h' | xargs -d '\n' grep -Hn '^ *# *include *"[^"/]*"' -- | grep -v '"config\.h"' |
    complain "name the header by its path from the top of the sources"
finish
