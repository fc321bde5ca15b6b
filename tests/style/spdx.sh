#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every source file names its licence in one of its first three lines.
. "${top_srcdir:-.}/tests/style/files.sh"

{
    files '*.c' '*.h' '*.sh' '*.py' '*.yml' '*.proto' '*.am' '*.ac' '*.supp' '.ci/*' \
        ':!tests/data' ':!tests/fuzz/seeds'
    # Scripts without a suffix.
    files contrib tests ':!tests/data' ':!tests/fuzz/seeds' | xargs -d '\n' grep -lIE '^#!' --
} | sort -u | while IFS= read -r file; do
    head -3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || echo "$file"
done | complain "no SPDX line"
finish
