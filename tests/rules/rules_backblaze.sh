#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The default rules tell disks that failed from others of their models.
set -u
top=${top_srcdir:-.}
forewarn=${top_builddir:-.}/forewarn
corpus=${FOREWARN_SHARED:-$top/../shared}/corpus/backblaze
failed=$corpus/series-2013-failed.csv
others=$corpus/series-2013-controls.csv

for file in "$forewarn" "$failed" "$others"; do
    [ -e "$file" ] || { echo "SKIP: missing: $file" && exit 77; }
done
exec python3 "$top/tests/rules/rules_backblaze.py" "$forewarn" "$top/rules/disk.yml" "$failed" "$others"
