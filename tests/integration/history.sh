#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Looks remember each other: what grows from one to the next is seen, whoever looks, and a history
# that is broken or cannot be written disturbs no look.
. "${top_srcdir:-.}/tests/integration/workers.sh"

rm -rf "$host"
mkdir -p "$host/smart"
cat >"$directory/rules.yml" <<'RULES'
groups:
  - name: grows
    rules:
      - record: seen:crc
        expr: forewarn_disk_crc_errors_total
      - alert: CrcGrows
        expr: increase(forewarn_disk_crc_errors_total[7d]) > 0
      - alert: CrcWasSeen
        expr: count_over_time(seen:crc[7d]) > 1
      - alert: DiskSeen
        expr: forewarn_disk_crc_errors_total >= 0
RULES

# look COUNT [ARGUMENT...]: the disk says so many CRC errors; "": there is no disk any more.
look()
{
    if [ -n "$1" ]; then
        python3 -c '
import json, sys
disk = json.load(sys.stdin)
for attribute in disk["ata_smart_attributes"]["table"]:
    if attribute["id"] == 199:
        attribute["raw"] = {"value": int(sys.argv[1]), "string": sys.argv[1]}
json.dump(disk, sys.stdout)' "$1" <"$top_srcdir/tests/data/smart/ata.json" >"$host/smart/sda.json"
    else
        rm -f "$host/smart/sda.json"
    fi
    shift
    timeout 30 "${as[@]}" "$forewarn" check --root "$host" --rules "$directory/rules.yml" \
        --format json "$@" </dev/null >"$directory/json" 2>"$directory/err"
    echo "exit $?" >"$directory/out"
    python3 - "$directory/json" >>"$directory/out" <<'PYTHON'
import json, sys
look = json.load(open(sys.argv[1]))
for alert in look["alerts"]:
    print("alert", alert["name"])
for rule in look["not_judged"]:
    print("unjudged", rule["name"])
for finding in look["findings"]:
    print("finding", finding["message"])
PYTHON
}

never()
{
    if grep -qF -- "$1" "$2"; then complain "'$1' is in:"; sed 's/^/    | /' "$2"; fi
}

for user in "${users[@]}"; do
    become "$user"
    state=$directory/state-$user
    mkdir "$state"
    [ "$user" = caller ] || chown 65534:65534 "$state"

    look 5
    look 9
    expect "unjudged CrcGrows" "$directory/out"
    [ ! -e "$state/history" ] || complain "a history that nobody asked for"

    look 5 --state-directory "$state"
    expect "unjudged CrcGrows" "$directory/out"
    never "alert CrcGrows" "$directory/out"
    look 5 --state-directory "$state"
    never "CrcGrows" "$directory/out"
    expect "alert CrcWasSeen" "$directory/out"
    never "finding" "$directory/out"
    look 9 --state-directory "$state"
    expect "alert CrcGrows" "$directory/out"
    never "unjudged CrcGrows" "$directory/out"
    [ ! -s "$directory/err" ] || complain "$user: $(cat "$directory/err")"

    # What is not seen any more is not seen, though it was a moment ago.
    look '' --state-directory "$state"
    never "alert DiskSeen" "$directory/out"

    # Several at once: each ends well.
    for _ in 1 2 3 4; do
        "${as[@]}" "$forewarn" check --root "$host" --state-directory "$state" \
            >/dev/null 2>>"$directory/many" </dev/null &
    done
    wait
    [ ! -s "$directory/many" ] || complain "$user, several at once: $(cat "$directory/many")"

    # Broken: moved aside, and a new one begins.
    rm -f "$state/history/history.db-wal" "$state/history/history.db-shm"
    head -c 20000 /dev/zero | tr '\0' x >"$state/history/history.db"
    look 9 --state-directory "$state"
    expect "alert DiskSeen" "$directory/out"
    expect "unjudged CrcGrows" "$directory/out"
    expect "history.db.corrupt, a new one begins" "$directory/err"
    look 11 --state-directory "$state"
    expect "alert CrcGrows" "$directory/out"
    [ ! -s "$directory/err" ] || complain "$user: $(cat "$directory/err")"
done

# Not to be written: a warning, and the look as ever.
become caller
look 11
cp "$directory/out" "$directory/plain"
for bad in "$directory/rules.yml" /proc/1; do
    look 11 --state-directory "$bad"
    cmp -s "$directory/out" "$directory/plain" || complain "--state-directory $bad changes the look"
    expect "what this look sees is not kept" "$directory/err"
done
exit "$failed"
