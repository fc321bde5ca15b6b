#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The outages and the calm days of this folder, replayed: what came how long before, beside what is
# kept in README; a calm day has no critical; bounds of a rebuild that waits hold what really came.
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
export FOREWARN=$PWD/$top_builddir/forewarn
failed=0
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

complain()
{
    echo "$*"
    failed=1
}

OUTAGES=$directory "$top_srcdir/contrib/outages" >"$directory/table" 2>"$directory/err" ||
    complain "contrib/outages: $(cat "$directory/err")"
[ ! -s "$directory/err" ] || complain "on standard error: $(cat "$directory/err")"
cat "$directory/table"

# README keeps the table as it comes out.
while IFS= read -r line; do
    grep -qxF -- "$line" "$top_srcdir/README.md" || complain "not in README.md: $line"
done <"$directory/table"

for calm in "$top_srcdir"/tests/outages/calm-*.txt; do
    name=$(basename "$calm" .txt)
    if [ ! -s "$directory/$name.json" ]; then
        complain "$name was not replayed"
    elif grep -o '"what":"[a-z]*","severity":"critical","labels":{[^}]*}' "$directory/$name.json" |
        grep -v '"tool":'; then
        complain "$name: a critical on a calm day"
    fi
done

# A rebuild that waits for two others: four hours after all began, when is md2 said to be through?
cat >"$directory/eta.yml" <<'RULES'
groups:
  - name: eta
    rules:
      - alert: Eta
        expr: time() + forewarn:md:sync_eta_seconds{array="md2"} and on () vector(time()) >= 1218582000
        annotations: {summary: "{{ $labels.quantile }} {{ $value | printf \"%.0f\" }}"}
RULES
read -r least most <<<"$("$FOREWARN" replay "$directory/opensrs-2008-08" --format json \
    --rules "$top_srcdir/rules/md.yml" --rules "$top_srcdir/rules/disk.yml" --rules "$directory/eta.yml" |
    grep -oE '"what":"raised"[^}]*"alertname":"Eta"[^}]*\}[^}]*\}' |
    sed -nE 's/.*"summary":"(0\.[19]) ([0-9]+)".*/\1 \2/p' | sort | awk '{ printf "%s ", $2 }')"
end=$(date -u -d '2008-08-13 14:08' +%s)
echo "md2 is said to be through between $(date -u -d "@${least:-0}" '+%F %T') and $(date -u -d "@${most:-0}" '+%F %T'); it was at $(date -u -d "@$end" '+%F %T')"
if [ -z "${most-}" ] || [ "$least" -gt "$end" ] || [ "$most" -lt "$end" ]; then
    complain "the bounds do not hold it"
fi
exit "$failed"
