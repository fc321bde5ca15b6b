#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The outages and the calm days of this folder, replayed: what came how long before, beside what is
# kept in README; a calm day has no critical; bounds of a rebuild that waits hold what really came; and
# the arrays that are composed say what those of a kernel said that acted the same.
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
FOREWARN=$(readlink -f "$top_builddir/forewarn") || exit 99
export FOREWARN
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

# states FILE: array by array the states that it was in.
states()
{
    sed -n 's/.* kernel //p' "$1" | sort -s -k 1,1 | uniq
}
for scenario in "$top_srcdir"/tests/outages/*.txt; do
    name=$(basename "$scenario" .txt)
    kept=${scenario%.txt}.said
    difference=$(diff <(states "$directory/$name/states") <(states "$kept")) ||
        complain "$name is not what the kernel said: $difference"
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
# shellcheck disable=SC2016 # awk's variables, not the shell's
read -r least most end <<<"$("$FOREWARN" replay "$directory/opensrs-2008-08" --format json \
    --rules "$top_srcdir/rules/md.yml" --rules "$top_srcdir/rules/disk.yml" --rules "$directory/eta.yml" |
    LC_ALL=C awk '{
        n = split($0, event, /\{"at":/)
        for (i = 2; i <= n; i++) {
            if (event[i] ~ /"what":"raised"/ && match(event[i], /"summary":"0\.[19] [0-9]+"/)) {
                quantile = substr(event[i], RSTART + 11, 3)
                if (!(quantile in at))
                    at[quantile] = substr(event[i], RSTART + 15, RLENGTH - 16)
            }
            if (event[i] ~ /"what":"resolved"/ && event[i] ~ /"alertname":"MdArrayDegraded","array":"md2"/)
                end = event[i] + 0
        }
        print at["0.1"] + 0, at["0.9"] + 0, end + 0
    }')"
echo "md2 is said to be through between $(date -u -d "@${least:-0}" '+%F %T') and $(date -u -d "@${most:-0}" '+%F %T'); it was at $(date -u -d "@${end:-0}" '+%F %T')"
if [ "${least:-0}" = 0 ] || [ "$least" -gt "$end" ] || [ "$most" -lt "$end" ]; then
    complain "the bounds do not hold it"
fi
exit "$failed"
